from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from porttui.model.facts import Socket
from porttui.observe.linux import elsewhere, namespaces, owners
from tests.observe.holder import become_dumpable, holding, keep, linux_only, new_network
from tests.observe.linux.test_owners import cgroup_folder
from tests.observe.netns import NOBODY, in_child, listen, needs_root

pytestmark = [linux_only, needs_root]


def serve_elsewhere() -> int:
    """Listen in a new network namespace."""
    new_network()
    return int(keep(listen("0.0.0.0")).getsockname()[1])


def serve_elsewhere_by_ipv6() -> int:
    """Listen in a new network namespace on every address of both families."""
    new_network()
    return int(keep(listen("::")).getsockname()[1])


def serve_elsewhere_as_nobody() -> int:
    """Listen in a new network namespace that an ordinary user made."""
    become_dumpable(NOBODY)
    new_network(with_user=True)
    return int(keep(listen("0.0.0.0")).getsockname()[1])


def look(port: int) -> list[Socket]:
    around = namespaces.look_around({port}, seconds=20)  # the bound has a test of its own
    inodes = [row.inode or 0 for each in around.found for row in each.rows]
    held = owners.by_descriptor(inodes)
    return [row for each in around.found for row in namespaces.with_owners(each, held)]


@pytest.mark.parametrize("serve", [serve_elsewhere, serve_elsewhere_as_nobody])
def test_a_listener_in_another_namespace_and_its_owner(serve: object) -> None:
    assert callable(serve)
    with holding(serve) as (pid, port):
        (row,) = [each for each in look(port) if pid in each.pids]
        assert (row.state, row.address, row.port, row.owner_by) == ("LISTEN", "0.0.0.0", port, "descriptor")
        assert row.namespace == Path(f"/proc/{pid}/ns/net").stat().st_ino


@pytest.mark.parametrize("serve", [serve_elsewhere, serve_elsewhere_by_ipv6])
def test_an_ordinary_user_sees_the_listener_of_root(serve: Callable[[], int]) -> None:
    with holding(serve) as (pid, port):

        def work() -> list[Socket]:
            become_dumpable(NOBODY)
            return look(port)

        net = elsewhere.net_of(pid)
        (row,) = [each for each in in_child(work) if each.namespace == -net]
        assert (row.state, row.port, row.uid, row.owner_by) == ("LISTEN", port, 0, None)


def test_an_ordinary_user_is_told_the_container() -> None:
    container = uuid.uuid4().hex * 2
    with cgroup_folder(f"docker-{container}.scope") as folder:

        def serve() -> int:
            (folder / "cgroup.procs").write_text(str(os.getpid()))
            return serve_elsewhere()

        with holding(serve) as (pid, port):

            def work() -> list[Socket]:
                become_dumpable(NOBODY)
                return look(port)

            (row,) = [each for each in in_child(work) if pid in each.pids]
            assert (row.container, row.owner_by) == (container[:12], "cgroup")


def test_other_ports_and_our_own_namespace_are_left_out() -> None:
    with holding(serve_elsewhere) as (pid, port), listen() as own:
        assert all(pid not in each.pids for each in look(port + 1 if port < 65535 else port - 1))
        assert all(os.getpid() not in each.pids for each in look(own.getsockname()[1]))


def test_the_look_is_bounded_and_says_so() -> None:
    with holding(serve_elsewhere) as (_, port):
        few = namespaces.look_around({port}, most=0)
        late = namespaces.look_around({port}, seconds=-0.001)
    for bounded in (few, late):
        assert bounded.found == ()
        (unseen,) = bounded.unseen
        assert (unseen.what, unseen.how_to_see, unseen.needs_root) == ("other network namespaces", "lsns -t net", True)
    assert few.unseen[0].reason.startswith("only 0 of ")


def test_a_namespace_whose_process_has_just_gone(tmp_path: Path) -> None:
    with holding(serve_elsewhere) as (_, port):
        assert look(port)
    assert look(port) == []

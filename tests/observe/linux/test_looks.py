from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from porttui.model.table import Table
from porttui.observe.linux.sock_diag import tcp_listeners
from porttui.observe.snapshots import Snapshots
from tests.observe.holder import deny_netlink, linux_only
from tests.observe.netns import in_child, in_namespace, listen, needs_root

pytestmark = linux_only


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as held:
        yield held


def look(snapshots: Snapshots) -> Table:
    table = snapshots.take()
    assert isinstance(table, Table)
    return table


def row_of(table: Table, held: socket.socket) -> int:
    return list(table.inodes).index(os.fstat(held.fileno()).st_ino)


def test_each_kind_of_row_says_what_it_is(stack: ExitStack, tmp_path: Path) -> None:
    server = stack.enter_context(socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True))
    port = server.getsockname()[1]
    client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
    accepted = stack.enter_context(server.accept()[0])
    bound, datagrams = stack.enter_context(socket.socket()), stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
    bound.bind(("127.0.0.1", 0))
    datagrams.bind(("127.0.0.1", 0))
    unix = stack.enter_context(socket.socket(socket.AF_UNIX))
    unix.bind(str(tmp_path / "s"))
    unix.listen()
    client.sendall(b"12345")

    table = look(Snapshots(described=True))

    def told(held: socket.socket) -> tuple[object, ...]:
        row = row_of(table, held)
        return (
            table.protocols[row], table.states[row], table.addresses[row], table.ports[row], table.peers[row],
            table.peer_ports[row], table.queues[row],
        )  # fmt: skip

    own = client.getsockname()[1]
    assert told(server) == ("tcp", "LISTEN", "::", port, "", 0, 0)
    assert told(client) == ("tcp", "ESTABLISHED", "127.0.0.1", own, "127.0.0.1", port, 0)
    assert told(accepted) == ("tcp", "ESTABLISHED", "127.0.0.1", port, "127.0.0.1", own, 5)
    assert told(bound) == ("tcp", "BOUND", "127.0.0.1", bound.getsockname()[1], "", 0, -1)
    assert told(datagrams) == ("udp", "UNCONN", "127.0.0.1", datagrams.getsockname()[1], "", 0, 0)
    assert told(unix)[:5] == ("unix", "LISTEN", str(tmp_path / "s"), 0, "")
    for held in (server, client, accepted, bound, datagrams, unix):
        row, me = row_of(table, held), table.processes[os.getpid()]
        assert table.pids[row] == (os.getpid(),)
        assert (table.programs[row], table.uids[row]) == (me.name, os.getuid())
        value = table.socket(row)
        assert (value.pids, value.owner_by, value.port) == ((os.getpid(),), "descriptor", table.ports[row])
        assert value.user == table.users[row]
    listed = next(each.socket for each in tcp_listeners() if each.socket.port == port)
    whole = table.socket(row_of(table, server))
    assert (whole.v6only, whole.backlog, whole.inode) == (listed.v6only, listed.backlog, listed.inode)


def test_later_looks_find_what_is_new_and_whose_it_is(stack: ExitStack) -> None:
    server = stack.enter_context(listen())
    snapshots = Snapshots(protocols=("tcp",), port=server.getsockname()[1])
    first = look(snapshots)
    client = stack.enter_context(socket.create_connection(server.getsockname()))
    accepted = server.accept()[0]

    second = look(snapshots)

    assert len(second) == 3
    assert second.identity(row_of(second, server)) == first.identity(row_of(first, server))
    assert set(second.pids) == {(os.getpid(),)}

    kept = client.fileno()  # the descriptor leads to another socket, and their number is as before
    accepted.close()
    other = stack.enter_context(socket.create_connection(server.getsockname()))
    os.dup2(other.fileno(), kept)
    third = look(snapshots)
    assert third.pids[row_of(third, other)] == (os.getpid(),)

    child = os.fork()
    if child == 0:
        os.read(os.pipe()[0], 1)
        os._exit(0)
    try:
        fourth = look(snapshots)
        assert fourth.pids[row_of(fourth, server)] == tuple(sorted((os.getpid(), child)))
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert set(look(snapshots).pids) <= {(os.getpid(),), ()}


def test_only_what_was_asked_for(stack: ExitStack) -> None:
    server, other = stack.enter_context(listen()), stack.enter_context(listen())
    port = server.getsockname()[1]
    client = stack.enter_context(socket.create_connection(server.getsockname()))
    assert set(look(Snapshots(port=port)).ports) == {port, client.getsockname()[1]}
    waiting = look(Snapshots(protocols=("tcp",), waiting=True, owners=False))
    assert {port, other.getsockname()[1]} <= set(waiting.ports)
    assert set(waiting.states) <= {"LISTEN", "BOUND"}
    assert set(waiting.programs) <= {"?", "-"}
    assert waiting.unseen == ()


@needs_root
def test_listeners_of_other_namespaces_on_request(stack: ExitStack) -> None:
    server = stack.enter_context(listen())
    port = server.getsockname()[1]

    def asked() -> tuple[list[tuple[int, bool]], bool]:
        table = look(Snapshots(namespaces=True))
        rows = [row for row, number in enumerate(table.ports) if number == port]
        return [(table.socket(row).namespace or 0, os.getppid() in table.pids[row]) for row in rows], port in look(
            Snapshots()
        ).ports

    found, without = in_namespace(asked)
    ours = Path("/proc/self/ns/net").stat().st_ino
    assert found == [(ours, True)]
    assert not without


def test_without_netlink_the_rows_come_from_elsewhere() -> None:
    def asked() -> tuple[str, str]:
        server = listen()
        deny_netlink()
        table = look(Snapshots(protocols=("tcp",), waiting=True))
        return table.source, table.states[list(table.ports).index(server.getsockname()[1])]

    assert in_child(asked) == ("proc", "LISTEN")

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from porttui.model.facts import Socket
from porttui.observe.linux import cgroup, elsewhere, owners, sock_diag
from porttui.observe.linux.owners import Held
from tests.observe.holder import become_dumpable, holding, keep, linux_only, wait_until
from tests.observe.netns import NOBODY, in_child, listen, needs_root

pytestmark = linux_only
_WAIT = "import sys; sys.stdin.read()"


@contextmanager
def program_that_names(*arguments: str, server: socket.socket) -> Iterator[int]:
    """Start a program with these arguments that inherits the listener and waits."""
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _WAIT, *arguments], stdin=subprocess.PIPE, pass_fds=[server.fileno()]
    ) as child:
        try:
            wait_until(lambda: owners.command_line(child.pid)[5:] == arguments)
            yield child.pid
        finally:
            child.kill()


@contextmanager
def server_of_nobody(port: str) -> Iterator[None]:
    """Run a program of another user whose command line looks like that of a server on the port."""
    with subprocess.Popen(["server", "60", port], executable=shutil.which("sleep"), user=NOBODY) as child:
        try:
            wait_until(lambda: owners.command_line(child.pid) == ("server", "60", port))
            yield
        finally:
            child.kill()


def row_of(server: socket.socket) -> sock_diag.DiagRow:
    inode = os.fstat(server.fileno()).st_ino
    return next(row for row in sock_diag.tcp_listeners() if row.socket.inode == inode)


def owned(server: socket.socket, held: Held | None = None) -> Socket:
    row = row_of(server)
    held = owners.by_descriptor([row.socket.inode or 0]) if held is None else held
    return owners.with_owners([row], held)[0]


def test_every_process_that_holds_the_socket_is_found() -> None:
    with listen() as server, program_that_names(server=server) as child:
        row = owned(server)
        assert row.owner_by == "descriptor"
        assert row.pids == tuple(sorted((os.getpid(), child)))


def test_only_the_wanted_sockets() -> None:
    with listen() as one, listen() as other:
        wanted, unwanted = (os.fstat(each.fileno()).st_ino for each in (one, other))
        found = owners.by_descriptor([wanted, 0])
        assert found.pids == {wanted: (os.getpid(),)}
        assert unwanted not in found.pids
        assert not found.cut


def test_the_pass_is_bounded_in_time() -> None:
    with listen() as server:
        assert owners.by_descriptor([os.fstat(server.fileno()).st_ino], seconds=-1.0).cut


def test_nothing_wanted_nothing_read() -> None:
    assert owners.by_descriptor([0]) == Held({})


@needs_root
def test_an_ordinary_user_sees_the_descriptors_of_his_own() -> None:
    def serve() -> int:
        become_dumpable(NOBODY)
        return int(keep(listen()).getsockname()[1])

    with holding(serve) as (pid, port):

        def look() -> tuple[Socket, int]:
            become_dumpable(NOBODY)
            rows = [row for row in sock_diag.tcp_listeners() if row.socket.port == port]
            held = owners.by_descriptor([row.socket.inode or 0 for row in rows])
            return owners.with_owners(rows, held)[0], held.denied

        row, denied = in_child(look)
        assert (row.pids, row.owner_by, row.uid) == ((pid,), "descriptor", NOBODY)
        assert denied


@needs_root
@pytest.mark.parametrize("form", ["--port={}", "--bind=127.0.0.1:{}", "*:{}", "{}", "-p{}"])
def test_a_foreign_owner_is_found_by_its_command_line(form: str) -> None:
    with listen() as server:
        port = server.getsockname()[1]
        with program_that_names(form.format(port), server=server) as child:
            row = in_child(lambda: _seen_by_nobody(server))
            assert (row.pids, row.owner_by) == ((child,), "command")


def _seen_by_nobody(server: socket.socket) -> Socket:
    """Look as another user. The child that looks has inherited the descriptor, and must not see itself."""
    row = row_of(server)
    server.close()
    become_dumpable(NOBODY)
    return owners.with_owners([row], owners.by_descriptor([row.socket.inode or 0]))[0]


@needs_root
def test_clients_and_programs_of_another_user_are_not_blamed() -> None:
    with listen() as server:
        port = str(server.getsockname()[1])
        with program_that_names("--url", f"http://127.0.0.1:{port}/", server=server), server_of_nobody(port):
            row = in_child(lambda: _seen_by_nobody(server))
            assert (row.pids, row.owner_by) == ((), None)


def test_of_a_launcher_and_its_server_the_server_is_meant() -> None:
    with listen() as server:
        port = str(server.getsockname()[1])
        launcher = f"import subprocess, sys; subprocess.run([sys.executable, '-I', '-S', '-c', {_WAIT!r}, '{port}'])"
        with subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", launcher, "run", "--port", port], stdin=subprocess.PIPE
        ) as child:
            try:
                uid, net = os.geteuid(), elsewhere.net_of("self")

                def named() -> list[owners.Candidate]:
                    return owners.matching(owners.possible_servers(), int(port), uid, net)

                def started() -> list[owners.Candidate]:
                    # between fork and exec it is a copy of the launcher, and both are named
                    return [each for each in named() if each.parent == child.pid and "--port" not in each.argv]

                wait_until(started)
                assert child.pid not in [each.pid for each in named()]
            finally:
                assert child.stdin is not None
                child.stdin.close()
                child.wait(5)


def test_porttui_and_its_ancestors_are_never_blamed() -> None:
    port = "61234"
    look = "from porttui.observe.linux.owners import possible_servers as servers"
    code = f"{look}; print([each.pid for each in servers() if {port} in each.ports])"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}, '{port}'], check=True)"
    shown = subprocess.run(
        [sys.executable, "-c", parent, port],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == "[]\n"


@needs_root
def test_a_client_is_no_owner_and_where_more_programs_name_the_port_than_sockets_are_there_none_is() -> None:
    with listen() as server:
        port = str(server.getsockname()[1])
        with program_that_names(f"127.0.0.1:{port}", server=server), program_that_names(port, server=server) as child:
            assert in_child(lambda: _seen_by_nobody(server)).pids == (child,)
            with program_that_names("--timeout", port, server=server):
                row = in_child(lambda: _seen_by_nobody(server))
                assert (row.pids, row.owner_by) == ((), None)


@needs_root
def test_two_servers_with_a_socket_each_are_both_named() -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as one:
        number = one.getsockname()[1]
        port = str(number)
        with (
            socket.create_server(("127.0.0.1", number), reuse_port=True) as other,
            program_that_names(port, server=one) as first,
            program_that_names("--port", port, server=other) as second,
        ):

            def look() -> list[Socket]:
                rows = [row for row in sock_diag.tcp_listeners() if row.socket.port == number]
                one.close()
                other.close()
                become_dumpable(NOBODY)
                return owners.with_owners(rows, owners.by_descriptor([row.socket.inode or 0 for row in rows]))

            assert [set(row.pids) for row in in_child(look)] == [{first, second}] * 2


@needs_root
def test_a_foreign_service_is_found_by_its_cgroup() -> None:
    name = f"porttui-{uuid.uuid4().hex[:8]}.service"
    with cgroup_folder(name) as folder:

        def serve() -> tuple[int, int]:
            (folder / "cgroup.procs").write_text(str(os.getpid()))
            server = keep(listen())
            return os.fstat(server.fileno()).st_ino, server.getsockname()[1]

        with holding(serve) as (pid, (inode, port)):

            def look() -> Socket:
                become_dumpable(NOBODY)
                rows = [row for row in sock_diag.tcp_listeners() if row.socket.port == port]
                return owners.with_owners(rows, owners.by_descriptor([inode]))[0]

            row = in_child(look)
            assert (row.unit, row.pids, row.owner_by) == (name, (pid,), "cgroup")
            as_root = owned_by_port(port)
            assert (as_root.unit, as_root.pids, as_root.owner_by) == (name, (pid,), "descriptor")


def owned_by_port(port: int) -> Socket:
    rows = [row for row in sock_diag.tcp_listeners() if row.socket.port == port]
    return owners.with_owners(rows, owners.by_descriptor([row.socket.inode or 0 for row in rows]))[0]


@contextmanager
def cgroup_folder(name: str) -> Iterator[Path]:
    """Make a cgroup in a hierarchy of version 2, and remove it when its last process has gone."""
    mount = cgroup.mount_point()
    if mount is None:
        pytest.skip("no cgroup-v2 hierarchy is mounted here")
    folder = Path(mount[0], name)
    try:
        folder.mkdir()
    except OSError as error:
        pytest.skip(f"cgroups cannot be made here: {error.strerror}")
    try:
        yield folder
    finally:

        def removed() -> bool:
            with suppress(OSError):
                folder.rmdir()
            return not folder.exists()

        wait_until(removed)

"""psutil's view, on the machine that the tests run on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from porttui.model.facts import Route, Sockets, Unseen
from porttui.observe.psutil_tables import (
    interfaces_by_psutil,
    processes_by_psutil,
    route_by_udp,
    sockets_by_psutil,
)
from porttui.observe.session import ssh_session


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def _sockets(port: int) -> Sockets:
    found = sockets_by_psutil(port, how_to_see="ss -ltnp")
    assert isinstance(found, Sockets)
    return found


def test_a_listener_is_there_with_its_process(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    found = _sockets(port)
    (row,) = [row for row in found.rows if row.port == port]
    assert (row.protocol, row.state, row.address) == ("tcp", "LISTEN", "127.0.0.1")
    assert (row.pids, row.owner_by) == ((os.getpid(),), "descriptor")
    assert found.source == "psutil"
    assert found.total >= len(found.rows)


def test_what_psutil_does_not_know_is_none_and_not_zero(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    (row,) = [row for row in _sockets(port).rows if row.port == port]
    assert (row.queue, row.backlog, row.v6only, row.inode, row.device) == (None, None, None, None, None)
    assert any(unseen.what == "unix sockets" for unseen in _sockets(port).unseen)


def test_both_ends_of_a_connection_on_the_port_are_there(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with socket.create_connection(("127.0.0.1", port)) as client:
        source = client.getsockname()[1]
        server, _ = listener.accept()
        with server:
            rows = _sockets(port).rows
            ends = {(row.port, row.peer_port) for row in rows if row.state == "ESTABLISHED"}
            assert {(port, source), (source, port)} <= ends
            elsewhere = [row for row in _sockets(1).rows if row.state == "ESTABLISHED"]
            assert all(1 in (row.port, row.peer_port) for row in elsewhere)


def test_a_socket_that_two_processes_hold_is_one_row_or_names_one_of_them(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"],
        stdin=subprocess.PIPE,
        pass_fds=(listener.fileno(),),
    )
    try:
        (row,) = [row for row in _sockets(port).rows if row.port == port]
        assert set(row.pids) <= {os.getpid(), child.pid}
        assert row.pids
    finally:
        child.communicate()


def test_an_ipv6_and_a_udp_socket_are_there() -> None:
    with (
        socket.create_server(("::1", 0), family=socket.AF_INET6) as six,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        udp.bind(("127.0.0.1", 0))
        found = _sockets(six.getsockname()[1]).rows
        assert ("tcp", "LISTEN", "::1", six.getsockname()[1]) in {
            (r.protocol, r.state, r.address, r.port) for r in found
        }
        assert ("udp", "UNCONN", "127.0.0.1", udp.getsockname()[1]) in {
            (r.protocol, r.state, r.address, r.port) for r in found
        }


def test_rows_are_sorted_by_port_and_address(listener: socket.socket) -> None:
    rows = _sockets(listener.getsockname()[1]).rows
    assert [(row.port, row.address) for row in rows] == sorted((row.port, row.address) for row in rows)


def test_this_process_is_described() -> None:
    (me,) = processes_by_psutil((os.getpid(), os.getpid()))
    assert me.pid == os.getpid()
    assert me.uid == os.geteuid()
    assert me.name
    assert me.argv
    assert me.state in ("R", "S", "D")
    assert me.started is not None
    assert me.started.tzinfo is not None
    assert me.cwd == os.getcwd()  # noqa: PTH109 - the text that the system has
    assert me.ancestors[-1].pid == os.getppid()
    assert me.open_files is not None
    assert me.capabilities is None
    assert me.seccomp is None


def test_a_process_that_is_gone_is_left_out() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert processes_by_psutil((child.pid, 2**30, -1)) == ()


def test_a_stopped_process_is_told_and_its_password_is_not() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "import os, signal, sys; os.kill(os.getpid(), signal.SIGSTOP)", "--password", "hunter2",
         "postgres://app:hunter2@db/shop", "a\x1b[31mb"]
    )  # fmt: skip
    try:
        os.waitpid(child.pid, os.WUNTRACED)
        (process,) = processes_by_psutil((child.pid,))
        assert process.state == "T"
        assert "hunter2" not in repr(process)
        assert "\x1b" not in repr(process.argv)
        assert "a\\x1b[31mb" in process.argv
    finally:
        child.kill()
        child.wait()


def test_the_loopback_interface_is_known_as_such() -> None:
    interfaces = interfaces_by_psutil()
    assert not isinstance(interfaces, Unseen)
    (loopback,) = [each for each in interfaces if "127.0.0.1" in each.addresses]
    assert loopback.loopback
    assert loopback.up


def test_the_route_to_loopback_is_local_and_has_a_source() -> None:
    route = route_by_udp("127.0.0.1")
    assert isinstance(route, Route)
    assert (route.kind, route.source, route.error) == ("local", "127.0.0.1", None)
    assert route.interface == "lo"


@pytest.mark.parametrize(
    ("value", "server_port"),
    [("192.0.2.7 51234 192.0.2.1 2222", 2222), ("", None), ("one two", None), ("a b c d", None)],
)
def test_an_ssh_session_is_read_from_its_variable(value: str, server_port: int | None) -> None:
    ssh = ssh_session({"SSH_CONNECTION": value})
    assert (ssh.server_port if ssh else None) == server_port

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from porttui.model.facts import Socket
from porttui.observe.linux import sock_diag
from tests.observe.holder import deny_netlink, linux_only
from tests.observe.netns import as_both, become, in_child, in_namespace, listen, needs_root, sh

pytestmark = linux_only


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as held:
        yield held


def listener_on(port: int) -> Socket:
    found = [row.socket for row in sock_diag.tcp_listeners() if row.socket.port == port]
    assert len(found) == 1
    return found[0]


def on_port(port: int) -> list[Socket]:
    return [row.socket for row in sock_diag.tcp_on_port(port)]


def ipv6_server(*, v6only: bool) -> socket.socket:
    return socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=not v6only)


@pytest.mark.parametrize("v6only", [True, False])
def test_tells_whether_an_ipv6_listener_takes_ipv4(v6only: bool, stack: ExitStack) -> None:
    server = stack.enter_context(ipv6_server(v6only=v6only))
    row = listener_on(server.getsockname()[1])
    assert (row.address, row.v6only) == ("::", v6only)


def test_an_ipv4_listener_has_no_v6only(stack: ExitStack) -> None:
    server = stack.enter_context(listen())
    row = listener_on(server.getsockname()[1])
    assert (row.address, row.v6only, row.device, row.peer) == ("127.0.0.1", None, None, "")
    assert row.inode == os.fstat(server.fileno()).st_ino
    assert row.uid == os.geteuid()


def test_a_full_accept_queue_holds_one_more_than_the_backlog(stack: ExitStack) -> None:
    server = stack.enter_context(listen(backlog=2))
    for _ in range(3):
        stack.enter_context(socket.create_connection(server.getsockname()))
    row = listener_on(server.getsockname()[1])
    assert (row.queue, row.backlog) == (3, 2)


def test_sockets_that_are_only_bound(stack: ExitStack) -> None:
    bound = stack.enter_context(socket.socket())
    bound.bind(("127.0.0.1", 0))
    port = bound.getsockname()[1]
    (row,) = on_port(port)
    assert (row.state, row.address, row.inode) == ("BOUND", "127.0.0.1", os.fstat(bound.fileno()).st_ino)
    assert sock_diag.bound_inodes(port) == {row.inode}
    bound.listen()
    assert on_port(port) == []
    assert sock_diag.lists_bound()


def test_each_sharer_of_a_port_is_a_row(stack: ExitStack) -> None:
    servers = [stack.enter_context(socket.socket()) for _ in range(2)]
    port = 0
    for server in servers:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        server.bind(("127.0.0.1", port))
        server.listen()
        port = server.getsockname()[1]
    inodes = {row.socket.inode for row in sock_diag.tcp_listeners() if row.socket.port == port}
    assert inodes == {os.fstat(server.fileno()).st_ino for server in servers}


def test_both_ends_of_a_connection_with_what_was_received(stack: ExitStack) -> None:
    server = stack.enter_context(ipv6_server(v6only=False))
    port = server.getsockname()[1]
    other = stack.enter_context(listen())
    stack.enter_context(socket.create_connection(other.getsockname()))
    client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
    client.sendall(b"hello")
    ours, theirs = sorted(on_port(port), key=lambda row: row.port == port)
    assert (ours.peer, ours.peer_port, ours.received) == ("127.0.0.1", port, 0)
    assert (theirs.address, theirs.port, theirs.queue, theirs.received) == ("127.0.0.1", port, 5, 5)
    assert (theirs.inode, theirs.uid) == (0, None)

    accepted = stack.enter_context(server.accept()[0])
    accepted.recv(5)
    client.shutdown(socket.SHUT_WR)
    (theirs,) = [row for row in on_port(port) if row.port == port]
    assert (theirs.state, theirs.received) == ("CLOSE_WAIT", 5)
    assert theirs.inode == os.fstat(accepted.fileno()).st_ino


def test_time_wait_belongs_to_nobody(stack: ExitStack) -> None:
    server = stack.enter_context(listen())
    port = server.getsockname()[1]
    client = socket.create_connection(("127.0.0.1", port))
    accepted, _ = server.accept()
    accepted.close()
    client.close()
    (row,) = on_port(port)
    assert (row.state, row.port, row.inode, row.uid) == ("TIME_WAIT", port, 0, None)
    assert row.expires is not None
    assert 58 < row.expires <= 61  # TCP_TIMEWAIT_LEN, and the timer's grain


def test_other_timers_are_no_expiry(stack: ExitStack) -> None:
    server = stack.enter_context(listen())
    port = server.getsockname()[1]
    client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    client.sendall(b"hello")
    assert {row.expires for row in on_port(port)} == {None}


def test_reading_ends_at_the_bound(stack: ExitStack) -> None:
    server = stack.enter_context(listen())
    for _ in range(4):
        stack.enter_context(socket.create_connection(server.getsockname()))
    assert len(sock_diag.tcp_on_port(server.getsockname()[1], limit=3)) == 3


def test_udp_bound_and_connected(stack: ExitStack) -> None:
    server = stack.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
    server.bind(("::1", 0))
    client = stack.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
    client.connect(server.getsockname())
    client.send(b"hello")
    port = server.getsockname()[1]
    rows = [row.socket for row in sock_diag.udp_sockets() if port in (row.socket.port, row.socket.peer_port)]
    assert {(row.state, row.port, row.peer_port) for row in rows} == {
        ("UNCONN", port, 0),
        ("ESTABLISHED", client.getsockname()[1], port),
    }
    assert next(row for row in rows if row.port == port).queue


def test_unix_listeners_with_their_names(stack: ExitStack, tmp_path: Path) -> None:
    named = stack.enter_context(socket.socket(socket.AF_UNIX))
    named.bind(str(tmp_path / "s\x1b[31m"))
    named.listen(7)
    abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
    abstract.bind(f"\0porttui-{os.getpid()}")
    abstract.listen()
    silent = stack.enter_context(socket.socket(socket.AF_UNIX))
    silent.bind(str(tmp_path / "bound"))
    rows = {row.inode: row for row in sock_diag.unix_listeners()}
    row = rows[os.fstat(named.fileno()).st_ino]
    assert (row.path, row.backlog, row.queue, row.uid) == (f"{tmp_path}/s\\x1b[31m", 7, 0, os.geteuid())
    assert rows[os.fstat(abstract.fileno()).st_ino].path == f"@porttui-{os.getpid()}"
    assert os.fstat(silent.fileno()).st_ino not in rows


@pytest.mark.parametrize(("listening", "asked"), [("127.0.0.1", "127.0.0.1"), ("::", "127.0.0.1"), ("::1", "::1")])
def test_one_connection_is_looked_up_directly(listening: str, asked: str, stack: ExitStack) -> None:
    server = stack.enter_context(listen(listening))
    port = server.getsockname()[1]
    client = stack.enter_context(socket.create_connection((asked, port)))
    source, source_port = client.getsockname()[:2]
    row = sock_diag.exact(asked, port, source, source_port)
    assert row is not None
    assert (row.state, row.address, row.port, row.peer_port) == ("ESTABLISHED", asked, port, source_port)


def test_the_listener_is_not_taken_for_a_connection(stack: ExitStack) -> None:
    server = stack.enter_context(listen())
    assert sock_diag.exact("127.0.0.1", server.getsockname()[1], "127.0.0.1", 9) is None


@needs_root
@as_both
def test_device_and_scope(uid: int) -> None:
    def work() -> tuple[tuple[str, str | None], ...]:
        sh(
            "ip link add d0 type veth peer name d1",
            "ip link set d0 up",
            "ip link set d1 up",
            "ip addr add fe80::7/64 dev d0 nodad",
        )
        with socket.socket() as bound_to, socket.socket(socket.AF_INET6) as scoped:
            bound_to.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"d0")
            bound_to.bind(("0.0.0.0", 8001))
            bound_to.listen()
            scoped.bind(("fe80::7", 8002, 0, socket.if_nametoindex("d0")))
            scoped.listen()
            become(uid)
            return tuple((row.address, row.device) for row in map(listener_on, (8001, 8002)))

    assert in_namespace(work) == (("0.0.0.0", "d0"), ("fe80::7%d0", None))


@needs_root
def test_an_ordinary_user_sees_the_sockets_of_others(stack: ExitStack) -> None:
    server = stack.enter_context(listen(backlog=3))
    stack.enter_context(socket.create_connection(server.getsockname()))

    def work() -> Socket:
        become(65534)
        return listener_on(server.getsockname()[1])

    row = in_child(work)
    assert (row.queue, row.backlog, row.uid) == (1, 3, 0)


@linux_only
def test_a_sandbox_without_netlink_is_an_error_of_its_own() -> None:
    def work() -> str:
        deny_netlink()
        with pytest.raises(sock_diag.DiagError) as caught:
            sock_diag.tcp_listeners()
        return str(caught.value.strerror)

    assert in_child(work) == "sock_diag: Operation not permitted"

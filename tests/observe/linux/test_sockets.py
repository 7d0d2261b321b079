from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from porttui.model.facts import Fate, Socket, Sockets, Unseen
from porttui.observe.linux import sockets as sockets_linux
from porttui.observe.linux.sockets import linux_fate, linux_sockets
from tests.observe.holder import become_dumpable, deny_netlink, holding, keep, linux_only, new_network, wait_until
from tests.observe.linux.test_owners import program_that_names
from tests.observe.netns import NOBODY, as_both, become, in_child, in_namespace, listen, needs_root, sh

pytestmark = linux_only


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as held:
        yield held


def read(port: int) -> Sockets:
    sockets = linux_sockets(port)
    assert isinstance(sockets, Sockets)
    return sockets


def of_inode(sockets: Sockets, held: socket.socket) -> Socket:
    return next(row for row in sockets.rows if row.inode == os.fstat(held.fileno()).st_ino)


def test_everything_on_the_port_and_every_listener(stack: ExitStack, tmp_path: Path) -> None:
    server, other = (stack.enter_context(listen()) for _ in range(2))
    port = server.getsockname()[1]
    client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
    elsewhere = stack.enter_context(socket.create_connection(other.getsockname()))
    udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    udp.bind(("127.0.0.1", 0))
    unix = stack.enter_context(socket.socket(socket.AF_UNIX))
    unix.bind(str(tmp_path / f"app-{port}.sock"))
    unix.listen()
    plain = stack.enter_context(socket.socket(socket.AF_UNIX))
    plain.bind(str(tmp_path / "plain"))
    plain.listen()

    sockets = read(port)
    inodes = {row.inode for row in sockets.rows}
    for held in (server, other, client, udp, unix):
        row = of_inode(sockets, held)
        assert (row.owner_by, row.pids) == ("descriptor", (os.getpid(),))
    for held in (elsewhere, plain):
        assert os.fstat(held.fileno()).st_ino not in inodes
    (theirs,) = [row for row in sockets.rows if row.port == port and row.state == "ESTABLISHED"]
    assert (theirs.peer_port, theirs.inode, theirs.pids) == (client.getsockname()[1], 0, ())
    assert sockets.source == "netlink"
    assert sockets.total >= len(sockets.rows)
    assert sockets.ms > 0
    assert list(sockets.rows) == sorted(sockets.rows, key=lambda row: (row.port, row.address))
    assert of_inode(sockets, server).user == psutil.Process().username()


def test_listeners_alone(stack: ExitStack) -> None:
    server = stack.enter_context(listen())
    stack.enter_context(socket.create_connection(server.getsockname()))
    sockets = read(0)
    assert of_inode(sockets, server).state == "LISTEN"
    assert {row.state for row in sockets.rows} <= {"LISTEN", "UNCONN"}


def test_an_ipv4_address_on_an_ipv6_socket_is_ipv4(stack: ExitStack) -> None:
    server = stack.enter_context(listen("::ffff:127.0.0.1"))
    row = of_inode(read(server.getsockname()[1]), server)
    assert (row.address, row.v6only) == ("127.0.0.1", None)


@needs_root
def test_the_same_rows_and_owners_as_psutil() -> None:
    def work() -> None:
        servers = [keep(listen(address, backlog=50)) for address in ("127.0.0.1", "0.0.0.0", "::", "::1", "127.0.0.1")]
        port = servers[2].getsockname()[1]
        for address in ("127.0.0.1", "::1") * 5:
            keep(socket.create_connection((address, port))).sendall(b"x")
        for _ in range(4):
            keep(servers[2].accept()[0])
        closing = socket.create_connection(("127.0.0.1", port))
        closing.close()
        # the last connection is still closing: both must agree at some moment
        wait_until(lambda: _by_psutil(port) == _by_porttui(port))
        assert len(_by_porttui(port)) > 20
        assert not any(unseen.what.startswith("owners") for unseen in read(port).unseen)

    in_namespace(work)


def _by_psutil(port: int) -> set[tuple[object, ...]]:
    return {
        (*_plain(each.laddr), *_plain(each.raddr), each.status, each.pid)
        for each in psutil.net_connections("tcp")
        if each.status == "LISTEN" or port in (_plain(each.laddr)[1], _plain(each.raddr)[1])
    }


def _by_porttui(port: int) -> set[tuple[object, ...]]:
    return {
        (row.address, row.port, row.peer, row.peer_port, row.state, row.pids[0] if row.pids else None)
        for row in read(port).rows
        if row.protocol == "tcp"
    }


def _plain(end: Sequence[object]) -> tuple[object, object]:
    return (str(end[0]).removeprefix("::ffff:"), end[1]) if end else ("", 0)


@needs_root
def test_an_ordinary_user_is_told_that_owners_are_unseen() -> None:
    with listen() as server:
        port = server.getsockname()[1]

        def look() -> Sockets:
            server.close()
            become(NOBODY)
            return read(port)

        sockets = in_child(look)
    (row,) = [each for each in sockets.rows if each.port == port]
    assert (row.state, row.user, row.pids, row.owner_by) == ("LISTEN", "root", (), None)
    how = f"ss -ltnp 'sport = :{port}'"
    told = Unseen(what="owners of 1 socket", reason="needs root", how_to_see=how, needs_root=True)
    assert told in sockets.unseen


@as_both
def test_without_netlink_the_tables_of_proc_are_read(uid: int) -> None:
    with listen() as server, socket.create_connection(server.getsockname()) as client:
        port = server.getsockname()[1]
        client.sendall(b"hello")
        source, source_port = client.getsockname()

        def look() -> tuple[Sockets, Fate, Fate]:
            if os.geteuid() == 0:
                become(uid)
            deny_netlink()
            return (
                read(port),
                linux_fate("127.0.0.1", port, source, source_port),
                linux_fate("127.0.0.1", port, source, 1),
            )

        sockets, waiting, missing = in_child(look)
        assert (waiting, missing) == (Fate(row="waiting", unread=5), Fate(row="missing"))
    (row,) = [each for each in sockets.rows if each.port == port and each.state == "LISTEN"]
    assert (row.queue, row.backlog, sockets.source) == (1, None, "proc")
    assert len([each for each in sockets.rows if port in (each.port, each.peer_port)]) == 3
    assert sockets.unseen[0].what.startswith("accept queue limits")
    assert sockets.unseen[0].reason == "sock_diag: Operation not permitted"


@needs_root
def test_a_listener_of_another_namespace_is_among_the_rows() -> None:
    def serve() -> int:
        new_network()
        return int(keep(listen("0.0.0.0")).getsockname()[1])

    with holding(serve) as (pid, port):
        (row,) = [each for each in read(port).rows if each.namespace and pid in each.pids]
        assert (row.state, row.port, row.user) == ("LISTEN", port, "root")


@needs_root
def test_the_port_that_docker_proxy_forwards_to_is_looked_for_inside() -> None:
    def serve() -> int:
        new_network()
        return int(keep(listen("127.0.0.1")).getsockname()[1])

    with holding(serve) as (pid, inside), listen() as server:
        port = server.getsockname()[1]
        with program_that_names("-host-port", str(port), "-container-port", str(inside), server=server):
            (row,) = [each for each in read(port).rows if each.namespace and pid in each.pids]
            assert (row.address, row.port) == ("127.0.0.1", inside)


def test_a_bind_that_was_only_tried_is_not_told(stack: ExitStack) -> None:
    bound = stack.enter_context(socket.socket())
    bound.bind(("127.0.0.1", 0))
    port = bound.getsockname()[1]
    row = of_inode(read(port), bound)
    assert row.state == "BOUND"
    gone = Socket(protocol="tcp", state="BOUND", address="127.0.0.1", port=port, inode=1)
    assert sockets_linux._still_bound([row, gone], port) == [row]


def test_more_rows_than_the_bound_are_said_to_be_unseen(stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    server = stack.enter_context(listen(backlog=50))
    port = server.getsockname()[1]
    for _ in range(40):
        stack.enter_context(socket.create_connection(("127.0.0.1", port)))
    monkeypatch.setattr(sockets_linux, "_MOST_ROWS", 30)
    sockets = read(port)
    assert any(unseen.what == f"sockets on port {port} beyond the first 30" for unseen in sockets.unseen)
    assert len([row for row in sockets.rows if row.state == "ESTABLISHED"]) <= 30


@pytest.mark.parametrize(
    ("listening", "asked"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.2"), ("::", "127.0.0.1"), ("::1", "::1")],
)
@as_both
def test_the_fate_of_a_connection(uid: int, listening: str, asked: str) -> None:
    def work() -> list[Fate]:
        if os.geteuid() == 0:
            become(uid)
        fates: list[Fate] = []
        with listen(listening) as server:
            port = server.getsockname()[1]
            with socket.create_connection((asked, port)) as client:
                source, source_port = client.getsockname()[:2]

                def look() -> None:
                    fates.append(linux_fate(asked, port, source, source_port))

                client.sendall(b"hello")
                look()
                accepted, _ = server.accept()
                look()
                accepted.recv(5)
                look()
                accepted.close()
                look()
        fates.append(linux_fate(asked, port, source, 1))
        return fates

    assert in_child(work) == [
        Fate(row="waiting", unread=5),
        Fate(row="accepted", unread=5, received=5, unsent=0),
        Fate(row="accepted", unread=0, received=5, unsent=0),
        Fate(row="accepted", closed=True),
        Fate(row="missing"),
    ]


def test_the_fate_by_a_mapped_address(stack: ExitStack) -> None:
    server = stack.enter_context(listen("::"))
    port = server.getsockname()[1]
    client = stack.enter_context(socket.socket(socket.AF_INET6))
    client.connect(("::ffff:127.0.0.1", port))
    source, source_port = client.getsockname()[:2]
    assert linux_fate("::ffff:127.0.0.1", port, source, source_port).row == "waiting"


@needs_root
def test_the_fate_of_a_redirected_connection_is_missing() -> None:
    def work() -> tuple[int, Fate, Fate]:
        sh("nft add table ip t", "nft add chain ip t c { type nat hook output priority -100 ; }")
        with listen() as server:
            port = server.getsockname()[1]
            sh(f"nft add rule ip t c tcp dport 7 redirect to :{port}")
            with socket.create_connection(("127.0.0.1", 7)) as client:
                by_root = linux_fate("127.0.0.1", 7, *client.getsockname())
                become(NOBODY)
                return port, by_root, linux_fate("127.0.0.1", 7, *client.getsockname())

    port, by_root, by_nobody = in_namespace(work)
    assert by_root == Fate(row="missing", to_address="127.0.0.1", to_port=port, source="127.0.0.1")
    assert by_nobody == Fate(row="missing", to_address="127.0.0.1", to_port=port)


@needs_root
def test_the_fate_is_unknown_when_no_table_can_be_read() -> None:
    def work() -> Fate:
        sh("mount -t tmpfs none /proc")
        deny_netlink()
        return linux_fate("127.0.0.1", 1, "127.0.0.1", 2)

    assert in_child(lambda: _in_private_mounts(work)) == Fate(row="unknown")


def _in_private_mounts(work: object) -> Fate:
    import ctypes

    assert callable(work)
    if ctypes.CDLL(None).unshare(0x00020000) != 0:
        raise OSError("unshare")
    sh("mount --make-rprivate /")
    fate = work()
    assert isinstance(fate, Fate)
    return fate


def test_an_ordinary_user_sees_his_own_servers_whole() -> None:
    def serve() -> int:
        if os.geteuid() == 0:
            become_dumpable(NOBODY)
        return int(keep(listen()).getsockname()[1])

    with holding(serve) as (pid, port):

        def look() -> Sockets:
            if os.geteuid() == 0:
                become_dumpable(NOBODY)
            return read(port)

        sockets = in_child(look)
        (row,) = [each for each in sockets.rows if each.port == port]
        assert (row.pids, row.owner_by) == ((pid,), "descriptor")
        assert not any(unseen.what.startswith("owners") for unseen in sockets.unseen)

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec.structs import replace

from porttui.model.facts import Socket
from porttui.observe.linux import proc_net, sock_diag
from tests.observe.holder import holding, keep, linux_only, new_network
from tests.observe.netns import listen, needs_root

pytestmark = linux_only


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as held:
        yield held


def test_the_same_rows_as_sock_diag_as_far_as_they_go(stack: ExitStack) -> None:
    server = stack.enter_context(listen("::"))
    port = server.getsockname()[1]
    for address in ("127.0.0.1", "::1"):
        client = stack.enter_context(socket.create_connection((address, port)))
        client.sendall(b"hello")
    stack.enter_context(server.accept()[0])
    told = [row.socket for row in (*sock_diag.tcp_listeners(), *sock_diag.tcp_on_port(port))]
    expected = [replace(row, backlog=None, v6only=None, received=None, sent=None) for row in told if row.port == port]
    read = [row for row in proc_net.read_tcp(ports=[port]) if row.port == port]
    assert sorted(read, key=repr) == sorted(expected, key=repr)
    assert {row.address for row in read} == {"::", "127.0.0.1", "::1"}
    assert next(row for row in read if row.state == "LISTEN").queue == 1


def test_when_time_wait_ends_is_told_by_both(stack: ExitStack) -> None:
    server = stack.enter_context(listen())
    port = server.getsockname()[1]
    client = socket.create_connection(("127.0.0.1", port))
    server.accept()[0].close()
    client.close()
    (known,) = [row.socket.expires for row in sock_diag.tcp_on_port(port) if row.socket.state == "TIME_WAIT"]
    (read,) = [row.expires for row in proc_net.read_tcp(ports=[port]) if row.state == "TIME_WAIT"]
    assert known is not None
    assert read is not None
    assert abs(read - known) < 1


def test_all_ports_or_the_wanted_ones(stack: ExitStack) -> None:
    one, other = (stack.enter_context(listen()) for _ in range(2))
    ports = [server.getsockname()[1] for server in (one, other)]
    assert {row.port for row in proc_net.read_tcp()} >= set(ports)
    assert {row.port for row in proc_net.read_tcp(ports=ports[:1])} == {ports[0]}
    assert proc_net.read_tcp(ports=[]) == []


def test_udp(stack: ExitStack) -> None:
    server = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    server.bind(("127.0.0.1", 0))
    (row,) = proc_net.read_udp(ports=[server.getsockname()[1]])
    assert (row.protocol, row.state, row.address, row.peer) == ("udp", "UNCONN", "127.0.0.1", "")


def test_unix_listeners(stack: ExitStack, tmp_path: Path) -> None:
    path = tmp_path / "a b"
    server = stack.enter_context(socket.socket(socket.AF_UNIX))
    server.bind(str(path))
    assert str(path) not in {row.path for row in proc_net.read_unix_listeners()}
    server.listen()
    (row,) = [row for row in proc_net.read_unix_listeners() if row.path == str(path)]
    assert row == Socket(protocol="unix", state="LISTEN", path=str(path), inode=os.fstat(server.fileno()).st_ino)


def test_counts_without_a_walk(stack: ExitStack) -> None:
    before = proc_net.count_all()
    for _ in range(200):
        stack.enter_context(listen())
    assert proc_net.count_all() >= before + 150  # others come and go meanwhile


@needs_root
def test_the_tables_of_another_namespace() -> None:
    def work() -> int:
        new_network()
        return int(keep(listen("0.0.0.0")).getsockname()[1])

    with holding(work) as (pid, port):
        (row,) = proc_net.read_tcp(f"/proc/{pid}/net", [port])
        assert (row.state, row.address, row.port) == ("LISTEN", "0.0.0.0", port)


def test_an_unreadable_table_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        proc_net.read_tcp(str(tmp_path))


def test_a_kernel_without_ipv6(tmp_path: Path) -> None:
    row = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 4711 1 0 100 0\n"
    (tmp_path / "tcp").write_text("  sl  local_address ...\n" + row)
    (listener,) = proc_net.read_tcp(str(tmp_path))
    assert listener == Socket(
        protocol="tcp", state="LISTEN", address="127.0.0.1", port=8080, queue=3, uid=1000, inode=4711
    )

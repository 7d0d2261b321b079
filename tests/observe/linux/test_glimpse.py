"""The light reading that watching rests on."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from porttui.model.facts import Process, Unseen
from porttui.observe.linux import sock_diag
from porttui.observe.linux.glimpse import linux_listeners, linux_starting
from porttui.observe.psutil_tables import starting_by_psutil


@contextlib.contextmanager
def naming(port: int) -> Iterator[int]:
    """Run a program that names a port and does not open it."""
    code = "import sys; print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "--port", str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.kill()


@pytest.mark.parametrize("by_netlink", [True, False])
def test_only_the_listeners_of_the_port_are_read(by_netlink: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_port: int) -> list[sock_diag.DiagRow]:
        raise sock_diag.DiagError(1, "sock_diag: denied")

    if not by_netlink:
        monkeypatch.setattr(sock_diag, "tcp_listeners", denied)
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        port = one.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            rows = linux_listeners(port)
        assert not isinstance(rows, Unseen)
        assert [(row.address, row.port, row.state) for row in rows] == [("127.0.0.1", port, "LISTEN")]
        assert rows[0].inode
        assert other.getsockname()[1] != port


def test_a_program_that_names_the_port_is_found() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody else gets the number
        port = held.getsockname()[1]
        with naming(port) as pid:
            for found in (linux_starting(port), starting_by_psutil(port)):
                assert [each.pid for each in found] == [pid]
                assert isinstance(found[0], Process)
                assert found[0].started is not None
        assert linux_starting(port) == ()

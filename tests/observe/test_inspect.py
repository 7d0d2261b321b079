"""A close look at a real process: its sockets, who is connected, what it uses, and that it is the same one still."""

from __future__ import annotations

import datetime as dt
import socket

from msgspec.structs import replace

from porttui.model.facts import Process, Sockets
from porttui.observe import this_platform
from porttui.observe.inspect import inspect
from tests.observe.holder import holding, linux_only

pytestmark = linux_only


def test_a_process_is_looked_at_closely() -> None:
    elsewhere = socket.create_server(("127.0.0.1", 0))

    def work() -> tuple[int, int]:
        server, other = socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0))
        outward = socket.create_connection(elsewhere.getsockname())
        kept.extend((server, other, outward))
        return server.getsockname()[1], other.getsockname()[1]

    kept: list[socket.socket] = []
    with elsewhere, holding(work) as (pid, (port, other)), socket.create_connection(("127.0.0.1", port)):
        eyes = this_platform()
        (process,) = eyes.processes((pid,))
        found = inspect(process, eyes)
        assert not found.gone
        assert isinstance(found.sockets, Sockets)
        held = [row for row in found.sockets.rows if pid in row.pids]
        assert {row.port for row in held if row.state == "LISTEN"} >= {port, other}
        assert (elsewhere.getsockname()[1], "ESTABLISHED") in {(row.peer_port, row.state) for row in held}
        assert any(row.port == port and row.state == "ESTABLISHED" for row in found.sockets.rows), "who is connected"
        assert found.process.cpu_percent is not None
        assert found.surroundings.interfaces
        assert found.log is None
        reused = replace(process, started=(process.started or dt.datetime.now().astimezone()) - dt.timedelta(hours=1))
        assert inspect(reused, eyes).gone, "the pid is another process's now"
    ended: Process = process
    assert inspect(ended, this_platform()).gone

"""When the diagnosis screen looks closely at a process: the Process tab is in sight, and something has changed."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from porttui.model.facts import Process, Socket, Sockets
from porttui.ui import live
from porttui.ui.tabs.making import PROCESS
from porttui.ui.work import work

if TYPE_CHECKING:
    from porttui.ui.screens.diagnosis import DiagnosisScreen

_SECONDS = dt.timedelta(seconds=10)
"""How long a close look stands when only connections come and go: it asks managers, a log and the firewall."""


class _Focus(NamedTuple):
    """What has to be another for a new close look at once."""

    pid: int
    started: dt.datetime | None
    state: str
    listeners: tuple[tuple[str, int], ...]


class Inspecting:
    """Looks closely at processes for a diagnosis screen; a failure is told there and on the normal screen."""

    def __init__(self, screen: DiagnosisScreen) -> None:
        self._screen = screen
        self._focus: _Focus | None = None
        self._rows: tuple[Socket, ...] = ()
        """The sockets at the look before the last close look."""
        self._until: dt.datetime | None = None
        """Until when that stands, whatever connections come and go."""

    def mind(self, *, again: bool = False) -> None:
        """Look closely at the process in focus, unless nothing has changed since; `again`: all the same."""
        screen = self._screen
        report = screen.shown.report
        one = screen.process_tab.process() if screen.current == PROCESS else None
        if one is None or report is None or screen.shown.looking or screen.tui.inspect is None:
            return
        table = report.facts.sockets
        rows = table.rows if isinstance(table, Sockets) else ()
        held = (row for row in rows if row.state == "LISTEN" and one.pid in row.pids)
        focus = _Focus(one.pid, one.started, one.state, tuple((row.address, row.port) for row in held))
        late = self._until is None or report.at >= self._until
        if again or focus != self._focus or (late and rows != self._rows):
            self._focus, self._rows, self._until = focus, rows, report.at + _SECONDS
            work(screen, "inspect", partial(self._inspect, one))

    async def _inspect(self, process: Process) -> None:
        screen, look = self._screen, self._screen.tui.inspect
        if look is None:
            return
        try:
            found = await live.in_thread(lambda: look(process))
        except Exception as error:  # noqa: BLE001  # told on the screen and on the normal screen
            error.add_note(f"looking closely at pid {process.pid}")
            screen.failed(f"looking closely at pid {process.pid}", error)
            return
        screen.show(replace(screen.shown, inspected=found))

"""What the diagnosis screen lets others do in a thread: write a report, look closely at a process, and act on it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from porttui.act.signals import Outcome
from porttui.model.facts import Process, Socket, Sockets
from porttui.model.report import Report
from porttui.reading.acts import Act
from porttui.ui import live
from porttui.ui.tabs.process import ProcessTab
from porttui.ui.work import work

if TYPE_CHECKING:
    from porttui.ui.screens.diagnosis import DiagnosisScreen


class Doing:
    """Saves and acts for a diagnosis screen; a failure is told there and on the normal screen."""

    def __init__(self, screen: DiagnosisScreen) -> None:
        self._screen = screen
        self._inspected: tuple[Process, tuple[Socket, ...]] | None = None
        """Which process was looked at closely, and what the look before had shown."""

    def save(self) -> None:
        """Write the report, with what was seen of the target since."""
        shown = self._screen.shown
        if shown.report is not None:
            work(self._screen, "save", partial(self._save, replace(shown.report, timeline=shown.timeline)))

    async def _save(self, report: Report) -> None:
        save = self._screen.tui.save
        if save is None:
            return
        try:
            self._screen.say(await live.in_thread(lambda: save(report)))
        except Exception as error:  # noqa: BLE001  # told on the screen and on the normal screen
            error.add_note("saving the report")
            self._screen.failed("saving the report", error)

    def inspect(self, *, again: bool = False) -> None:
        """Look closely at the process in focus while the Process tab is in sight, unless nothing has changed since."""
        screen = self._screen
        tab, report = screen.tab, screen.shown.report
        one = tab.process() if isinstance(tab, ProcessTab) else None
        if one is None or report is None or screen.shown.looking or screen.tui.inspect is None:
            return
        table = report.facts.sockets
        asked = (one, table.rows if isinstance(table, Sockets) else ())
        if again or asked != self._inspected:
            self._inspected = asked
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

    def act(self, process: Process, act: Act) -> None:
        """Do to a process what the user has confirmed, tell what came of it, and look again."""
        work(self._screen, "act", partial(self._act, process, act))

    async def _act(self, process: Process, act: Act) -> None:
        screen = self._screen
        tab, hands, report, started = (
            screen.query_one("#tab-4", ProcessTab),
            screen.tui.hands,
            screen.shown.report,
            process.started,
        )
        if hands is None or report is None or started is None:
            return
        try:
            result = await live.in_thread(lambda: hands.send(process.pid, started, act))
            tab.sent(result)
            if result.outcome is Outcome.SENT:
                tab.became(await live.in_thread(lambda: hands.after(report.facts, process, act)))
        except Exception as error:  # noqa: BLE001  # told on the screen and on the normal screen
            error.add_note(f"{act} of pid {process.pid}")
            screen.failed(f"the {act} of pid {process.pid}", error)
            return
        screen.refresh_rows()
        if not screen.shown.looking:
            screen.action_recheck()

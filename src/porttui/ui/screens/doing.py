"""What the diagnosis screen lets others do in a thread: write a report to files, and act on a process."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace
from rich.cells import cell_len

from porttui.model.facts import Process
from porttui.model.report import Report
from porttui.reading.acts import Act
from porttui.ui import live
from porttui.ui.work import work

if TYPE_CHECKING:
    from porttui.ui.screens.diagnosis import DiagnosisScreen


class Doing:
    """Saves and acts for a diagnosis screen; a failure is told there and on the normal screen."""

    def __init__(self, screen: DiagnosisScreen) -> None:
        self._screen = screen

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
            words = await live.in_thread(lambda: save(report))
            if cell_len(words) < self._screen.size.width - 1:
                self._screen.say(words)
            else:  # a path that is cut can be found by nobody
                self._screen.page("Save", [("", words)])
        except Exception as error:  # noqa: BLE001  # told on the screen and on the normal screen
            error.add_note("saving the report")
            self._screen.failed("saving the report", error)

    def act(self, process: Process, act: Act) -> None:
        """Do to a process what the user has confirmed, tell what came of it, and look again."""
        work(self._screen, "act", partial(self._act, process, act))

    async def _act(self, process: Process, act: Act) -> None:
        from porttui.act.signals import Outcome

        screen = self._screen
        tab, hands, report, started = (
            screen.process_tab,
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

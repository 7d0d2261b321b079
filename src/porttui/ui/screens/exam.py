"""An exam: a lab after the other, drawn by lot, and at the end the points and what to read again."""

from __future__ import annotations

from functools import partial

from porttui.labs import exam as exams
from porttui.labs.exam import Exam
from porttui.labs.lab import Lab
from porttui.ui.keymap import key_of
from porttui.ui.keys import Key
from porttui.ui.lab_beside import tries
from porttui.ui.lines import Line, plain
from porttui.ui.screens.lab import LabScreen
from porttui.ui.screens.page import PageScreen
from porttui.ui.work import work


class ExamScreen(LabScreen):
    """One round of an exam."""

    def __init__(self, exam: Exam, lab: Lab) -> None:
        """Make the screen of the round that is to be played now."""
        super().__init__(lab)
        self.exam = exam
        self._heading = exam.heading

    def reached(self) -> None:
        """Write the points down."""
        self.exam.mark(self.play, solved=True)

    def heading(self, *, short: bool) -> str:
        """Return which round it is; what the lab is called would tell whoever has seen it before."""
        return f"ROUND {self._heading.split()[3]}" if short else self._heading.upper()

    def beside(self, width: int) -> list[Line]:
        """Tell the points so far."""
        rows = [f"   {at}  {how}" for at, _, how in exams.rows(self.exam)]
        return plain([*tries(self.play, self.stand, width), " Your points", *(rows or ["   none yet"])])

    def see(self) -> None:
        """Look at nothing: what porttui finds costs a point."""

    def after(self) -> str:
        """Return where `n` leads: out of this round, to the next one, or to the points."""
        if self.stand.phase in ("on", "over", "failed"):
            return "give this round up"
        if self.stand.phase in ("solved", "given up"):
            points = exams.verdict(self.exam.marks[-1])
            return f"{points}; the next round" if self.exam.lab is not None else f"{points}; the result"
        return ""

    def advice(self, *, narrow: bool) -> str:
        """Name what costs nothing first."""
        own = f"{key_of('command')}  look with commands of your own"
        return own if narrow else f"{own}; {key_of('diagnose')} asks porttui, for a point"

    def label(self, key: Key) -> str:
        """Say what `n` does now."""
        if key.id != "next_lab":
            return super().label(key)
        if self.stand.phase in ("solved", "given up"):
            return "Next round" if self.exam.lab is not None else "Result"
        return "Give up"

    def action_next_lab(self) -> None:
        """Give this round up, or go on."""
        if self.stand.phase == "failed":
            self.exam.mark(self.play, solved=False)
            self._go_on()
        elif self.stand.phase not in ("solved", "given up"):
            self.workers.cancel_group(self, "play")
            self.exam.mark(self.play, solved=False)
            self.become(self.stand._replace(phase="given up"))
            work(self, "end", partial(self.backstage.do, self.play.end))
        else:
            self._go_on()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let nobody do a round again that has its points."""
        if action == "again" and self.stand.phase in ("solved", "given up"):
            return False
        return super().check_action(action, parameters)

    def _go_on(self) -> None:
        """Show the next round, or the points."""
        if (lab := self.exam.lab) is not None:
            self.app.switch_screen(ExamScreen(self.exam, lab))
            return
        if self.exam.passed:
            self.tui.practice.remember(exams.NAME)
        self.app.switch_screen(PageScreen("The exam", _result(self.exam)))


def _result(exam: Exam) -> list[tuple[str, str]]:
    rows = [("", exams.result(exam)), ("", "")]
    rows += [(f"{at}  {how.partition(' (')[0]}", _what(what, how)) for at, what, how in exams.rows(exam)]
    again = exams.read_again(exam)
    if again:
        rows += [("", ""), ("", "To read, and to do, again:")]
        rows += [(lesson, lab or fault) for fault, lesson, lab in again]
    return rows


def _what(what: str, how: str) -> str:
    """Return what a round was, and what it cost."""
    return f"{what} ({how.partition(' (')[2]}" if " (" in how else what

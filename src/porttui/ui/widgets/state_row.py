"""Row 1: the answer top left, then target and question, and on the right who looked where and when."""

from __future__ import annotations

from rich.cells import cell_len

from porttui.ui.lines import NARROW, WIDE, Line, cut, pad, styled
from porttui.ui.shown import Shown
from porttui.ui.words import place, question, state


def state_line(shown: Shown, width: int) -> Line:
    """Return the first row of the diagnosis screen."""
    answer = state(shown)
    target = shown.report.target.text if shown.report else str(shown.asked.target)
    if width < NARROW:
        return styled(" ", answer, "state", "  " + cut(target, width - cell_len(answer) - 4))
    time = shown.report.at.strftime("%H:%M:%S") if shown.report else ""
    if width >= WIDE:
        right = place(shown.who, long=True) + (f"   looked {time} " if time else " ")
    else:
        right = place(shown.who) + (f"  {time} " if time else " ")
    asked = shown.asked.question
    told = ("for the lessons",) if shown.example else (question(asked), question(asked, short=True))
    for middle in (*(f"  {target}  {each}" for each in told), f"  {target}"):
        if cell_len(answer) + cell_len(middle) + cell_len(right) + 2 <= width:
            break
    room = width - cell_len(answer) - cell_len(right) - 1
    if room < 20:
        return styled(" ", answer, "state", cut(middle, width - cell_len(answer) - 1))
    return styled(" ", answer, "state", pad(middle, room) + right)

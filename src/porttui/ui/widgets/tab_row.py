"""Row 2: the six tabs; where there is no room for them, the six steps or the name of the tab."""

from __future__ import annotations

from porttui.model.report import Status, StepResult
from porttui.ui.keymap import key_of
from porttui.ui.keys import DIAGNOSIS
from porttui.ui.lines import Line, cut, styled
from porttui.ui.words import MARKS

TITLES = tuple(key.label for key in DIAGNOSIS if key.id.startswith("tab_"))


def tab_line(current: int) -> Line:
    """Return the row of tabs; `current` is counted from 1."""
    cells = (
        f"[{key_of(f'tab_{index}')} {title}]" if index == current else f" {key_of(f'tab_{index}')} {title} "
        for index, title in enumerate(TITLES, 1)
    )
    return Line("".join(cells))


def steps_line(steps: tuple[StepResult, ...], width: int) -> Line:
    """Return the six steps as one row of symbols, the failing one in capitals."""
    length = 40
    failing = [step.status is Status.FAIL for step in steps]
    words = [step.name.value.upper() if bad else step.name.value for step, bad in zip(steps, failing, strict=True)]
    marks = [MARKS[step.status][0] for step in steps]
    for index in reversed(range(len(words))):
        length = sum(len(word) + 2 for word in words) - 1
        if length > width and not failing[index]:
            words[index] = words[index][:4]
    cells = [mark + word for mark, word in zip(marks, words, strict=True)]
    if True in failing:
        at = failing.index(True)
        before = " ".join(cells[:at]) + " " * bool(at)
        return styled(before, cells[at], "fail", "".join(" " + cell for cell in cells[at + 1 :]))
    return Line(cut(" ".join(cells), width))

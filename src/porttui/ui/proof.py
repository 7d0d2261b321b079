"""The proof that a fix worked: before and now, what was seen in between, and what is still to do."""

from __future__ import annotations

from rich.cells import cell_len

from porttui.model.report import Status
from porttui.reading.guide import Guide, Row
from porttui.render import proven
from porttui.render.sections import step_lines
from porttui.ui.lines import EMPTY, Line, cut, pad, plain, wrap
from porttui.ui.shown import Shown
from porttui.ui.timeline import timeline_rows
from porttui.ui.ways import Place, step_name
from porttui.ui.words import MARKS, number, sentence

_NAME = 11
_BEFORE = 25


def kept_steps(shown: Shown) -> list[Place]:
    """Return every step of the way in hand that writes something down for good, marked or not."""
    guide = shown.guide
    pinned = guide.pinned if guide is not None else None
    return [(pinned.way, index) for index, step in enumerate(pinned.steps) if step.edit is not None] if pinned else []


def fixed_rows(shown: Shown, width: int, at: Place | None) -> tuple[list[Line], tuple[int, int] | None]:
    """Return the whole proof, and the rows of the step in focus."""
    guide = shown.guide
    assert guide is not None  # noqa: S101  # only called when it is proven
    rows = [*wrap(proven.works(guide), width - 1, " "), ""]
    rows += _solved(guide, width)
    rows += _table(guide, width)
    rows += ["", " What was seen, newest first", *timeline_rows(guide.timeline, width - 1, 6)]
    focus = None
    steps = kept_steps(shown)
    if steps and guide.pinned is not None:
        left = bool(proven.still_to_do(guide, shown.marked))
        rows += ["", " Still to do, or it comes back with the next start" if left else " Done, so that it stays so"]
        for place in steps:
            lead = f" {'>' if place == at else ' '}  [{'x' if place in shown.marked else ' '}] {step_name(place)}  "
            start = len(rows)
            words, typed = (
                sentence(guide.pinned, place[1], guide.first),
                step_lines(guide.pinned.steps[place[1]], guide.first),
            )
            if len(typed) == 1 and cell_len(f"{lead}{words}  {typed[0]}") < width:
                rows.append(f"{lead}{words}  {typed[0]}")
            else:
                rows += [*wrap(words, width - 1, lead), *(cut(f"        {one}", width - 1) for one in typed)]
            focus = (start, len(rows) - 1) if place == at else focus
    if back := proven.to_undo(guide):
        rows += ["", *wrap(f"To undo it: {back}", width - 1, " ", "   ")]
    return plain(rows), focus


def _solved(guide: Guide, width: int) -> list[str]:
    """Name the faults that were worked on when there were several."""
    if not guide.solved:
        return []
    rows = [f" {number(len(guide.solved) + 1).capitalize()} faults are gone"]
    for report in (*guide.solved, guide.first):
        rows += wrap(report.verdict.summary, width - 1, f"   {MARKS[Status.PASS][0]} ")
    return [*rows, ""]


def _table(guide: Guide, width: int) -> list[str]:
    before, now = guide.begun.at.strftime("%H:%M:%S"), guide.now.at.strftime("%H:%M:%S")
    if width < 60:
        rows = []
        for row in guide.rows:
            rows += wrap(f"{MARKS[row.before_status][0]} {row.before}", width - 1, f" {row.name:<9} was  ")
            rows += wrap(f"{MARKS[row.now_status][0]} {row.now}", width - 1, f" {'':<9} now  ")
        return rows
    longest = max((cell_len(row.before) + 4 for row in guide.rows), default=0)
    column = min(max(_BEFORE, longest), max(_BEFORE, (width - _NAME - 3) // 2))
    rows = [pad(" " * (_NAME + 3) + f"before, {before}", _NAME + 3 + column) + f"now, {now}"]
    return rows + [part for row in guide.rows for part in _side_by_side(row, column, width)]


def _side_by_side(row: Row, column: int, width: int) -> list[str]:
    """Return one row of the table, both of its cells wrapped."""
    left = wrap(row.before, column - 1, f"{MARKS[row.before_status][0]} ")
    right = wrap(row.now, width - _NAME - 4 - column, f"{MARKS[row.now_status][0]} ")
    rows = []
    for index in range(max(len(left), len(right))):
        name = f"   {row.name:<{_NAME}}" if index == 0 else " " * (_NAME + 3)
        before = left[index] if index < len(left) else ""
        now = right[index] if index < len(right) else ""
        rows.append((name + pad(before, column) + now).rstrip())
    return rows


def compared(guide: Guide, width: int) -> list[Line]:
    """Return the six steps now, compared with when it began, for a wide window."""
    first, now = guide.first, guide.now
    rows = [Line(f" Now, compared with {first.at.strftime('%H:%M:%S')}")]
    for before, after in zip(first.steps, now.steps, strict=True):
        mark, word = MARKS[after.status]
        same = before.status is after.status and (before.summary == after.summary)
        text = "as before" if same else f"changed: {after.summary}" if after.summary else "changed"
        rows += plain(wrap(text, width - 1, f"   {after.name.value:<9} {mark} {pad(word, 9)}  "))
    return [*rows, EMPTY]

"""What was seen while a target was watched, as rows: newest first, and the last look alone."""

from __future__ import annotations

from rich.cells import cell_len

from porttui.model.watch import Line as Seen
from porttui.model.watch import Timeline
from porttui.ui.lines import Line, aligned, cut, plain, wrap
from porttui.ui.shown import Shown

_LEAST_WHO = 14
"""Cells for who is there; with fewer it goes below."""
_MORE = 13
"""Cells that the word for more rows below takes."""


def looks(line: Seen) -> str:
    """Return "1 look" or "20 looks"."""
    return "1 look" if line.looks == 1 else f"{line.looks} looks"


def timeline_rows(timeline: Timeline, width: int, most: int) -> list[str]:
    """Return the newest lines, newest first: when it began, what a client met, how often, who is there.

    Args:
        timeline: what was seen.
        width: of the rows, in cells.
        most: rows; what is older is counted in the last one.
    """
    lines = list(reversed(timeline.lines))
    shown = lines if len(lines) <= most else lines[: max(1, most - 1)]
    counts = [looks(line) for line in shown]
    widest = max(map(cell_len, counts), default=0)
    table = [
        (f"{line.first:%H:%M:%S}", line.glance.word, count.rjust(widest), line.glance.listener)
        for line, count in zip(shown, counts, strict=True)
    ]
    rows: list[str] = []
    for row, (*_, who) in zip(aligned(table, gap=3 if width > 60 else 2), table, strict=True):
        start = f"   {row[: len(row) - len(who)]}"
        if cell_len(start) + _LEAST_WHO <= width:
            rows += [each.rstrip() for each in wrap(who, width, start)]
        else:
            rows += [start.rstrip(), *(wrap(who, width, "     ") if who else [])]
    older = len(lines) - len(shown) + timeline.dropped
    return [*rows, *[f"   and {older} older"] * bool(older)]


def watching_rows(shown: Shown, width: int, most: int) -> list[Line]:
    """Return whether porttui goes on looking, and what it has seen."""
    timeline = shown.timeline
    if timeline is None or not timeline.lines:
        return []
    last = timeline.lines[-1].last.strftime("%H:%M:%S")
    title = f" Watching, last look {last}{_progress(shown)}" if shown.watching else f" Not watching; last look {last}"
    return plain([title, *timeline_rows(timeline, width - 1, most)])


def _progress(shown: Shown) -> str:
    """Tell how far the proof is, when something has moved."""
    guide = shown.guide
    if guide is None or guide.state != "watching" or shown.fixed:
        return ""
    if guide.good:
        return f": {guide.good} good look{'s' * (guide.good > 1)} of {guide.needed}"
    return ": it has changed"


def last_look(shown: Shown, width: int, *, more: bool = False) -> list[Line]:
    """Return the last look in one row, for a narrow window; `more`: it leaves room for the word for rows below."""
    timeline = shown.timeline
    if timeline is None or not timeline.lines:
        return []
    line = timeline.lines[-1]
    words = f"{line.last:%H:%M:%S} {line.glance.word}"
    told = (f"last look {words}, {looks(line)}", f"last look {words}", f"last {words}")
    return plain(
        [cut(f" {next((text for text in told if cell_len(text) < width - _MORE * more), told[-1])}", width - 1)]
    )

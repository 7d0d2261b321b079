"""Rows of text: what every part of the screen is made of.

A row is plain text with a few styled ranges. It is never markup: names and command lines of other programs stand in
it as they are. Widths are counted in terminal cells, so a wide character takes two.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from rich.cells import cell_len, set_cell_size

StyleName = Literal["state", "fail", "strong", "quiet"]
CUT = "~"
"""Stands where a word was cut off."""
NARROW = 80
"""Below this width sentences are wrapped and only the most important is shown."""
WIDE = 120
"""From this width on there are two columns, and room for how porttui is reached."""
LEFT = 71
"""Cells of the left one of two columns."""
_ROOMY = 160
"""From this width on the left column is as wide as the right one, up to what can be read with ease."""
_MOST_LEFT = 100
COLUMN_RULE = "│"
ROW_RULE = "─"


class Span(NamedTuple):
    """A styled range of a row, in characters."""

    start: int
    end: int
    style: StyleName


class Line(NamedTuple):
    """One row of the screen."""

    text: str
    spans: tuple[Span, ...] = ()
    stop: int | None = None
    """Where the cursor goes by a click on the row; None: nowhere."""


EMPTY = Line("")


def left_cells(width: int) -> int:
    """Return how many cells the left one of two columns has in a window of so many."""
    return LEFT if width < _ROOMY else min(_MOST_LEFT, width // 2)


def styled(before: str, text: str, style: StyleName, after: str = "") -> Line:
    """Return a row of which one part is styled."""
    return Line(f"{before}{text}{after}", (Span(len(before), len(before) + len(text), style),))


def stopping(rows: Iterable[Line], stop: int) -> list[Line]:
    """Return rows by which a click leads to a stop of the cursor."""
    return [row._replace(stop=stop) for row in rows]


def plain(texts: Iterable[str]) -> list[Line]:
    """Return rows without any style."""
    return [Line(text) for text in texts]


def cut(text: str, cells: int) -> str:
    """Return the text, shortened to `cells` with a `~` at its end when it is longer."""
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, max(0, cells - 1)) + CUT if cells > 0 else ""


def pad(text: str, cells: int) -> str:
    """Return the text, cut or filled up with blanks to exactly `cells`."""
    return set_cell_size(cut(text, cells), cells)


def wrap(text: str, cells: int, first: str = "", rest: str | None = None) -> list[str]:
    """Break a sentence into rows between words; only a word longer than a row is broken itself.

    Args:
        text: the sentence; a line feed in it begins a new row.
        cells: width of the rows, indentation included.
        first: what the first row begins with.
        rest: what the other rows begin with; blanks as wide as `first` when None.
    """
    rest = " " * cell_len(first) if rest is None else rest
    rows: list[str] = []
    for part in text.split("\n") or [""]:
        lead = rest if rows else first
        room = max(cells, cell_len(lead) + 8, cell_len(rest) + 8)
        rows += textwrap.wrap(part, room, initial_indent=lead, subsequent_indent=rest, break_on_hyphens=False) or [lead]
    return rows


def beside(left: Sequence[Line], right: Sequence[Line], left_cells: int, all_cells: int) -> list[Line]:
    """Set two columns next to each other with a rule between them, as far down as the longer one goes."""
    rows: list[Line] = []
    for index in range(max(len(left), len(right))):
        one = left[index] if index < len(left) else EMPTY
        two = right[index] if index < len(right) else EMPTY
        start = pad(one.text, left_cells) + COLUMN_RULE
        spans = (*one.spans, *(Span(span.start + len(start), span.end + len(start), span.style) for span in two.spans))
        rows.append(Line(start + cut(two.text, all_cells - left_cells - 1), spans, one.stop))
    return rows


def squeezed(rows: Sequence[Line], room: int, below: int = 0) -> list[Line]:
    """Leave out empty rows below a row, from the end, as many as are too many."""
    kept = list(rows)
    for index in range(len(kept) - 1, below, -1):
        if len(kept) <= room:
            break
        if kept[index] == EMPTY:
            del kept[index]
    return kept


def aligned(rows: Sequence[Sequence[str]], gap: int = 2) -> list[str]:
    """Return each row as one text whose columns stand under each other."""
    widths: dict[int, int] = {}
    for row in rows:
        for column, text in enumerate(row[:-1]):
            widths[column] = max(widths.get(column, 0), cell_len(text))
    return [
        "".join(set_cell_size(text, widths[column] + gap) for column, text in enumerate(row[:-1]))
        + (row[-1] if row else "")
        for row in rows
    ]

"""Which cells of the terminal differ from what it shows, and the shortest way to write them.

A picture of the terminal is kept: for every cell its character and the SGR parameters it was written with (ECMA-48,
8.3.117). What Textual wants to draw is compared with it and only the cells that differ are written. A wide character
stands in its first cell, and the second is empty.

Terminals disagree about how wide some characters are (emoji, letters of many scripts, combining marks). A row in which
such a character stands, or stood, is written whole when anything in it changes, and after each such character the
cursor is put where the next one belongs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

_SURE = re.compile("[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2500-\u257f✓✗]*")
"""Characters that every terminal draws one cell wide."""
_GAP = 6
"""So many unchanged cells are written again rather than jumped over: a jump takes six to eight bytes."""


_WRAP_ON, _WRAP_OFF = "\x1b[?7h", "\x1b[?7l"
_ERASE = "\x1b[2J"
"""Erases all cells (ED, ECMA-48, 8.3.39), and with them that a row went on in the next."""


class Piece(NamedTuple):
    """A part of a row that is to be drawn."""

    x: int
    y: int
    texts: list[str] | None
    """What stands in each cell; None when the text cannot be told apart into cells."""
    styles: list[str]
    """The SGR parameters of each cell."""
    raw: Callable[[], str]
    """How Textual would write it."""


class Row(NamedTuple):
    """What the terminal shows in a row."""

    texts: list[str | None]
    """One for each cell; None: not known."""
    styles: list[str]


class Plan(NamedTuple):
    """What has to be written, and what the terminal shows then."""

    output: str
    rows: dict[int, Row]


class Picture:
    """What the terminal shows."""

    def __init__(self) -> None:
        self.width = 0
        self.height = 0
        self._rows: dict[int, Row] = {}
        self.going_on: frozenset[int] = frozenset()
        """Rows whose line of text goes on in the row below."""
        self._erases = False
        """The terminal has to be erased before anything is written."""

    @property
    def blank(self) -> bool:
        """Whether nothing is known of what the terminal shows."""
        return not self._rows

    def forget(self, width: int, height: int) -> None:
        """Take nothing for granted any more.

        Args:
            width: of the terminal, in cells.
            height: the same in rows.
        """
        self.width = width
        self.height = height
        self._rows = {}

    def erase(self) -> None:
        """Erase the terminal with the next plan; nothing is known of it until then."""
        self._rows = {}
        self._erases = True

    def plan(self, pieces: Iterable[Piece]) -> Plan:
        """Return what to write so that the terminal shows these pieces; nothing is taken as written yet."""
        rows: dict[int, Row] = {}
        raw: dict[int, list[str]] = {}
        for piece in pieces:
            if not (0 <= piece.y < self.height and 0 <= piece.x < self.width):
                continue
            if piece.texts is None or piece.y in raw:
                raw.setdefault(piece.y, []).append(_move(piece.x, piece.y) + piece.raw())
                rows.pop(piece.y, None)
            else:
                self._put(rows, piece, piece.texts)
        output = "".join(self._one_after_another({y: self._changes(y, row) for y, row in sorted(rows.items())}))
        for y, parts in raw.items():
            output += "".join(parts)
            rows[y] = self._unknown()
        return Plan(_ERASE * self._erases + output, rows)

    def written(self, plan: Plan) -> None:
        """Take a plan as written."""
        self._rows.update(plan.rows)
        self._erases = self._erases and not plan.output.startswith(_ERASE)

    def _one_after_another(self, rows: dict[int, str]) -> Iterator[str]:
        """Yield what is written in each row; into a row in which the one above goes on the terminal goes by itself.

        It then takes both for one line when it copies them (DECAWM, ?7, which Textual has switched off).
        """
        for y, output in rows.items():
            after, before = self._together(y - 1, rows), self._together(y, rows)
            text = output.removeprefix(_move(0, y)) if after else output
            yield f"{_WRAP_ON * (before and not after)}{text}{_WRAP_OFF * (after and not before)}"

    def _together(self, y: int, rows: dict[int, str]) -> bool:
        """Tell whether a row and the one below are one line and both are written whole: nothing of them was shown."""
        return y in self.going_on and {y, y + 1} <= rows.keys() and not {y, y + 1} & self._rows.keys()

    def _unknown(self) -> Row:
        return Row([None] * self.width, [""] * self.width)

    def _put(self, rows: dict[int, Row], piece: Piece, texts: list[str]) -> None:
        """Set the cells of a piece in the new rows, when they differ from those shown."""
        start, end = piece.x, min(piece.x + len(texts), self.width)
        new, styles = texts[: end - start], piece.styles[: end - start]
        row = rows.get(piece.y) or self._rows.get(piece.y)
        if row is not None and row.texts[start:end] == new and row.styles[start:end] == styles:
            return
        if piece.y not in rows:
            row = Row([*row.texts], [*row.styles]) if row is not None else self._unknown()
            rows[piece.y] = row
        rows[piece.y].texts[start:end] = new
        rows[piece.y].styles[start:end] = styles

    def _changes(self, y: int, new: Row) -> str:
        """Return what turns the row shown into the new one."""
        old = self._rows.get(y) or self._unknown()
        sure = _is_sure(old) and _is_sure(new)
        differs = [
            text is not None and (not sure or text != old.texts[x] or new.styles[x] != old.styles[x])
            for x, text in enumerate(new.texts)
        ]
        return "".join(_written(y, new, start, end) for start, end in _runs(differs, new))


def _is_sure(row: Row) -> bool:
    return _SURE.fullmatch("".join(filter(None, row.texts))) is not None


def _runs(differs: list[bool], row: Row) -> Iterator[tuple[int, int]]:
    """Yield the ranges of cells to write; small gaps in one style are closed."""
    start = end = -1
    for x, different in enumerate(differs):
        if not different:
            continue
        gap = range(end, x)
        if start < 0:
            start = x
        elif len(gap) > _GAP or any(row.texts[at] is None or row.styles[at] != row.styles[end - 1] for at in gap):
            yield start, end
            start = x
        end = x + 1
    if start >= 0:
        yield start, end


def _written(y: int, row: Row, start: int, end: int) -> str:
    """Return a range of a row as it is written: the cursor there, the characters, the style back to the default."""
    parts = [_move(start, y)]
    pen = ""
    astray = False
    for x in range(start, end):
        text = row.texts[x]
        if not text:  # the second half of a wide character
            continue
        if astray:
            parts.append(f"\x1b[{x + 1}G")
        style = row.styles[x]
        if style != pen:
            parts.append(_pen(style, after=pen))
            pen = style
        parts.append(text)
        astray = _SURE.fullmatch(text) is None
    parts.append(_pen("", after=pen))
    return "".join(parts)


def _pen(style: str, *, after: str) -> str:
    """Return the SGR sequence that changes the style."""
    if style == after:
        return ""
    return f"\x1b[{'0;' if after and style else ''}{style}m"


def _move(x: int, y: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H"

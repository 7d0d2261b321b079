"""The columns of the Sockets tab: how wide each of them is, their titles, and cells set into them.

A usual table has the same columns as every picture of it. Where a column needs more, for a user of eight letters or an
address of IPv6, it gets what others do not need and what a window has beyond 80 columns; what is cut after that is told
in full below the table, and by `C` of all rows.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len

from porttui.reading.arrange import Column
from porttui.reading.longest import Longest
from porttui.ui.lines import CUT, WIDE, Line, cut, pad, styled

_LEAD = 3
"""Cells before a row: the cursor, and the mark of a new one."""
_ADDRESS, _STATE, _QUEUE, _PROGRAM, _PID, _USER = "LOCAL ADDRESS", "STATE", "QUEUE", "PROGRAM", "PID", "USER"
_SINCE, _PEER, _COMMAND = "SINCE", "REACHED BY/PEER", "COMMAND OR SERVICE"
_USUAL = {_ADDRESS: 22, _STATE: 8, _QUEUE: 7, _PROGRAM: 10, _PID: 7, _USER: 7, _PEER: 15}
_BROAD = {
    _ADDRESS: 22,
    _STATE: 8,
    _QUEUE: 8,
    _PROGRAM: 13,
    _PID: 8,
    _USER: 9,
    _SINCE: 9,
    _PEER: 17,
    _COMMAND: 22,
}
"""Cells of each column, with the blank behind it; the last one has none."""
_MOST = {_QUEUE: 14, _PID: 10, _USER: 18, _PROGRAM: 18, _PEER: 48, _ADDRESS: 48}
"""How wide a column gets at most, those first that are worth least when they are cut."""
_GIVING = (_ADDRESS, _QUEUE)
"""Columns that give away what they do not need."""
_LEAST_ADDRESS = 17
"""An address gives the queue more than that, down to this: its beginning and its port stay, half a number is none."""
_TITLES: dict[Column, str] = {
    "port": _ADDRESS, "address": _ADDRESS, "state": _STATE, "queue": _QUEUE, "program": _PROGRAM, "pid": _PID,
    "user": _USER, "since": _SINCE, "peer": _PEER, "command": _COMMAND,
}  # fmt: skip


class Layout(NamedTuple):
    """How wide the columns are in a window."""

    width: int
    sizes: dict[str, int]
    """Cells of each column, by its title, from left to right."""

    @property
    def wide(self) -> bool:
        """Whether start and command have columns."""
        return _COMMAND in self.sizes

    def head(self, by: Column) -> Line:
        """Return the titles, that of the column by which rows are sorted in bold."""
        sizes = list(self.sizes.items())
        texts = [pad(title, size) for title, size in sizes[:-1]] + [sizes[-1][0]]
        at = list(self.sizes).index(_TITLES[by]) if _TITLES[by] in self.sizes else None
        if at is None:
            return Line(" " * _LEAD + "".join(texts))
        before = " " * _LEAD + "".join(texts[:at])
        title = sizes[at][0]
        return styled(before, title, "strong", texts[at][len(title) :] + "".join(texts[at + 1 :]))

    def column_at(self, x: int) -> Column | None:
        """Return the column whose title stands in a cell of the row; None where there is none."""
        at = _LEAD
        for title, size in self.sizes.items():
            if at <= x < at + size:
                return next(column for column, name in _TITLES.items() if name == title)
            at += size
        return None

    def cells(self, texts: list[str], lead: str = "") -> str:
        """Set cells into their columns; `lead` stands before the first one, which is an address as that of the peer."""
        parts: list[str] = []
        for text, (title, size) in zip(texts, self.sizes.items(), strict=True):
            before = lead * (not parts)
            room = size - (len(parts) + 1 < len(self.sizes)) - len(before)
            fitted = cut_address(text, room) if title in (_ADDRESS, _PEER) else cut(text, room)
            parts.append(pad(before + fitted, size))
        return "".join(parts).rstrip()


def layout(longest: Longest, width: int) -> Layout:
    """Share the room of a window among the columns.

    Args:
        longest: what the cells of the table need at most.
        width: of the window, in cells.
    """
    sizes = dict(_BROAD if width >= WIDE else _USUAL)
    last = list(sizes)[-1]
    wanted = {
        _ADDRESS: longest.place, _QUEUE: longest.queue, _PROGRAM: longest.program, _PID: longest.pid,
        _USER: longest.user, _PEER: longest.peer,
    }  # fmt: skip
    needs = {title: max(len(title), cells) + (title != last) for title, cells in wanted.items()}
    free = max(0, width - _LEAD - 1 - sum(sizes.values()))
    spare = {title: max(0, sizes[title] - needs[title]) for title in _GIVING}
    short = needs[_QUEUE] - sizes[_QUEUE] - free - spare[_ADDRESS]
    spare[_ADDRESS] += max(0, min(short, sizes[_ADDRESS] - spare[_ADDRESS] - _LEAST_ADDRESS))
    for title, most in _MOST.items():
        missing = min(needs[title], most) - sizes[title]
        for giver in ("", *_GIVING):
            given = max(0, min(missing, spare[giver] if giver else free))
            if giver:
                spare[giver] -= given
                sizes[giver] -= given
            else:
                free -= given
            sizes[title] += given
            missing -= given
    sizes[last] += free
    return Layout(width, sizes)


def cut_address(text: str, cells: int) -> str:
    """Shorten an address in its middle, so that its beginning and its port stay."""
    if cell_len(text) <= cells:
        return text
    head, colon, port = text.rpartition(":")
    end = head[-3:] + colon + port
    room = cells - cell_len(end) - 1
    return text[:room] + CUT + end if colon and port.isdecimal() and room > 3 else cut(text, cells)

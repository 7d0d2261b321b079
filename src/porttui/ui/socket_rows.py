"""How the Sockets tab writes what it shows: the row of a socket or of a group, and what is told of the one in focus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from porttui.model.address import family_name, is_loopback, is_wildcard
from porttui.model.facts import Process, Socket
from porttui.reading import columns, filters
from porttui.reading.arrange import MOMENT, Arranged, Column, Group
from porttui.render import socket_groups
from porttui.render.socket_groups import SORTED_BY
from porttui.ui.keymap import key_of
from porttui.ui.lines import CUT, NARROW, WIDE, Line, cut, pad, wrap
from porttui.ui.socket_columns import Layout, cut_address

Names = Mapping[int, Process]

_OFFERED: tuple[Column, ...] = ("port", "address", "state", "queue", "program", "pid", "user", "peer")
_OFFERED_WIDE: tuple[Column, ...] = (*_OFFERED[:-1], "since", "peer", "command")


_BELOW = 2
"""Rows below the table."""
_ABOUT = {"process": "COMMAND OR SERVICE", "port": "PROGRAMS"}


class Place(NamedTuple):
    """Where the list stands: what cannot be read from a row itself."""

    host: str
    width: int


def offered(width: int) -> tuple[Column, ...]:
    """Return the columns that rows can be sorted by: those that are drawn."""
    return _OFFERED_WIDE if width >= WIDE else _OFFERED


def sorted_by(shown: Arranged) -> str:
    """Tell the order: "port", "queue, longest first"."""
    return SORTED_BY[shown.wish.by][shown.wish.turned]


def count(shown: Arranged, room: int) -> str:
    """Tell how many sockets there are and are shown, in which order, as fully as there is room."""
    of, by, number = f"{shown.kept} of {len(shown.table)}", f"by {sorted_by(shown)}", len(shown.others)
    short = f"by {SORTED_BY[shown.wish.by][0].partition(',')[0]}{', reversed' if shown.wish.turned else ''}"
    groups = f", {number} group{'' if number == 1 else 's'}" if shown.wish.grouping else ""
    more = len(shown.table.places) or "none"
    far = f", {more} in other namespaces" if shown.table.elsewhere else ""
    near = f", {more} elsewhere" if shown.table.elsewhere else ""
    texts = (
        *(f"{of} shown{far}, {by}{groups}", f"{of}{far}, {by}{groups}", f"{of}{far}, {short}{groups}"),
        *(f"{of}{near}, {short}{groups}", f"{of}{near}{groups}", f"{of}{near}"),
    )
    return next((text for text in texts if cell_len(text) <= room), of)


def filter_row(shown: Arranged, typed: str, width: int) -> str:
    """Return the row above the table: filter, count, time of the look."""
    looked = shown.table.at.strftime("last look %H:%M:%S")
    left = pad(f" Filter  {typed}", max(32 if width < WIDE else 36, min(cell_len(typed) + 11, width // 2)))
    told = count(shown, width - cell_len(left) - cell_len(looked) - 2)
    return pad(left + told, width - len(looked) - 1) + looked


def socket_row(row: Socket, names: Names, of: Layout, *, gone: bool = False, inside: bool = False) -> str:
    """Return the cells of a socket; those of a group stand a little to the right."""
    cells = [
        columns.local(row),
        "gone" if gone else columns.state(row),
        "" if gone else columns.queue(row),
        columns.program(row, names),
        columns.pid(row),
        columns.user(row, names),
    ]
    cells += [columns.since(row, names)] * of.wide
    cells.append(columns.reached_by(row))
    cells += [columns.command_line(row, names) or columns.service(row)] * of.wide
    return of.cells(cells, "  " * inside)


def narrow_row(row: Socket, names: Names, width: int, *, gone: bool = False, inside: bool = False) -> str:
    """Return the cells of a socket where there is no room for all."""
    lead = "  " * inside
    place = pad(lead + cut_address(columns.local(row), width - 25 - len(lead)), width - 25)
    name = columns.program(row, names)
    if name == columns.NOBODY:  # what the kernel keeps alone has nothing to be told but its state
        return f"{place} {'gone' if gone else columns.state(row)}"
    return f"{place} {pad(name, 13)} {'gone' if gone else columns.pid(row)}"


def group_head(shown: Arranged, width: int) -> Line:
    """Return the titles of the columns of groups, while none of them is opened."""
    by = shown.wish.grouping
    about = "COMMAND" if by == "process" and width < WIDE else _ABOUT[by]
    return Line(f"     {pad(by.upper(), _title_cells(width))}{pad('SOCKETS', 26)}{about}")


def group_row(group: Group, shown: Arranged, width: int) -> str:
    """Return the row above a group: what it is, how many sockets it has, how many of them listen."""
    sign, what = "-" if group.opened else "+", socket_groups.title(group, shown.table)
    counted = socket_groups.counted(group)
    if width < NARROW:  # how many of them listen is told below
        number = counted.partition(",")[0]
        return f"{sign} {pad(what, width - 8 - cell_len(number))}  {number}"
    size = _title_cells(width)
    row = f"{sign} {pad(cut(what, size - 1), size)}{pad(counted, 26)}"
    return cut(row + socket_groups.about(group, shown.table), width - 4)


def _title_cells(width: int) -> int:
    return 42 if width >= WIDE else 32


def details(row: Socket, names: Names, place: Place, *, gone: bool = False) -> list[str]:
    """Return what is told of the row in focus, in full: nothing of it is only cut."""
    what = columns.program(row, names)
    unnamed = {columns.NOT_SEEN: "a program that can't be seen", columns.NOBODY: "no program, the kernel keeps it"}
    shown_name = unnamed.get(what, what)
    other = columns.peer(row)
    if row.state == "LISTEN":
        does = f"{shown_name} waits here for connections"
    else:
        does = f"{shown_name}; other end {other}" if other else shown_name
    line = columns.command_line(row, names) or columns.service(row)
    if not line and what == columns.NOBODY:
        line = "the connection is over" if row.state == "TIME_WAIT" else "over, or not accepted yet"
    line = line or "command line: can't see"
    known = any(pid in names and names[pid].started for pid in row.pids)
    more = len(row.pids) - 1 if columns.certain(row) else 0
    held = f"{columns.pid(row).rstrip('+')} and {more} more" if more > 0 else columns.pid(row)
    about = f"pid {held}, user {columns.user(row, names)}"
    about += f", since {columns.since(row, names)}" if known else ""
    width = place.width
    if gone:
        return wrap(f"{columns.local(row)}   is gone: {shown_name}, {about}", width - 1, " ") + wrap(
            line, width - 1, "   "
        )
    rows = wrap(f"{columns.local(row)}   {row.state}: {does}", width - 1, " ")
    rows += _first_rows(wrap(line, width - 1, "   "), width)
    rows += wrap(about, width - 1, "   ")
    return rows + wrap(f"{_queue_words(row)} {_reach_words(row, place.host)}".strip(), width - 1, "   ")


def group_details(group: Group, shown: Arranged, place: Place) -> list[str]:
    """Return what is told of a group."""
    table = shown.table
    states: dict[str, int] = {}
    for row in group.rows:
        states[table.states[row]] = states.get(table.states[row], 0) + 1
    told = ", ".join(f"{number} {state}" for state, number in sorted(states.items(), key=lambda pair: -pair[1]))
    rows = wrap(f"{socket_groups.title(group, table)}: {told}", place.width - 1, " ")
    line = socket_groups.about(group, table)
    return rows + (_first_rows(wrap(line, place.width - 1, "   "), place.width) if line else [])


def _first_rows(rows: list[str], width: int) -> list[str]:
    """Return at most three rows, the last one marked when there are more; `C` shows all."""
    return rows if len(rows) <= 3 else [*rows[:2], f"{rows[2][: width - 3]} {CUT}"]


def narrow_details(row: Socket, names: Names, width: int, *, gone: bool = False) -> list[str]:
    """Return the same in two rows, or in as many more as it takes to tell addresses that the row above had to cut."""
    waiting = f", queue {row.queue} of {row.backlog}" if row.backlog is not None else ""
    if row.namespace is not None:
        return wrap(f"{'gone' if gone else row.state}{waiting}, {_place_words(row)}", width - 1, " ")[:2]
    who = "this machine only" if columns.reached_by(row) == "this machine" else columns.reached_by(row)
    reached = f"other end {who}" if columns.peer(row) else f"reached by {who}"
    state = "gone" if gone else row.state
    own = columns.local(row)
    whole = [] if cell_len(own) <= width - 25 else wrap(own, width - 1, " ")
    return [*whole, *wrap(f"{state}{waiting}, user {columns.user(row, names)}, {reached}", width - 1, " ")[:3]]


def below(shown: Arranged, width: int, visible: Sequence[str], *, typing: bool) -> list[str]:
    """Return what stands below the table, two rows: what is hidden, what cannot be seen, and how to filter.

    Args:
        shown: what is shown.
        width: of the window.
        visible: the rows in sight, whose marks are told.
        typing: the filter is being typed, so that its words are told in any case.
    """
    words = cut(f" Filter words: {filters.WORDS}", width - 1)
    new, shortened = any(row[2:3] == "*" for row in visible), any(CUT in row for row in visible)
    bare = key_of("bare")
    marks = [f"* new: it came with one of the last {MOMENT} looks."] * new
    marks += [f"~ cut: told in full above; {bare} shows all rows whole."] * shortened
    short = ["* new."] * new + [f"~ cut: {bare} shows all."] * shortened
    hidden = _hidden(shown)
    wishes = ((hidden, *marks), (hidden, *short), (*short, hidden))
    texts = ["; ".join(shown.mistakes)] if shown.mistakes else [" ".join(filter(None, each)) for each in wishes]
    text = next((each for each in texts if len(wrap(each, width - 1, " ")) <= _BELOW - typing), texts[-1])
    told = wrap(text, width - 1, " ")
    return told[:_BELOW] if len(told) > 1 and not typing else [cut(f" {text}", width - 1), words]


def _hidden(shown: Arranged) -> str:
    hidden = len(shown.table) - shown.kept
    why = columns.why_no_owner(shown.table.unseen) or "it was not told"
    if not hidden:
        number = shown.unnamed
        return f"{number} {'row has' if number == 1 else 'rows have'} no program name: {why}." if number else ""
    told = f"{hidden} {'row is' if hidden == 1 else 'rows are'} hidden"
    if shown.nameless and shown.asks_owner:
        told += f"; {shown.nameless} {'has' if shown.nameless == 1 else 'have'} no program name ({why}) and may fit too"
    return f"{told}."


def _queue_words(row: Socket) -> str:
    if row.queue is None:
        return "Its queue can't be seen."
    if row.state != "LISTEN":
        return f"{row.queue} {'byte was' if row.queue == 1 else 'bytes were'} received and not read."
    may = f", {row.backlog} may" if row.backlog is not None else ""
    return f"{row.queue} connection{'s wait' if row.queue != 1 else ' waits'}{may}."


def _place_words(row: Socket) -> str:
    if row.container:
        return f"container {row.container}"
    return "another network namespace" + (f", {columns.elsewhere(row)}" if (row.namespace or 0) > 0 else "")


def _reach_words(row: Socket, host: str) -> str:
    if row.state != "LISTEN" or row.protocol == "unix":
        return ""
    family = family_name(row.address)
    if row.namespace is not None:
        place = _place_words(row)
        if is_loopback(row.address):
            return f"It is in {place}: only programs there reach it, by {family}."
        return f"It is in {place}, whose addresses are not those of {host}."
    if is_wildcard(row.address):
        both = "IPv4 and IPv6" if family == "IPv6" and row.v6only is False else family
        return f"Its address lets other computers in, by {both}; whether a firewall does is on tab 5."
    if is_loopback(row.address):
        return f"Only programs on {host} reach it, by {family}."
    return f"It is reached by {family} at this address only."

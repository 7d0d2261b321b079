"""Lists of sockets in lines: filtered, sorted by a column, grouped by process or by port."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, get_args

from porttui.model.facts import Socket, Unseen
from porttui.model.table import Table
from porttui.observe.described import looking_as
from porttui.observe.snapshots import Snapshots
from porttui.plain.talk import Talk
from porttui.reading import columns, filters
from porttui.reading.arrange import GROUPINGS, Column, Group, Grouping, Wish, grouped, ordered
from porttui.render import listing, socket_groups
from porttui.render.lines import columns as columns_of
from porttui.render.looking import how_to_look

COLUMNS: tuple[Column, ...] = get_args(Column)
MOST = 30
"""Rows that are told at once."""
_INSIDE = "        "
"""Before what is told of a group below its row."""
_UNBOUNDED = 10_000


class View(NamedTuple):
    """What of the sockets is told."""

    wish: Wish = Wish()
    """Filter, order and groups."""
    first: int = 0
    """The row, or the group, to begin with, counted from 0."""
    chosen: Group | None = None
    """The rows of this group alone."""
    far: bool = False
    """Other network namespaces are looked at as well."""


class Listed(NamedTuple):
    """What was told, for the answer to it."""

    table: Table
    rows: list[int]
    """By their numbers, beginning with #1; none while groups are told."""
    groups: tuple[Group, ...]
    """By their numbers, beginning with g1."""


def wish_of(answer: str, wish: Wish) -> Wish | str | None:
    """Return what "by user" or "group port" wishes for; a sentence when there is no such column; None for other words.

    The column by which the list is sorted already turns it round.
    """
    word, _, what = answer.lower().partition(" ")
    what = what.strip()
    if word == "by":
        by = next((each for each in COLUMNS if each == what), None)
        if by is None:
            return f"The columns are {', '.join(COLUMNS)}."
        return wish._replace(by=by, turned=by == wish.by and not wish.turned)
    if word != "group":
        return None
    grouping: Grouping | None = next((each for each in GROUPINGS if each == what), None)
    return (
        wish._replace(grouping=grouping) if grouping is not None else "group process, group port; group alone: no more."
    )


def tell_list(talk: Talk, view: View, *, numbers: bool = True) -> Listed | None:
    """Look at the sockets, and tell those that are wished for.

    Args:
        talk: with the user.
        view: what is told.
        numbers: rows are numbered, to be asked about.

    Returns:
        What was told; None when the sockets cannot be seen.
    """
    wish, first, chosen, _ = view
    wanted = filters.read(wish.words, finished=True)
    if wanted.mistakes:
        talk.tell(f"{wanted.mistakes[0]}.")
    protocols = wanted.protocols() or frozenset(("tcp", "udp") if wanted.asks_state else ("tcp",))
    states = wanted.asks_state
    far = view.far or wanted.asks_elsewhere
    table = Snapshots(protocols=protocols, waiting=not states, namespaces=far, described=True).take()
    if isinstance(table, Unseen):
        _tell_unseen(talk, (table,))
        return None
    kept = wanted.keep(table, filters.lines_of(table.processes) if wanted.asks_text else {})
    rows = listing.by_place(table, kept if states else [row for row in kept if table.states[row] != "BOUND"])
    if wish != Wish(words=wish.words):
        rows = list(ordered(table, rows, wish))
    groups = grouped(table, rows, wish)[1] if wish.grouping else ()
    same = next((each for each in groups if chosen is not None and each.key == chosen.key), None)
    if chosen is not None and same is None:
        talk.tell("That group has no sockets any more.")
    where = f", {sum(row in table.places for row in rows)} in other network namespaces" if table.elsewhere else ""
    what = f"Sockets that pass {wish.words!r}" if wish.words else "Sockets that listen"
    by = f", by {socket_groups.SORTED_BY[wish.by][wish.turned]}" if wish.by != "port" or wish.turned else ""
    if groups and same is None:
        talk.say("", f"{what}: {len(rows)} in {len(groups)} group{'s' * (len(groups) != 1)}{where}{by}")
        _tell_groups(talk, table, groups, first)
        return Listed(table, [], groups)
    if same is not None:
        rows, what = list(same.rows), f"{what}, of {socket_groups.title(same, table)}"
    talk.say("", f"{what}: {len(rows)}{where}{by}")
    shown = rows[first : first + MOST]
    if not rows:
        talk.tell("None." if states or not wish.words else "None; the word all shows connections, too.")
        return Listed(table, [], ())
    head, *cells = _cells(table, shown, wish.by, states=states)
    if numbers:
        talk.table([("#", *head), *((str(at), *each) for at, each in enumerate(cells, first + 1))])
    else:
        talk.table([head, *cells])
    if len(rows) > first + len(shown):
        talk.tell(f"and {len(rows) - first - len(shown)} more")
    talk.tell("; ".join(columns.signs_in((cell for each in cells for cell in each), table.unseen)))
    _tell_unseen(talk, table.unseen)
    return Listed(table, rows, ())


def _cells(table: Table, rows: Sequence[int], by: Column, *, states: bool) -> list[tuple[str, ...]]:
    """Return the titles and the rows; what gives the order and is in no column otherwise stands before the last one."""
    protocols = any(table.protocols[row] != "tcp" for row in rows)
    cells = listing.cells_of(table, states=states, protocols=protocols)
    head = listing.head(states=states, protocols=protocols)
    name, more = _sorted_cell(table, by)
    if not name:
        return [head, *map(cells, rows)]
    told = [(cells(row), more(table.socket(row))) for row in rows]
    if by == "command":
        return [(*head, name), *((*each, text) for each, text in told)]
    return [(*head[:-1], name, head[-1]), *((*each[:-1], text, each[-1]) for each, text in told)]


def _sorted_cell(table: Table, by: Column) -> tuple[str, Callable[[Socket], str]]:
    """Return the title and the text of a column that is told only when it gives the order; no title for the others."""
    names = table.processes
    if by == "queue":
        return "QUEUE", columns.queue
    if by == "since":
        return "SINCE", lambda row: columns.since(row, names)
    if by == "command":
        return "COMMAND", lambda row: columns.command_line(row, names) or columns.service(row)
    return "", columns.queue


def _tell_groups(talk: Talk, table: Table, groups: tuple[Group, ...], first: int) -> None:
    shown = list(enumerate(groups[first : first + MOST], first + 1))
    rows = [(f"g{at}", socket_groups.title(each, table), socket_groups.counted(each)) for at, each in shown]
    for (_, each), line in zip(shown, columns_of(rows, _UNBOUNDED), strict=True):
        talk.say(line)
        talk.tell(socket_groups.about(each, table), _INSIDE)
    if len(groups) > first + MOST:
        talk.tell(f"and {len(groups) - first - MOST} more")
    _tell_unseen(talk, table.unseen)


def _tell_unseen(talk: Talk, unseen: tuple[Unseen, ...]) -> None:
    os, root = looking_as()
    for each in unseen:
        how = how_to_look(each, os=os, root=root)
        talk.tell(f"Not seen: {each.what} ({each.reason})" + (f"; to see it: {how}" if how else ""))

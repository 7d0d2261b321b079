"""Which rows of a socket table a list shows, in which order, and what is new or gone since the look before.

Nothing here makes a row into text: a table may have fifty thousand rows, and a list shows thirty of them.
"""

from __future__ import annotations

import functools
from array import array
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Literal, NamedTuple

from porttui.model.facts import Process, Socket
from porttui.model.table import NOBODY, NOT_SEEN, Table
from porttui.reading import filters
from porttui.reading.longest import Longest, longest

Column = Literal["port", "address", "state", "queue", "program", "pid", "user", "since", "peer", "command"]
Grouping = Literal["", "process", "port"]
GROUPINGS: tuple[Grouping, ...] = ("", "process", "port")
MOMENT = 3
"""For how many looks a row is marked as new, or stays although it is gone."""
_STATES = ("LISTEN", "BOUND", "UNCONN", "ESTABLISHED")
"""Sorted before all other states, which follow by their names."""
_LAST = 1 << 16
"""Where sockets without a port stand among the ports."""
_LARGEST_FIRST = ("queue", "since")
_Sortable = int | str | float | tuple[object, ...]
Keys = Sequence[_Sortable | None]
"""What rows are sorted by; None for what is not known, which comes last."""


class Wish(NamedTuple):
    """What the user wants to see."""

    words: str = ""
    """The filter."""
    by: Column = "port"
    turned: bool = False
    """The other way round than is usual for the column."""
    grouping: Grouping = ""
    opened: frozenset[Hashable] = frozenset()
    """Keys of the groups whose rows are shown."""


class Gone(NamedTuple):
    """A row that was in sight when its socket went away."""

    identity: Hashable
    socket: Socket
    names: Mapping[int, Process]
    """The processes that held it, which may be gone as well."""
    looks: int = 1
    """In how many looks it was missing."""


class Group(NamedTuple):
    """The row above the rows that belong together."""

    key: tuple[Grouping, Hashable]
    """("process", pid), ("process", "?"), ("process", "-") or ("port", number)."""
    rows: tuple[int, ...]
    listening: int
    opened: bool

    @property
    def identity(self) -> Hashable:
        """What stays the same of it from look to look."""
        return self.key


class Seen(NamedTuple):
    """A row that is in sight."""

    identity: Hashable
    socket: Socket | None
    """None for a group."""
    names: Mapping[int, Process]
    """The processes that hold it."""


class Arranged(NamedTuple):
    """What a list shows of one look."""

    table: Table
    wish: Wish
    entries: Sequence[int]
    """The rows of the list: an index of the table, or -1 - an index of `others`."""
    others: tuple[Gone | Group, ...]
    kept: int
    """How many sockets the filter keeps."""
    unnamed: int
    """How many sockets of the table are held by a program that can't be seen."""
    nameless: int
    """How many of these the filter hides."""
    asks_owner: bool
    """The filter has a word that such a socket may fit as well."""
    mistakes: tuple[str, ...]
    """What is wrong with words of the filter."""
    known: frozenset[Hashable]
    """The identities of all rows of the table."""
    fresh: tuple[frozenset[Hashable], ...] = ()
    """Which rows came with each of the last looks, the newest first."""
    longest: Longest = Longest()
    """What the cells of the whole table need at most."""

    def row(self, position: int) -> int | Gone | Group:
        """Return what stands in a row of the list: an index of the table, a socket that is gone, or a group."""
        entry = self.entries[position]
        return entry if entry >= 0 else self.others[-1 - entry]

    def identity(self, position: int) -> Hashable:
        """Return what the row is known by in the next look."""
        row = self.row(position)
        return self.table.identities[row] if isinstance(row, int) else row.identity

    def position(self, identity: Hashable) -> int | None:
        """Return where a row stands now; None when the list does not show it."""
        for index, other in enumerate(self.others):
            if other.identity == identity:
                return self.entries.index(-1 - index)
        if identity not in self.known:
            return None
        try:
            return self.entries.index(self.table.identities.index(identity))
        except ValueError:
            return None

    def is_new(self, identity: Hashable) -> bool:
        """Tell whether a row came with one of the last looks."""
        return any(identity in each for each in self.fresh)


def arrange(
    table: Table,
    wish: Wish,
    *,
    before: Arranged | None = None,
    sight: Sequence[Seen] = (),
    held: Hashable = None,
) -> Arranged:
    """Choose and order the rows of a list.

    Args:
        table: a look.
        wish: what the user wants to see of it.
        before: what was shown until now, of this look or of the one before; None: this is the first.
        sight: the rows that the user sees now, from top to bottom; those that are gone stay for a moment.
        held: the identity of the row under the cursor, which stays for as long as the cursor does.
    """
    if before is not None and before.table.elsewhere is not table.elsewhere:
        before = None  # what has come or gone with the other namespaces is neither new nor gone
    wanted = filters.read(wish.words)
    kept = wanted.keep(table, _lines(table.processes) if wanted.words else {}) if wanted.words else range(len(table))
    known, fresh = _news(table, before)
    programs = table.programs
    unnamed = programs.count(NOT_SEEN)
    order = ordered(table, kept, wish)
    entries: Sequence[int]
    others: tuple[Gone | Group, ...]
    if wish.grouping:
        entries, others = grouped(table, order, wish)
    else:
        same = before is not None and before.wish == wish
        gone = _gone(before, sight, held, known, again=before.table is not table) if before is not None and same else []
        entries, others = _with_gone(table, order, gone, sight), tuple(each for each, _ in gone)
    return Arranged(
        table=table,
        wish=wish,
        entries=entries,
        others=others,
        kept=len(kept),
        unnamed=unnamed,
        nameless=unnamed - sum(programs[row] == NOT_SEEN for row in kept) if unnamed and len(kept) < len(table) else 0,
        asks_owner=wanted.asks_owner,
        mistakes=wanted.mistakes,
        known=known,
        fresh=fresh,
        longest=before.longest if before is not None and before.table is table else longest(table),
    )


def port_group(table: Table) -> Callable[[int], int]:
    """Return what tells the port that a row belongs to: of a connection the server's, when that can be told.

    A connection belongs to its own port when something listens there, else to that of its other end.
    """
    served = {port for port, state in zip(table.ports, table.states, strict=True) if state in ("LISTEN", "UNCONN")}

    def port_of(row: int) -> int:
        own = table.ports[row]
        return own if own in served else table.peer_ports[row] or own

    return port_of


def _lines(processes: Mapping[int, Process]) -> Mapping[int, str]:
    return {pid: " ".join(process.argv) for pid, process in processes.items()}


# Order


def ordered(table: Table, kept: Sequence[int], wish: Wish) -> Sequence[int]:
    """Sort rows of a table by the column that is wished for, and those that are equal there by port."""
    places = [
        (port or _LAST) << 17 | (state != "LISTEN") << 16 | peer_port
        for port, state, peer_port in zip(table.ports, table.states, table.peer_ports, strict=True)
    ]
    if wish.by == "port":
        return array("i", sorted(kept, key=places.__getitem__, reverse=wish.turned))
    rows = sorted(kept, key=places.__getitem__)
    keys = _KEYS[wish.by](table)
    backwards = (wish.by in _LARGEST_FIRST) != wish.turned
    known = [row for row in rows if keys[row] is not None]
    known.sort(key=keys.__getitem__, reverse=backwards)  # type: ignore[arg-type]  # a column has keys of one kind
    return array("i", known + [row for row in rows if keys[row] is None] if len(known) < len(rows) else known)


def _states(table: Table) -> Keys:
    others = sorted(set(table.states) - set(_STATES))
    rank = {state: index for index, state in enumerate((*_STATES, *others))}
    return [rank[state] for state in table.states]


def _programs(table: Table) -> Keys:
    return [None if text in (NOT_SEEN, NOBODY) else text.strip("()").lower() for text in table.programs]


def _users(table: Table) -> Keys:
    return [None if text in (NOT_SEEN, NOBODY) else text for text in table.users]


def _since(table: Table) -> Keys:
    started = {pid: each.started.timestamp() for pid, each in table.processes.items() if each.started is not None}
    return [started.get(pids[0]) if pids else None for pids in table.pids]


def _commands(table: Table) -> Keys:
    lines = {pid: line for pid, line in _lines(table.processes).items() if line}
    return [lines.get(pids[0]) if pids else None for pids in table.pids]


@functools.lru_cache(maxsize=65536)
def address_key(text: str) -> tuple[object, ...]:
    """Return what addresses are sorted by: IPv4 by its numbers, then IPv6, then paths.

    >>> address_key("10.0.0.9") < address_key("10.0.0.10")
    True
    """
    parts = text.split(".")
    if len(parts) == 4 and all(part.isdecimal() for part in parts):
        return (0, *map(int, parts))
    if ":" not in text or "/" in text:
        return (2, text)
    head, _, tail = text.partition("%")[0].partition("::")
    groups = [[int(part, 16) for part in half.split(":") if part and "." not in part] for half in (head, tail)]
    return (1, *groups[0], *[0] * (8 - len(groups[0]) - len(groups[1])), *groups[1])


_KEYS: dict[Column, Callable[[Table], Keys]] = {
    "address": lambda table: [address_key(text) for text in table.addresses],
    "state": _states,
    "queue": lambda table: [None if queue < 0 else queue for queue in table.queues],
    "program": _programs,
    "pid": lambda table: [pids[0] if pids else None for pids in table.pids],
    "user": _users,
    "since": _since,
    "peer": lambda table: [
        (*address_key(peer), port) if peer else None for peer, port in zip(table.peers, table.peer_ports, strict=True)
    ],
    "command": _commands,
}


# New and gone


def _news(table: Table, before: Arranged | None) -> tuple[frozenset[Hashable], tuple[frozenset[Hashable], ...]]:
    if before is not None and before.table is table:
        return before.known, before.fresh
    known = frozenset(table.identities)
    if before is None:
        return known, ()
    return known, (known - before.known, *before.fresh)[:MOMENT]


def _gone(
    before: Arranged, sight: Sequence[Seen], held: Hashable, known: frozenset[Hashable], *, again: bool
) -> list[tuple[Gone, int]]:
    """Return the rows that were in sight and have no socket any more, with their places in `sight`."""
    gone = {each.identity: each for each in before.others if isinstance(each, Gone)}
    found = []
    for place, (identity, socket, names) in enumerate(sight):
        if identity in known or socket is None:
            continue
        last = gone.get(identity)
        one = Gone(identity, socket, names) if last is None else last._replace(looks=last.looks + again)
        if one.looks <= MOMENT or identity == held:
            found.append((one, place))
    return found


def _with_gone(
    table: Table, order: Sequence[int], gone: Sequence[tuple[Gone, int]], sight: Sequence[Seen]
) -> Sequence[int]:
    """Put the rows that are gone where they stood: below the row that was above them."""
    if not gone:
        return order
    near = {each.identity for each in sight}
    places = {table.identities[row]: position for position, row in enumerate(order) if table.identities[row] in near}
    first = min(places.values(), default=len(order))
    entries = array("i", order)
    inserted = []
    for index, (_, place) in enumerate(gone):
        above = (places[each.identity] + 1 for each in reversed(sight[:place]) if each.identity in places)
        inserted.append((next(above, first), index))
    for position, index in sorted(inserted, reverse=True):
        entries.insert(position, -1 - index)
    return entries


# Groups


def grouped(table: Table, order: Sequence[int], wish: Wish) -> tuple[list[int], tuple[Group, ...]]:
    """Put the rows of a process, or of a port, below one row of theirs: `Arranged.entries` and `others`."""
    found: dict[Hashable, list[int]] = {}
    if wish.grouping == "process":
        pids, programs = table.pids, table.programs
        for row in order:
            found.setdefault(pids[row][0] if pids[row] else programs[row], []).append(row)
    else:
        port_of = port_group(table)
        for row in order:
            found.setdefault(port_of(row), []).append(row)
    entries: list[int] = []
    groups: list[Group] = []
    ordered = list(found.items())
    if wish.grouping == wish.by == "port":  # a connection belongs to the port of its server, which need not be its own
        ordered.sort(key=lambda pair: _port_place(pair[0], wish), reverse=wish.turned)
    for key, rows in ordered:
        whole: tuple[Grouping, Hashable] = (wish.grouping, key)
        listening = sum(table.states[row] == "LISTEN" for row in rows)
        groups.append(Group(whole, tuple(rows), listening, whole in wish.opened))
        entries.append(-len(groups))
        if whole in wish.opened:
            entries += rows
    return entries, tuple(groups)


def _port_place(key: Hashable, wish: Wish) -> int:
    """Return where the group of a port stands among the others; that of no port is the last one either way."""
    last = 0 if wish.turned else _LAST
    return key if isinstance(key, int) and key else last

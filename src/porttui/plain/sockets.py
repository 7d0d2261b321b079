"""The sockets of this machine, by a filter; any of them can be asked about."""

from __future__ import annotations

from porttui.model.facts import Process, Unseen
from porttui.model.table import Table
from porttui.model.target import Asked
from porttui.observe.described import looking_as
from porttui.observe.snapshots import Snapshots
from porttui.plain.talk import Keys, Talk
from porttui.reading import columns, filters
from porttui.reading.asking import question_about
from porttui.render import listing
from porttui.render.looking import how_to_look

_MOST = 30
"""Rows that are told at once."""
_KEYS: Keys = (
    ("#3", "ask about row 3"),
    ("p3", "the process of row 3"),
    ("WORDS", "the filter: node, :5432, established, udp, user=dev, '!tcp', all; as porttui sockets takes it"),
    ("m", "more rows"),
    ("n", "also what listens in other network namespaces, as those of containers; again: not"),
    ("enter", "back"),
)


def sockets(talk: Talk, typed: str) -> Asked | Process | None:
    """List sockets until one is chosen.

    Args:
        talk: with the user.
        typed: a filter to begin with.

    Returns:
        What to ask about, a process to show, or None to go back.
    """
    first, far = 0, False
    while True:
        listed = _list(talk, typed, first, far=far)
        if listed is None:
            return None
        table, rows = listed
        more = "; m: more" * (first + _MOST < len(rows))
        answer = talk.ask(f"#N asks about row N; pN: its process; words: a filter{more}; enter goes back.", _KEYS)
        if answer in ("", "b"):
            return None
        if answer == "m":
            first = first + _MOST if more else 0
            continue
        if answer == "n":
            first, far = 0, not far
            continue
        row = _row(answer, rows)
        if row is None:
            typed, first = answer.removeprefix("/"), 0
            continue
        chosen = _asked(table, row) if answer.startswith("#") else _process(table, row)
        if chosen is not None:
            return chosen
        talk.tell("There is nothing to connect to." if answer.startswith("#") else "Its process can't be seen.")


def listeners(talk: Talk) -> None:
    """Tell what listens, for somebody who has not named a target yet."""
    _list(talk, "", 0, numbers=False)


def _list(
    talk: Talk, typed: str, first: int, *, numbers: bool = True, far: bool = False
) -> tuple[Table, list[int]] | None:
    wanted = filters.read(typed, finished=True)
    if wanted.mistakes:
        talk.tell(f"{wanted.mistakes[0]}.")
    protocols = wanted.protocols() or frozenset(("tcp", "udp") if wanted.asks_state else ("tcp",))
    states = wanted.asks_state
    table = Snapshots(protocols=protocols, waiting=not states, namespaces=far, described=True).take()
    if isinstance(table, Unseen):
        _tell_unseen(talk, (table,))
        return None
    kept = wanted.keep(table, filters.lines_of(table.processes) if wanted.asks_text else {})
    rows = listing.by_place(table, kept if states else [row for row in kept if table.states[row] != "BOUND"])
    what = f"that pass {typed!r}" if typed else "that listen"
    where = f", {sum(row in table.places for row in rows)} in other network namespaces" if table.elsewhere else ""
    talk.say("", f"Sockets {what}: {len(rows)}{where}")
    shown = rows[first : first + _MOST]
    cells = listing.cells_of(table, states=states, protocols=protocols != {"tcp"})
    told = [cells(row) for row in shown]
    head = listing.head(states=states, protocols=protocols != {"tcp"})
    if numbers:
        talk.table([("#", *head), *((str(at), *each) for at, each in enumerate(told, first + 1))])
    else:
        talk.table([head, *told])
    if len(rows) > first + len(shown):
        talk.tell(f"and {len(rows) - first - len(shown)} more")
    signs = columns.signs_in((cell for each in told for cell in each), table.unseen)
    talk.tell("; ".join(signs))
    _tell_unseen(talk, table.unseen)
    return table, rows


def _tell_unseen(talk: Talk, unseen: tuple[Unseen, ...]) -> None:
    os, root = looking_as()
    for each in unseen:
        how = how_to_look(each, os=os, root=root)
        talk.tell(f"Not seen: {each.what} ({each.reason})" + (f"; to see it: {how}" if how else ""))


def _row(answer: str, rows: list[int]) -> int | None:
    """Return the row that was chosen by its number: "#3" or "p3"."""
    number = answer[1:].strip()
    if answer[0] not in "#p" or not number.isdecimal() or not 1 <= int(number) <= len(rows):
        return None
    return rows[int(number) - 1]


def _asked(table: Table, row: int) -> Asked | None:
    socket = table.socket(row)
    served = any(
        port == socket.port and state == "LISTEN" for port, state in zip(table.ports, table.states, strict=True)
    )
    return question_about(socket, served=served)


def _process(table: Table, row: int) -> Process | None:
    """Return the process of a row; of several that hold it the first that is known."""
    return next((table.processes[pid] for pid in table.pids[row] if pid in table.processes), None)

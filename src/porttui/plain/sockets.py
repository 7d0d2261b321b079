"""The sockets of this machine, by a filter; any of them can be asked about."""

from __future__ import annotations

from porttui.model.facts import Process
from porttui.model.table import Table
from porttui.model.target import Asked
from porttui.plain.socket_lists import COLUMNS, MOST, Listed, View, tell_list, wish_of
from porttui.plain.talk import Keys, Talk
from porttui.reading.arrange import Group, Wish
from porttui.reading.asking import question_about

_KEYS: Keys = (
    ("#3", "ask about row 3"),
    ("p3", "the process of row 3"),
    ("WORDS", "the filter: node, :5432, established, udp, user=dev, '!tcp', all; as porttui sockets takes it"),
    ("by user", f"sorted by a column: {', '.join(COLUMNS)}; once more: the other way round"),
    ("group process", "a line for each process; group port: for each port; group alone: for each socket again"),
    ("g3", "the sockets of group 3"),
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
    view = View(Wish(words=typed))
    while True:
        listed = tell_list(talk, view)
        if listed is None:
            return None
        more = "; m: more" * (view.first + MOST < len(listed.groups or listed.rows))
        rows = "gN: the sockets of group N" if listed.groups else "#N asks about row N; pN: its process"
        prompt = f"{rows}; words: a filter; by COLUMN, group process: the order{more}; enter goes back."
        answer = talk.ask(prompt, _KEYS)
        if answer in ("", "b") and view.chosen is None:
            return None
        row = _row(answer, listed.rows)
        if row is None:
            view = _next_view(talk, answer, view._replace(first=view.first if more else -MOST), listed)
            continue
        found = _asked(listed.table, row) if answer.startswith("#") else _process(listed.table, row)
        if found is not None:
            return found
        talk.tell("There is nothing to connect to." if answer.startswith("#") else "Its process can't be seen.")


def _next_view(talk: Talk, answer: str, view: View, listed: Listed) -> View:
    """Return what is told next: more of the same, another order, a group, or what passes another filter."""
    if answer == "m":
        return view._replace(first=view.first + MOST)
    begun = view._replace(first=0)
    if answer in ("", "b"):
        return begun._replace(chosen=None)
    if answer == "n":
        return begun._replace(far=not view.far)
    wished, group = wish_of(answer, view.wish), _group(answer, listed.groups)
    if isinstance(wished, str):
        talk.tell(wished)
        return begun
    if wished is not None:
        return begun._replace(wish=wished, chosen=None)
    if group is not None:
        return begun._replace(chosen=group)
    return begun._replace(wish=view.wish._replace(words=answer.removeprefix("/")), chosen=None)


def listeners(talk: Talk) -> None:
    """Tell what listens, for somebody who has not named a target yet."""
    tell_list(talk, View(), numbers=False)


def _group(answer: str, groups: tuple[Group, ...]) -> Group | None:
    """Return the group that was chosen by its number: "g3"."""
    number = answer[1:].strip()
    if answer[0] != "g" or not number.isdecimal() or not 1 <= int(number) <= len(groups):
        return None
    return groups[int(number) - 1]


def _row(answer: str, rows: list[int]) -> int | None:
    """Return the row that was chosen by its number: "#3" or "p3"."""
    number = answer[1:].strip()
    if answer[:1] not in ("#", "p") or not number.isdecimal() or not 1 <= int(number) <= len(rows):
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

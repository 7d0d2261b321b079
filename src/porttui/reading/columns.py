"""What a row of a socket table says in the columns of every list.

One place for the lists of the shell and of the screen: a program that only probably holds a socket stands in brackets,
and what is not known is "?".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from porttui.model.address import endpoint, is_loopback
from porttui.model.facts import Process, Socket, Unseen
from porttui.reading.words import nobodys, tilde

NOT_SEEN = "?"
NOBODY = "-"
"""The kernel alone holds it: a connection that is over, or that nobody has accepted."""
PROBABLE = "(name) probable: by service or command line"
"""What the brackets around a program mean, for the line below a table."""
_STATES = {
    "ESTABLISHED": "ESTAB",
    "TIME_WAIT": "TIME-W",
    "FIN_WAIT1": "FIN-W1",
    "FIN_WAIT2": "FIN-W2",
    "CLOSE_WAIT": "CLOSE-W",
    "SYN_SENT": "SYN-S",
    "SYN_RECV": "SYN-R",
}
Names = Mapping[int, Process]
"""Processes by pid."""


def local(row: Socket) -> str:
    """Return the socket's own address: "127.0.0.1:80", or the path of a unix socket."""
    return row.path or endpoint(row.address, row.port)


def peer(row: Socket) -> str:
    """Return the other end of a connection; empty for a listener."""
    return endpoint(row.peer, row.peer_port) if row.peer and row.peer_port else ""


def state(row: Socket) -> str:
    """Return the state in at most seven letters."""
    return _STATES.get(row.state, row.state)[:7]


def service(row: Socket) -> str:
    """Return unit or container that the socket belongs to; empty when neither is known."""
    return row.unit or (f"container {row.container}" if row.container else "")


def certain(row: Socket) -> bool:
    """Tell whether the row's processes were seen to hold it."""
    return row.owner_by == "descriptor"


def program(row: Socket, names: Names) -> str:
    """Return the program: "nginx"; "(nginx)" when it only probably holds the socket; "?" when it cannot be seen.

    "-" when the system says that no process holds it.
    """
    known = _first(row, names)
    return program_named(row, known.name if known is not None else None)


def program_named(row: Socket, name: str | None) -> str:
    """Return the same, where the name of the first process is known, or none is."""
    if name is not None:
        return name if certain(row) else f"({name})"
    if nobodys(row):
        return NOBODY
    named = row.unit or row.container
    return f"({named.removesuffix('.service').removesuffix('.socket').partition('@')[0]})" if named else NOT_SEEN


def pid(row: Socket) -> str:
    """Return the first process id, with "+" for more; "?" when it is not certain, "-" when nobody holds the socket."""
    if row.pids and certain(row):
        return f"{row.pids[0]}{'+' if len(row.pids) > 1 else ''}"
    return NOBODY if nobodys(row) else NOT_SEEN


def user(row: Socket, names: Names) -> str:
    """Return the name of the socket's user, else of its process, else the number; "?" when not told, "-" for nobody."""
    known = _first(row, names)
    if row.user is not None:
        return row.user
    if known is not None and known.user is not None:
        return known.user
    if row.uid is None:
        return NOBODY if nobodys(row) else NOT_SEEN
    return str(row.uid)


def elsewhere(row: Socket) -> str:
    """Return where a socket of another network namespace is: "in 3f2a1b9c0d11", "net:4026532281"; empty for ours.

    The number is the one that lsns(8) shows, and readlink(1) of /proc/PID/ns/net; without it it is "another netns".
    """
    if row.namespace is None:
        return ""
    if row.container:
        return f"in {row.container}"
    return f"net:{row.namespace}" if row.namespace > 0 else "another netns"


def network(row: Socket) -> str:
    """Return the same in words: "that of container 3f2a1b9c0d11"; empty for our own network."""
    if row.namespace is None:
        return ""
    if row.container:
        return f"that of container {row.container}"
    return "another namespace" + (f", net:{row.namespace}" if row.namespace > 0 else "")


def reached_by(row: Socket) -> str:
    """Return who can reach a listener by its address, or the other end of a connection; else where it is."""
    if peer(row):
        return peer(row)
    if row.namespace is not None:  # its addresses are not those of this machine
        return elsewhere(row)
    if row.protocol == "unix" or is_loopback(row.address):
        return "this machine"
    return f"network, by {row.device}" if row.device else "network"


def queue(row: Socket) -> str:
    """Return how many connections wait and how many may; for a connection the bytes not read yet."""
    if row.queue is None:
        return NOT_SEEN
    return f"{row.queue}/{row.backlog}" if row.backlog is not None and row.state == "LISTEN" else str(row.queue)


def command_line(row: Socket, names: Names) -> str:
    """Return the command line of the first known process; empty when there is none."""
    known = _first(row, names)
    return " ".join(tilde(part, known.user) for part in known.argv) if known else ""


def since(row: Socket, names: Names) -> str:
    """Return when the first known process was started, as a clock time."""
    known = _first(row, names)
    if known is not None and known.started is not None:
        return known.started.strftime("%H:%M:%S")
    return NOBODY if known is None and nobodys(row) else NOT_SEEN


def signs(rows: Iterable[Socket], names: Names, unseen: Iterable[Unseen]) -> tuple[str, ...]:
    """Return what the signs mean that stand in the columns of these rows.

    Args:
        rows: the rows shown.
        names: the processes known.
        unseen: what the reading of the table left out; it has the reason why an owner is not known.
    """
    cells = (cell for row in rows for cell in (program(row, names), pid(row), user(row, names)))
    return signs_in(cells, unseen)


def signs_in(cells: Iterable[str], unseen: Iterable[Unseen]) -> tuple[str, ...]:
    """Return what the signs mean that stand in these cells; see `signs`."""
    found = {cell for cell in cells if cell == NOT_SEEN or cell.startswith("(")}
    notes = []
    if NOT_SEEN in found:
        why = why_no_owner(unseen)
        notes.append(f"? can't see: {why}" if why else "? can't see")
    if found - {NOT_SEEN}:
        notes.append(PROBABLE)
    return tuple(notes)


def why_no_owner(unseen: Iterable[Unseen]) -> str:
    """Return the reason why owners of sockets could not be seen; empty when none is told."""
    return next((one.reason for one in unseen if one.what.startswith("owners")), "")


def _first(row: Socket, names: Names) -> Process | None:
    return next((names[number] for number in row.pids if number in names), None)

"""What a row of a socket table says, in the words of the columns; and which rows a filter keeps."""

from __future__ import annotations

from collections.abc import Mapping

from porttui.model.address import endpoint, is_loopback, is_wildcard
from porttui.model.facts import Process, Socket

NOT_SEEN = "?"
_STATES = {
    "ESTABLISHED": "ESTAB",
    "TIME_WAIT": "TIME-W",
    "CLOSE_WAIT": "CLOSE-W",
    "SYN_SENT": "SYN-S",
    "SYN_RECV": "SYN-R",
}
FILTER_WORDS = "5173  node  listen  user=dev  pid=4121  !not"


def local(row: Socket) -> str:
    """Return the socket's own address."""
    return row.path if row.protocol == "unix" else endpoint(row.address, row.port)


def peer(row: Socket) -> str:
    """Return the other end of a connection; empty for a listener."""
    return endpoint(row.peer, row.peer_port) if row.peer and row.peer_port else ""


def state(row: Socket) -> str:
    """Return the state in at most seven letters."""
    return _STATES.get(row.state, row.state)[:7]


def service(row: Socket) -> str:
    """Return unit or container that the socket belongs to; empty when neither is known."""
    return row.unit or (f"container {row.container}" if row.container else "")


def program(row: Socket, names: Mapping[int, Process]) -> str:
    """Return the program: its name, or in brackets the service by which alone it is known, or "?"."""
    known = next((names[pid].name for pid in row.pids if pid in names), None)
    if known is not None:
        return known
    if row.unit:
        return f"({row.unit.removesuffix('.service').removesuffix('.socket').partition('@')[0]})"
    return "(container)" if row.container else NOT_SEEN


def pid(row: Socket) -> str:
    """Return the first process id, with "+" for more; "?" when it cannot be seen; "-" when nobody holds it."""
    if row.pids:
        return f"{row.pids[0]}{'+' if len(row.pids) > 1 else ''}"
    return "-" if row.inode == 0 and row.state != "LISTEN" else NOT_SEEN


def user(row: Socket) -> str:
    """Return the name of the socket's user, else its number, else "?"."""
    return row.user or (str(row.uid) if row.uid is not None else NOT_SEEN)


def reached_by(row: Socket) -> str:
    """Return who can reach a listener by its address, or the other end of a connection."""
    if peer(row):
        return peer(row)
    if row.protocol == "unix":
        return "this machine"
    return "this machine" if is_loopback(row.address) and not is_wildcard(row.address) else "network"


def queue(row: Socket) -> str:
    """Return how many connections wait and how many may; for a connection the bytes not read yet."""
    if row.queue is None:
        return NOT_SEEN
    return f"{row.queue}/{row.backlog}" if row.backlog is not None and row.state == "LISTEN" else str(row.queue)


def command_line(row: Socket, names: Mapping[int, Process]) -> str:
    """Return the command line of the first known process; empty when there is none."""
    known = next((names[number] for number in row.pids if number in names), None)
    return " ".join(tilde(part, known) for part in known.argv) if known else ""


def tilde(path: str, process: Process) -> str:
    """Write the home folder of the process's user as "~"."""
    home = f"/home/{process.user}/" if process.user and process.user != "root" else "/root/"
    if path.startswith(home):
        return "~/" + path[len(home) :]
    return "~" if path == home.rstrip("/") else path


def since(row: Socket, names: Mapping[int, Process]) -> str:
    """Return when the first known process was started, as a clock time."""
    known = next((names[number] for number in row.pids if number in names), None)
    return known.started.strftime("%H:%M:%S") if known and known.started else NOT_SEEN


def matches(row: Socket, names: Mapping[int, Process], words: list[str]) -> bool:
    """Tell whether a row has every word of a filter, and none that follows a "!"."""
    return all(
        _has(row, names, word[1:]) != word.startswith("!") if word.startswith("!") else _has(row, names, word)
        for word in words
        if word.strip("!")
    )


def _has(row: Socket, names: Mapping[int, Process], word: str) -> bool:
    word = word.lower()
    key, equals, value = word.partition("=")
    if equals and key == "user":
        return user(row).lower() == value
    if equals and key == "pid":
        return value in {str(number) for number in row.pids}
    if word.isdecimal():
        return word in {str(row.port), str(row.peer_port)} or word in {str(number) for number in row.pids}
    texts = (local(row), peer(row), row.state, state(row), row.protocol, program(row, names), user(row), service(row))
    return any(word in text.lower() for text in (*texts, command_line(row, names)))

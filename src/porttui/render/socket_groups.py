"""The words for the order and the groups of a list of sockets, the same on the screen and in lines."""

from __future__ import annotations

from porttui.model.table import Table
from porttui.reading import columns
from porttui.reading.arrange import Column, Group

SORTED_BY: dict[Column, tuple[str, str]] = {
    "port": ("port", "port, last first"),
    "address": ("address", "address, last first"),
    "state": ("state", "state, last first"),
    "queue": ("queue, longest first", "queue, shortest first"),
    "program": ("program", "program, last first"),
    "pid": ("pid", "pid, largest first"),
    "user": ("user", "user, last first"),
    "since": ("start, newest first", "start, oldest first"),
    "peer": ("other end", "other end, last first"),
    "command": ("command", "command, last first"),
}
"""For each column its order, as it is usual and turned round."""
_UNNAMED = {columns.NOT_SEEN: "programs that can't be seen", columns.NOBODY: "no program: kept by the kernel"}
_MOST_NAMES = 200
"""So many rows of a group are asked for their programs."""


def title(group: Group, table: Table) -> str:
    """Return what its rows have in common: "node, pid 4121", "port 80", "programs that can't be seen"."""
    kind, key = group.key
    if kind == "port":
        if key == 0:
            return "no port"
        here = any(table.ports[row] == key for row in group.rows)
        return f"port {key}" if here else f"port {key}, at the other end"
    first = group.rows[0]
    program = table.programs[first]
    if program in _UNNAMED:
        return _UNNAMED[program]
    pid = columns.pid(table.socket(first)).rstrip("+")
    return program + (f", pid {pid}" if pid not in _UNNAMED else "")


def counted(group: Group) -> str:
    """Return how many sockets it has: "3 sockets, 2 listen"."""
    number = len(group.rows)
    told = f"{number} socket{'s' if number > 1 else ''}"
    return told + (f", {group.listening} listen{'s' if group.listening == 1 else ''}" if group.listening else "")


def about(group: Group, table: Table) -> str:
    """Return the command line of a process, or the programs at a port."""
    if group.key[0] == "process":
        first = table.socket(group.rows[0])
        return columns.command_line(first, table.processes) or columns.service(first)
    programs = dict.fromkeys(table.programs[row] for row in group.rows[:_MOST_NAMES])
    return ", ".join(sorted(programs, key=lambda name: name in _UNNAMED))

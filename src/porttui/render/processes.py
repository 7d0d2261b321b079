"""A process in words: who it is, why it runs, what it was started with, and where it only hands connections on."""

from __future__ import annotations

import shlex

from porttui.model.facts import Process, Sockets
from porttui.model.report import Report
from porttui.reading import columns
from porttui.reading.forwards import leads_to
from porttui.reading.words import tilde

_SHELLS = {"bash", "zsh", "fish", "sh", "dash", "ksh", "tcsh", "nu", "pwsh"}

_STATES = {
    "R": "running (R)",
    "S": "waiting for work (S)",
    "D": "waiting for a device (D)",
    "I": "idle (I)",
    "T": "PAUSED (T)",
    "t": "HELD BY A DEBUGGER (t)",
    "Z": "ENDED, not collected (Z)",
    "X": "ENDED (X)",
}
"""The letters of proc(5) in words."""


def listening_processes(report: Report) -> tuple[Process, ...]:
    """Return the described processes that hold a socket on the port, or seem to, as their own end."""
    known = {process.pid: process for process in report.facts.processes or ()}
    sockets = report.facts.sockets
    rows = sockets.rows if isinstance(sockets, Sockets) else ()
    held = dict.fromkeys(pid for row in rows if row.port == report.target.port for pid in row.pids)
    return tuple(known[pid] for pid in held if pid in known)


def who(one: Process, report: Report) -> str:
    """Return "node, pid 4121, dev (you)"; "probably node, ..." when it was not seen to hold a socket on the port."""
    sockets = report.facts.sockets
    rows = [row for row in sockets.rows if one.pid in row.pids] if isinstance(sockets, Sockets) else []
    probably = "probably " if rows and not any(map(columns.certain, rows)) else ""
    you = " (you)" if one.uid is not None and one.uid == report.facts.privileges.uid else ""
    return f"{probably}{one.name}, pid {one.pid}" + (f", {one.user}{you}" if one.user else "")


def far_end(one: Process, report: Report) -> str:
    """Tell where a program that only hands connections on sends them; empty when it is none."""
    sockets = report.facts.sockets
    rows = sockets.rows if isinstance(sockets, Sockets) else ()
    ports = [row.port for row in rows if one.pid in row.pids and row.state == "LISTEN"]
    return "; ".join(dict.fromkeys(filter(None, (leads_to(one.argv, port) for port in ports))))


def runs_because(one: Process) -> str:
    """Return the processes that led to this one: "systemd > sshd > bash (pts/2) > npm 4102 > node 4121"."""
    if not one.ancestors:
        return ""
    names = []
    shells = [index for index, ancestor in enumerate(one.ancestors) if ancestor.name in _SHELLS]
    for index, ancestor in enumerate(one.ancestors):
        name = ancestor.name
        if shells and index == shells[-1] and one.terminal:
            name = f"{name} ({one.terminal})"
        elif index == len(one.ancestors) - 1:
            name = f"{name} {ancestor.pid}"
        names.append(name)
    unit = f" ({one.unit})" if one.unit else ""
    return " > ".join([*names, f"{one.name} {one.pid}{unit}"])


def command_text(one: Process) -> str:
    """Return the command line, with "~" for the home folder of its user."""
    return " ".join(shlex.quote(part) if " " in part or not part else tilde(part, one.user) for part in one.argv)


def state_of(one: Process) -> str:
    """Return what a process does now: "waiting for work (S)"; empty when that was not seen."""
    return _STATES.get(one.state, f"state {one.state}" if one.state else "")

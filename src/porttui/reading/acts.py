"""The four things that can be done to a process, and the words for them."""

from __future__ import annotations

import enum

from porttui.model.facts import Os
from porttui.model.report import Risk


class Act(enum.StrEnum):
    """What to do to a process, in the words that docker uses. A stopped server is one that ended."""

    RESUME = "resume"
    STOP = "stop"
    PAUSE = "pause"
    KILL = "kill"

    @property
    def ends(self) -> bool:
        """Whether the process is to end by it."""
        return self in (Act.STOP, Act.KILL)


_SIGNALS = {Act.RESUME: "SIGCONT", Act.STOP: "SIGTERM", Act.PAUSE: "SIGSTOP", Act.KILL: "SIGKILL"}
_WINDOWS = {
    Act.RESUME: "NtResumeProcess",
    Act.STOP: "TerminateProcess",
    Act.PAUSE: "NtSuspendProcess",
    Act.KILL: "TerminateProcess",
}
_SENDS = {
    Act.RESUME: "it goes on where it was",
    Act.STOP: '"please end"; the program may save its work first',
    Act.PAUSE: "it stands still, keeps its memory and its port, and answers nobody",
    Act.KILL: "it ends at once and saves nothing",
}
_RISKS = {Act.RESUME: Risk.SAFE, Act.STOP: Risk.DISRUPTS, Act.PAUSE: Risk.DISRUPTS, Act.KILL: Risk.DESTROYS}


def signal_name(act: Act, system: Os) -> str:
    """Return the signal (signal(7)); on Windows, which has none between processes, the call that does it."""
    return (_WINDOWS if system == "windows" else _SIGNALS)[act]


def sends(act: Act, system: Os) -> str:
    """Return what is sent and what it means: 'SIGTERM, "please end"; the program may save its work first'."""
    means = _SENDS[Act.KILL if system == "windows" and act is Act.STOP else act]
    return f"{signal_name(act, system)}{',' if means.startswith(chr(34)) else ':'} {means}"


def risk(act: Act, system: Os) -> Risk:
    """Return what it costs. Windows knows no way to ask a program without a window to end: stop is kill there."""
    return _RISKS[Act.KILL if system == "windows" and act is Act.STOP else act]


def kill_command(act: Act, pid: int, system: Os) -> tuple[str, ...]:
    """Return the command that does the same; () on Windows where there is none (pause and resume)."""
    if system == "windows":
        return ("taskkill", "/F", "/PID", str(pid)) if act.ends else ()
    option = {Act.RESUME: ("-CONT",), Act.STOP: (), Act.PAUSE: ("-STOP",), Act.KILL: ("-KILL",)}[act]
    return ("kill", *option, str(pid))

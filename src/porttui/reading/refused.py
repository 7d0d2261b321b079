"""What porttui does not do to a process, with the reason, and the command by which the user can do it deliberately."""

from __future__ import annotations

from porttui.model.facts import Facts, Process
from porttui.reading import acts, kin
from porttui.reading.acts import Act
from porttui.reading.comes_back import unit_command


def refusal(facts: Facts, process: Process, act: Act) -> tuple[str | None, tuple[str, ...]]:
    """Tell why porttui does not do this to a process, and what to type instead; (None, ()) when it does.

    Whatever carries the user's session is never paused nor ended; to resume it is harmless.
    """
    stop = unit_command(process, "stop")
    typed = as_root(facts, acts.kill_command(act, process.pid, facts.os))
    if process.state in ("Z", "X"):
        return "it has ended already; its parent has not asked yet how", ()
    if process.started is None:
        return "its start time is not told, so it could not be checked that it is still the same process", typed
    if act is not Act.RESUME:
        why = _carries(facts, process)
        if why is not None:
            return why, ()
        if kin.names(process) & kin.LOGINS:
            return f"{process.name} is how people log in here, you perhaps among them", as_root(facts, stop)
    if not _may(facts, process):
        whose = f"user {process.user}" if process.user else "another user"
        instead = as_root(facts, stop) if act is Act.STOP and stop and process.manager != "user" else typed
        return f"it belongs to {whose}, and {facts.privileges.user} may not signal it", instead
    return None, ()


def _carries(facts: Facts, process: Process) -> str | None:
    """Tell what would fall with a process; None when nothing does that must stay."""
    if process.pid <= 1 or (facts.os == "windows" and process.pid == 4):
        what = "container" if facts.host.container else "machine"
        return f"it is the first process of this {what}: everything would end with it"
    parent = kin.parent(process)
    if process.name == "kthreadd" or (parent is not None and parent.name == "kthreadd"):
        return "it is a thread of the kernel, which takes no signals"
    if facts.own and process.pid == facts.own[0]:
        return "it is porttui itself"
    if process.pid in facts.own:
        return "porttui runs under it: your session would end with it"
    if kin.names(process) & kin.TERMINALS:
        return f"{process.name} holds the terminals of its user, and what runs in them"
    if kin.is_interactive_shell(process):
        return f"it is a shell that {process.user or 'somebody'} types into"
    if process.name in ("systemd", "launchd", "init", "services.exe", "csrss.exe", "lsass.exe", "wininit.exe"):
        return f"{process.name} runs the services of this machine or of its user"
    return None


def _may(facts: Facts, process: Process) -> bool:
    """Tell whether this user may signal the process (kill(2)); True when that is not known: sending will tell.

    The real or effective uid has to be the target's, or CAP_KILL has to be there. On Windows the user's name counts.
    """
    mine = facts.privileges
    if mine.root or "kill" in mine.capabilities:
        return True
    if process.uid is not None and mine.uid is not None:
        return process.uid == mine.uid
    return process.user is None or process.user.rpartition("\\")[2].lower() == mine.user.lower()


def as_root(facts: Facts, argv: tuple[str, ...]) -> tuple[str, ...]:
    """Put sudo in front of a command where this user needs it: not as root, not on Windows, not for a user's unit."""
    if not argv or facts.os == "windows" or facts.privileges.uid == 0 or "--user" in argv:
        return argv
    return ("sudo", *argv)

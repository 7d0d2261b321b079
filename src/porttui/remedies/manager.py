"""Services in the words of each system: systemctl, service, brew services, PowerShell.

A unit is named as Debian's packages name it ("redis-server"); the other systems' names stand in the tables here.
"""

from __future__ import annotations

from typing import Literal

from porttui.model.facts import Facts, Process, Socket
from porttui.model.report import RemedyStep
from porttui.reading import words

Verb = Literal["start", "stop", "restart"]

POWERSHELL = "PowerShell"
POWERSHELL_AS_ADMINISTRATOR = "PowerShell, started as administrator"
"""Where commands are typed on Windows."""

_BREW = {
    "redis-server": "redis", "apache2": "httpd", "mongod": "mongodb-community", "rabbitmq-server": "rabbitmq",
}  # fmt: skip
"""Homebrew's names where they are not those of the units."""
_LAUNCHD = {"ssh": "com.openssh.sshd", "cups": "org.cups.cupsd", "systemd-resolved": "com.apple.mDNSResponder"}
"""Services that are part of macOS, by their launchd label."""
_WINDOWS = {
    "ssh": "OpenSSH SSH Server", "redis-server": "*redis*", "mongod": "*mongodb*", "mysql": "*mysql*",
    "postgresql": "*postgres*", "apache2": "*apache*", "rabbitmq-server": "*rabbitmq*", "cups": "Print Spooler",
    "systemd-resolved": "DNS Client",
}  # fmt: skip
"""Display names of services on Windows, with wildcards where they carry a version."""


def change(  # noqa: PLR0913 - the parts of one step
    facts: Facts, unit: str, verb: Verb, text: str, *, why: str = "", users_own: bool = False
) -> RemedyStep:
    """Return the step that starts, stops or restarts a service.

    Args:
        facts: what was seen: the system, and on Linux whether systemd runs it.
        unit: its name, with or without ".service".
        verb: what to do.
        text: the sentence of the step.
        why: why it is done.
        users_own: it is a service of the user's own systemd (systemctl --user).
    """
    name = unit.removesuffix(".service")
    if facts.os == "macos":
        label = _LAUNCHD.get(name)
        if label:
            argv: tuple[str, ...] = ("launchctl", "kickstart", *(("-k",) * (verb == "restart")), f"system/{label}")
            argv = ("launchctl", "kill", "SIGTERM", f"system/{label}") if verb == "stop" else argv
            return RemedyStep(text=text, where=words.machine(facts), why=why, argv=argv, needs_root=True)
        argv = ("brew", "services", verb, _BREW.get(name, name.partition("@")[0]))
        return RemedyStep(text=text, where=words.machine(facts), why=why, argv=argv)
    if facts.os == "windows":
        cmdlet = f"{verb.capitalize()}-Service"
        argv = (cmdlet, "-DisplayName", _WINDOWS.get(name, f"*{name.partition('@')[0]}*"))
        return RemedyStep(text=text, where=POWERSHELL_AS_ADMINISTRATOR, why=why, argv=argv, needs_root=True)
    if users_own:
        return RemedyStep(text=text, where=words.machine(facts), why=why, argv=("systemctl", "--user", verb, unit))
    if not facts.host.systemd:
        argv = ("service", name, verb)
        return RemedyStep(text=text, where=words.machine(facts), why=why, argv=argv, needs_root=True)
    return RemedyStep(text=text, where=words.machine(facts), why=why, argv=("systemctl", verb, unit), needs_root=True)


def log(facts: Facts, unit: str, text: str, *, users_own: bool = False) -> RemedyStep:
    """Return the step that shows the last lines that a service wrote; where there is no such log, how it stands."""
    name = unit.removesuffix(".service")
    if facts.os == "macos":
        argv: tuple[str, ...] = ("brew", "services", "info", _BREW.get(name, name.partition("@")[0]))
        if name in _LAUNCHD:
            argv = ("launchctl", "print", f"system/{_LAUNCHD[name]}")
        return RemedyStep(text="See whether it stays up", where=words.machine(facts), argv=argv)
    if facts.os == "windows":
        shown = _WINDOWS.get(name, f"*{name.partition('@')[0]}*")
        return RemedyStep(text="See whether it stays up", where=POWERSHELL, argv=("Get-Service", "-DisplayName", shown))
    if not facts.host.systemd and not users_own:
        return RemedyStep(text=f"{text}: its log is in a file under /var/log, or in docker logs")
    argv = ("journalctl", *(("--user",) * users_own), "-u", unit, "-n", "50", "--no-pager")
    return RemedyStep(text=text, where=words.machine(facts), argv=argv)


def unit_of(facts: Facts, socket: Socket | None, process: Process | None) -> str | None:
    """Return the service that holds a socket, and that its manager may be told to restart; None when it is no such one.

    The managers of the users' logins (user@UID.service) are left out, and so are the services of other users' logins,
    which this user cannot tell anything.
    """
    unit = (socket.unit if socket else None) or (process.unit if process else None)
    if not unit or unit.startswith("user@") or not unit.endswith((".service", ".socket")):
        return None
    return None if _of_a_login(process) and not is_users_own(facts, process) else unit


def is_users_own(facts: Facts, process: Process | None) -> bool:
    """Tell whether a process is a service of this user's own systemd, which takes no root to restart."""
    return _of_a_login(process) and process is not None and process.uid in {facts.privileges.uid} - {None}


def _of_a_login(process: Process | None) -> bool:
    if process is None:
        return False
    return process.manager == "user" or any(each.name == "systemd" and each.pid != 1 for each in process.ancestors)

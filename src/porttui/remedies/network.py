"""Steps at the network itself (interfaces, routes, name servers) in the words of each system."""

from __future__ import annotations

from typing import NamedTuple

from porttui.model.facts import Facts
from porttui.model.report import RemedyStep
from porttui.reading import words
from porttui.remedies import manager


class Do(NamedTuple):
    """One thing to do on one system."""

    text: str
    argv: tuple[str, ...] | None = None
    root: bool = False


def step(facts: Facts, *, linux: Do, macos: Do, windows: Do, why: str = "") -> RemedyStep:
    """Return the step for the system that was looked at."""
    do = {"macos": macos, "windows": windows}.get(facts.os, linux)
    where = words.machine(facts)
    if facts.os == "windows" and do.argv is not None:
        where = manager.POWERSHELL_AS_ADMINISTRATOR if do.root else manager.POWERSHELL
    return RemedyStep(text=do.text, where=where, why=why, argv=do.argv, needs_root=do.root)


def see_interfaces(facts: Facts, text: str = "See the network interfaces and their addresses") -> RemedyStep:
    """Return the step that lists interfaces with their state and addresses."""
    return step(
        facts,
        linux=Do(text, ("ip", "-brief", "address")),
        macos=Do(text, ("ifconfig", "-a")),
        windows=Do(text, ("ipconfig", "/all")),
    )


def see_clients(facts: Facts, port: int, text: str) -> RemedyStep:
    """Return the step that lists the programs on this machine that are connected to a port, here or elsewhere."""
    return step(
        facts,
        linux=Do(text, ("ss", "-tnp", f"dport = :{port}"), root=True),
        macos=Do(text, ("lsof", "-nP", f"-iTCP:{port}", "-sTCP:ESTABLISHED"), root=True),
        windows=Do(text, ("Get-NetTCPConnection", "-RemotePort", str(port), "-State", "Established")),
        why="its column OwningProcess is the pid: Get-Process -Id PID" if facts.os == "windows" else "",
    )

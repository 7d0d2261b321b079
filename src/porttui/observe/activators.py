"""Activators: who holds a port until the first client comes, and what became of the port when porttui came.

The first connection changes what there is to see: systemd-socket-activate becomes the service that it was told to
start, and a socket unit whose service fails too often is stopped. So the holder is noted before, and looked at after.
"""

from __future__ import annotations

from msgspec.structs import replace

from porttui.model.facts import Activation, Facts, Process, Sockets
from porttui.observe.platform import Platform
from porttui.reading import forwards, seen


def activation(facts: Facts) -> Activation | None:
    """Tell which activator holds the target's listener, before the first connection.

    Args:
        facts: with sockets and processes.

    Returns:
        None when it is not known to be one.
    """
    port = facts.asked.target.port
    for address in seen.addresses(facts):
        listener = seen.accepting(facts, address)
        if listener is None:
            continue
        owner = next((each for each in seen.owners(facts, listener) if _activates(each, port)), None)
        if owner is not None or (listener.unit or "").endswith(".socket"):
            return Activation(listener=listener, process=owner)
    return None


def afterwards(facts: Facts, eyes: Platform) -> Activation | None:
    """Look again at the port of an activator, after the connections."""
    before = facts.activation
    if before is None:
        return None
    if before.process is not None and before.process.pid == 1 and not (before.listener.unit or "").endswith(".socket"):
        unit = eyes.socket_unit(before.listener.port)
        before = replace(before, listener=replace(before.listener, unit=unit)) if unit else before
    sockets = eyes.sockets(facts.asked.target.port)
    if not isinstance(sockets, Sockets):
        return before
    rows = seen.listeners(replace(facts, sockets=sockets))
    pids = {pid for row in rows for pid in row.pids} | ({before.process.pid} if before.process else set())
    return replace(
        before, looked_after=True, after=rows, processes=eyes.processes(sorted(pids)), units=_units(before, eyes)
    )


def _activates(process: Process, port: int) -> bool:
    """Tell whether a process holds sockets for others: systemd, the machine's or a user's, and its small sister."""
    forward = forwards.leading_from(process.argv, port)
    if forward is not None and forward.kind == "activator":
        return True
    return process.name == "systemd"


def _units(before: Activation, eyes: Platform) -> dict[str, str]:
    unit = before.listener.unit
    if not unit or not unit.endswith(".socket"):
        return {}
    told = eyes.unit(unit)
    found = {f"{unit}.{name}": value for name, value in told.items()}
    for service in told.get("Triggers", "").split()[:1]:
        found |= {f"{service}.{name}": value for name, value in eyes.unit(service).items()}
    return found

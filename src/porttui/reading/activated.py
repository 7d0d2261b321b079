"""Activators and what they start: their names, what systemd says of them, and how to quote it."""

from __future__ import annotations

from porttui.model.facts import Activation, Facts
from porttui.model.report import Evidence
from porttui.reading import evidence, forwards, words
from porttui.reading.forwards import Forward

_FAILED = {"failed"}


def forward(held: Activation) -> Forward | None:
    """Return what the activator's command line says; None for systemd itself, whose units say it."""
    return forwards.leading_from(held.process.argv, held.listener.port) if held.process else None


def name(held: Activation) -> str:
    """Name the activator: "web.socket", "systemd-socket-activate"."""
    unit = held.listener.unit or ""
    if unit.endswith(".socket"):
        return unit
    return held.process.name if held.process else "systemd"


def unit(held: Activation) -> str | None:
    """Return the socket's unit, when it has one."""
    return held.listener.unit if (held.listener.unit or "").endswith(".socket") else None


def service(held: Activation) -> str:
    """Name what it starts: "web.service", "/usr/bin/app"; "the service" when that is not known."""
    socket = unit(held)
    if socket and held.units.get(f"{socket}.Accept") == "yes":
        return f"{socket.removesuffix('.socket')}@.service"
    triggers = held.units.get(f"{socket}.Triggers", "").split()
    if triggers:
        return triggers[0]
    told = forward(held)
    if told is not None and told.command:
        return told.command[0]
    return f"{socket.removesuffix('.socket')}.service" if socket else "the service"


def each_connection(held: Activation) -> bool:
    """Tell whether a service is started for each connection (Accept=yes)."""
    told = forward(held)
    return bool(told and told.each) or held.units.get(f"{unit(held)}.Accept") == "yes"


def is_seen(held: Activation) -> bool:
    """Tell whether it is certain that an activator held the port: by its descriptor, its cgroup, or systemd."""
    return held.listener.owner_by == "descriptor" or unit(held) is not None


def failed_units(held: Activation) -> tuple[str, ...]:
    """Return what systemd says of units that have failed: "web.service failed (exit-code)"."""
    return tuple(
        f"{each} failed ({held.units.get(f'{each}.Result', 'no reason told')})"
        for each in dict.fromkeys(key.rpartition(".")[0] for key in held.units)
        if held.units.get(f"{each}.ActiveState") in _FAILED
    )


def quoted(facts: Facts, held: Activation) -> tuple[Evidence, ...]:
    """Quote who held the port before, what systemd says, and what became of the port."""
    lines = list(evidence.listening(facts, (held.listener,)))
    if held.process is not None:
        told = forward(held)
        what = forwards.told(told) if told else "holds sockets for services"
        lines.append(Evidence(text=f"{held.process.name}\tpid {held.process.pid}\t{what}", source="/proc/PID/cmdline"))
    lines += [Evidence(text=f"systemd\t{text}", source="systemctl show") for text in failed_units(held)]
    if not held.after:
        source = "sockets"
        lines.append(
            Evidence(text=f"LISTEN\tnone on port {held.listener.port} any more, after the look", source=source)
        )
    for process in held.processes:
        if held.process is not None and (process.pid != held.process.pid or process.name != held.process.name):
            state = "ended" if process.state == "Z" else f"state {process.state}"
            lines.append(
                Evidence(
                    text=f"then\t{words.tool(process) or process.name}, pid {process.pid}\t{state}", source="/proc"
                )
            )
    return tuple(lines)

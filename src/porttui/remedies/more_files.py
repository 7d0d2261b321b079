"""Ways out for a program that has as many files and connections open as it may have."""

from __future__ import annotations

from porttui.model.facts import Facts, Process, Socket
from porttui.model.report import Edit, Remedy, RemedyStep, Risk
from porttui.reading import stuck, words
from porttui.remedies import look_into, manager, service

_ENOUGH = 65536


def ways(facts: Facts) -> tuple[Remedy, ...]:
    """Offer the server asked a higher limit, a look at what it has open, and a new start; () when it is not seen."""
    socket = stuck.listener(facts)
    process = next(iter(stuck.workers(facts, socket)), None) if socket is not None else None
    if socket is None or process is None:
        return ()
    name = words.plain_name(facts, socket)
    return (
        _raise(facts, socket, process, name),
        _see(facts, process, name),
        look_into.again(facts, socket, process, name),
    )


def _raise(facts: Facts, socket: Socket, process: Process, name: str) -> Remedy:
    machine = words.machine(facts)
    again = service.start_again(facts, socket, process, name)
    risk, cost = Risk.RESTARTS, f"{name} has to be started again"
    if facts.os == "linux":
        risk, cost = Risk.SAFE, "safe"
        limit = _while_it_runs(facts, process)
        steps: tuple[RemedyStep, ...] = (limit, _keep(facts, socket, process))
    elif facts.os == "macos":
        limit = RemedyStep(
            text="In the terminal where it is started, raise the limit first: ulimit -n 65536", where=machine
        )
        steps = (limit, again)
    else:
        limit = RemedyStep(text=f"Raise the number of connections that {name} may have, in its own settings")
        steps = (limit, again)
    return Remedy(
        title=f"Let {name} open more files and connections",
        risk=risk,
        cost=cost,
        proof=service.proof(facts),
        steps=steps,
    )


def _while_it_runs(facts: Facts, process: Process) -> RemedyStep:
    """Return the step that raises the limit of a running process: its user may, up to the hard limit."""
    did = next((each for each in facts.meanwhile.doing if each.pid == process.pid), None) if facts.meanwhile else None
    within = did is not None and (did.open_files_most or 0) >= _ENOUGH
    limits = f"{_ENOUGH}:" if within else f"{_ENOUGH}:{_ENOUGH}"
    return RemedyStep(
        text=f"Let pid {process.pid} have more, while it runs",
        where=words.machine(facts),
        argv=("prlimit", "--pid", str(process.pid), f"--nofile={limits}"),
        needs_root=not within or process.uid is None or process.uid != facts.privileges.uid,
    )


def _keep(facts: Facts, socket: Socket, process: Process) -> RemedyStep:
    unit = manager.unit_of(facts, socket, process)
    if unit and unit.endswith(".service") and facts.host.systemd:
        file = f"/etc/systemd/system/{unit}.d/limit.conf"
        edit = Edit(file=file, text=f"[Service]\nLimitNOFILE={_ENOUGH}")
        return RemedyStep(text="To keep it so, write into the settings of its service", edit=edit)
    return RemedyStep(text=f"To keep it so, write ulimit -n {_ENOUGH} before the command that starts it")


def _see(facts: Facts, process: Process, name: str) -> Remedy:
    text = "See what it has open: a long row of the same is a leak"
    pid = str(process.pid)
    if facts.os == "windows":
        step = RemedyStep(
            text="See how many handles it has (column Handles)",
            where=manager.POWERSHELL,
            argv=("Get-Process", "-Id", pid),
        )
    else:
        argv = ("ls", "-l", f"/proc/{pid}/fd") if facts.os == "linux" else ("lsof", "-nP", "-p", pid)
        step = RemedyStep(text=text, where=words.machine(facts), argv=argv, needs_root=True)
    return Remedy(
        title=f"See what {name} has open",
        risk=Risk.SAFE,
        cost="safe, only looks",
        proof=service.proof(facts),
        steps=(step,),
    )

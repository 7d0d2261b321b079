"""Ways to learn what a server that does not answer is busy with: its log, and what its threads do."""

from __future__ import annotations

import re

from porttui.model.facts import Facts, Process, Socket
from porttui.model.report import Remedy, RemedyStep, Risk
from porttui.reading import engines, seen, stuck, words
from porttui.remedies import manager, service


def ways(facts: Facts) -> tuple[Remedy, ...]:
    """Offer to look what the server asked is busy with, then to start it again; () when it is not seen."""
    listener = stuck.listener(facts)
    worker = next(iter(stuck.workers(facts, listener)), None) if listener is not None else None
    if listener is None or worker is None:
        return ()
    name = words.plain_name(facts, listener)
    return see(facts, worker, name), again(facts, listener, worker, name)


def see(facts: Facts, process: Process | None, name: str, *more: RemedyStep) -> Remedy:
    """Offer to look what a server is busy with; nothing is changed by it.

    Args:
        facts: what was seen.
        process: the server, or None when it is not known which one it is.
        name: how it is called in a sentence.
        more: further steps of the same way.
    """
    look = (what_it_does(facts, process),) if process is not None else ()
    return Remedy(
        title=f"See what {name} is busy with",
        risk=Risk.SAFE,
        cost="safe, only looks",
        proof=service.proof(facts),
        steps=(read_log(facts, process, name), *look, *more),
    )


def again(facts: Facts, socket: Socket | None, process: Process | None, name: str) -> Remedy:
    """Offer to start a server again: what it is busy with is lost, and its settings stay."""
    return Remedy(
        title=f"Start {name} again",
        risk=Risk.DISRUPTS,
        cost=f"cuts the connections of {name}",
        around=True,
        proof=service.proof(facts),
        steps=(service.start_again(facts, socket, process, name),),
    )


def read_log(facts: Facts, process: Process | None, name: str) -> RemedyStep:
    """Return the step that shows the last lines that a server has written."""
    text = f"Read the last lines that {name} has written"
    if process is not None and process.container:
        argv = engines.logs(process) or None
        return RemedyStep(text=text, where=words.machine(facts), argv=argv)
    unit = manager.unit_of(facts, None, process)
    if unit and unit.endswith(".service") and facts.os == "linux":
        return manager.log(facts, unit, text, users_own=manager.is_users_own(facts, process))
    place = f" in {process.terminal}" if process is not None and process.terminal else ""
    return RemedyStep(text=f"{text}, in its log or{place or ' in its terminal'}: what was the last thing that it did?")


def what_it_wrote(facts: Facts, listener: Socket | None) -> RemedyStep:
    """Return the step that shows what a server wrote while porttui asked it; None when its listener is not seen."""
    name = words.plain_name(facts, listener) if listener else "the server"
    owner = next(iter(seen.owners(facts, listener)), None) if listener else None
    text = f"Read what {name} wrote at {facts.at:%H:%M:%S}"
    unit = manager.unit_of(facts, listener, owner)
    if unit and unit.endswith(".service"):
        return manager.log(facts, unit, text, users_own=manager.is_users_own(facts, owner))
    terminal = f" ({owner.terminal})" if owner is not None and owner.terminal else ""
    return RemedyStep(text=f"{text}, in its terminal{terminal} or its log file")


def what_it_does(facts: Facts, process: Process) -> RemedyStep:
    """Return the step that shows in which function a program is, by the tool of its language where there is one."""
    pid = str(process.pid)
    windows = facts.os == "windows"
    shell = manager.POWERSHELL_AS_ADMINISTRATOR if windows else words.machine(facts)
    program = re.sub(r"[\d.]*(\.exe)?$", "", process.name)
    if program in {"python", "gunicorn", "uvicorn", "flask"}:
        text = "See the line of Python that each of its threads is in (pip install py-spy)"
        return RemedyStep(text=text, where=shell, argv=("py-spy", "dump", "--pid", pid), needs_root=True)
    if program == "java":
        text = "See the line of Java that each of its threads is in"
        return RemedyStep(text=text, where=shell, argv=("jstack", pid), needs_root=process.uid != facts.privileges.uid)
    if windows:
        argv: tuple[str, ...] = ("Get-Process", "-Id", pid)
        return RemedyStep(text="See whether it uses the processor (column CPU)", where=manager.POWERSHELL, argv=argv)
    text = "See what it waits for"
    if facts.os == "macos":  # sample(1): what each thread does, for three seconds
        return RemedyStep(text=text, where=shell, argv=("sample", pid, "3"), needs_root=True)
    argv = ("cat", f"/proc/{pid}/wchan", f"/proc/{pid}/stack")
    return RemedyStep(text=text, where=shell, argv=argv, needs_root=True)

"""The server starts and ends again and again.

A supervisor is a program whose work is to start another one again whenever it ends: systemd, docker with a restart
policy, pm2, nodemon, or two lines of shell. When the program fails soon after its start, the two of them go round in
circles. The port opens, closes, opens. A client is refused at one moment and connected at the next, a page loads and
its pictures do not, and each time another process is behind the door. What one sees depends on nothing but luck, and
every list of processes shows a server that is up.

It comes about when something that the program needs is missing only after it has begun to listen: a database that
turns its password down, a setting that is read late, a file that it may not write, more memory than its container
has, or a health check that kills it for being slow. A typical one is a Node service in docker with `restart: always`
whose migration fails: `docker ps` says "Up 2 seconds" whenever one looks.

How porttui knows: it read the socket tables many times within some seconds. The listener went away at least twice,
and no process ever had it twice. It watches unasked, for at most five seconds, when the owner of the listener was
under two seconds old, or when the port refused although a listener had just been seen there; `--settle 20` watches
for twenty seconds whatever the port shows at first, which a slow loop needs. When the processes could not be seen,
the verdict says "Probably".

What looks the same and is not: server-starting (the port opens once and stays open), nothing-listening (one look fell
into a gap), a restart by hand (the listener goes away once), workers of one server that are replaced one after the
other (the port is never closed), a program that closes and opens its own listener (the process stays the same).

To fix it, read why the program ends; its last lines say so. `journalctl -u NAME -e` and
`systemctl show NAME -p NRestarts,Result` on Linux, `docker logs --tail 50 NAME` for a container (137 as its exit code
means that it was killed, often for its memory), the log file that `brew services info NAME` names on macOS,
`Get-WinEvent -LogName Application -MaxEvents 30` in PowerShell. If nothing is written, stop the supervisor first,
`sudo systemctl stop NAME`, and start the same command by hand.

To keep it from coming back, let the program look for all that it needs before it opens its port, and say what is
missing. Let the supervisor pause between two starts and give up at some point, so that the failure is seen:
RestartSec= and StartLimitBurst= in a unit, `restart: on-failure:5` in a compose file.
"""

from __future__ import annotations

from typing import TypeGuard

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import owner_lasts
from porttui.model.facts import Facts, Process
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import engines, history, seen, words
from porttui.remedies import container as in_container
from porttui.remedies import service

_ENOUGH = 2
"""How often a listener must have gone away: once is a restart by hand."""
_QUOTED = 6


def check(facts: Facts) -> Outcome:
    """Find it when the listener went away at least twice, and no process had it twice."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    if facts.history is None:
        return owner_lasts(facts) or CannotTell(because="the port was not watched; --settle 10 does so")
    gone = history.ended(facts)
    if len(gone) < _ENOUGH:
        told = "went away only once" if gone else "did not go away"
        return RuledOut(because=f"the listener {told} in {history.seconds(facts):.1f} s")
    same = history.one_process(facts)
    if same is not None and not all(_surely_owned(life) for life in history.lives(facts) if same in life.pids):
        because = f"pid {same}, which probably holds the port, may itself close its listener and open it again"
        return CannotTell(because=because, unseen=seen.owners_unseen(facts))
    if same is not None:
        return RuledOut(because=f"pid {same} itself closed its listener and opened it again")
    certain = sum(_surely_owned(life) for life in gone) >= _ENOUGH
    process = _process(facts)
    name = words.tool(process) or process.name if process else "a program"
    name = name if certain else f"Probably {name}"
    return Found(
        summary=f"{name} on port {facts.asked.target.port} ends and is started again and again: the port closed "
        f"{len(gone)} times in {history.seconds(facts):.1f} s.",
        gloss="Something starts it each time that it ends; whether you are connected is luck.",
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=tuple(_quoted(life) for life in history.lives(facts)[-_QUOTED:]),
    )


def _surely_owned(life: history.Life) -> bool:
    """Tell whether its processes are known for sure; of one that ends just as it is looked at they never are."""
    return bool(life.pids) and all(each.owner_by == "descriptor" for each in life.sockets)


def _quoted(life: history.Life) -> Evidence:
    name = life.processes[0].name if life.processes else "program: can't see"
    pids = f", pid {', '.join(map(str, sorted(life.pids)[:3]))}" if life.pids else ""
    came = history.clock(life.came) if life.came else "before"
    went = f"to {history.clock(life.went)}" if life.went else "on"
    return Evidence(text=f"{words.at(life.sockets[0])}\t{name}{pids}\tfrom {came} {went}", source="socket tables")


def _process(facts: Facts) -> Process | None:
    return next((life.processes[0] for life in reversed(history.lives(facts)) if life.processes), None)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Read why it ends; then stop what starts it again, and start it by hand."""
    process = _process(facts)
    name = words.tool(process) or process.name if process else "the server"
    read = Remedy(
        title=f"Read why {name} ends",
        risk=Risk.SAFE,
        cost="safe, only looks",
        proof=service.proof(facts),
        steps=(
            _log(facts, process),
            RemedyStep(text="Mend what its last lines before the end complain about"),
        ),
    )
    return (read, _by_hand(facts, process, name))


def _by_hand(facts: Facts, process: Process | None, name: str) -> Remedy:
    """Offer to start it where its last words can be read; two of it would be in each other's way."""
    machine = words.machine(facts)
    stop = RemedyStep(text=f"Stop what starts {name} again and again: its service, container or loop", where=machine)
    if process and process.container:
        stop = in_container.stop(process, machine)
    elif _is_service(process, facts):
        stop = RemedyStep(
            text="Stop its service", where=machine, argv=("systemctl", "stop", str(process.unit)), needs_root=True
        )
    folder = f", in {process.cwd}" if process and process.cwd else ""
    return Remedy(
        title=f"Start {name} by hand and see how it ends",
        risk=Risk.DISRUPTS,
        cost=f"ends {name}",
        proof=service.proof(facts),
        steps=(
            stop,
            RemedyStep(text=f"Start it with the same command{folder}, and read what it prints", where="a terminal"),
        ),
    )


def _is_service(process: Process | None, facts: Facts) -> TypeGuard[Process]:
    """Tell whether systemd runs it as a service of the machine."""
    unit = process.unit if process else None
    return bool(unit and unit.endswith(".service") and not unit.startswith("user@") and facts.os == "linux")


def _log(facts: Facts, process: Process | None) -> RemedyStep:
    machine = words.machine(facts)
    if process and process.container:
        return RemedyStep(text="Read its last lines", where=machine, argv=engines.logs(process) or None)
    if _is_service(process, facts):
        return RemedyStep(
            text="Read its last lines", where=machine, argv=("journalctl", "-u", str(process.unit), "-e", "--no-pager")
        )
    starter = process.ancestors[-1] if process and process.ancestors else None
    if process and process.terminal:
        return RemedyStep(text="Read its last lines", where=f"its terminal ({process.terminal})")
    by = f"; {starter.name}, pid {starter.pid}, starts it" if starter and starter.pid > 1 else ""
    return RemedyStep(text=f"Read its last lines in its log, or where it was started{by}", where=machine)


FAULT = Fault(
    code="crash-loop",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The server starts and ends again and again",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("nothing-listening", "wrong-port", "server-starting", "bound-not-listening", "accept-then-close"),
)

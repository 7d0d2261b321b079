"""The server was still starting.

A program is up long before its port is open: it reads its settings, compiles, loads data, waits for a database. As
long as it has not called listen, the kernel refuses every connection, just as if nobody were there. Databases take
half a minute and more, development servers some seconds.

It comes about when a client is started at the same moment as its server (docker compose up, a test, a script), and
tries only once.

How porttui knows: the connection was refused, a young process was there that names the port, and while porttui
watched the port was opened and stayed open. It watches so for at most five seconds; --settle S watches for longer.

What looks the same and is not: nothing-listening (nobody opens the port), crash-loop (the port is opened and closed
again and again).

To keep it from coming back, let the client wait for the server and not for a time: porttui wait, a health check with
depends_on and condition: service_healthy in a compose file, After= and Type=notify in systemd.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import owner_lasts
from porttui.model.facts import Facts, Process
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, history, seen, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when the port was closed at first, opened once, and stayed open."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    if not facts.history:
        if facts.starting == ():
            return RuledOut(because="no young process names the port")
        return owner_lasts(facts) or CannotTell(because="the port was not watched; --settle 10 does so")
    life = _only_life(facts)
    if life is None or life.came is None:
        return RuledOut(because=f"the port was not opened in {history.seconds(facts):.1f} s")
    first = facts.history[0]
    if first.outcome == "open":
        return RuledOut(because="the first connection opened")
    owner = _owner(life)
    name = (words.tool(owner) or owner.name) if owner else "a program"
    who = f"{name}, pid {owner.pid}," if owner else name
    after = (life.came - first.at).total_seconds()
    early = owner is not None and owner.started is not None and owner.started <= first.at
    return Found(
        summary=f"{who} was still starting: port {facts.asked.target.port} is open since "
        f"{history.clock(life.came)}, {after:.1f} s after you were refused.",
        gloss="A program is up some time before it opens its port; until then the kernel refuses for it.",
        confidence=Confidence.CERTAIN if early else Confidence.LIKELY,
        evidence=(
            Evidence(text=f"first\t{history.clock(first.at)}\tnothing listened there", source="socket tables"),
            *(_started(owner) if owner else ()),
            *evidence.listening(facts, history.for_target(facts, seen.listeners(facts))),
            *evidence.connects(facts),
        ),
    )


def _only_life(facts: Facts) -> history.Life | None:
    found = history.lives(facts)
    return found[0] if len(found) == 1 and found[0].went is None else None


def _owner(life: history.Life) -> Process | None:
    return life.processes[0] if life.processes else None


def _started(owner: Process) -> tuple[Evidence, ...]:
    if owner.started is None:
        return ()
    text = f"process\t{owner.name}, pid {owner.pid}\tstarted at {history.clock(owner.started)}"
    return (Evidence(text=text, source=f"process {owner.pid}"),)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask again; and let the client wait next time."""
    life = _only_life(facts)
    owner = _owner(life) if life else None
    name = (words.tool(owner) or owner.name) if owner else "the server"
    said = [each for each in seen.exchanges(facts) if each.outcome == "answer"]
    again = Remedy(
        title="Ask again: the port is open now",
        risk=Risk.SAFE,
        cost="safe",
        proof=service.proof(facts),
        tried=words.answer(said[0]) if said else "open" if seen.opened(facts) else None,
        steps=(RemedyStep(text="Start the program that was refused once more, or let it try again"),),
    )
    return (again, service.wait_for(facts, name))


FAULT = Fault(
    code="server-starting",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The server was still starting",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("nothing-listening", "wrong-port", "bound-not-listening"),
)

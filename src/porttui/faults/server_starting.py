"""The server was still starting.

A program runs long before its port is open. First it reads its settings, loads its code, compiles, checks its data,
waits for something else that it needs; only then does it call listen, and until that moment the kernel refuses every
connection on its behalf, exactly as if nobody were there. The time between differs: a small web server needs a tenth
of a second, a development server that compiles some seconds, a database that sets up its files for the first time
half a minute and more.

It comes about when the client starts together with its server and tries only once. `docker compose up` starts the web
application and PostgreSQL side by side, the application asks port 5432 in its first second, is refused, and gives up;
on the next try everything works, which makes it look like a ghost. Tests that start their own server, and scripts
with `server & curl localhost:8000`, do the same.

How porttui knows: the first connection was refused, and there was a reason to wait: a process that had been started
within the last minute and names the port in its command line had not opened it yet. So it watched, for at most five
seconds (`--settle 30` watches for thirty), and saw the port open once and stay open. It is certain when the process
that opened the port was already there at the moment of the refusal.

What looks the same and is not: nothing-listening (nobody is on the way to open the port), crash-loop (the port opens,
and closes again, and again), bound-not-listening (the program has taken the port and is stuck before the last step).
Only time tells them apart, which is why a second look some seconds later is worth more than any table.

To fix it, ask again: the port is open now. In a script, wait for the server instead of for a number of seconds:
`porttui wait localhost:5432 --timeout 60` ends with 0 as soon as it answers, on Linux, macOS and Windows alike, and
says what is wrong when it does not.

To keep it from coming back, let the order be known to whatever starts both. In a compose file give the server a
healthcheck (`pg_isready` for PostgreSQL) and the client `depends_on` with `condition: service_healthy`; `depends_on`
alone waits only for the container to exist. In systemd write After= into the client's unit, and Type=notify into the
server's, if it can tell when it is ready. Best of all, a client that tries again with growing pauses needs no order.
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

"""The server is paused.

A process that is paused (ctrl+z in its terminal, the signal SIGSTOP, or a debugger that holds it) keeps all that it
has: its memory, its files and its listening socket. So the kernel goes on to open connections for it, they wait in
the accept queue, and nobody ever reads the request: the client is connected and waits. When the queue is full, new
clients are not even connected.

It comes about when ctrl+z was pressed where ctrl+c was meant, when a job in the background wanted to read from its
terminal, or when a debugger stands at a breakpoint.

How porttui knows: every process that holds the listening socket is in state T (stopped) or t (held by a tracer),
which /proc/PID/stat tells to everybody (proc(5)), and the target does not answer.

What looks the same and is not: hung-event-loop (the process is alive and busy with something else), busy-loop,
backlog-full (the queue is full for another reason), handler-hangs (the request was read).

To keep it from coming back, start servers with a service manager, or with & from the beginning.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Facts, Process, Socket, Sockets
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import service

_PAUSED = {"T", "t"}


def check(facts: Facts) -> Outcome:
    """Find it when the processes that hold the listener are paused and the target does not answer."""
    if facts.attempts is None or facts.processes is None:
        return CannotTell(because="processes and connections were not looked at yet")
    if any(each.outcome == "answer" for each in seen.exchanges(facts)):
        return RuledOut(because="the server answers")
    listener = _listener(facts)
    if listener is None:
        return RuledOut(because="no listener here takes the connection")
    if not any(each.outcome in {"open", "timeout"} for each in seen.asked_attempts(facts)):
        return RuledOut(because="the connection failed at once, which a paused server does not do")
    if seen.opened(facts) and not seen.exchanges(facts) and not facts.done:
        return CannotTell(because="nothing was said on the connection yet")
    fates = [each.fate for each in seen.exchanges(facts) if each.fate is not None]
    if any(fate.row == "accepted" and not fate.unread for fate in fates):
        return RuledOut(because="a program took the connection and read the request")
    paused, confidence = _paused(facts, listener)
    if paused is not None:
        return _found(facts, listener, paused, confidence)
    owners = seen.owners(facts, listener)
    if owners:
        return RuledOut(because=f"{owners[0].name}, pid {owners[0].pid}, is not paused (state {owners[0].state})")
    unseen = facts.sockets.unseen if isinstance(facts.sockets, Sockets) else ()
    return CannotTell(because="it cannot be seen which process holds the port", unseen=unseen)


def _paused(facts: Facts, listener: Socket) -> tuple[Process | None, Confidence]:
    """Return the paused process that should accept, and how sure it is that this one should."""
    owners = seen.owners(facts, listener)
    if owners and all(owner.state in _PAUSED for owner in owners):
        return owners[0], Confidence.CERTAIN if listener.owner_by == "descriptor" else Confidence.LIKELY
    workers = _workers(owners)
    if workers and all(worker.state in _PAUSED for worker in workers):
        return workers[0], Confidence.LIKELY
    return None, Confidence.POSSIBLE


def _workers(owners: tuple[Process, ...]) -> tuple[Process, ...]:
    """Return the holders without the master that started them and leaves the accepting to them (nginx, gunicorn)."""
    masters = {ancestor.pid for owner in owners for ancestor in owner.ancestors}
    return tuple(owner for owner in owners if owner.pid not in masters)


def _found(facts: Facts, listener: Socket, paused: Process, confidence: Confidence) -> Found:
    name = words.tool(paused) or paused.name
    how = "" if confidence is Confidence.CERTAIN else "Probably "
    what = f"a debugger (pid {paused.tracer}) holds it" if paused.tracer else "alive, but it does nothing"
    return Found(
        summary=f"{how}{name}, pid {paused.pid}, is paused: {what}.",
        gloss="The kernel still opens connections for a paused server, but nobody takes and answers them.",
        confidence=confidence,
        evidence=(
            Evidence(
                text=f"process\t{paused.name}, pid {paused.pid}\tstate {paused.state}",
                source=f"/proc/{paused.pid}/stat",
            ),
            *evidence.listening(facts, (listener,)),
            *evidence.connects(facts),
            *evidence.exchanged(seen.exchanges(facts)),
        ),
    )


def _listener(facts: Facts) -> Socket | None:
    for each in seen.asked_attempts(facts):
        found = seen.accepting(facts, each.address)
        if found is not None:
            return found
    return None


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Let it go on; a debugger has to do that itself."""
    listener = _listener(facts)
    first = _paused(facts, listener)[0] if listener else None
    if first is None:
        return ()
    if not first.tracer:
        return (service.resume(facts, first),)
    return (
        Remedy(
            title="Let the debugger go on",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            steps=(
                service.see_process(facts, first.tracer, "See which debugger it is"),
                RemedyStep(text="In the debugger write continue, or detach"),
            ),
        ),
    )


FAULT = Fault(
    code="sigstopped",
    step=Step.PROBE,
    stop=Stop.ACCEPT,
    title="The server is paused",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("backlog-full", "handler-hangs", "hung-event-loop", "accept-then-close"),
)

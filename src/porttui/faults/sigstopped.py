"""The server is paused.

A process can be paused: it keeps all that it has, its memory, its files, its listening socket, and does nothing until
it is told to go on. The kernel goes on without it. It opens connections in the server's name and lets them wait in
the accept queue, so a client connects at once and then waits for an answer that nobody is writing. Only when the
queue is full are new clients kept out as well. From outside it looks like a server that thinks very hard.

It comes about when ctrl+z is pressed where ctrl+c was meant. The shell says "Stopped", the prompt is back, and it
seems as if `npm run dev` had ended; but it was only laid aside, with its port. A job in the background that wants to
read from its terminal is paused in the same way, and so is a program that stands at a breakpoint of a debugger: an
IDE left open over lunch is a common culprit.

How porttui knows: the target was connected, or left without an answer, and did not reply; and every process that
holds the listening socket is in state T (stopped) or t (held by a debugger), which /proc/PID/stat tells to everybody
(proc(5)). Of a master with workers the workers count, as it is they who accept. It is certain when the process was
seen to hold the socket itself, for which one has to be its owner or root.

What looks the same and is not: hung-event-loop (alive, and stuck in an earlier request), busy-loop (alive, and
computing), single-thread-blocked, handler-hangs (the request was taken and read), backlog-full (the queue is full for
another reason), socket-activation-held and orphan-child-holds-port (who holds the port runs, and has never taken a
connection), fw-drop-input (not even connected, and no queue to be seen).

To fix it, let it go on: `kill -CONT PID` on Linux and macOS, or `fg` in its own terminal, which also brings it back
to the front. If it should have ended, press ctrl+c there afterwards: a paused program obeys the polite signal only
once it runs again. A debugger has to let go itself, by "continue" or "detach". On Windows open `resmon`, and on its
tab CPU choose Resume Process.

To keep it from coming back, start servers that shall outlive the terminal as a service, in tmux, or with
`nohup npm run dev < /dev/null &`, so that there is no terminal to read from. `jobs` shows what a shell has laid
aside.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Facts, FarEnd, Process, Socket, Sockets
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, far, seen, stuck, words
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
        behind = _behind(facts)
        if behind is not None:
            return _found_behind(facts, *behind)
        return RuledOut(because="a program took the connection and read the request")
    for one in _sharing(facts, listener):
        paused, confidence = _paused(facts, one)
        if paused is not None:
            return _found(facts, one, paused, confidence)
    owners = seen.owners(facts, listener)
    if owners:
        return RuledOut(because=f"{owners[0].name}, pid {owners[0].pid}, is not paused (state {owners[0].state})")
    unseen = facts.sockets.unseen if isinstance(facts.sockets, Sockets) else ()
    return CannotTell(because="it cannot be seen which process holds the port", unseen=unseen)


def _sharing(facts: Facts, listener: Socket) -> tuple[Socket, ...]:
    """Return all sockets that listen at the listener's address: several that share it by SO_REUSEPORT, or itself."""
    return tuple(row for row in seen.listeners(facts, listener.port) if row.address == listener.address)


def _paused(facts: Facts, listener: Socket) -> tuple[Process | None, Confidence]:
    """Return the paused process that should accept, and how sure it is that this one should."""
    owners = seen.owners(facts, listener)
    if owners and all(owner.state in _PAUSED for owner in owners):
        sure = listener.owner_by == "descriptor" and len(_sharing(facts, listener)) == 1
        return owners[0], Confidence.CERTAIN if sure else Confidence.LIKELY
    workers = stuck.without_masters(owners)
    if workers and all(worker.state in _PAUSED for worker in workers):
        return workers[0], Confidence.LIKELY
    return None, Confidence.POSSIBLE


def _found(facts: Facts, listener: Socket, paused: Process, confidence: Confidence) -> Found:
    name = words.tool(paused) or paused.name
    how = "" if confidence is Confidence.CERTAIN else "Probably "
    what = f"a debugger (pid {paused.tracer}) holds it" if paused.tracer else "alive, but it does nothing"
    return Found(
        summary=f"{how}{name}, pid {paused.pid}, is paused: {what}.",
        gloss="The kernel still opens connections for a paused server, but nobody takes and answers them.",
        confidence=confidence,
        evidence=(
            *_state(paused),
            *evidence.listening(facts, (listener,)),
            *evidence.connects(facts),
            *evidence.exchanged(seen.exchanges(facts)),
        ),
    )


def _behind(facts: Facts) -> tuple[far.Handing, FarEnd, Process] | None:
    """Return the paused server to which the program on the port hands connections on: it takes them, and waits."""
    hand = far.handing(facts)
    if hand is None:
        return None
    ends = far.ends_of(facts, hand.process)
    found = [(end, _taking(facts, end)) for end in ends]
    paused = [(end, process) for end, process in found if process is not None]
    return (hand, *paused[0]) if paused and len(paused) == len(ends) else None


def _taking(facts: Facts, end: FarEnd) -> Process | None:
    """Return a paused process that takes the connections at a far end, when all that may take them are paused."""
    rows = [row for row in end.listeners if seen.would_accept(row, end.host) is not False]
    paused = [_paused(facts, row)[0] for row in rows]
    return paused[0] if paused and all(paused) else None


def _found_behind(facts: Facts, hand: far.Handing, end: FarEnd, paused: Process) -> Found:
    name = words.tool(paused) or paused.name
    what = f"a debugger (pid {paused.tracer}) holds it" if paused.tracer else "alive, but it does nothing"
    return Found(
        summary=f"Probably {name}, pid {paused.pid}, to which {hand.process.name} hands port {hand.listener.port} on, "
        f"is paused: {what}.",
        gloss="The program on the port takes the connection, and waits for the paused server as you do.",
        confidence=Confidence.LIKELY,
        evidence=(
            *_state(paused),
            *far.chain(facts, hand, end),
            *evidence.connects(facts),
            *evidence.exchanged(seen.exchanges(facts)),
        ),
    )


def _state(paused: Process) -> tuple[Evidence, ...]:
    text = f"process\t{paused.name}, pid {paused.pid}\tstate {paused.state}"
    return (Evidence(text=text, source=f"/proc/{paused.pid}/stat"),)


def _listener(facts: Facts) -> Socket | None:
    for each in seen.asked_attempts(facts):
        found = seen.accepting(facts, each.address)
        if found is not None:
            return found
    return None


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Let it go on; a debugger has to do that itself."""
    listener = _listener(facts)
    sharing = _sharing(facts, listener) if listener else ()
    first = next((process for each in sharing if (process := _paused(facts, each)[0]) is not None), None)
    behind = _behind(facts) if first is None else None
    first = behind[2] if behind is not None else first
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
    explains=(
        *("backlog-full", "backlog-abort", "handler-hangs", "hung-event-loop", "emfile-queue", "emfile-close"),
        *("single-thread-blocked", "accept-then-close"),
    ),
)

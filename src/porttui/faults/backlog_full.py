"""The accept queue is full.

When a client connects, the kernel opens the connection by itself and puts it into the listener's accept queue, from
which the server takes it (accept). The queue has a limit, the backlog, that the server names in listen() and the
system caps with net.core.somaxconn. When a server no longer takes connections, the queue fills; from then on the
kernel drops first packets without an answer, and clients run into a time-out. So a time-out on your own machine
need not be a firewall.

It comes about when the server is paused, hangs in one request, spins, or is out of file descriptors; seldom because
the backlog is too small for a burst.

How porttui knows: the listener's queue is longer than its limit (the kernel tells both, sock_diag), and its
overflow counter moved with our packets (TcpExt.ListenOverflows).

What looks the same and is not: fw-drop-input (the packets are not handed on, and no overflow is counted),
sigstopped (the reason is seen: the server is paused).

To keep it from coming back, find out what keeps the server from accepting; then think about more workers, time
limits on requests and a larger backlog, in this order.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Facts, Socket
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, packets, seen, words
from porttui.remedies import manager, service


def check(facts: Facts) -> Outcome:
    """Find it when the queue of the listener overflowed while a connection got no answer."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    silent = [each for each in seen.failed(facts) if each.outcome == "timeout"]
    if not silent:
        return RuledOut(because="no connection ran into a time-out")
    listener = next((s for each in silent if (s := seen.accepting(facts, each.address)) is not None), None)
    if listener is None:
        return RuledOut(because="no listener here would take the connection, so there is no queue")
    overflowed = [each for each in silent if packets.queue_overflowed(each)]
    full = _full(listener)
    if not overflowed:
        if full:
            return CannotTell(because="the queue is full, but it did not overflow while porttui looked")
        return RuledOut(because="no accept queue overflowed")
    if full is False:
        return RuledOut(because=f"the queue of {words.at(listener)} has room: {words.queue(listener)}")
    first = overflowed[0]
    count = max(first.burst.get("TcpExt.ListenOverflows", 0), first.whole.get("TcpExt.ListenOverflows", 0))
    return Found(
        summary=f"{words.subject(facts, listener)} does not take new connections, and its queue is full"
        + (f": {listener.queue} wait." if listener.queue is not None else "."),
        gloss="New connections wait in a queue until the server takes them; a full queue drops them in silence.",
        confidence=Confidence.CERTAIN if full else Confidence.LIKELY,
        evidence=(
            *evidence.listening(facts, (listener,)),
            Evidence(text=f"TcpExt.ListenOverflows\t+{count}\tduring the attempt", source="/proc/net/netstat"),
            *evidence.connects(facts, (first,)),
            *_state(facts, listener),
        ),
    )


def _full(listener: Socket) -> bool | None:
    """Tell whether the queue has no room: the kernel counts to one more than the limit (sk_acceptq_is_full)."""
    if listener.queue is None or listener.backlog is None:
        return None
    return listener.queue > listener.backlog


def _state(facts: Facts, listener: Socket) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            text=f"process\t{owner.name}, pid {owner.pid}\tstate {owner.state}"
            + (f", {owner.open_files} open files of {owner.open_files_limit}" if owner.open_files is not None else ""),
            source="/proc",
        )
        for owner in seen.owners(facts, listener)[:2]
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See what the server does, then start it again."""
    listener = next(s for each in seen.failed(facts) if (s := seen.accepting(facts, each.address)) is not None)
    owners = seen.owners(facts, listener)
    name = words.plain_name(facts, listener)
    look = [RemedyStep(text=f"Read the log of {name}: what was the last thing that it did?")]
    if owners:
        look.append(_what_it_waits_for(facts, str(owners[0].pid)))
    again = service.start_again(facts, listener, owners[0] if owners else None, name)
    return (
        Remedy(
            title=f"See what {name} is busy with",
            risk=Risk.SAFE,
            cost="safe, only looks",
            proof=service.proof(facts),
            steps=tuple(look),
        ),
        Remedy(
            title=f"Start {name} again",
            risk=Risk.DISRUPTS,
            cost=f"cuts the connections of {name}",
            proof=service.proof(facts),
            steps=(again,),
        ),
    )


def _what_it_waits_for(facts: Facts, pid: str) -> RemedyStep:
    text = "See what it waits for"
    if facts.os == "windows":
        argv: tuple[str, ...] = ("Get-Process", "-Id", pid)
        return RemedyStep(text="See whether it uses the processor (column CPU)", where=manager.POWERSHELL, argv=argv)
    if facts.os == "macos":  # sample(1): what each thread does, for three seconds
        return RemedyStep(text=text, where=words.machine(facts), argv=("sample", pid, "3"), needs_root=True)
    argv = ("cat", f"/proc/{pid}/wchan", f"/proc/{pid}/stack")
    return RemedyStep(text=text, where=words.machine(facts), argv=argv, needs_root=True)


FAULT = Fault(
    code="backlog-full",
    step=Step.PATH,
    stop=Stop.ACCEPT,
    title="The accept queue is full",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

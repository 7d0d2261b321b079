"""A program holds the port and does not listen on it.

A server takes a port in two steps: bind reserves it, listen opens it. Between the two, the port is taken and
closed: clients are refused, and another server that wants the port is told "address already in use", although no
list of listeners shows anybody. It comes about when a server hangs in its start, has failed halfway, or keeps a
port reserved.

How porttui knows: the kernel lists bound sockets that do not listen when it is asked for them (sock_diag, state bit
13, since Linux 6.8 and in some older distribution kernels). /proc/net/tcp, psutil and older ss do not show them.

What looks the same and is not: nothing-listening (the port is free), time-wait and leftover-connection (old
connections hold it).

To keep it from coming back, find in the server's log what it waits for between bind and listen.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_bind, not_the_listener
from porttui.model.facts import BindTry, Facts, Socket
from porttui.model.report import Evidence, Remedy, Step
from porttui.model.target import Question
from porttui.reading import evidence, seen, words
from porttui.reading.keeping import in_the_way
from porttui.remedies import free_port, service


def check(facts: Facts) -> Outcome:
    """Find it when a bound socket that does not listen is on the port, and nobody listens there."""
    first = not_the_bind(facts) if facts.asked.question is Question.BIND else not_the_listener(facts)
    if first is not None:
        return first
    bound = _bound(facts)
    if not seen.sockets_seen(facts):
        return CannotTell(because="the socket tables could not be read", unseen=seen.sockets_unseen(facts))
    if not bound:
        return RuledOut(because="no bound socket without a listener is on the port")
    if any(seen.accepting(facts, each) for each in seen.addresses(facts)):
        return RuledOut(because="something listens on the port")
    tried: tuple[Evidence, ...] = evidence.connects(facts)
    if facts.asked.question is Question.BIND:
        if not any(each.error == "EADDRINUSE" for each in _tries(facts)):
            return RuledOut(because="the port is not in use for this bind")
        tried = evidence.binds(facts)
    return Found(
        summary=f"{words.subject(facts, bound[0])} has taken port {bound[0].port} and does not listen on it.",
        gloss="Taking a port (bind) and opening it (listen) are two steps; this program did only the first.",
        evidence=(*evidence.listening(facts, bound), *tried),
    )


def _bound(facts: Facts) -> tuple[Socket, ...]:
    port = facts.asked.target.port
    bound = [row for row in seen.rows(facts) if row.port == port and row.state == "BOUND" and row.namespace is None]
    if facts.asked.question is Question.BIND:
        return tuple(row for row in bound if any(in_the_way(row, each) for each in seen.addresses(facts)))
    asked = seen.addresses(facts)
    return tuple(row for row in bound if any(seen.would_accept(row, each) is not False for each in asked))


def _tries(facts: Facts) -> tuple[BindTry, ...]:
    return facts.binds if isinstance(facts.binds, tuple) else ()


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Stop the program, or take another port."""
    bound = _bound(facts)[0]
    owners = seen.owners(facts, bound)
    other = free_port.another_port(facts, owners[0] if owners else None)
    return service.stop_holder(facts, bound), other, *free_port.try_port(facts)


FAULT = Fault(
    code="bound-not-listening",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="A program holds the port and does not listen on it",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
    explains=("nothing-listening",),
)

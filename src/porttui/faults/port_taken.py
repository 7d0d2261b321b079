"""Another program listens where the server wants to.

Only one program can listen on one address and port at a time. The second one is told "address already in use"
(EADDRINUSE). Which addresses get in each other's way: the same address always; 0.0.0.0 with every IPv4 address;
[::] with everything, unless it has shut IPv4 out. So a server on 127.0.0.1:8080 keeps one from starting on
0.0.0.0:8080, but not on [::1]:8080.

It comes about when the last run of the same server is still there (in another terminal, in the background, as a
service), or when two programs have the same default: 3000, 5000, 8000, 8080.

How porttui knows: it tried to bind the address, with SO_REUSEADDR as servers do, and was told EADDRINUSE; and the
socket table has a listener that is in the way.

What looks the same and is not: bound-not-listening (the port is taken, and closed), time-wait and
leftover-connection (old connections hold it), privileged-port (the error is another one).

To keep it from coming back, stop the old run before the new one, or give each program a port of its own.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import bind_errors, not_the_bind
from porttui.model.address import endpoint
from porttui.model.facts import Facts, Socket
from porttui.model.report import Remedy, Step
from porttui.model.target import Question
from porttui.reading import evidence, seen, words
from porttui.reading.keeping import in_the_way
from porttui.remedies import free_port, service


def check(facts: Facts) -> Outcome:
    """Find it when a bind failed with EADDRINUSE and a listener is in its way."""
    first = not_the_bind(facts)
    if first is not None:
        return first
    taken = bind_errors(facts, "EADDRINUSE")
    if not taken:
        return RuledOut(because="no bind was told that the address is in use")
    if not seen.sockets_seen(facts):
        return CannotTell(because="the socket tables could not be read", unseen=seen.sockets_unseen(facts))
    holders = _holders(facts)
    if not holders:
        return RuledOut(because="no listener is in the way")
    port = facts.asked.target.port
    wanted = ", ".join(endpoint(each, port) for each in taken)
    return Found(
        summary=f"{words.subject(facts, holders[0])} already listens on {words.at(holders[0])}, "
        f"so no other server can start on {wanted}.",
        gloss="Only one program can listen on one address and port at a time.",
        evidence=(*evidence.listening(facts, holders), *evidence.binds(facts)),
    )


def _holders(facts: Facts) -> tuple[Socket, ...]:
    taken = bind_errors(facts, "EADDRINUSE")
    return tuple(socket for socket in seen.listeners(facts) if any(in_the_way(socket, each) for each in taken))


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Stop what holds the port, or take another port."""
    holder = _holders(facts)[0]
    owners = seen.owners(facts, holder)
    other = free_port.another_port(facts, owners[0] if owners else None)
    return service.stop_holder(facts, holder), other, *free_port.try_port(facts)


FAULT = Fault(
    code="port-taken",
    step=Step.BIND,
    stop=Stop.LISTENER,
    title="Another program listens where the server wants to",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.BIND,),
)

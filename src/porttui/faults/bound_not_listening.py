"""A program holds the port and does not listen on it.

A server takes a port in two steps: bind reserves the number, listen opens it. Between the two the port is taken and
yet closed. Clients are refused as if nobody were there; a second server that wants the port is told "address already
in use"; and whoever then looks for the culprit in a list of listeners finds nobody. Normally the gap lasts
microseconds. Some programs get stuck in it.

It comes about when a server binds early and listens late: it waits for a lock or a database in between, it has failed
halfway and does not end, it stands at a breakpoint in its start, or it keeps a port reserved for a part of it that is
never used. Tools for tests that reserve a free port and hand its number to somebody else make the same picture when
the second program never comes.

How porttui knows: a Linux kernel lists sockets that are bound and do not listen when it is asked for them (sock_diag,
state bit 13, since Linux 6.8 and in some older kernels of distributions). /proc/net/tcp and older versions of ss do
not show them at all. There is such a socket on the port, no listener would take your connection, and the connection
was refused, or, for a server that wants to start, the bind was told EADDRINUSE. When a bind with SO_REUSEADDR works all
the same, the verdict is no more than likely, because whether your server sets that option is not known. On a kernel
that cannot list such sockets porttui does not find this fault.

What looks the same and is not: nothing-listening (the port is free, and a server can start there), port-taken
(somebody does listen), time-wait and leftover-connection (connections of a server that is gone keep the port),
server-starting (it opens within seconds).

To fix it, find the program, `porttui who 8080`, with sudo when it belongs to another user, and read in its log what
it waits for. When nothing comes of it, end it: `kill PID` on Linux and macOS, `Stop-Process -Id PID` in PowerShell; a
service by its manager, `sudo systemctl restart NAME`. On macOS such a socket is shown by `lsof -nP -iTCP:8080` as
CLOSED, on Windows by `Get-NetTCPConnection -State Bound -LocalPort 8080`.

To keep it from coming back, let the program do all that may take long or fail before bind, and listen right after it.
If a port has to be reserved for another program, hand it the socket and not the number.
"""

from __future__ import annotations

from msgspec.structs import replace

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_in_use, not_the_listener
from porttui.model.facts import BindTry, Facts, Socket
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Step
from porttui.model.target import Question
from porttui.reading import evidence, seen, words
from porttui.reading.keeping import in_the_way
from porttui.remedies import free_port, look_into, service


def check(facts: Facts) -> Outcome:
    """Find it when a bound socket that does not listen is on the port, and nobody listens there."""
    first = not_in_use(facts) if facts.asked.question is Question.BIND else not_the_listener(facts)
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
    by_some = facts.asked.question is Question.BIND and any(each.error is None for each in seen.binds_that_count(facts))
    told = f"{words.subject(facts, bound[0])} has taken port {bound[0].port} and does not listen on it"
    return Found(
        # a server with SO_REUSEADDR could start if this program has set it as well
        summary=f"Probably your server lacks SO_REUSEADDR: {told[0].lower()}{told[1:]}." if by_some else f"{told}.",
        confidence=Confidence.LIKELY if by_some else Confidence.CERTAIN,
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
    """Stop the program, or take another port; for a client, see what the program waits for, and start a server."""
    bound = _bound(facts)[0]
    owner = next(iter(seen.owners(facts, bound)), None)
    stop = service.stop_holder(facts, bound)
    elsewhere = (free_port.another_port(facts, owner), *free_port.try_port(facts))
    if facts.asked.question is Question.BIND:
        return stop, *elsewhere
    start = RemedyStep(
        text="Start the server that belongs on the port, and see that it says that it listens",
        where=f"a terminal on {words.machine(facts)}",
    )
    again = replace(stop, title=f"{stop.title.partition(',')[0]}, and start a server that listens")
    see = look_into.see(facts, owner, words.plain_name(facts, bound))
    return see, replace(again, steps=(*again.steps, start)), *elsewhere


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

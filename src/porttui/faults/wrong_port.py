"""The server listens on a port nearby.

Nothing is at the port that you asked for, but close by there is a server that could well be the one you mean. A
development server that finds its port taken often does not fail; it takes the next number and says so in one line:
"Port 5173 is in use, trying another one...". Other ports are confused because they are twins by custom: 80 and 8080,
443 and 8443, 5432 and 5433.

It comes about when yesterday's vite still runs in a forgotten terminal: today's starts at 5174, and the browser, the
test and the bookmark still ask 5173, until the old one ends and 5173 is refused. next moves from 3000 to 3001 and
jupyter from 8888 to 8889 in the same way. A second PostgreSQL, installed beside the first by a package, takes 5433
without a word.

How porttui knows: no socket of any kind is on your port; a listener that would take your address is within ten
numbers of it, or on its well-known twin; and where several are near, one of them answered in the protocol that you
asked for. That it is really the service that you mean cannot be seen from outside, so this verdict is never more than
likely. The name of the program and the folder that it was started in help you to decide.

What looks the same and is not: nothing-listening (nothing near, either), server-starting (yours is about to open the
right port), listener-other-address (the right port at another address), unix-socket-only (the database is up, without
any port).

To fix it, ask for the port that is named, if the program there is yours. To have the old number back, stop what holds
it and start your server again: `porttui who 5173` tells who that is; on Linux and macOS end it with `kill PID`, in
PowerShell with `Stop-Process -Id PID`. Which ports PostgreSQL's clusters have is told by `pg_lsclusters` on Debian
and Ubuntu.

To keep it from coming back, let the server fail instead of moving: `strictPort: true` in vite.config.js, an explicit
port for the others (`next dev -p 3000`). A server that fails says so; one that moves has told a terminal that nobody
reads.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_listener
from porttui.model.facts import Exchange, Facts, Socket
from porttui.model.report import Confidence, Remedy, Step
from porttui.reading import evidence, near, seen, words
from porttui.remedies import address, service


def check(facts: Facts) -> Outcome:
    """Find it when nothing is on the port and a listener nearby could be the service meant."""
    first = not_the_listener(facts)
    if first is not None:
        return first
    port = facts.asked.target.port
    if any(row.port == port and row.state in {"LISTEN", "BOUND", "UNCONN"} for row in seen.rows(facts)):
        return RuledOut(because=f"something is on port {port} itself")
    meant = _meant(facts)
    if meant is None:
        return RuledOut(because="no listener nearby could be the service meant")
    return Found(
        summary=f"Nothing listens on port {port}, but {words.program(facts, meant)} does on port {meant.port}: "
        "probably the one you mean.",
        gloss="Many servers take the next port when theirs is taken, and say so only once.",
        confidence=Confidence.LIKELY,
        evidence=(
            evidence.none_listening(facts),
            *evidence.listening(facts, (meant,)),
            *evidence.connects(facts),
            *evidence.exchanged(_said(facts, meant)),
        ),
    )


def _said(facts: Facts, socket: Socket) -> list[Exchange]:
    return [each for each in seen.exchanges(facts, "elsewhere") if each.port == socket.port]


def _could_be(facts: Facts, socket: Socket) -> bool:
    """Tell whether a neighbour, where it was tried, opened and spoke what was asked for."""
    attempts = [each for each in facts.attempts or () if each.role == "elsewhere" and each.port == socket.port]
    if any(each.outcome != "open" for each in attempts):
        return False
    said = _said(facts, socket)
    if not said:
        return True
    spoken = {each.protocol for each in said if each.outcome == "answer"}
    scheme = facts.asked.target.scheme
    if scheme is None:
        return bool(spoken)
    return bool(spoken & ({"http", "tls"} if seen.wants_http(facts) else {scheme, "tls"}))


def _meant(facts: Facts) -> Socket | None:
    candidates = [socket for socket in near.neighbours(facts) if _could_be(facts, socket)]
    if len(candidates) == 1:
        return candidates[0]
    answering = [
        socket for socket in candidates if address.tried_at(facts, near.address_to_ask(facts, socket), socket.port)
    ]
    if seen.wants_http(facts) or facts.asked.target.scheme is None:
        http = [
            s
            for s in answering
            if any(e.http is not None for e in seen.exchanges(facts, "elsewhere") if e.port == s.port)
        ]
        return http[0] if http else None
    return None


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask for the port nearby, or start the server on the one asked for."""
    meant = _meant(facts)
    ways = (address.ask_for(facts, meant, "Ask for the port that listens"),) if meant else ()
    return (*ways, service.start(facts))


FAULT = Fault(
    code="wrong-port",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The server listens on a port nearby",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("nothing-listening",),
)

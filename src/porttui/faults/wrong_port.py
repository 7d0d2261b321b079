"""The server listens on a port nearby.

A development server that finds its port taken often takes the next one and says so in one line: vite 5174 instead
of 5173, next 3001 instead of 3000, jupyter 8889 instead of 8888. Or the port is confused with its twin: 80 and
8080, 443 and 8443, 5432 and 5433.

How porttui knows: no socket is on the port that you asked for, and a listener that would accept your address is
within ten ports of it, or on its well-known twin. That the service there is the one you mean cannot be seen, so
this verdict is never more than likely. When several listeners are near, only those count that answered in the
protocol that was asked.

What looks the same and is not: nothing-listening (nothing near either).

To keep it from coming back, let the server fail instead of moving (vite: --strictPort), and free its port.
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

"""The port is a UDP port.

TCP and UDP have ports of their own: port 53 of one says nothing about port 53 of the other. A name server, WireGuard,
QUIC, mDNS or a game server waits on UDP; a TCP connection to the same number is refused.

How porttui knows: the tables have a UDP socket on the port and no TCP socket, and the kernel refused the connection.

What looks the same and is not: nothing-listening (no socket of either kind).

To keep it from coming back, use a client that speaks UDP, or turn the server's TCP side on.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_listener
from porttui.model.facts import Facts, Socket
from porttui.model.report import Confidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when only UDP sockets are on the port."""
    first = not_the_listener(facts)
    if first is not None:
        return first
    port = facts.asked.target.port
    if seen.listeners(facts):
        return RuledOut(because=f"a TCP socket listens on port {port}")
    udp = _udp(facts)
    if not udp:
        return RuledOut(because=f"no UDP socket is on port {port}")
    return Found(
        confidence=Confidence.LIKELY if _may_be_a_client(facts) else Confidence.CERTAIN,
        summary=f"Port {port} is a UDP port here, held by {words.program(facts, udp[0])}; you asked for TCP.",
        gloss="TCP and UDP have ports of their own: the same number is not the same door.",
        evidence=(*evidence.listening(facts, udp), evidence.none_listening(facts), *evidence.connects(facts)),
    )


def _may_be_a_client(facts: Facts) -> bool:
    """Tell whether the port is one that the kernel hands to clients, which bind UDP sockets too."""
    low, _, high = facts.sysctls.get("net.ipv4.ip_local_port_range", "").replace("\t", " ").partition(" ")
    return low.isdigit() and high.strip().isdigit() and int(low) <= facts.asked.target.port <= int(high)


def _udp(facts: Facts) -> tuple[Socket, ...]:
    """Return UDP sockets that wait for datagrams at an asked address; a client's own UDP socket is connected."""
    port = facts.asked.target.port
    return tuple(
        row
        for row in seen.rows(facts)
        if row.protocol == "udp"
        and row.port == port
        and row.state == "UNCONN"
        and row.namespace is None
        and any(seen.would_accept(row, each) is not False for each in seen.addresses(facts))
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Use a client that speaks UDP, or start the TCP server."""
    name = words.plain_name(facts, _udp(facts)[0])
    return (
        Remedy(
            title="Ask by UDP",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            steps=(
                RemedyStep(
                    text=f"Use the client that belongs to {name}: dig for DNS, wg for WireGuard, a browser for QUIC",
                ),
            ),
        ),
        service.start(facts),
    )


FAULT = Fault(
    code="udp-only",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The port is a UDP port",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("nothing-listening",),
)

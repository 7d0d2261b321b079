"""Nothing listens on the port.

A server must ask the kernel for a port (bind) and then wait for connections on it (listen). As long as no program
has done both, the kernel answers every connection attempt itself, at once, with a TCP reset: "connection refused".
So the message proves that the machine was reached and that its network works; there is just nobody at that door.

It comes about when the server was never started, has crashed, is still starting, or listens on another port than
the one you ask for. Many development servers quietly take the next port when theirs is taken, and say so in one
line that scrolled away.

How porttui knows: the socket tables of the kernel have no socket of any kind on the port, and the kernel counted
the reset that it sent (Tcp.OutRsts). A firewall's reset is not counted there, and an ICMP error would have left its
mark in the error queue of the connection.

What looks the same and is not: a server on another address of this machine (listener-other-address,
ipv6-only-listener), a firewall rule that answers with a reset (fw-reject-reset), a server in a container whose port
is not published (other-netns).

To keep it from coming back, let a service manager start the server and restart it when it ends.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_listener
from porttui.model.facts import Facts
from porttui.model.report import Confidence, Remedy, Step
from porttui.reading import evidence, keeping, packets, seen, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when no socket of any kind is on the port of this machine."""
    first = not_the_listener(facts)
    if first is not None:
        return first
    port = facts.asked.target.port
    found = [row for row in seen.rows(facts) if row.port == port and row.state in {"LISTEN", "BOUND", "UNCONN"}]
    if found:
        return RuledOut(because=f"{words.at(found[0])} is on the port ({found[0].protocol}, {found[0].state})")
    by_kernel = [packets.reset_by_kernel(each) for each in seen.refused(facts)]
    sure = bool(by_kernel) and all(by_kernel)
    return Found(
        summary=f"Nothing listens on port {port}: no server is waiting for your connection.",
        gloss="Refused means that the machine was reached and nobody waits at that port.",
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(
            evidence.none_listening(facts),
            *evidence.kept(facts, keeping.connections(facts), most=2),
            *evidence.connects(facts),
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Start it, or find where it is."""
    return service.start(facts), service.find_it(facts)


FAULT = Fault(
    code="nothing-listening",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="Nothing listens on the port",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

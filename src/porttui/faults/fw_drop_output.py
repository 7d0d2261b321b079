"""Packets are dropped on their way out.

Firewall rules stand on the way out as well: an output chain with a policy of drop, a rule for one user (meta
skuid), a "kill switch" of a VPN, systemd's IPAddressDeny=. The program's first packet is thrown away before it
reaches an interface, and the program waits until it gives up.

How porttui knows: the kernel was asked to send the packets (Ip.OutRequests), and they neither left
(Ip.OutTransmits) nor came in on loopback (Ip.InReceives); sending them again failed (TcpExt.TCPRetransFail).

What looks the same and is not: fw-drop-input (they came in), conntrack-full (the connection tracking table is full,
and throws them away at the same place), lo-down (they left, and never came in).

A rule for one user stops that user only: try the same as another one. Without root the rule itself cannot be read,
so the verdict stays likely.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Facts
from porttui.model.report import Confidence, Remedy, Step
from porttui.reading import evidence, packets, seen, words
from porttui.reading.unseen import firewall_unseen
from porttui.remedies import firewall


def check(facts: Facts) -> Outcome:
    """Find it when packets were to be sent and never left, while connection tracking has room."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    silent = [each for each in seen.failed(facts) if each.outcome == "timeout"]
    if not silent:
        return RuledOut(because="no connection ran into a time-out")
    dropped = [each for each in silent if packets.dropped_outwards(each)]
    if not dropped:
        if any(packets.queue_overflowed(each) or packets.dropped_inwards(each) for each in silent):
            return RuledOut(because="the packets left")
        return CannotTell(because="the counters do not tell where the packets ended", unseen=firewall_unseen(facts))
    if tracking_full(facts):
        return CannotTell(because="the connection tracking table is full, which drops packets at the same place")
    first = dropped[0]
    if seen.sockets_seen(facts) and seen.is_local(facts, first.address) and not seen.accepting(facts, first.address):
        return CannotTell(because="nothing listens there: a NAT rule may send the packets where they cannot go")
    return Found(
        summary=f"Probably a firewall on {words.machine(facts)} drops the packets to port {first.port} going out.",
        gloss="The packets are thrown away before they leave your program's side; so nothing can answer.",
        confidence=Confidence.LIKELY,
        evidence=(
            *evidence.connects(facts, (first,)),
            *evidence.counted(first, "Ip.OutRequests", "Ip.OutTransmits", "Ip.InReceives"),
            *evidence.counted(first, "TcpExt.TCPRetransFail", whole=True),
        ),
    )


def tracking_full(facts: Facts) -> bool:
    """Tell whether connection tracking has no room left (nf_conntrack_count and nf_conntrack_max)."""
    count, most = (facts.sysctls.get(f"net.netfilter.nf_conntrack_{name}", "") for name in ("count", "max"))
    return count.isdigit() and most.isdigit() and int(most) > 0 and int(count) >= int(most)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See the rule, then let the port through."""
    return (firewall.see_the_rules(facts, outwards=True), *firewall.let_through(facts, outwards=True))


FAULT = Fault(
    code="fw-drop-output",
    step=Step.FIREWALL,
    stop=Stop.OUTPUT,
    title="Packets are dropped on their way out",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

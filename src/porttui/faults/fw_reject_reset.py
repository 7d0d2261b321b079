"""A firewall rule answers with a TCP reset.

A rule can do three things to a packet that it does not want: drop it (then the client waits and gets a time-out),
answer with an ICMP error (reject), or answer with a TCP reset, as if nobody listened (reject with tcp reset; ufw's
reject). The last one looks to every program exactly like a port without a server: "connection refused", at once.

How porttui knows: the connection was refused by a reset, and the kernel, which counts every reset that its own TCP
sends (Tcp.OutRsts in /proc/net/snmp), counted none. So something in front of TCP made it. A listener that would
have taken the connection makes it plain that the refusal was not for want of a server.

What looks the same and is not: nothing-listening (the kernel's own reset is counted), nat-redirect-dead (a rule
sends the connection to a port without a server; that reset is counted), fw-reject-icmp (the error queue names the
ICMP error).

Without root the rule itself cannot be read; what it does can. As root: nft list ruleset, iptables-save.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Attempt, Facts
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.reading import evidence, packets, seen, words
from porttui.reading.unseen import firewall_unseen
from porttui.remedies import firewall


def check(facts: Facts) -> Outcome:
    """Find it when a local address is refused and the kernel counted no reset of its own."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    refused = seen.refused(facts)
    if not refused:
        return RuledOut(because="no connection was refused by a reset")
    local = [each for each in refused if seen.is_local(facts, each.address)]
    if not local:
        return CannotTell(because="the reset came from another machine, whose rules cannot be seen from here")
    foreign = [each for each in local if packets.reset_by_kernel(each) is False]
    if not foreign:
        if any(packets.reset_by_kernel(each) is None for each in local):
            return CannotTell(because="the counters do not tell whose reset it was", unseen=firewall_unseen(facts))
        return RuledOut(because="the kernel itself sent the reset, and counted it")
    first = foreign[0]
    listener = seen.accepting(facts, first.address)
    although = f", although {words.program(facts, listener)} listens" if listener else ""
    return Found(
        summary=f"A firewall rule refuses the connection to port {first.port}{although}.",
        gloss="The rule answers as an empty port would, so that programs cannot tell the difference.",
        confidence=Confidence.CERTAIN if listener and first.tries > 1 else Confidence.LIKELY,
        evidence=(
            *evidence.connects(facts, (first,)),
            *_counted(first),
            *(evidence.listening(facts, (listener,)) if listener else ()),
        ),
    )


def _counted(attempt: Attempt) -> tuple[Evidence, ...]:
    return (
        Evidence(
            text=f"Tcp.OutRsts\t+{attempt.burst.get('Tcp.OutRsts', 0)}\tfor {attempt.tries} refusals: "
            "this kernel's TCP sent none of them",
            source="/proc/net/snmp",
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See the rule, then let the port through."""
    return (firewall.see_the_rules(facts), *firewall.let_through(facts))


FAULT = Fault(
    code="fw-reject-reset",
    step=Step.FIREWALL,
    stop=Stop.INPUT,
    title="A firewall rule answers with a TCP reset",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

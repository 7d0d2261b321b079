"""Packets are dropped on their way in.

A firewall that drops does not answer at all: the client sends its first packet again and again and gives up after
seconds or minutes with a time-out. A time-out therefore never comes from a port without a server; that one is
refused at once.

The everyday example is a policy of drop on the input chain without a rule that accepts the loopback interface: then
even programs of the same machine cannot reach one another.

How porttui knows: packets to an address of this machine pass the IP layer here, which counts those that come in
(Ip.InReceives) and those that it hands on to TCP (Ip.InDelivers). porttui sends a few first packets within some
milliseconds: all of them came in, and none was handed on. In between stands the firewall's input side.

What looks the same and is not: backlog-full (handed on, and the accept queue overflows: TcpExt.ListenOverflows),
fw-drop-output and conntrack-full (never came in), lo-down (left, and never came in).

Without root the rule itself cannot be read, so the verdict stays likely. As root: nft list ruleset, iptables-save.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Facts
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.reading import evidence, packets, seen, words
from porttui.reading.unseen import firewall_unseen
from porttui.remedies import firewall


def check(facts: Facts) -> Outcome:
    """Find it when packets to a local address arrived, were not handed on, and no queue overflowed."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    silent = [each for each in seen.failed(facts) if each.outcome == "timeout"]
    if not silent:
        return RuledOut(because="no connection ran into a time-out")
    local = [each for each in silent if seen.is_local(facts, each.address)]
    if not local:
        return CannotTell(because="the target is another machine: where its packets end cannot be seen from here")
    dropped = [each for each in local if packets.dropped_inwards(each)]
    if not dropped:
        if any(packets.queue_overflowed(each) or packets.dropped_outwards(each) for each in local):
            return RuledOut(because="the packets did not end between arrival and TCP")
        return CannotTell(because="the counters do not tell where the packets ended", unseen=firewall_unseen(facts))
    first = dropped[0]
    listener = seen.accepting(facts, first.address)
    return Found(
        summary=f"Probably a firewall on {words.machine(facts)} drops the packets to port {first.port} coming in.",
        gloss="A dropped packet is not answered at all, so the client waits until it gives up.",
        confidence=Confidence.LIKELY,
        evidence=(
            *evidence.connects(facts, (first,)),
            *evidence.counted(first, "Ip.InReceives", "Ip.InDelivers"),
            Evidence(text="TcpExt.ListenOverflows\t+0\tso no server's queue is full", source="/proc/net/netstat"),
            *(evidence.listening(facts, (listener,)) if listener else ()),
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See the rule, then let the port through."""
    return (firewall.see_the_rules(facts), *firewall.let_through(facts))


FAULT = Fault(
    code="fw-drop-input",
    step=Step.FIREWALL,
    stop=Stop.INPUT,
    title="Packets are dropped on their way in",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

"""A firewall rule answers with an ICMP error.

The plain word "reject" in nftables and iptables means: answer with the ICMP error "port unreachable". firewalld
answers "administratively prohibited", Red Hat's old rules "host prohibited". Programs translate these errors: port
unreachable is "connection refused", most others are "no route to host" (EHOSTUNREACH), and over IPv6
"administratively prohibited" is "permission denied" (EACCES). None of these words mentions a firewall.

How porttui knows: the kernel keeps the ICMP error that ended a connection attempt in the error queue of the socket
(IP_RECVERR, ip(7); for TCP since Linux 5.8), with its type, its code and its sender. A port without a server never
has one: it is answered by a TCP reset.

What looks the same and is not: host-down (no answer to ARP: the sender is this machine itself, after three
seconds), route-blocked (the kernel refuses before any packet leaves), nothing-listening, fw-reject-reset.

On loopback an ordinary, blocking connect() learns of such an error only after one second: "refused after a second"
on localhost is a firewall.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Attempt, Facts, Icmp
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import firewall

_CODES = {
    (4, 3, 0): "network unreachable",
    (4, 3, 1): "host unreachable",
    (4, 3, 2): "protocol unreachable",
    (4, 3, 3): "port unreachable",
    (4, 3, 9): "network prohibited",
    (4, 3, 10): "host prohibited",
    (4, 3, 13): "administratively prohibited",
    (6, 1, 0): "no route",
    (6, 1, 1): "administratively prohibited",
    (6, 1, 3): "address unreachable",
    (6, 1, 4): "port unreachable",
    (6, 1, 5): "policy failed",
    (6, 1, 6): "route rejected",
}
"""Names of ICMP (RFC 792, RFC 1812) and ICMPv6 (RFC 4443) destination unreachable codes."""
_ONLY_RULES = {(4, 3, 3), (4, 3, 9), (4, 3, 10), (4, 3, 13), (6, 1, 1), (6, 1, 4), (6, 1, 5)}
"""Codes that routing itself does not send for TCP: they come from a rule, wherever it stands."""
_NOBODY_THERE = {(4, 3, 1), (6, 1, 3)}
"""What the kernel sends itself when nobody answers to ARP or neighbour discovery."""
_ARP_TIMES_OUT_MS = 900
"""A failing neighbour lookup takes about three seconds (three probes of one second, arp(7))."""


def check(facts: Facts) -> Outcome:
    """Find it when an ICMP error ended the attempt, and routing did not send it."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    answered = [each for each in seen.failed(facts) if each.icmp is not None]
    if not answered:
        return RuledOut(because="no ICMP error came back")
    for each in answered:
        if each.icmp is not None and _by_rule(facts, each, each.icmp):
            return _found(facts, each, each.icmp)
    return CannotTell(because="the ICMP error may come from a router, not from a rule")


def _by_rule(facts: Facts, attempt: Attempt, icmp: Icmp) -> bool:
    own = icmp.sender == attempt.source or icmp.sender in seen.own_addresses(facts)
    if (icmp.version, icmp.type, icmp.code) in _NOBODY_THERE and own and attempt.ms > _ARP_TIMES_OUT_MS:
        return False
    if seen.is_local(facts, attempt.address):
        return True
    return (icmp.version, icmp.type, icmp.code) in _ONLY_RULES


def _found(facts: Facts, attempt: Attempt, icmp: Icmp) -> Found:
    name = _CODES.get((icmp.version, icmp.type, icmp.code), f"type {icmp.type}, code {icmp.code}")
    local = seen.is_local(facts, attempt.address)
    where = f" on {words.machine(facts)}" if local else ""
    listener = seen.accepting(facts, attempt.address) if local else None
    although = f", although {words.program(facts, listener)} listens" if listener else ""
    kind = "ICMPv6" if icmp.version == 6 else "ICMP"
    return Found(
        summary=f'A firewall rule{where} rejects the connection to port {attempt.port} with "{name}"{although}.',
        gloss=f'Your program calls that "{words.ERRNO_WORDS.get(attempt.outcome, attempt.outcome)}".',
        confidence=Confidence.CERTAIN if local else Confidence.LIKELY,
        evidence=(
            *evidence.connects(facts, (attempt,)),
            Evidence(
                text=f"error queue\t{kind} type {icmp.type}, code {icmp.code}\t{name}, from {icmp.sender or 'unknown'}",
                source="IP_RECVERR",
            ),
            *(evidence.listening(facts, (listener,)) if listener else ()),
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See the rule, then let the port through."""
    return (firewall.see_the_rules(facts), *firewall.let_through(facts))


FAULT = Fault(
    code="fw-reject-icmp",
    step=Step.FIREWALL,
    stop=Stop.INPUT,
    title="A firewall rule answers with an ICMP error",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

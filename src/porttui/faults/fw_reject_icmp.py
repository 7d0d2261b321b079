"""A firewall rule answers with an ICMP error.

ICMP is the network's own post: short messages by which routers and machines tell a sender why a packet was not
delivered. A firewall that rejects a connection usually sends one. The plain word "reject" in nftables and iptables
means "port unreachable"; firewalld sends "administratively prohibited", older Red Hat systems "host prohibited". The
client's kernel turns the message into an error number, and there the trouble starts: port unreachable becomes
"connection refused" (ECONNREFUSED), most others "no route to host" (EHOSTUNREACH), and over IPv6 "administratively
prohibited" becomes "permission denied" (EACCES). None of these words mentions a firewall.

It comes about when a port was never opened on a machine with firewalld: sshd answers, the new web server on 8080 is
"no route to host", and people search their routing tables for hours. fail2ban rejects banned addresses in this way,
and so do rules that somebody wrote on the output side to keep a user from a service.

How porttui knows: the kernel keeps the ICMP error that ended an attempt in the error queue of the socket, with type,
code and sender (IP_RECVERR, ip(7); for TCP since Linux 5.8), and porttui reads it there, without root. A port without
a server never has one. On which side of this machine the rule stands is told by the packets that the loopback
interface sends meanwhile: one for each error on the way out, two on the way in. For a target on this machine it is
certain; an answer from another machine may have been sent by a router on the way, and is called likely when only a
rule sends that code.

What looks the same and is not: nothing-listening (a TCP reset, and the queue is empty), fw-reject-reset (a rule that
sends a reset), host-down ("host unreachable" too, but from this machine itself, after three seconds in which nobody
answered), route-blocked and route-missing (the kernel refuses before any packet leaves, at once).

To fix it, see the rules, `sudo nft list ruleset` or `sudo iptables-save`, and open the port in the firewall that is
in use: `sudo firewall-cmd --permanent --add-port=8080/tcp` and `sudo firewall-cmd --reload`,
`sudo ufw allow 8080/tcp`, `sudo fail2ban-client unban ADDRESS`. On macOS look into `sudo pfctl -sr` for "block
return"; Windows' own firewall sends no such errors, so there it is another machine's.

To keep it from coming back, open the port in the same step in which the server is installed, and permanently. A clue
for next time: on loopback an ordinary connection notices such an error only after one second, so that "refused, after
a second" on localhost is a firewall.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Attempt, Facts, Icmp
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.reading import by_user, evidence, packets, rules, seen, words
from porttui.remedies import firewall, their_rule

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
_TUNNELS = ("wg", "tailscale", "utun")


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
    """Tell whether a rule sent the error: on the way to this machine itself, or with a code that no router sends.

    An error that this machine sent itself for another one's address is a rule's too, unless ARP failed, or it is
    WireGuard's, which sends one when no peer has the address (icmp_ndo_send in its device.c).
    """
    if rules.says(facts, attempt, rules.met(attempt)):
        return True
    if packets.nobody_there(facts, attempt):  # of an address of this machine: a NAT rule led it to where nobody is
        return False
    if seen.is_local(facts, attempt.address) or (icmp.version, icmp.type, icmp.code) in _ONLY_RULES:
        return True
    if not packets.sent_here(facts, icmp, attempt):
        return False
    route = seen.route(facts, attempt.address)
    return route is not None and not (route.interface or "").startswith(_TUNNELS)


def _here(facts: Facts, attempt: Attempt, icmp: Icmp) -> bool:
    """Tell whether the rule is one of this machine."""
    sent_here = seen.is_local(facts, attempt.address) or packets.sent_here(facts, icmp, attempt)
    return sent_here or rules.says(facts, attempt, rules.met(attempt)) is True


def _found(facts: Facts, attempt: Attempt, icmp: Icmp) -> Found:
    name = _CODES.get((icmp.version, icmp.type, icmp.code), f"type {icmp.type}, code {icmp.code}")
    local = seen.is_local(facts, attempt.address)
    here = _here(facts, attempt, icmp)
    where = f" on {words.machine(facts)}" if here else f" on {icmp.sender}" if icmp.sender else ""
    listener = seen.accepting(facts, attempt.address) if local else None
    although = f", although {words.program(facts, listener)} listens" if listener else ""
    sure = Confidence.CERTAIN if local else Confidence.LIKELY
    told: tuple[Evidence, ...] = ()
    if here:  # what another machine sent is not for the rules of this one to explain
        sure = rules.confidence(facts, attempt, rules.met(attempt), sure)
        told = rules.quoted(facts, attempt, rules.met(attempt))
    side = rules.on_its_way(rules.refused_on(facts, attempt)) if here else ""
    kind = "ICMPv6" if icmp.version == 6 else "ICMP"
    rule = f"{'A' if sure is Confidence.CERTAIN else 'Probably a'} firewall rule{where}"
    return Found(
        summary=f'{rule} rejects the connection to port {attempt.port}{side} with "{name}"{although}.',
        gloss=by_user.added(
            facts, f'Your program calls that "{words.ERRNO_WORDS.get(attempt.outcome, attempt.outcome)}".'
        ),
        confidence=sure,
        evidence=(
            *told,
            *by_user.quoted(facts),
            *evidence.connects(facts, (attempt,)),
            Evidence(
                text=f"error queue\t{kind} type {icmp.type}, code {icmp.code}\t{name}, from {icmp.sender or 'unknown'}",
                source="IP_RECVERR",
            ),
            *(() if rules.says(facts, attempt, rules.met(attempt)) else evidence.rounds(attempt)),
            *(evidence.listening(facts, (listener,)) if listener else ()),
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Past the rule that is known, or see it and let the port through, on the side that rejects."""
    found = (each for each in seen.failed(facts) if each.icmp is not None and _by_rule(facts, each, each.icmp))
    by_rule = next(found, None)
    if by_rule is not None and by_rule.icmp is not None and not _here(facts, by_rule, by_rule.icmp):
        return their_rule.ways(facts, by_rule, by_rule.icmp)
    return firewall.ways(facts, rules.refused_on(facts, by_rule) if by_rule is not None else None)


FAULT = Fault(
    code="fw-reject-icmp",
    step=Step.FIREWALL,
    stop=Stop.INPUT,
    title="A firewall rule answers with an ICMP error",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

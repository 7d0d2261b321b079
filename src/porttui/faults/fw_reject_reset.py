"""A firewall rule answers with a TCP reset.

A firewall can do three things to a packet that it does not want. It can drop it, and the client waits until it gives
up; it can send an ICMP error, which the client's kernel knows for what it is; or it can answer with a TCP reset,
exactly as a port does behind which nobody listens. The last is the kindest to programs and the hardest on people:
everything says "connection refused", ECONNREFUSED, at once, while the server is up and its log stays empty.

It comes about when a rule says `reject with tcp reset` (nftables), `-j REJECT --reject-with tcp-reset` (iptables) or
`ufw reject 8080/tcp`, and was written for strangers but meets friends: a chain on the way out that guards a port for
one user, a rule without the exception for the loopback interface, a ban of an address that turns out to be this
machine's own.

How porttui knows: a counter of the kernel, Tcp.OutRsts in /proc/net/snmp, goes up with each reset that its own TCP
sends. The connection was refused several times and the counter stood still, while packets were seen to vanish between
the IP layer and TCP; so something in between made the refusals. It is refused a few times more, and the packets that
the loopback interface sends meanwhile (/proc/net/dev) tell the side: one for each refusal when a rule on the way out
made it, two on the way in; where there is other traffic, the side is not told. When a listener is there that would
have taken the connection, it is certain; without one, likely. All of this can be read by everybody; the rule itself
can be read by root only.

What looks the same and is not: nothing-listening (the kernel's own reset, which is counted), nat-redirect-dead (a
rule that rewrites addresses leads the connection to a port without a server, whose reset is counted), fw-reject-icmp
(the ICMP error lies in the error queue of the socket), listener-loopback-only and its neighbours (the server is at
another address).

To fix it, look for the rule: `sudo nft list ruleset` and `sudo iptables-save -c`, where a number that moves with
every try gives it away; `sudo ufw status numbered`. Then let the port through in the words of the same firewall:
`sudo ufw allow 8080/tcp`, `sudo nft insert rule inet filter input tcp dport 8080 accept` with your own table and
chain, or `iifname "lo" accept` for this machine's own connections. On macOS such rules are in `sudo pfctl -sr`;
Windows' firewall drops and does not reset.

To keep it from coming back, begin every chain with a rule that accepts the loopback interface, write a comment into
each rule that says for whom it is, and save the rules where they are loaded from (/etc/nftables.conf), or they return
at boot.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Attempt, Facts
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.reading import by_user, evidence, packets, rules, seen, stuck, words
from porttui.reading.unseen import firewall_unseen
from porttui.remedies import firewall


def check(facts: Facts) -> Outcome:
    """Find it when a local address is refused and the kernel counted no reset of its own."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    if (counted := stuck.reset_by_rule(facts)) is not None:
        return _later(facts, counted)
    refused = seen.refused(facts)
    if not refused:
        return RuledOut(because="no connection was refused by a reset")
    # what goes to another machine may be reset by a rule of this one, before it leaves
    local = [each for each in refused if seen.is_local(facts, each.address) or _from_here(facts, each)]
    if not local:
        return CannotTell(because="the reset came from another machine, whose rules cannot be seen from here")
    foreign = [each for each in local if _by_rule(facts, each)]
    if not foreign:
        if any(packets.reset_by_kernel(each) is None for each in local):
            return CannotTell(because="the counters do not tell whose reset it was", unseen=firewall_unseen(facts))
        return RuledOut(because="the kernel itself sent the reset, and counted it")
    first = foreign[0]
    listener = seen.accepting(facts, first.address) if seen.is_local(facts, first.address) else None
    own = seen.is_local(facts, first.address)
    where = "" if own else f" on {words.machine(facts)}"
    side = rules.on_its_way(rules.refused_on(facts, first))
    sure = (listener is not None and first.tries > 1) or not own
    although = f", although {words.program(facts, listener)} listens" if listener else ""
    return Found(
        summary=f"A firewall rule{where} refuses the connection to port {first.port}{side}{although}.",
        gloss=by_user.added(
            facts, "The rule answers as an empty port would, so that programs cannot tell the difference."
        ),
        confidence=rules.confidence(facts, first, "reset", Confidence.CERTAIN if sure else Confidence.LIKELY),
        evidence=(
            *rules.quoted(facts, first, "reset"),
            *by_user.quoted(facts),
            *evidence.connects(facts, (first,)),
            *(_counted(first) if own and packets.reset_by_kernel(first) is False else ()),
            *(() if rules.says(facts, first, "reset") else evidence.rounds(first)),
            *(evidence.listening(facts, (listener,)) if listener else ()),
        ),
    )


def _later(facts: Facts, counted: int) -> Found:
    """Tell of a rule that lets the first packet pass, and resets what comes on the open connection."""
    listener = stuck.listener(facts)
    reset = tuple(each for each in stuck.said(facts) if each.outcome == "reset")
    although = f", although {words.program(facts, listener)} listens" if listener else ""
    sent = "none of them" if counted == 0 else f"{counted} at most"
    return Found(
        summary="Probably a firewall rule resets connections to port "
        f"{facts.asked.target.port} once they are open{although}.",
        gloss="It lets the first packet pass, so the connection opens; a later one is answered with a reset.",
        confidence=Confidence.LIKELY,
        evidence=(
            *evidence.exchanged(reset),
            Evidence(
                text=f"Tcp.OutRsts\t+{counted}\tfor {words.count(len(reset), 'reset')}: this kernel's TCP sent {sent}",
                source="/proc/net/snmp",
            ),
            *(evidence.listening(facts, (listener,)) if listener else ()),
            *evidence.connects(facts),
        ),
    )


def _from_here(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether a rule of this machine reset what was to go to another one: as they say, or as it never left."""
    return rules.says(facts, attempt, "reset") is True or packets.stayed_here(attempt)


def _by_rule(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether a rule sent the reset: this kernel's TCP did not; where that is not known, the rules tell."""
    if not seen.is_local(facts, attempt.address):
        return _from_here(facts, attempt)
    by_kernel = packets.reset_by_kernel(attempt)
    return by_kernel is False or (by_kernel is None and rules.says(facts, attempt, "reset") is True)


def _counted(attempt: Attempt) -> tuple[Evidence, ...]:
    return (
        Evidence(
            text=f"Tcp.OutRsts\t+{attempt.burst.get('Tcp.OutRsts', 0)}\tfor {words.count(attempt.tries, 'refusal')}: "
            "this kernel's TCP sent none of them",
            source="/proc/net/snmp",
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Past the rule that is known, or see it and let the port through, on the side that refuses."""
    by_rule = next((each for each in seen.refused(facts) if _by_rule(facts, each)), None)
    return firewall.ways(facts, rules.refused_on(facts, by_rule) if by_rule is not None else None)


FAULT = Fault(
    code="fw-reject-reset",
    step=Step.FIREWALL,
    stop=Stop.INPUT,
    title="A firewall rule answers with a TCP reset",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

"""A NAT rule sends the connection to a port where nobody listens.

A rule of network address translation changes where a connection leads: from port 80 to port 8080, from this machine
into a container. When no server is at that other place, the refusal comes from there, and looks to the client exactly
like a refusal of the port that it asked for: "connection refused", at once. The server on the asked port may be up
and well, as every list of sockets shows; the connection just never reaches it.

It comes about when the server that a redirect was made for has stopped or moved (a redirect from 80 to 8080, while
the application now runs on 3000), when a container was started again and has another address than the rule, or when a
published port leads to a port on which nothing listens inside: `docker run -p 8080:80` for an app on port 3000.

How porttui knows: this kernel itself counted the resets (Tcp.OutRsts), although a server listens on the asked port
that would have taken the connection; or the resets came in from outside, which for an address of this machine no
untranslated connection does. So it is when nobody answers to ARP, which is never asked for an address of this machine.
As root it reads the rule too, and asks the kernel for the way to where it leads; then it knows it even when nothing
listens on the asked port. Without root, and with nobody on the port, only nothing-listening can be told.

What looks the same and is not: nothing-listening (no rule; the port itself is empty), fw-reject-reset (a rule sends the
reset itself, and the kernel does not count it), nat-prerouting-only (a rule that only connections from other machines
meet), published-wrong-container-port (docker's proxy takes the connection, and closes it).

To fix it, start the server where the rule leads, or correct the rule. On Linux, as root: `nft -a list ruleset` or
`iptables -t nat -S` shows it; `nft delete rule ip nat OUTPUT handle 7` or `iptables -t nat -D` takes it out. A rule
of docker's is changed by `docker run -p` with the right port. On macOS `pfctl -sn` shows the translations, on Windows
`netsh interface portproxy show all`.

To keep it from coming back, let the service file of the server add and remove its own redirect, or let a reverse
proxy (nginx, caddy) take the port: it says "502" when the server behind it is gone, which no rule does.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.address import endpoint
from porttui.model.facts import Attempt, Facts
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.reading import evidence, nat, packets, seen, words
from porttui.remedies import nat as ways


def check(facts: Facts) -> Outcome:
    """Find it when a refusal came from somewhere else than the asked port, or a rule leads to where nobody is."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    refused = [each for each in _refused(facts) if seen.is_local(facts, each.address)]
    if not refused:
        return RuledOut(because="no connection to this machine was refused by a reset, or lost beyond it")
    if nat.impossible(facts):
        return RuledOut(because="no NAT rule is in force here")
    for each in refused:
        lead = nat.deciding(facts, each.address)
        if isinstance(lead, nat.Lead):
            return _by_rule(facts, each, lead)
        if lead is False:
            continue  # the rules were read, and none leads it anywhere
        if not seen.sockets_seen(facts):
            continue
        if nat.refused_here(facts, each) or packets.reset_from_elsewhere(each) or nat.lost_beyond(facts, each):
            return _by_counters(facts, each)
    if any(nat.deciding(facts, each.address) is None for each in refused):
        return CannotTell(because="a NAT rule may lead it to where nobody listens", unseen=nat.unseen(facts))
    return RuledOut(because="no NAT rule leads it elsewhere")


def _refused(facts: Facts) -> tuple[Attempt, ...]:
    """Return the attempts that were refused, or that ended as nobody has the address, or as there is no way to it."""
    gone = (each for each in seen.failed(facts) if packets.nobody_there(facts, each) or nat.no_way(facts, each))
    return (*seen.refused(facts), *gone)


def _by_rule(facts: Facts, attempt: Attempt, lead: nat.Lead) -> Outcome:
    address, port = lead.place
    if nat.answering(facts, address, port) is not None:
        return CannotTell(because=f"a NAT rule leads it to {endpoint(address, port)}, where somebody listens")
    if attempt.icmp is not None and nat.keeps_a_loopback_source(facts, attempt):
        return CannotTell(because="it leaves from a loopback address, to which nothing can come back")
    listener = seen.accepting(facts, attempt.address)
    although = f", although {words.program(facts, listener)} listens on port {attempt.port}" if listener else ""
    gone, no_way = attempt.icmp is not None, nat.no_way(facts, attempt)
    ends = f"where nobody {'answers' if gone else 'listens'}"
    if no_way is not None:
        ends = f"to which {words.machine(facts)} has no route"
    sure = no_way is None or packets.dropped_outwards(attempt)
    return Found(
        summary=f"{'A' if sure else 'Probably a'} NAT rule sends the connection from port {attempt.port} to "
        f"{endpoint(address, port)}, {ends}{although}.",
        gloss=_NO_WAY if no_way else "No machine has that address now, or it is down." if gone else _GLOSS,
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(
            nat.evidence_of(lead.rule),
            *evidence.connects(facts, (attempt,)),
            *((Evidence(text=f"route\t{address}\t{no_way[1]}", source="ip route get"),) if no_way else ()),
            *(evidence.listening(facts, (listener,)) if listener else (evidence.none_listening(facts),)),
            *_nobody_at(facts, address, port),
        ),
    )


def _nobody_at(facts: Facts, address: str, port: int) -> tuple[Evidence, ...]:
    if not seen.is_local(facts, address) or not seen.sockets_seen(facts):
        return ()
    return (Evidence(text=f"LISTEN\tnone at {endpoint(address, port)}", source="sockets"),)


def _by_counters(facts: Facts, attempt: Attempt) -> Found:
    """Tell it without the rule. That the refusal was not the asked port's is sure; what led it away is likely NAT."""
    listener = seen.accepting(facts, attempt.address)
    here = nat.refused_here(facts, attempt)
    although = f", although {words.program(facts, listener)} listens on port {attempt.port}" if listener else ""
    beyond = nat.lost_beyond(facts, attempt)
    whither = "another port, where nobody listens" if here else "a container or machine that refuses it"
    whither = "an address that nobody has now" if beyond else whither
    return Found(
        summary=f"Probably a NAT rule sends the connection from port {attempt.port} to {whither}{although}.",
        gloss=_BEYOND if beyond else _GLOSS,
        confidence=Confidence.LIKELY,
        evidence=(
            *(evidence.listening(facts, (listener,)) if listener else (evidence.none_listening(facts),)),
            *evidence.connects(facts, (attempt,)),
            *(
                evidence.ways(facts, attempt.address)
                if beyond
                else evidence.counted(attempt, "Tcp.OutRsts", "Ip.OutTransmits", "Ip.InDelivers")
            ),
            *((Evidence(text="connection tracking\tis at work, as NAT needs it", source="nf_conntrack_count"),)
              * bool(facts.tracked)),
        ),
    )  # fmt: skip


_GLOSS = "The refusal comes from where the rule leads, and looks as if the asked port had refused."
_NO_WAY = "No network of this machine leads there: the packets do not even leave, and nobody answers."
_BEYOND = (
    "This machine asked its network for an address and got no answer, which it never does for an address of its own."
)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Start the server where the rule leads, see the rule, take it out."""
    found = (nat.deciding(facts, each.address) for each in _refused(facts))
    lead = next((each for each in found if isinstance(each, nat.Lead)), None)
    if lead is None:
        return (ways.see_the_rule(facts),)
    return (*ways.start_there(facts, lead), *ways.take_out(facts, lead.rule), ways.see_the_rule(facts))


FAULT = Fault(
    code="nat-redirect-dead",
    step=Step.FIREWALL,
    stop=Stop.NAT,
    title="A NAT rule sends the connection to a port where nobody listens",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("nothing-listening", "wrong-port", "other-netns"),
)

"""The port exists only as a redirect for connections from outside.

On Linux, packets that come in from the network meet the chains of the hook PREROUTING first; packets that a program
of this machine sends meet those of the hook OUTPUT instead, also when they go to the machine's own address. A redirect
that stands in PREROUTING alone therefore works for everybody else and not for this machine itself. Nothing listens on
the port: it exists only as a rule, so a local client is told "connection refused".

It comes about when a web application runs without root on port 8080 and is given port 80 by the usual line out of a
tutorial, iptables -t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080. The site opens in every browser
of the network; curl http://localhost on the server, the health check and the cron job that runs there are refused.

How porttui knows: it reads the rules of the NAT chains as root. One in PREROUTING leads the port on, none in OUTPUT
does, no socket is on the port, and this kernel itself refused. Without root no rule can be read; then porttui says
what is true as well, that nothing listens there (or that the server listens on a port nearby), and that rules were
unseen.

What looks the same and is not: nothing-listening and wrong-port (no rule leads the port on), nat-redirect-dead (a rule
does apply to this machine's own connections, and nobody is where it leads), listener-other-address (a socket is on the
port, at another address).

To fix it, ask for the port behind the redirect when you are on the machine itself: http://localhost:8080. Or give local
connections the same redirect, on Linux as root: iptables -t nat -A OUTPUT -o lo -p tcp --dport 80 -j REDIRECT
--to-ports 8080, or the same rule in a chain of nft with type nat hook output. With docker, publish the port (-p
80:8080): its proxy listens on it for local clients. macOS (rdr of pf) and Windows (portproxy) have translations too;
rdr of pf has this trap as well, on lo0.

To keep it from coming back, let the server have the port itself (AmbientCapabilities=CAP_NET_BIND_SERVICE in its
systemd unit, or net.ipv4.ip_unprivileged_port_start=80), or put a reverse proxy on it, and drop the redirect.
"""

from __future__ import annotations

from msgspec.structs import replace

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_listener
from porttui.model.address import endpoint
from porttui.model.facts import Attempt, Facts, NatRule, Socket
from porttui.model.report import Confidence, Remedy, Step
from porttui.reading import evidence, nat, seen, words
from porttui.reading.unseen import firewall_unseen
from porttui.remedies import nat as ways


def check(facts: Facts) -> Outcome:
    """Find it when only a rule in PREROUTING has the port, and nobody listens on it."""
    first = not_the_listener(facts)
    if first is not None:
        return first
    refused = seen.refused(facts)
    if not refused:
        return RuledOut(because="no connection was refused by a reset")
    if seen.listeners(facts):
        return RuledOut(because=f"something listens on port {facts.asked.target.port}")
    if nat.impossible(facts):
        return RuledOut(because="no NAT rule is in force here")
    if not isinstance(facts.nat, tuple):
        return CannotTell(because="the NAT rules could not be read", unseen=firewall_unseen(facts))
    found = next(((each, rule) for each in refused if (rule := _rule(facts, each)) is not None), None)
    if found is None:
        return RuledOut(because="no rule in PREROUTING leads this port on")
    attempt, rule = found
    if nat.deciding(facts, attempt.address) not in {False, None}:
        return RuledOut(because="a rule for this machine's own connections leads the port on")
    sure = nat.deciding(facts, attempt.address) is False and not rule.unclear
    behind = _behind(facts, attempt, rule)
    served = f", where {words.program(facts, behind)} listens" if behind else ""
    return Found(
        summary=f"{'P' if sure else 'Probably p'}ort {attempt.port} exists only for other machines: a redirect to "
        f"{_place(rule, rule.to_port or attempt.port)}{served}, which this machine's own connections do not pass.",
        gloss="Connections that begin on this machine go by OUTPUT, and never meet a rule in PREROUTING.",
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(
            nat.evidence_of(rule),
            evidence.none_listening(facts),
            *(evidence.listening(facts, (behind,)) if behind else ()),
            *evidence.connects(facts, (attempt,)),
        ),
    )


def _place(rule: NatRule, port: int) -> str:
    return endpoint(rule.to_address, port) if rule.to_address else f"port {port}"


def _rule(facts: Facts, attempt: Attempt) -> NatRule | None:
    """Return the rule in PREROUTING that leads this very port on; one for all ports is no sign that the port is meant.

    By which interface a packet has to come in, and what else the rule asks of it, does not matter here.
    """
    mine = (attempt.address, *seen.own_addresses(facts))
    for rule in facts.nat if isinstance(facts.nat, tuple) else ():
        leads = rule.action == "dnat" or rule.to_port not in {0, attempt.port}
        if rule.hook != "prerouting" or rule.action == "pass" or not rule.ports or not leads:
            continue
        if any(nat.applies(facts, replace(rule, unclear=""), each, attempt.port) for each in mine):
            return rule
    return None


def _behind(facts: Facts, attempt: Attempt, rule: NatRule) -> Socket | None:
    """Return the listener behind the redirect: at the address that the packet came in by, and so at any of ours."""
    port = rule.to_port or attempt.port
    if rule.to_address:
        return nat.answering(facts, rule.to_address, port)
    places = (attempt.address, *seen.own_addresses(facts))
    return next((s for each in places if (s := seen.accepting(facts, each, port)) is not None), None)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask for the port behind the redirect, or give local connections the same one."""
    found = [(each, rule) for each in seen.refused(facts) if (rule := _rule(facts, each)) is not None]
    if not found:
        return (ways.see_the_rule(facts),)
    attempt, rule = found[0]
    address, port = rule.to_address or attempt.address, rule.to_port or attempt.port
    there = ways.ask_there(
        facts, address, port, "Ask for the port behind the redirect", "local connections do not pass the redirect"
    )
    return (there, *ways.for_local_clients(facts, rule), ways.see_the_rule(facts))


FAULT = Fault(
    code="nat-prerouting-only",
    step=Step.FIREWALL,
    stop=Stop.NAT,
    title="The port exists only as a redirect for connections from outside",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("nothing-listening", "wrong-port", "other-netns"),
)

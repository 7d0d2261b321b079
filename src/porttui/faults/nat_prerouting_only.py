"""The port exists only as a redirect for connections from outside.

On Linux, packets that come in from the network meet the chains of the hook PREROUTING first; packets that a program
of this machine sends meet those of the hook OUTPUT instead, also when they go to the machine's own address. A redirect
that stands in PREROUTING alone therefore works for everybody else and not for this machine itself. Nothing listens on
the port: it exists only as a rule, so a local client is told "connection refused".

It comes about when a web application runs without root on port 8080 and is given port 80 by the usual line out of a
tutorial, `iptables -t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080`. The site opens in every
browser of the network; `curl http://localhost` on the server, the health check and the cron job that runs there are
refused.

How porttui knows: it reads the rules of the NAT chains as root. One in PREROUTING leads the port on, none in OUTPUT
does, no socket is on the port, and this kernel itself refused. Without root no rule can be read; then porttui says
what is true as well, that nothing listens there (or that the server listens on a port nearby), and that rules were
unseen.

What looks the same and is not: nothing-listening and wrong-port (no rule leads the port on), nat-redirect-dead (a rule
does apply to this machine's own connections, and nobody is where it leads), listener-other-address (a socket is on the
port, at another address).

To fix it, ask for the port behind the redirect when you are on the machine itself: http://localhost:8080. Or give
local connections the same redirect, on Linux as root:
`iptables -t nat -A OUTPUT -o lo -p tcp --dport 80 -j REDIRECT --to-ports 8080`, or the same rule in a chain of nft
with `type nat hook output`. With docker, publish the port (`-p 80:8080`): its proxy listens on it for local clients.
macOS (rdr of pf) and Windows (portproxy) have translations too; rdr of pf has this trap as well, on lo0.

To keep it from coming back, let the server have the port itself (AmbientCapabilities=CAP_NET_BIND_SERVICE in its
systemd unit, or net.ipv4.ip_unprivileged_port_start=80), or put a reverse proxy on it, and take the redirect out.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_listener
from porttui.model.address import endpoint
from porttui.model.facts import Facts, Unseen
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.model.rules import Judged
from porttui.reading import evidence, nat, seen, words
from porttui.reading.unseen import firewall_unseen
from porttui.remedies import local_clients
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
    if facts.judged is None or isinstance(facts.judged, Unseen):
        return CannotTell(because="the NAT rules could not be read", unseen=firewall_unseen(facts))
    found = nat.for_others(facts)
    if found is None:
        if any(each.redirect_unknown for each in facts.judged_elsewhere or ()):
            return CannotTell(because="a rule in PREROUTING may lead the port on", unseen=nat.unseen(facts))
        return RuledOut(because="no rule in PREROUTING leads this port on")
    known, lead = found
    attempt = refused[0]
    own = nat.deciding(facts, attempt.address)
    if isinstance(own, nat.Lead):
        return RuledOut(because="a rule for this machine's own connections leads the port on")
    sure = own is False
    behind = nat.answering(facts, *lead.place)
    served = f", where {words.program(facts, behind)} listens" if behind else ""
    return Found(
        summary=f"{'P' if sure else 'Probably p'}ort {attempt.port} exists only as a redirect to "
        f"{_place(known, lead)}{served}, which this machine's own connections to {attempt.address} do not pass.",
        gloss="What begins on this machine meets another list of rules (OUTPUT), and none there leads it on. "
        f"Other machines are led on at {endpoint(known.address, attempt.port)}.",
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(
            nat.evidence_of(lead.rule),
            evidence.none_listening(facts),
            *(evidence.listening(facts, (behind,)) if behind else ()),
            *evidence.connects(facts, (attempt,)),
            *_no_way(facts, lead),
        ),
    )


def _no_way(facts: Facts, lead: nat.Lead) -> tuple[Evidence, ...]:
    """Quote that there is no way to where the rule leads: then it leads the others nowhere, too."""
    errors = (each.error for each in nat.routes_to(facts, lead.address))
    return tuple(Evidence(text=f"route\t{lead.address}\t{error}", source="ip route get") for error in errors if error)


def _place(known: Judged, lead: nat.Lead) -> str:
    return f"port {lead.port}" if lead.address == known.address else endpoint(*lead.place)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask where others are led on, or for the port behind the redirect, or give local connections the same one."""
    found = nat.for_others(facts)
    if found is None:
        return (ways.see_the_rule(facts),)
    known, lead = found
    here = seen.refused(facts)[0].address
    stays = lead.address == known.address  # at the address that the packet came in by, and so at any of ours
    takes = stays and seen.accepting(facts, here, lead.port) is not None
    where, why = here if takes else lead.address, "local connections do not pass the redirect"
    there = ways.ask_there(facts, where, lead.port, "Ask for the port behind the redirect", why)
    if any(each.error for each in nat.routes_to(facts, where)):
        return (*ways.start_there(facts, lead), ways.see_the_rule(facts))
    return (*_as_others(facts, known), there, *local_clients.same_redirect(facts, lead, here, lead.port))


def _as_others(facts: Facts, known: Judged) -> tuple[Remedy, ...]:
    """Ask for the address at which others come in, where that was tried and opened from here as well."""
    port = facts.asked.target.port
    tried = (each for each in facts.attempts or () if (each.address, each.port) == (known.address, port))
    if not any(each.outcome == "open" for each in tried):
        return ()
    why = "a rule leads this machine's own connections to that address on"
    return (ways.ask_there(facts, known.address, port, f"Ask for {known.address}, as other machines do", why),)


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

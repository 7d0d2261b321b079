"""What NAT does to a connection of this machine to itself: what the connection showed, and what the rules say."""

from __future__ import annotations

from porttui.model.address import is_loopback, same_address
from porttui.model.base import Value
from porttui.model.facts import Attempt, Facts, Route, Socket, Unseen
from porttui.model.report import Evidence
from porttui.model.rules import Judged, Rule
from porttui.reading import packets, rule_words, rules, seen
from porttui.reading.unseen import firewall_unseen

_NOT_FOLLOWED = Unseen(
    what="what NAT rules do with these packets",
    reason="not all of the rules are understood",
    how_to_see="nft list ruleset",
    needs_root=True,
)


class Lead(Value, frozen=True):
    """Where a rule leads a connection."""

    rule: Rule
    address: str
    port: int

    @property
    def place(self) -> tuple[str, int]:
        """The address and the port."""
        return self.address, self.port


def impossible(facts: Facts) -> bool:
    """Tell whether no NAT rule can be in force, whoever reads them: the kernel tracks no connection."""
    return facts.tracked is False


def led_past(attempt: Attempt) -> bool:
    """Tell whether a connection opened that has no server's side where it was asked for."""
    return attempt.outcome == "open" and attempt.fate is not None and attempt.fate.row == "missing"


def led_to(facts: Facts, attempt: Attempt) -> tuple[str, int] | None:
    """Return where NAT leads a connection, by its own server's side, connection tracking or a rule; None: not known."""
    fate = attempt.fate
    if fate is not None and fate.to_port:
        return fate.to_address, fate.to_port
    lead = deciding(facts, attempt.address)
    return lead.place if isinstance(lead, Lead) else None


def sidesteps(facts: Facts, attempt: Attempt) -> tuple[Attempt, ...]:
    """Return the attempts at the same address from another address of this machine."""
    found = (each for each in facts.attempts or () if each.role == "sidestep" and each.address == attempt.address)
    return tuple(each for each in found if each.port == attempt.port)


def answering(facts: Facts, address: str, port: int) -> Socket | None:
    """Return the listener of this namespace to which a connection was led."""
    return seen.accepting(facts, address, port) if seen.is_local(facts, address) else None


def deciding(facts: Facts, address: str) -> Lead | bool | None:
    """Find the rule that decides where this user's connection to the target at `address` leads.

    Returns:
        Where it leads, and by which rule; False when none leads it on; None when that cannot be told: the rules were
        not read, or not all of those that matter are understood.
    """
    if impossible(facts):
        return False
    known = rules.judged_to(facts, address)
    return None if known is None or known.redirect_unknown else lead_of(known) or False


def lead_of(known: Judged) -> Lead | None:
    """Return where a judged connection is led; None where it goes where it was asked to."""
    if known.redirect is None or known.led_by is None or known.redirect == (known.address, known.port):
        return None
    return Lead(known.led_by, *known.redirect)


def for_others(facts: Facts) -> tuple[Judged, Lead] | None:
    """Return a connection from elsewhere that a rule for this very port leads on, and where to; None: there is none.

    A rule for all ports alike is no sign that the port is meant.
    """
    for known in facts.judged_elsewhere or ():
        lead = lead_of(known) if known.led_by_port else None
        if lead is not None:
            return known, lead
    return None


def may_lead(facts: Facts) -> bool:
    """Tell whether a NAT rule that could not be read may lead the connection on: what NAT needs is at work."""
    unread = [each for each in seen.asked_attempts(facts) if deciding(facts, each.address) is None]
    return facts.tracked is True and bool(unread)


def unseen(facts: Facts) -> tuple[Unseen, ...]:
    """Return what would have to be seen to know where a connection is led, when that cannot be told."""
    return firewall_unseen(facts) or (_NOT_FOLLOWED,)


def lost(facts: Facts) -> tuple[Attempt, Lead] | None:
    """Return an unanswered connection that a rule leads off this machine, and where to; None: there is none."""
    for each in seen.failed(facts):
        lead = deciding(facts, each.address) if each.outcome == "timeout" else None
        if isinstance(lead, Lead) and not seen.is_local(facts, lead.address):
            return each, lead
    return None


def routes_to(facts: Facts, address: str) -> tuple[Route, ...]:
    """Return what the kernel said of the way to where a rule leads."""
    routes = facts.led_routes if isinstance(facts.led_routes, tuple) else ()
    return tuple(each for each in routes if same_address(each.destination, address))


def no_way(facts: Facts, attempt: Attempt) -> tuple[Lead, str] | None:
    """Return where a rule leads an unanswered connection, and the error of the lookup of a route there.

    The kernel looks for a route again where NAT has changed the destination, and drops the packet where there is none
    (nf_nat_ipv4_local_fn, ip_route_me_harder).

    Returns:
        None where no rule is known to lead it off this machine, or where there is a route.
    """
    lead = deciding(facts, attempt.address) if attempt.outcome == "timeout" else None
    if not isinstance(lead, Lead):
        return None
    return next(((lead, each.error) for each in routes_to(facts, lead.address) if each.error), None)


def lost_beyond(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether a connection to this machine ended as it does when nobody answers to ARP.

    What is for an address of this machine asks nobody for it: a NAT rule has led it elsewhere.
    """
    return seen.is_local(facts, attempt.address) and packets.nobody_there(facts, attempt)


def may_want_a_listener(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether a failed attempt came to where a listener is looked for, or was stopped before it by a firewall.

    A time-out shows that only where it is seen that something else stopped the packets. Packets that were dropped on
    their way out show it only where no NAT rule can have led them elsewhere.
    """
    if lost_beyond(facts, attempt):
        return False
    if attempt.outcome == "ECONNREFUSED" or attempt.icmp or packets.dropped_inwards(attempt):
        return True
    return packets.dropped_outwards(attempt) and deciding(facts, attempt.address) is False


def goes_elsewhere(facts: Facts) -> bool:
    """Tell whether the connections tried show that it is no listener on the port that is missing, or a rule does."""
    tried = seen.asked_attempts(facts)
    led = any(isinstance(deciding(facts, each.address), Lead) for each in tried)
    return led or (bool(tried) and not any(may_want_a_listener(facts, each) for each in tried))


def keeps_a_loopback_source(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether packets from a loopback address are led off this machine as they are: no rule gives them another.

    None can come back to such an address (RFC 1122, 3.2.1.3).
    """
    source = attempt.fate.source if attempt.fate is not None else ""
    if source:
        return is_loopback(source)
    known = rules.judged(facts, attempt)
    if known is None or not is_loopback(attempt.source or attempt.address) or not rules.passes(known.verdict):
        return False
    last = (each.stops[-1] for each in known.path if each.hook == "postrouting" and each.way == "there" and each.stops)
    return not any(stop.word.startswith(_NEW_SOURCE) for stop in last)


_NEW_SOURCE = ("masquerade", "snat")


def refused_here(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether this kernel itself refused although a listener would have taken it: it was led to another port."""
    listener = seen.accepting(facts, attempt.address)
    takes = listener is not None and seen.would_accept(listener, attempt.address) is True
    return takes and packets.reset_by_kernel(attempt) is True


def evidence_of(rule: Rule) -> Evidence:
    """Quote a rule, and where it is."""
    return Evidence(text=f"rule\t{rule.text}\t{rule_words.place(rule)}", source=rule.backend)

"""What NAT does to a connection of this machine to itself: what the connection showed, and what the rules say."""

from __future__ import annotations

import ipaddress

from porttui.model.address import destination, family, parse_ip
from porttui.model.facts import Attempt, Facts, NatRule, Socket
from porttui.model.report import Evidence
from porttui.reading import packets, seen


def impossible(facts: Facts) -> bool:
    """Tell whether no NAT rule can be in force: nothing is tracked, or the rules were read and there are none."""
    return facts.tracked is False or facts.nat == ()


def led_past(attempt: Attempt) -> bool:
    """Tell whether a connection opened that has no server's side where it was asked for."""
    return attempt.outcome == "open" and attempt.fate is not None and attempt.fate.row == "missing"


def led_to(facts: Facts, attempt: Attempt) -> tuple[str, int] | None:
    """Return where NAT leads a connection, by its own server's side, connection tracking or a rule; None: not known."""
    fate = attempt.fate
    if fate is not None and fate.to_port:
        return fate.to_address, fate.to_port
    rule = deciding(facts, attempt.address)
    return goes_to(rule, attempt.address, attempt.port) if isinstance(rule, NatRule) else None


def goes_to(rule: NatRule, address: str, port: int) -> tuple[str, int]:
    """Return where a rule leads; a redirect in OUTPUT leads to the loopback address (nf_nat_redirect.c)."""
    local = ("::1" if family(address) == 6 else "127.0.0.1") if rule.action == "redirect" else ""
    return rule.to_address or local or destination(address), rule.to_port or port


def answering(facts: Facts, address: str, port: int) -> Socket | None:
    """Return the listener of this namespace to which a connection was led."""
    return seen.accepting(facts, address, port) if seen.is_local(facts, address) else None


def deciding(facts: Facts, address: str, hook: str = "output") -> NatRule | bool | None:
    """Find the rule that decides where a connection to the target at `address` leads.

    Returns:
        The rule; False when none applies; None when that cannot be told: the rules were not read, or one that comes
        first has conditions that are not understood.
    """
    if impossible(facts):
        return False
    if not isinstance(facts.nat, tuple):
        return None
    for rule in facts.nat:
        if rule.hook != hook:
            continue
        fits = applies(facts, rule, destination(address), facts.asked.target.port)
        if fits is None:
            return None
        if fits:
            return False if rule.action == "pass" else rule
    return False


def may_lead(facts: Facts) -> bool:
    """Tell whether a NAT rule that could not be read may lead the connection on: what NAT needs is at work."""
    unread = [each for each in seen.asked_attempts(facts) if deciding(facts, each.address) is None]
    return facts.tracked is True and bool(unread)


def applies(facts: Facts, rule: NatRule, address: str, port: int) -> bool | None:
    """Tell whether a rule applies to a connection from this machine; None when it has conditions not understood."""
    if rule.family != "inet" and (rule.family == "ip6") != (family(address) == 6):
        return False
    if rule.ports and not any(low <= port <= high for low, high in rule.ports):
        return False
    if rule.addresses and not any(_within(address, each) for each in rule.addresses):
        return False
    if any(_within(address, each) for each in rule.other_than):
        return False
    local = seen.is_local(facts, address)
    if rule.local_only and not local:
        return False
    if rule.interface and rule.hook == "output" and local and rule.interface != "lo":
        return False  # whatever is this machine's own leaves by the loopback interface
    if rule.interface and rule.hook == "output" and not local:
        return None
    return None if rule.unclear else True


def _within(address: str, network: str) -> bool:
    ip = parse_ip(address)
    try:
        return ip is not None and ip in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def refused_here(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether this kernel itself refused although a listener would have taken it: it was led to another port."""
    listener = seen.accepting(facts, attempt.address)
    takes = listener is not None and seen.would_accept(listener, attempt.address) is True
    return takes and packets.reset_by_kernel(attempt) is True


def evidence_of(rule: NatRule) -> Evidence:
    """Quote a rule, and where it is."""
    handle = f", handle {rule.handle}" if rule.handle is not None else ""
    where = f"{rule.family} {rule.table} {rule.chain}{handle}" if rule.backend == "nftables" else rule.backend
    return Evidence(text=f"rule\t{rule.text}\t{where}", source=rule.backend)

"""Another machine whose connection is asked about: who it is, and which address of this machine it would ask for."""

from __future__ import annotations

import ipaddress

from porttui.model.address import destination, family, family_name, is_loopback, parse_ip, same_address
from porttui.model.base import Value
from porttui.model.facts import Facts, Interface
from porttui.model.printable import printable
from porttui.reading import seen, words

EXAMPLE = "192.168.1.7"


class Sender(Value, frozen=True, kw_only=True):
    """Who connects, and where to."""

    address: str
    to: str
    """An address of this machine: the target's, or where that is loopback one that others can ask for."""
    port: int
    interface: str | None = None
    """Where the packet comes in; None where that has to be asked of the routing table."""


def sender_of(facts: Facts, typed: str) -> Sender | str:
    """Return the sender that was typed, or in a sentence why there can be none.

    Args:
        facts: the target, and the addresses of this machine.
        typed: what the user typed.
    """
    text = typed.strip().strip("[]")
    bare, _, scope = text.partition("%")
    ip = parse_ip(bare)
    if ip is None:
        return f"{words.quoted(printable(text, 60), 30)} is no address; type one in numbers, for example {EXAMPLE}"
    ip = getattr(ip, "ipv4_mapped", None) or ip
    address = str(ip)
    if ip.is_loopback or ip.is_unspecified or ip.is_multicast or address == "255.255.255.255":
        return f"{address} is not the address of another machine"
    if any(same_address(address, own.partition("%")[0]) for own in seen.own_addresses(facts)):
        return f"{address} is {words.machine(facts)} itself: its way is the one above"
    asked = [destination(each) for each in seen.addresses(facts) if seen.is_local(facts, each)]
    if not asked:
        return f"the target is another machine: what others send it does not pass {words.machine(facts)}"
    fitting = [each for each in asked if family(each) == ip.version]
    open_to_others = next((each for each in fitting if not is_loopback(each)), None)
    card = _card(facts, ip, scope)
    to = open_to_others or (_own(facts, card, ip) if any(map(is_loopback, asked)) else None)
    if to is None:
        return f"{words.machine(facts)} has no {family_name(address)} address here that others could ask for"
    port = facts.asked.target.port
    return Sender(address=address, to=to.partition("%")[0], port=port, interface=card.name if card else scope or None)


def _card(facts: Facts, ip: ipaddress.IPv4Address | ipaddress.IPv6Address, scope: str) -> Interface | None:
    """Return the interface that the sender is behind, when it is on one of this machine's own networks."""
    for card in _interfaces(facts):
        nets = [ipaddress.ip_network(each, strict=False) for each in card.networks]
        if card.name == scope if scope else any(net.version == ip.version and ip in net for net in nets):
            return card
    return None


def _own(facts: Facts, card: Interface | None, ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str | None:
    """Return an address of this machine by which that sender would ask for it."""
    cards = (*([card] if card else []), *_interfaces(facts))
    known = [each for one in cards if one.up for each in one.addresses if family(each) == ip.version]
    others = [each for each in known if not is_loopback(each)]
    return next((each for each in others if _near(each) == ip.is_link_local), None)


def _near(address: str) -> bool:
    ip = parse_ip(address)
    return ip is not None and ip.is_link_local


def _interfaces(facts: Facts) -> tuple[Interface, ...]:
    return facts.interfaces if isinstance(facts.interfaces, tuple) else ()

"""The ways in to a listener from elsewhere: to which addresses packets may be sent, and by which interfaces."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable
from typing import NamedTuple

from porttui.model.address import family, is_loopback, is_wildcard, parse_ip, same_address
from porttui.model.facts import Interface, Socket

_LIMITED_BROADCAST = "255.255.255.255"


class Door(NamedTuple):
    """One way in: a packet to an address, by an interface."""

    address: str
    """Without its scope."""
    interface: str


def doors(row: Socket, interfaces: Iterable[Interface]) -> tuple[Door, ...]:
    """Return the ways in to a listener from elsewhere: its addresses, by each interface that is up.

    Linux takes a packet to any of its addresses by any interface (the weak host model, RFC 1122, 3.3.4.2), but for
    link-local addresses, which are those of one link.
    """
    if row.protocol == "unix" or row.namespace is not None or is_loopback(row.address):
        return ()
    cards = _cards(row, interfaces)
    places = [(to, card.name) for card in cards for to in card.addresses if _takes(row, to)]
    if not is_wildcard(row.address) and not is_own(row, interfaces):
        return ()
    if not is_wildcard(row.address):
        places = places or [(row.address, "")]
    found = [
        Door(to.partition("%")[0], card.name)
        for to, home in places
        for card in cards
        if card.name == home or not is_link_local(to)
    ]
    return tuple(dict.fromkeys(found))


def doors_for_many(row: Socket, interfaces: Iterable[Interface], groups: Iterable[tuple[str, str]]) -> tuple[Door, ...]:
    """Return the ways in to a UDP socket for what is sent to all machines of a network, or to a group, at once.

    A socket that is bound to every address takes that, too: broadcasts, and the datagrams of all groups that an
    interface has joined, whichever program joined them (ip(7), IP_MULTICAST_ALL; ipv6(7), IPV6_MULTICAST_ALL).

    Args:
        row: the socket; for one that is bound to another address than every one, or than such a one, there are none.
        interfaces: of this machine.
        groups: the groups that interfaces have joined, as (interface, address).
    """
    cards, joined = _cards(row, interfaces), tuple(groups)
    if row.protocol != "udp" or row.namespace is not None:
        return ()
    if is_for_many(row.address, cards):
        found = [Door(row.address, name) for name, address in joined if same_address(address, row.address)]
        found = [each for each in found if each.interface in {card.name for card in cards}]
        homes = [card for card in cards if row.address in _broadcasts(card)]
        return tuple(found or [Door(row.address.partition("%")[0], card.name) for card in homes or cards])
    if not is_wildcard(row.address):
        return ()
    places = [(card.name, address) for card in cards for address in _broadcasts(card)]
    names = {card.name for card in cards}
    places += [(name, address) for name, address in joined if name in names]
    return tuple(dict.fromkeys(Door(address, name) for name, address in places if _takes(row, address)))


def is_own(row: Socket, interfaces: Iterable[Interface]) -> bool:
    """Tell whether an interface has the address that a socket is bound to."""
    return any(same_address(row.address, each) for card in interfaces for each in card.addresses)


def is_for_many(address: str, interfaces: Iterable[Interface]) -> bool:
    """Tell whether an address is that of a group or of a whole network, as UDP servers bind to."""
    ip = parse_ip(address)
    if ip is None or ip.is_multicast or str(ip) == _LIMITED_BROADCAST:
        return ip is not None
    return ip.version == 4 and any(str(ip) in _broadcasts(card) for card in interfaces)


def is_link_local(address: str) -> bool:
    """Tell whether an address is one of IPv6 that holds on one link alone."""
    ip = parse_ip(address)
    return ip is not None and ip.version == 6 and ip.is_link_local


@functools.lru_cache(maxsize=256)
def _broadcasts(card: Interface) -> tuple[str, ...]:
    """Return what stands for all machines of the IPv4 networks that an interface is on (RFC 919, 7)."""
    nets = [net for net in map(ipaddress.ip_network, card.networks) if net.version == 4]
    found = [str(net.broadcast_address) for net in nets if net.num_addresses > 2]
    return (*found, _LIMITED_BROADCAST) if nets else ()


def _cards(row: Socket, interfaces: Iterable[Interface]) -> list[Interface]:
    """Return the interfaces by which somebody else may come to a socket."""
    cards = [each for each in interfaces if each.up and not each.loopback and each.addresses]
    return [each for each in cards if row.device in (None, each.name)]


def _takes(row: Socket, to: str) -> bool:
    """Tell whether a listener takes what is sent to an address."""
    if not is_wildcard(row.address):
        return same_address(row.address, to)
    return family(row.address) == family(to) or (family(row.address) == 6 and row.v6only is not True)

"""Who can reach a listener: this machine only, this network, or everyone; and why that is so.

Worked out in two steps. The address that it is bound to, and the addresses of this machine, say who could send it a
packet; the rules of the firewalls, where they could be read, say who may. What is not known never makes the circle
smaller: an ordinary user is told "everyone, unless a firewall keeps them out".
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable
from typing import Literal, NamedTuple

from porttui.model.address import family, is_loopback, is_wildcard, parse_ip, same_address
from porttui.model.base import Value
from porttui.model.facts import Host, Interface, Process, Socket, Unseen
from porttui.model.rules import Entry, Judged
from porttui.reading.doors import Door, doors, doors_for_many, is_for_many, is_own
from porttui.reading.exposed_services import Reason, reasons
from porttui.reading.words import quoted

__all__ = ["Door", "Exposure", "Reach", "Reason", "Surroundings", "doors", "exposure", "waits", "ways_in"]

Reach = Literal["nobody", "machine", "network", "everyone", "unknown"]
"""The circles of those who can reach a listener, from the smallest on; unknown: not even its circle can be told."""
WORDS: dict[Reach, str] = {
    "nobody": "nobody",
    "machine": "this machine",
    "network": "this network",
    "everyone": "everyone",
    "unknown": "can't see",
}
_ORDER: tuple[Reach, ...] = ("nobody", "machine", "network", "everyone", "unknown")
_NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),  # RFC 1918
        *("100.64.0.0/10", "169.254.0.0/16", "198.18.0.0/15", "255.255.255.255/32"),  # RFC 6598, 3927, 2544, 919
        *("fc00::/7", "fe80::/10", "fec0::/10"),  # RFC 4193, 4291 2.5.6, 3879
    )
)
"""Addresses that the routers of the internet know no way to."""
_MOST_NAMED = 3
_ON_THE_WAY = "; a firewall on the way here, a cloud's for one, can't be seen"


class Surroundings(Value, frozen=True, kw_only=True):
    """What decides besides the listener itself."""

    interfaces: tuple[Interface, ...] | Unseen | None = None
    entries: tuple[Entry, ...] | Unseen | None = None
    """What the rules do with anybody's connection or datagram, for each of `ways_in`. None: they were not asked."""
    groups: tuple[tuple[str, str], ...] = ()
    """The groups that interfaces have joined, as (interface, address); looked at for the sake of UDP sockets alone."""
    routed: tuple[str, ...] = ()
    """Addresses that are this machine's by its routes alone: no interface has them (ip-route(8), type local)."""
    outward: tuple[str, ...] | None = None
    """The interfaces by which this machine reaches addresses that are far away. None: not looked at."""
    host: Host | None = None


class Exposure(Value, frozen=True, kw_only=True):
    """Who can reach a listener."""

    reach: Reach
    """The widest circle that may reach it, as far as is known."""
    sure: bool
    """False: what could not be seen (a firewall, for one) may make the circle smaller."""
    who: str
    """In words: "this machine only", "this network: 192.168.4.0/24 (eth0)", "everyone, unless a firewall keeps them
    out (can't see: needs root)"."""
    wider: bool = False
    """True: it may be reached from farther in a way that can't be seen from here, as the ports of a container are that
    its engine publishes."""
    because: tuple[str, ...] = ()
    """What makes it so, each a short sentence without its full stop."""
    reasons: tuple[Reason, ...] = ()
    """Why the listener deserves a look, the gravest first; () for none that is known."""

    @property
    def word(self) -> str:
        """The circle in few words, for a column: "this network", "network or more", "everyone", "can't see"."""
        return "network or more" if self.wider else WORDS[self.reach]

    @property
    def beyond(self) -> bool:
        """Whether it may be open beyond this machine; True also where that cannot be told."""
        return self.reach in {"network", "everyone", "unknown"}

    @property
    def order(self) -> int:
        """A number to sort by, higher for a wider circle."""
        return _ORDER.index(self.reach)


def waits(row: Socket) -> bool:
    """Tell whether a socket waits for others at all: a TCP or unix listener, or a UDP socket without a peer."""
    return row.state == "LISTEN" or (row.protocol == "udp" and row.state == "UNCONN")


def exposure(
    row: Socket, around: Surroundings, processes: Iterable[Process] = (), *, protocol: str | None = None
) -> Exposure:
    """Tell who can reach a listener, and why it deserves a look.

    Args:
        row: one that waits for others, as `waits` tells.
        around: the interfaces of this machine, and what the firewalls do with those who come from elsewhere.
        processes: those that hold it, as far as they are known.
        protocol: what it answered as, where it was asked: `Exchange.protocol`.
    """
    found = _exposure(row, around)
    why = reasons(row, tuple(processes), protocol)
    return Exposure(
        reach=found.reach, sure=found.sure, who=found.who, wider=found.wider, because=found.because, reasons=why
    )


def ways_in(row: Socket, around: Surroundings) -> tuple[Door, ...]:
    """Return the ways in to a listener: `doors`, or those for what is sent to many at once where all these are shut.

    The rules that keep a datagram for one address out may let one for many machines in, as those of ufw do for mDNS.
    """
    cards = _cards(around)
    ways = doors(row, cards)
    shut = all(judged is not None and _blocks(judged) for judged in _verdicts(row, around, ways).values())
    return (*ways, *doors_for_many(row, cards, around.groups)) if shut else ways


class _Found(NamedTuple):
    reach: Reach
    sure: bool
    who: str
    because: tuple[str, ...] = ()
    wider: bool = False


def _exposure(row: Socket, around: Surroundings) -> _Found:
    closed = _closed(row, around)
    if closed is not None:
        return closed
    cards = around.interfaces
    if not isinstance(cards, tuple):
        why = f"the addresses of this machine can't be seen: {cards.reason}" if cards else "not looked at"
        return _Found("unknown", False, "can't see", (why,))
    if row.address in around.routed:
        reach: Reach = "network" if _is_private(row.address) else "everyone"
        why = f"{row.address} is this machine's by a route, and no interface has it"
        return _Found(reach, False, f"{WORDS[reach]}, unless a firewall keeps them out (not asked)", (why,))
    many = is_for_many(row.address, cards)
    if not many and not is_wildcard(row.address) and not is_own(row, cards):
        return _Found("nobody", True, "nobody", (f"no interface has {row.address} now",))
    ways = ways_in(row, around)
    if not ways:
        why = "this machine has no other address that is up" if row.device is None else f"{row.device} is not up"
        return _Found("machine", True, "this machine only", (why,))
    return _filtered(row, around, ways, cards)


def _closed(row: Socket, around: Surroundings) -> _Found | None:
    """Return what needs no look at interfaces or rules; None where it does."""
    if row.protocol == "unix":
        return _Found("machine", True, "this machine only", ("it is a unix socket",))
    if row.namespace is not None:
        place = f"container {row.container}" if row.container else "another network namespace of this machine"
        if is_loopback(row.address):
            return _Found("machine", True, f"{place} only", (f"{row.address} there is a loopback address of its own",))
        return _Found("unknown", False, f"can't see: it is in {place}", ("its addresses are others than this one's",))
    if is_loopback(row.address):
        return _Found("machine", True, "this machine only", (f"{row.address} is a loopback address",))
    cards = around.interfaces if isinstance(around.interfaces, tuple) else ()
    if row.device is not None and any(each.name == row.device and each.loopback for each in cards):
        return _Found("machine", True, "this machine only", (f"it is bound to the interface {row.device}",))
    return None


def _filtered(row: Socket, around: Surroundings, ways: tuple[Door, ...], cards: tuple[Interface, ...]) -> _Found:
    """Tell who gets through of those who could send a packet."""
    verdicts = _verdicts(row, around, ways)
    blocked = {way for way, judged in verdicts.items() if judged is not None and _blocks(judged)}
    left = [way for way in ways if way not in blocked]
    if not left:
        stopped = next(judged for judged in verdicts.values() if judged is not None)
        return _Found("machine", True, "this machine only", (f"the firewall keeps others out: {_stop(stopped)}",))
    reach = _widest(left, around)
    certain = [way for way in left if (judged := verdicts[way]) is not None and judged.verdict == "accept"]
    sure = bool(certain) and _widest(certain, around) == reach
    who = "everyone" if reach == "everyone" else _networks(left, cards)
    because = [_by_address(row, left, around)]
    at_once = all(is_for_many(way.address, cards) for way in left)
    if at_once and blocked:
        stopped = next(judged for judged in verdicts.values() if judged is not None and _blocks(judged))
        because.append(f"the firewall keeps the rest out: {_stop(stopped)}")
    elif reach == "network" and not at_once:
        because.append("who is farther away reaches it only where a router passes it on")
    stopped_at = sorted({way.interface for way in blocked} - {way.interface for way in left})
    because += [f"the firewall keeps out what comes by {', '.join(stopped_at)}"] * bool(stopped_at)
    if sure:
        because.append(f"no rule here keeps {'that' if at_once else 'them'} out{_ON_THE_WAY * (reach == 'everyone')}")
    else:
        doubt = _doubt(around, [judged for way in left if (judged := verdicts[way]) is not None])
        who += f", unless {doubt}"
    wider = reach == "network" and around.host is not None and bool(around.host.container)
    if wider:
        who += "; or farther: this is a container, whose ports may be published"
    return _Found(reach, sure, who, tuple(because), wider)


def _verdicts(row: Socket, around: Surroundings, ways: Iterable[Door]) -> dict[Door, Judged | None]:
    """Return what the rules do at each door; None where that was not asked, or could not be."""
    asked = around.entries if isinstance(around.entries, tuple) else ()
    known = _by_port(_Same(asked)).get((row.protocol, row.port), {})
    return {way: known.get(way) for way in ways}


class _Same:
    """Entries that are compared by being the same, as there may be thousands."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.entries is self.entries

    def __hash__(self) -> int:
        return id(self.entries)


@functools.lru_cache(maxsize=4)
def _by_port(asked: _Same) -> dict[tuple[str, int], dict[Door, Judged]]:
    """Return what the rules do at each door, by protocol and port: a name server may have thousands of sockets."""
    found: dict[tuple[str, int], dict[Door, Judged]] = {}
    for each in asked.entries:
        place = found.setdefault((each.protocol, each.judged.port), {})
        place[Door(each.judged.address, each.interface)] = each.judged
    return found


def _blocks(judged: Judged) -> bool:
    return judged.verdict in {"drop", "reset"} or judged.verdict.startswith("reject")


def _doubt(around: Surroundings, judged: list[Judged]) -> str:
    """Say what may keep others out: the end of a sentence that begins with "unless"."""
    if isinstance(around.entries, Unseen):
        return f"a firewall keeps them out (can't see: {around.entries.reason})"
    led = next((each.redirect for each in judged if each.redirect is not None), None)
    if led is not None:
        return f"what NAT leads them to instead, {led[0]}:{led[1]}, does not answer"
    unclear = next((each.unknown[0] for each in judged if each.unknown), "")
    if unclear:
        return f"the firewall keeps them out: it depends on {quoted(unclear, 80)}"
    return "a firewall keeps them out (not asked)"


def _stop(judged: Judged) -> str:
    """Name what keeps a packet out: a rule with its words, or the policy of a chain."""
    if judged.rule is not None:
        return f"{quoted(judged.rule.text, 80)} in {judged.rule.table} {judged.rule.chain}"
    if judged.policy is not None:
        return f"{judged.policy.word} in {judged.policy.table} {judged.policy.chain}"
    return judged.verdict


def _by_address(row: Socket, ways: list[Door], around: Surroundings) -> str:
    """Say what its address stands for."""
    cards = _cards(around)
    if all(is_for_many(way.address, cards) for way in ways):
        if row.address in {way.address for way in ways}:
            return f"{row.address} stands for all machines of a network or group"
        return f"what is sent to all machines of a network at once comes through: to {ways[0].address}, for one"
    widest = _widest(ways, around)
    example = next(way for way in ways if _circle(way, around) == widest)
    card = ", ".join(_homes(example.address, _cards(around)))
    kind = "a private address" if _is_private(example.address) else "a public address"
    place = f"{example.address}{f' ({card})' if card else ''}, {kind}"
    if is_wildcard(row.address):
        device = f" on {row.device}" if row.device else ""
        return f"{row.address} is every address{device}, and so {place}"
    return f"it is bound to {place}"


def _networks(ways: Iterable[Door], cards: tuple[Interface, ...]) -> str:
    """Name the networks whose machines can reach it."""
    names = {way.interface for way in ways}
    wanted = {family(way.address) for way in ways}
    found: list[str] = []
    for card in (each for each in cards if each.name in names):
        nets = [ipaddress.ip_network(text) for text in card.networks]
        told = [str(net) for net in nets if net.version in wanted and not net.is_link_local and net.num_addresses > 1]
        found.append(f"{', '.join(told)} ({card.name})" if told else card.name)
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    word = "this network" if len(found) == 1 else "these networks"
    return f"{word}: {', '.join(found[:_MOST_NAMED])}{more}"


def _widest(ways: Iterable[Door], around: Surroundings) -> Reach:
    return max((_circle(way, around) for way in ways), key=_ORDER.index)


def _circle(way: Door, around: Surroundings) -> Reach:
    """Return who can send a packet to an address of this machine by one of its interfaces.

    To a public address everybody can, by the interface that has it, and by the one that leads outward. By another one
    only those can who are behind it. An address that no such interface has (lo, or one that is down) may come by any.
    """
    if _is_private(way.address) or is_for_many(way.address, _cards(around)):
        return "network"
    homes = _homes(way.address, (each for each in _cards(around) if each.up and not each.loopback))
    inner = around.outward is not None and way.interface not in around.outward
    return "network" if inner and homes and way.interface not in homes else "everyone"


def _is_private(address: str) -> bool:
    """Tell whether the routers of the internet know no way to an address."""
    ip = parse_ip(address)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return ip is None or ip.is_multicast or any(ip.version == net.version and ip in net for net in _NETWORKS)


def _homes(address: str, cards: Iterable[Interface]) -> list[str]:
    """Return the interfaces that have an address."""
    return [card.name for card in cards if any(same_address(address, each) for each in card.addresses)]


def _cards(around: Surroundings) -> tuple[Interface, ...]:
    return around.interfaces if isinstance(around.interfaces, tuple) else ()

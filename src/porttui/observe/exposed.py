"""What decides who can reach the listeners of this machine: its interfaces, and its rules for those from elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterable

from msgspec.structs import replace

from porttui.firewall.packet import Packet, World
from porttui.firewall.told import told
from porttui.model.address import family, is_loopback, is_wildcard, parse_ip
from porttui.model.facts import Interface, Route, Socket, Unseen
from porttui.model.rules import Entry
from porttui.observe.platform import Platform, RuleReader
from porttui.reading.exposure import Door, Surroundings, waits, ways_in

_SECONDS = 3.0
"""For the judging of all doors; those that are left are said not to have been asked about."""
_MOST_DOORS = 64
"""Of one listener."""
_SOURCE_PORTS = {"tcp": (1024, 65535), "udp": (1, 65535)}
"""What other machines may connect from: their ephemeral ranges are not ours. A datagram may come from any port."""
_FAR_AWAY = ("192.0.2.1", "2001:db8::1")
"""Addresses that no machine has (RFC 5737, RFC 3849)."""


def surroundings(eyes: Platform, rows: Iterable[Socket]) -> Surroundings:
    """Look at what decides who can reach listeners, for `porttui.reading.exposure.exposure`. Blocking.

    Args:
        eyes: of this system.
        rows: the listeners; the rules are asked about these alone, and not read when all of them are on loopback.
    """
    cards, rows = eyes.interfaces(), tuple(row for row in rows if row.protocol != "unix" and waits(row))
    if not isinstance(cards, tuple):
        return Surroundings(interfaces=cards, entries=(), host=eyes.host())
    groups = eyes.groups() if any(row.protocol == "udp" for row in rows) else ()
    routed = _routed(eyes, rows, cards)
    around = Surroundings(interfaces=cards, entries=(), groups=groups, routed=routed, host=eyes.host())
    if not any(ways_in(row, around) for row in rows):
        return around
    rules = eyes.rules()
    entries = rules if isinstance(rules, Unseen) else _entries(rules, around, rows)
    return replace(around, entries=entries, outward=_outward(eyes))


def _routed(eyes: Platform, rows: Iterable[Socket], cards: tuple[Interface, ...]) -> tuple[str, ...]:
    """Return the addresses of listeners that no interface has, and that are this machine's by a route all the same."""
    own = {address for card in cards for address in card.addresses}
    wanted = {row.address for row in rows if row.namespace is None and parse_ip(row.address) is not None} - own
    strange = [each for each in sorted(wanted) if not is_wildcard(each) and not is_loopback(each)][:_MOST_DOORS]
    routes = [eyes.route(address) for address in strange]
    return tuple(each.destination for each in routes if isinstance(each, Route) and each.kind == "local")


def _outward(eyes: Platform) -> tuple[str, ...]:
    """Return the interfaces by which addresses far away are reached; no packet is sent to find out."""
    routes = [eyes.route(address) for address in _FAR_AWAY]
    found = [route.interface for route in routes if isinstance(route, Route) and route.kind == "unicast"]
    return tuple(dict.fromkeys(name for name in found if name))


def _entries(rules: RuleReader, around: Surroundings, rows: Iterable[Socket]) -> tuple[Entry, ...]:
    """Ask the rules about every way in, and about those behind which only matter when the first are shut."""
    cards = around.interfaces if isinstance(around.interfaces, tuple) else ()
    world = World(
        addresses=frozenset(address.partition("%")[0] for card in cards for address in card.addresses),
        networks=tuple((card.name, network) for card in cards for network in card.networks),
        kinds=tuple((card.name, card.kind) for card in cards if card.kind),
        complete=True,
    )
    until = time.monotonic() + _SECONDS
    found: dict[tuple[str, int, Door], Entry] = {}
    for _ in range(2):
        known = replace(around, entries=tuple(found.values()))
        for row in rows:
            for door in ways_in(row, known)[:_MOST_DOORS]:
                if time.monotonic() > until:
                    return tuple(found.values())
                if (row.protocol, row.port, door) not in found:
                    found[row.protocol, row.port, door] = _entry(rules, world, row, door)
    return tuple(found.values())


def _entry(rules: RuleReader, world: World, row: Socket, door: Door) -> Entry:
    packet = Packet(
        family=6 if family(door.address) == 6 else 4,
        source=None,
        destination=door.address,
        protocol=17 if row.protocol == "udp" else 6,
        source_port=_SOURCE_PORTS[row.protocol],
        destination_port=(row.port, row.port),
        tos=None,  # what networks in between mark is not known here
        iif=door.interface,
    )
    judged = told(rules.judge(packet, world, server_uid=row.uid), packet)
    return Entry(interface=door.interface, protocol="udp" if row.protocol == "udp" else "tcp", judged=judged)

"""What decides who can reach the listeners of this machine: its interfaces, and its rules for those from elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterable

from porttui.firewall.packet import Packet, World
from porttui.firewall.told import told
from porttui.model.address import family, is_loopback, is_wildcard, parse_ip
from porttui.model.facts import Interface, Route, Socket, Unseen
from porttui.model.rules import Entry
from porttui.observe.platform import Platform, RuleReader
from porttui.reading.exposure import Door, Surroundings, doors

_SECONDS = 3.0
"""For the judging of all doors; those that are left are said not to have been asked about."""
_MOST_DOORS = 64
"""Of one listener."""
_SOURCE_PORTS = (1024, 65535)
"""What other machines may connect from: their ephemeral ranges are not ours."""
_FAR_AWAY = ("192.0.2.1", "2001:db8::1")
"""Addresses that no machine has (RFC 5737, RFC 3849)."""


def surroundings(eyes: Platform, rows: Iterable[Socket]) -> Surroundings:
    """Look at what decides who can reach listeners, for `porttui.reading.exposure.exposure`. Blocking.

    Args:
        eyes: of this system.
        rows: the listeners; the rules are asked about these alone, and not read when all of them are on loopback.
    """
    cards, rows = eyes.interfaces(), tuple(rows)
    if not isinstance(cards, tuple):
        return Surroundings(interfaces=cards, entries=(), host=eyes.host())
    asked, routed = _asked(rows, cards), _routed(eyes, rows, cards)
    if not asked:
        return Surroundings(interfaces=cards, entries=(), routed=routed, host=eyes.host())
    rules = eyes.rules()
    entries = rules if isinstance(rules, Unseen) else _entries(rules, cards, asked)
    return Surroundings(interfaces=cards, entries=entries, routed=routed, outward=_outward(eyes), host=eyes.host())


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


def _asked(rows: Iterable[Socket], cards: tuple[Interface, ...]) -> dict[tuple[Door, int], int | None]:
    """Return the doors of TCP listeners with their ports, and the user of the server behind each."""
    asked: dict[tuple[Door, int], int | None] = {}
    for row in rows:
        if row.protocol == "tcp" and row.state == "LISTEN":
            for door in doors(row, cards)[:_MOST_DOORS]:
                asked.setdefault((door, row.port), row.uid)
    return asked


def _entries(
    rules: RuleReader, cards: tuple[Interface, ...], asked: dict[tuple[Door, int], int | None]
) -> tuple[Entry, ...]:
    world = World(
        addresses=frozenset(address.partition("%")[0] for card in cards for address in card.addresses),
        networks=tuple((card.name, network) for card in cards for network in card.networks),
        complete=True,
    )
    until = time.monotonic() + _SECONDS
    found: list[Entry] = []
    for (door, port), uid in asked.items():
        if time.monotonic() > until:
            break
        packet = Packet(
            family=6 if family(door.address) == 6 else 4,
            source=None,
            destination=door.address,
            source_port=_SOURCE_PORTS,
            destination_port=(port, port),
            iif=door.interface,
        )
        judged = told(rules.judge(packet, world, server_uid=uid), packet)
        found.append(Entry(interface=door.interface, judged=judged))
    return tuple(found)

"""What the rules would do with the connections that were asked about: packets made from the facts."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from msgspec.structs import replace

from porttui.firewall.packet import Packet, World
from porttui.firewall.told import told
from porttui.model.address import destination, family
from porttui.model.facts import Facts, Interface, Route, Unseen
from porttui.model.rules import Judged
from porttui.observe.no_rules import ends_of
from porttui.observe.platform import Platform, RuleReader
from porttui.reading import seen
from porttui.reading.sender import Sender

EPHEMERAL = (32768, 60999)
"""Where a client's port comes from when the system does not tell (ip-sysctl.rst, ip_local_port_range)."""
ANY_CLIENTS = (32768, 65535)
"""Where the port of another machine's client comes from: Linux takes 32768-60999 unless told otherwise, macOS and
Windows take 49152-65535 (RFC 6335, 6)."""

_MOST_PLACES = 8


def judge_asked(facts: Facts, rules: RuleReader, addresses: Iterable[str]) -> tuple[Judged, ...]:
    """Tell what the rules do with this user's connection to each of the addresses.

    Args:
        facts: who asks, the interfaces, and the listeners.
        rules: as they were read.
        addresses: of the target.
    """
    world = world_of(facts)
    return tuple(judge_one(facts, rules, packet, world) for packet in (from_here(facts, each) for each in addresses))


def judge_for_user(facts: Facts, rules: RuleReader, addresses: Iterable[str]) -> tuple[Judged, ...] | None:
    """Tell what the rules do with the same connections of the user who became root by sudo.

    Args:
        facts: who that is, and what the rules do with root's connections (`judged`).
        rules: as they were read.
        addresses: of the target.

    Returns:
        Only those over which a rule decides that asks for the user: () when none does. None when nobody became root.
    """
    uid = facts.privileges.sudo_uid
    if uid is None:
        return None
    world, found = world_of(facts), []
    by_root = {each.address: each for each in facts.judged or ()} if isinstance(facts.judged, tuple) else {}
    for address in addresses:
        packet = from_here(facts, address, uid=uid)
        anyone = judge_one(facts, rules, replace(packet, uid=None, gid=None), world)
        mine = by_root.get(packet.destination or "")
        if mine is None or (anyone.verdict, anyone.unknown) != (mine.verdict, mine.unknown):
            found.append(judge_one(facts, rules, packet, world))
    return tuple(found)


def judge_from_elsewhere(facts: Facts, rules: RuleReader) -> tuple[Judged, ...]:
    """Tell what the rules do with connections from other machines to the target's port.

    Args:
        facts: the interfaces, each with its addresses: packets are taken to come in where their destination is.
        rules: as they were read.

    Returns:
        A judgement for each address that an interface in use has, of the families asked for; at most 8. Where the
        rules ask who sends it, it is a neighbour's connection instead of anybody's. () when no rule is for them.
    """
    if not rules.lead_on:
        return ()
    world = world_of(facts)
    families = {family(each) for each in seen.addresses(facts)}
    places = [
        (card, address)
        for card in sorted(_interfaces(facts), key=lambda card: bool(card.kind))  # hardware first
        if card.up and not card.loopback
        for address in card.addresses
        if family(address) in families
    ]
    found = []
    for card, address in places[:_MOST_PLACES]:
        senders = (None, _neighbour(card, address))
        tried = (judge_one(facts, rules, from_elsewhere(facts, address, each, card.name), world) for each in senders)
        first = next(tried)
        found.append(next(tried) if first.redirect_unknown and senders[1] is not None else first)
    return tuple(found)


def _neighbour(card: Interface, address: str) -> str | None:
    """Return an address of another machine on the network of an interface's address; None where that is not told."""
    own = ipaddress.ip_address(address.partition("%")[0])
    for network in map(ipaddress.ip_network, card.networks):
        if own.version == network.version and own in network:
            last = network.num_addresses - 1
            near = (network.network_address + number for number in range(1, min(last, 4)))
            return next((str(each) for each in near if each != own), None)
    return None


def judge_one(facts: Facts, rules: RuleReader, packet: Packet, world: World) -> Judged:
    """Tell what the rules do with a connection that begins with this packet."""
    listener = seen.accepting(facts, packet.destination or "", packet.destination_port[0])
    return told(rules.judge(packet, world, server_uid=listener.uid if listener is not None else None), packet)


def world_of(facts: Facts) -> World:
    """Return what rules may ask about this machine."""
    cards = _interfaces(facts)
    return World(
        addresses=frozenset(address.partition("%")[0] for card in cards for address in card.addresses),
        networks=tuple((card.name, network) for card in cards for network in card.networks),
        kinds=tuple((card.name, card.kind) for card in cards if card.kind),
        complete=bool(cards),
    )


def from_here(facts: Facts, address: str, *, uid: int | None = None) -> Packet:
    """Return the first packet of this user's connection to an address, or of another user's on this machine."""
    own, to = ends_of(facts, address)
    rights = facts.privileges
    mine = uid is None or uid == rights.uid
    local = seen.is_local(facts, address)
    tried = next((each for each in seen.asked_attempts(facts) if each.address == address), None)
    routes = facts.routes if isinstance(facts.routes, tuple) else ()
    route = next((each for each in routes if each.destination == address), None)
    port = facts.asked.target.port
    return Packet(
        family=6 if family(address) == 6 else 4,
        source=own or None,
        destination=to,
        source_port=(tried.source_port,) * 2 if tried is not None and tried.source_port else _ephemeral(facts),
        destination_port=(port, port),
        oif="lo" if local else route.interface if route is not None else None,
        uid=rights.uid if uid is None else uid,
        gid=rights.gid if mine else rights.sudo_gid if uid == rights.sudo_uid else None,
        groups=rights.groups if mine else None,
        own=True,
    )


def from_elsewhere(facts: Facts, address: str, sender: str | None, interface: str | None = None) -> Packet:
    """Return the first packet of a connection from another machine.

    Args:
        facts: the interfaces of this machine.
        address: of this machine.
        sender: None stands for anybody.
        interface: where it comes in; None: by the networks that the interfaces are on, if one is the sender's.
    """
    port = facts.asked.target.port
    return Packet(
        family=6 if family(address) == 6 else 4,
        source=sender,
        destination=destination(address).partition("%")[0],
        source_port=ANY_CLIENTS,
        destination_port=(port, port),
        tos=None,  # what networks in between mark is not known here
        iif=interface or (interface_of(facts, sender) if sender else None),
    )


def judge_sender(facts: Facts, eyes: Platform, sender: Sender) -> Judged | Unseen:
    """Tell what the rules, as they are now, do with another machine's connection.

    Args:
        facts: the interfaces and the listeners of this machine.
        eyes: what reads the rules, and the way to the sender: packets come in where the answers go out.
        sender: who it is, and where it connects to.
    """
    rules = eyes.rules()
    if isinstance(rules, Unseen):
        return rules
    way = eyes.route(sender.address) if sender.interface is None else None
    interface = way.interface if isinstance(way, Route) else sender.interface
    return judge_one(facts, rules, from_elsewhere(facts, sender.to, sender.address, interface), world_of(facts))


def interface_of(facts: Facts, sender: str) -> str | None:
    """Return the interface whose network an address is of; None where no interface is on it."""
    ip = ipaddress.ip_address(sender.partition("%")[0])
    for card in _interfaces(facts):
        if any(ip.version == net.version and ip in net for net in map(ipaddress.ip_network, card.networks)):
            return card.name
    return None


def _interfaces(facts: Facts) -> tuple[Interface, ...]:
    return facts.interfaces if isinstance(facts.interfaces, tuple) else ()


def _ephemeral(facts: Facts) -> tuple[int, int]:
    words = facts.sysctls.get("net.ipv4.ip_local_port_range", "").split()
    return (int(words[0]), int(words[1])) if len(words) == 2 and all(map(str.isdigit, words)) else EPHEMERAL

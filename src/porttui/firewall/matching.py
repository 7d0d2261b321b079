"""Whether a packet matches: yes, no, or None where that cannot be told."""

from __future__ import annotations

import bisect
import ipaddress
from collections.abc import Callable

from porttui.firewall.packet import Packet, Span, World
from porttui.firewall.ruleset import Bits, Key, Named, NamedSet, Names, Numbers, Tuples, Values

STATES = {"invalid": 1, "established": 2, "related": 4, "new": 8, "untracked": 64}
"""Bits of nft's type ct_state (NF_CT_STATE_BIT, linux/netfilter/nf_conntrack_common.h)."""
STATUS = {"expected": 1, "seen-reply": 2, "assured": 4, "confirmed": 8, "snat": 16, "dnat": 32, "dying": 512}
"""Bits of nft's type ct_status (enum ip_conntrack_status)."""
GROUPS = "owner groups"
"""What "--gid-owner" of iptables compares with "--suppl-groups"."""
ADDRESS_TYPES = {"unicast": 1, "local": 2, "broadcast": 3, "anycast": 4, "multicast": 5, "blackhole": 6}
"""Numbers of nft's type fib_addrtype (RTN_UNICAST ..., linux/rtnetlink.h)."""


class AbsentType:
    """The packet has no such field, so that no rule that asks for it matches, not even by "!="."""


Absent = AbsentType()
Seen = Span | str | AbsentType | None
"""A field's value: a number or a range that it lies in, a name, `Absent`, or None where it cannot be known."""
Sets = Callable[[str], NamedSet | None]
"""Finds a named set of the rule's own table."""


def matches(key: Key, values: Values, packet: Packet, world: World, sets: Sets) -> bool | None:
    """Tell whether the packet's field, or fields, have one of the values.

    Returns:
        True or False; None when that cannot be told. `Absent` fields are the caller's to ask for (`absent`).
    """
    fields = key.fields
    if fields == (GROUPS,):
        return _of_a_group(values, packet, sets)
    if isinstance(values, Named) and fields[0].startswith("set "):
        fields = _of_ipset(fields, sets(values.name))
    found = [field(name, packet, world) for name in fields]
    if key.fields[0].startswith("set ") and any(isinstance(each, AbsentType) for each in found):
        return False  # for ipset what a packet lacks is in no set, and "!" holds
    if key.mask is not None:
        found = [_masked(each, key.mask) for each in found]
    return _among(found, values, sets)


def _of_a_group(values: Values, packet: Packet, sets: Sets) -> bool | None:
    """Tell whether who made the socket is in one of the groups, as its own or a supplementary one (xt_owner.c)."""
    own = _among([_owned(_socket_group(packet, World()))], values, sets)
    if own or not packet.own:
        return own
    if packet.groups is None:
        return None
    others = [_among([_exactly(each)], values, sets) for each in packet.groups]
    return True if True in others else own


def absent(key: Key, packet: Packet, world: World) -> bool:
    """Tell whether the packet lacks one of the fields; then the rule ends, however it compares."""
    return any(isinstance(field(name, packet, world), AbsentType) for name in key.fields)


def _of_ipset(fields: tuple[str, ...], named: NamedSet | None) -> tuple[str, ...]:
    """Return what "set ip src" means for a set of this type: an address, or a port (ipset(8))."""
    if named is None or len(named.types) < len(fields):
        return fields
    real = []
    for name, kind in zip(fields, named.types, strict=False):
        _, family, way = name.split()
        what = {"src": "s", "dst": "d"}[way]
        real.append(f"protocol and {what}port" if kind.startswith("port/") else f"{family} {what}addr")
    return tuple(real)


def _among(found: list[Seen], values: Values, sets: Sets) -> bool | None:
    if isinstance(values, Named):
        named = sets(values.name)
        if named is None or named.values is None:
            return None
        return _among(found, named.values, sets)
    if isinstance(values, Tuples):
        results = [_all(found, row) for row in values.rows]
        return True if True in results else None if None in results else False
    return _one(found[0], values) if len(found) == 1 else None


def _all(found: list[Seen], row: tuple[Numbers | Names, ...]) -> bool | None:
    if len(found) != len(row):
        return None
    results = [_one(each, values) for each, values in zip(found, row, strict=True)]
    return False if False in results else None if None in results else True


def _one(found: Seen, values: Values) -> bool | None:
    if found is None or isinstance(found, AbsentType):
        return None
    if isinstance(values, Names):
        return _named(found, values) if isinstance(found, str) else None
    if isinstance(found, str):
        return None
    if isinstance(values, Bits):
        return bool(found[0] & values.mask) if found[0] == found[1] else None
    if isinstance(values, Numbers):
        return within(found, values.spans)
    return None


def _named(name: str, values: Names) -> bool:
    return any(
        name.startswith(each[:-1]) if each.endswith("*") else name == each for each in values.names
    )  # an empty name, of no interface at all, matches nothing but "*"


def within(span: Span, spans: tuple[Span, ...]) -> bool | None:
    """Tell whether all of a span lies in one of the sorted spans; None when only a part of it does."""
    low, high = span
    at = bisect.bisect_right(spans, low, key=lambda each: each[0]) - 1
    if at >= 0 and spans[at][1] >= low:
        return True if spans[at][1] >= high else None
    return None if at + 1 < len(spans) and spans[at + 1][0] <= high else False


def _masked(found: Seen, mask: int) -> Seen:
    if isinstance(found, tuple):
        return (found[0] & mask, found[0] & mask) if found[0] == found[1] else None
    return found


def number(address: str) -> int:
    """Return an address as the number that rules compare."""
    return int(ipaddress.ip_address(address.partition("%")[0]))


def field(name: str, packet: Packet, world: World) -> Seen:
    """Return what the packet has in a field, by nft's name for it."""
    if name in _ADDRESSES:
        family, attribute = _ADDRESSES[name]
        if packet.family != family:
            return Absent
        address = getattr(packet, attribute)
        return None if address is None else _exactly(number(address))
    protocol, _, what = name.partition(" ")
    if protocol == "protocol":
        return _protocol_and(_of_transport(packet, "th", what.removeprefix("and ")), packet)
    if protocol in _PORTS:
        return _of_transport(packet, protocol, what)
    if protocol in {"icmp", "icmpv6"}:
        return _of_icmp(packet, protocol, what)
    reader = _READERS.get(name)
    return reader(packet, world) if reader is not None else None


_ADDRESSES = {
    "ip saddr": (4, "source"),
    "ip daddr": (4, "destination"),
    "ip6 saddr": (6, "source"),
    "ip6 daddr": (6, "destination"),
}
_PORTS = {"tcp": 6, "udp": 17, "dccp": 33, "sctp": 132, "udplite": 136, "th": 0}


def _of_transport(packet: Packet, protocol: str, what: str) -> Seen:
    if packet.protocol != _PORTS[protocol] and not (protocol == "th" and packet.protocol in {6, 17}):
        return Absent
    if what == "sport":
        return packet.source_port
    if what == "dport":
        return packet.destination_port
    if what == "flags" and protocol == "tcp":
        return _exactly(packet.tcp_flags)
    return None


def _protocol_and(port: Seen, packet: Packet) -> Seen:
    return (
        (of_protocol(packet.protocol, port[0]), of_protocol(packet.protocol, port[1]))
        if isinstance(port, tuple)
        else port
    )


def of_protocol(protocol: int, port: int) -> int:
    """Return the number for a port of one protocol: a set of ipset(8) holds that, as "tcp:80"."""
    return protocol << 16 | port


def _of_icmp(packet: Packet, protocol: str, what: str) -> Seen:
    if packet.icmp is None or packet.protocol != {"icmp": 1, "icmpv6": 58}[protocol]:
        return Absent
    position = {"type": 0, "code": 1}.get(what)
    return None if position is None else _exactly(packet.icmp[position])


def _exactly(value: int) -> Span:
    return value, value


def _version(packet: Packet, _: World) -> Seen:
    return _exactly({4: 2, 6: 10}[packet.family])  # NFPROTO_IPV4, NFPROTO_IPV6


def _ethertype(packet: Packet, _: World) -> Seen:
    return _exactly({4: 0x0800, 6: 0x86DD}[packet.family])


def _socket_user(packet: Packet, _: World) -> Seen:
    return Absent if not packet.own else None if packet.uid is None else _exactly(packet.uid)


def _socket_group(packet: Packet, _: World) -> Seen:
    """Return the group of the file that the socket is, the fsgid of who made it (nft_meta.c, xt_owner.c).

    A supplementary group is none of it.
    """
    return Absent if not packet.own else None if packet.gid is None else _exactly(packet.gid)


def _owned(seen: Seen) -> Seen:
    """For iptables a packet without a socket has no owner, and "! --uid-owner" holds for it (xt_owner.c)."""
    return _exactly(-1) if isinstance(seen, AbsentType) else seen


def _state(packet: Packet, _: World) -> Seen:
    return _exactly(STATES[packet.state])


def _tracked(read: Callable[[Packet], Seen]) -> Callable[[Packet, World], Seen]:
    """Fields of the connection: there are none for a packet that is not tracked."""
    return lambda packet, _: Absent if packet.state in {"untracked", "invalid"} else read(packet)


def _status(packet: Packet) -> Seen:
    if packet.snat is None:
        return None
    bits = STATUS["dnat"] * packet.dnat + STATUS["snat"] * packet.snat
    if packet.state == "new" or packet.reply:
        bits += STATUS["seen-reply"] * packet.reply
        return _exactly(bits) if packet.state == "new" else None
    return None


def _translated(packet: Packet) -> Seen:
    """Return the bits of the status that tell of NAT, which every packet of the connection has."""
    if packet.snat is None:
        return None
    return _exactly(STATUS["dnat"] * packet.dnat + STATUS["snat"] * packet.snat)


def _type_of_destination(packet: Packet, world: World) -> Seen:
    return None if packet.destination is None else address_type(packet.destination, world)


def _type_of_source(packet: Packet, world: World) -> Seen:
    return None if packet.source is None else address_type(packet.source, world)


def address_type(address: str, world: World) -> Seen:
    """Return the number of an address's type (fib addrtype), None when it cannot be told."""
    plain = ipaddress.ip_address(address.partition("%")[0])
    if plain.is_multicast:
        return _exactly(ADDRESS_TYPES["multicast"])
    if plain.is_loopback or str(plain) in world.addresses:
        return _exactly(ADDRESS_TYPES["local"])
    if str(plain) == "255.255.255.255":
        return _exactly(ADDRESS_TYPES["broadcast"])
    if not world.complete:
        return None
    for _, network in world.networks:
        net = ipaddress.ip_network(network, strict=False)
        if isinstance(net, ipaddress.IPv4Network) and net.prefixlen < 31 and plain == net.broadcast_address:
            return _exactly(ADDRESS_TYPES["broadcast"])
    return _exactly(ADDRESS_TYPES["unicast"])


def _way_back(packet: Packet, world: World) -> Seen:
    """Return 1 when the source is reached by the interface that it came in by, which nft calls "oif exists"."""
    if packet.iif == "lo":
        return _exactly(1)
    if packet.source is None:
        return None
    source = ipaddress.ip_address(packet.source.partition("%")[0])
    if source.is_link_local:
        return _exactly(1)
    for interface, network in world.networks:
        net = ipaddress.ip_network(network, strict=False)
        if source.version == net.version and source in net:
            if interface == packet.iif:
                return _exactly(1)
            return _exactly(0) if world.complete else None
    return None


def _tos(packet: Packet, family: int) -> Seen:
    return Absent if packet.family != family else None if packet.tos is None else _exactly(packet.tos)


def _dscp(packet: Packet, family: int) -> Seen:
    """Return the upper six bits of the type of service (RFC 2474, 3)."""
    tos = _tos(packet, family)
    return _exactly(tos[0] >> 2) if isinstance(tos, tuple) else tos


_READERS: dict[str, Callable[[Packet, World], Seen]] = {
    "ip protocol": lambda packet, _: _exactly(packet.protocol) if packet.family == 4 else Absent,
    "ip6 nexthdr": lambda packet, _: _exactly(packet.protocol) if packet.family == 6 else Absent,
    "ip version": lambda packet, _: _exactly(4) if packet.family == 4 else Absent,
    "ip6 version": lambda packet, _: _exactly(6) if packet.family == 6 else Absent,
    "ip frag-off": lambda packet, _: None if packet.family == 4 else Absent,
    "ip dscp": lambda packet, _: _dscp(packet, 4),
    "ip6 dscp": lambda packet, _: _dscp(packet, 6),
    "ip tos": lambda packet, _: _tos(packet, 4),
    "ip6 tos": lambda packet, _: _tos(packet, 6),
    "meta l4proto": lambda packet, _: _exactly(packet.protocol),
    "meta nfproto": _version,
    "meta protocol": _ethertype,
    "meta iifname": lambda packet, _: packet.iif,
    "meta oifname": lambda packet, _: packet.oif,
    "meta iif": lambda packet, _: packet.iif,
    "meta oif": lambda packet, _: packet.oif,
    "meta mark": lambda packet, _: _exactly(packet.mark),
    "meta skuid": _socket_user,
    "meta skgid": _socket_group,
    "owner uid": lambda packet, world: _owned(_socket_user(packet, world)),
    "owner gid": lambda packet, world: _owned(_socket_group(packet, world)),
    "ct state": _state,
    "ct status": _tracked(_status),
    "ct nat": _tracked(_translated),
    "ct mark": _tracked(lambda packet: _exactly(packet.ct_mark)),
    "ct direction": _tracked(lambda packet: _exactly(int(packet.reply))),
    "ct protocol": _tracked(lambda packet: _exactly(packet.protocol)),
    "fib daddr type": _type_of_destination,
    "fib saddr type": _type_of_source,
    "fib saddr, iif oif": _way_back,
}

"""Questions about sets whose elements were not listed: a set may have 100,000 of them, and a packet asks for one."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from porttui.firewall.matching import AbsentType, Seen, field
from porttui.firewall.packet import Packet, World
from porttui.firewall.ruleset import Key, NamedSet, Verdict
from porttui.model.base import Value


class Lookup(Value, frozen=True, kw_only=True):
    """Is this in that set? For a map to verdicts: what stands there?"""

    family: str
    table: str
    name: str
    element: tuple[str, ...]
    """One word for each field, as nft(8) takes them: "10.0.0.1", "80"."""


Answers = Mapping[Lookup, bool | Verdict | None]
"""What is known of each: whether it is in the set, or a map's verdict; None: it could not be told."""


def lookup(named: NamedSet, key: Key, packet: Packet, world: World) -> Lookup | None:
    """Return what has to be asked about a set for this packet; None where the packet does not say it exactly."""
    if key.mask is not None or len(key.fields) != len(named.types):
        return None
    words = [_word(kind, field(name, packet, world)) for kind, name in zip(named.types, key.fields, strict=True)]
    if any(word is None for word in words):
        return None
    return Lookup(family=named.family, table=named.table, name=named.name, element=tuple(word or "" for word in words))


def _word(kind: str, seen: Seen) -> str | None:
    """Write a field's value as nft(8) reads it."""
    if seen is None or isinstance(seen, AbsentType):
        return None
    if isinstance(seen, str):
        return f'"{seen}"' if kind == "ifname" and seen else None
    if seen[0] != seen[1]:
        return None
    if kind == "ipv4_addr":
        return str(ipaddress.IPv4Address(seen[0]))
    if kind == "ipv6_addr":
        return str(ipaddress.IPv6Address(seen[0]))
    return str(seen[0]) if kind in {"inet_service", "inet_proto", "mark", "uid", "gid"} else None

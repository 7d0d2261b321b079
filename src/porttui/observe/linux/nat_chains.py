"""Chains of NAT rules, whoever wrote them down: what a rule asks of a packet, and what it does with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec.structs import replace

from porttui.model.facts import NatRule

Ports = tuple[tuple[int, int], ...]
Does = Literal["nat", "pass", "return", "jump", "nothing"]

_DEEPEST = 16
MOST_RULES = 2000


class Line(NamedTuple):
    """One rule of one chain."""

    rule: NatRule
    """Its conditions, and what it does to an address."""
    does: Does
    target: str = ""
    """The chain to go on with, of a jump."""
    never: bool = False
    """It cannot apply to a TCP connection at this hook."""


def walk(
    chains: Mapping[str, Sequence[Line]], chain: str, so_far: NatRule | None = None, depth: int = 0
) -> Iterator[NatRule]:
    """Yield the rules that a packet meets in a chain and in those that it jumps to, with all conditions on the way."""
    for line in chains.get(chain, ()):
        if line.never:
            continue
        rule = merged(so_far, line.rule) if so_far is not None else line.rule
        if rule is None:
            continue
        if line.does == "jump":
            if depth < _DEEPEST:
                yield from walk(chains, line.target, rule, depth + 1)
        elif line.does == "return" and depth:
            # it goes on behind the jump: what follows here does not apply, and that is not followed further
            yield replace(rule, action="pass", unclear=rule.unclear or "return")
        elif line.does != "nothing":
            yield rule


def merged(outer: NatRule, inner: NatRule) -> NatRule | None:
    """Return a rule with the conditions of the one that jumped to it as well; None when they exclude one another."""
    ports = _both(outer.ports, inner.ports)
    if ports == () and outer.ports and inner.ports:
        return None
    unclear = [outer.unclear, inner.unclear]
    if outer.addresses and inner.addresses and outer.addresses != inner.addresses:
        unclear.append(f"and {', '.join(outer.addresses)}")
    if outer.interface and inner.interface and outer.interface != inner.interface:
        unclear.append(f"and {outer.interface}")
    return replace(
        inner,
        ports=ports,
        addresses=inner.addresses or outer.addresses,
        other_than=(*outer.other_than, *inner.other_than),
        local_only=outer.local_only or inner.local_only,
        interface=inner.interface or outer.interface,
        unclear="; ".join(filter(None, unclear)),
    )


def _both(one: Ports, other: Ports) -> Ports:
    if not one or not other:
        return one or other
    pairs = ((max(a[0], b[0]), min(a[1], b[1])) for a in one for b in other)
    return tuple((low, high) for low, high in pairs if low <= high)

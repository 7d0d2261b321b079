"""Rulesets as values, the same for nftables and for every kind of iptables.

A rule is a sequence of parts, gone through from left to right: a match that does not hold ends the rule, a change goes
on, a verdict ends the rule or the chain. So a rule of nft(8) is, and a rule of iptables(8) is its simplest form.
"""

from __future__ import annotations

from typing import Literal

from porttui.model.base import Value

Backend = Literal["nftables", "iptables", "iptables-legacy"]
Family = Literal["ip", "ip6", "inet", "netdev", "bridge", "arp"]


class Numbers(Value, frozen=True, kw_only=True, tag="numbers"):
    """Numbers and ranges of numbers, sorted and not overlapping. Addresses are numbers too."""

    spans: tuple[tuple[int, int], ...]


class Names(Value, frozen=True, kw_only=True, tag="names"):
    """Names of interfaces; one that ends with "*" stands for all that begin so."""

    names: tuple[str, ...]


class Bits(Value, frozen=True, kw_only=True, tag="bits"):
    """One of these bits is set."""

    mask: int


class Named(Value, frozen=True, kw_only=True, tag="named"):
    """A set that the table defines, by its name."""

    name: str


class Tuples(Value, frozen=True, kw_only=True, tag="tuples"):
    """Concatenations: each field of one of these matches."""

    rows: tuple[tuple[Numbers | Names, ...], ...]


Values = Numbers | Names | Bits | Named | Tuples


class Key(Value, frozen=True, kw_only=True):
    """What is compared: fields of the packet, by nft's names ("ip saddr", "tcp dport", "meta mark", "ct state")."""

    fields: tuple[str, ...]
    """More than one: a concatenation."""
    mask: int | None = None
    """Of a single field: only these bits are compared."""


class Match(Value, frozen=True, kw_only=True, tag="match"):
    """Go on when the field has one of the values; with `negated`, when it has none of them."""

    key: Key
    values: Values
    negated: bool = False
    text: str = ""
    """As the ruleset writes it."""


class Opaque(Value, frozen=True, kw_only=True, tag="opaque"):
    """Something that is not understood, or that hangs on what cannot be seen: it may hold or not."""

    text: str


class Perhaps(Value, frozen=True, kw_only=True, tag="perhaps"):
    """A verdict that only a program, or something not understood, decides: queue, tproxy, synproxy."""

    text: str


class SetMark(Value, frozen=True, kw_only=True, tag="mark"):
    """Change the mark of the packet (or of its connection): mark = (mark & keep) ^ flip."""

    keep: int
    flip: int
    connection: bool = False


class SetTos(Value, frozen=True, kw_only=True, tag="tos"):
    """Change the packet's type of service: tos = (tos & keep) ^ flip."""

    keep: int
    flip: int


class CopyMark(Value, frozen=True, kw_only=True, tag="copymark"):
    """Copy the connection's mark to the packet ("restore") or the other way round ("save")."""

    to: Literal["packet", "connection"]


class Untrack(Value, frozen=True, kw_only=True, tag="untrack"):
    """Keep the packet out of connection tracking (notrack)."""


class Nat(Value, frozen=True, kw_only=True, tag="nat"):
    """Translate an address. It ends the walk through the hook's NAT chains."""

    kind: Literal["dnat", "snat", "redirect", "masquerade"]
    address: str | None = None
    ports: tuple[int, int] | None = None
    unclear: str = ""
    """Where it leads cannot be told (a map, a range of addresses): its text."""


class Verdict(Value, frozen=True, kw_only=True, tag="verdict"):
    """The end of the rule."""

    kind: Literal["accept", "drop", "reject", "jump", "goto", "return", "continue"]
    chain: str = ""
    """Where "jump" and "goto" lead."""
    answer: str = ""
    """What "reject" answers: "reset", "icmp:3:3", "icmp6:1:4", or "icmpx:1" for both families."""


class VerdictMap(Value, frozen=True, kw_only=True, tag="vmap"):
    """Look up the verdict; without an entry the rule ends."""

    key: Key
    entries: tuple[tuple[Values, Verdict], ...] | Named
    text: str = ""


Part = Match | Opaque | Perhaps | SetMark | SetTos | CopyMark | Untrack | Nat | Verdict | VerdictMap


class Rule(Value, frozen=True, kw_only=True):
    """One rule."""

    parts: tuple[Part, ...]
    text: str
    """As its own program writes it."""
    handle: int | None = None
    """nft's handle; None for iptables."""
    position: int | None = None
    """Its number in the chain, counted from 1, as iptables counts."""


class Chain(Value, frozen=True, kw_only=True):
    """A chain; a base chain has a hook."""

    backend: Backend
    family: Family
    table: str
    name: str
    rules: tuple[Rule, ...] = ()
    kind: Literal["filter", "nat", "route", ""] = ""
    hook: str = ""
    """"prerouting", "input", "forward", "output", "postrouting", "ingress", "egress"; empty: only jumped to."""
    priority: int = 0
    policy: Literal["accept", "drop"] = "accept"
    device: str | None = None
    """Of an ingress or egress chain; None where the ruleset does not tell."""


class NamedSet(Value, frozen=True, kw_only=True):
    """A set, or a map to verdicts, that a table defines."""

    family: Family
    table: str
    name: str
    types: tuple[str, ...] = ()
    """nft's types, one for each field: "ipv4_addr", "inet_service"."""
    values: Values | None = None
    """None: its elements were not read, or are not understood."""
    verdicts: tuple[tuple[Values, Verdict], ...] | None = None
    """Of a map to verdicts; None: it is none, or was not read."""


class Ruleset(Value, frozen=True, kw_only=True):
    """All that was read."""

    chains: tuple[Chain, ...] = ()
    sets: tuple[NamedSet, ...] = ()
    unclear: tuple[str, ...] = ()
    """What could not be read of it, in a few words each: any verdict may be another."""

    def plus(self, other: Ruleset) -> Ruleset:
        """Return both together."""
        return Ruleset(
            chains=(*self.chains, *other.chains),
            sets=(*self.sets, *other.sets),
            unclear=(*self.unclear, *other.unclear),
        )

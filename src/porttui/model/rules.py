"""What the rules of a firewall would do with a connection, as far as they could be read and are understood."""

from __future__ import annotations

from typing import Literal

from porttui.model.base import Value


class Rule(Value, frozen=True, kw_only=True):
    """One rule of a firewall."""

    text: str
    """As its own program writes it."""
    table: str
    """With its family: "inet filter"."""
    chain: str
    handle: int | None = None
    """By which nft(8) names it; iptables names a rule by its position."""
    backend: str = "nftables"
    """"nftables", "iptables" (in the kernel's nftables) or "iptables-legacy"."""
    position: int | None = None
    """Its number in the chain, counted from 1."""


class RuleStop(Value, frozen=True, kw_only=True):
    """A chain, or a rule of it, that had a say."""

    table: str
    """With its family: "inet filter"."""
    chain: str
    word: str
    """"accept", "drop", "reset", "policy accept", "jump allowed", "redirect to :8080" ..."""
    rule: Rule | None = None
    """None: the policy of the chain, or its end."""
    backend: str = "nftables"


class Missed(Value, frozen=True, kw_only=True):
    """Rules that were asked one after another, and did not match."""

    at: int
    """The place in `HookPassed.stops` of what was asked next."""
    rules: tuple[Rule, ...]
    """The last ones of them."""
    more: int = 0
    """How many others were asked before these."""


class HookPassed(Value, frozen=True, kw_only=True):
    """One base chain that is asked at a place in the kernel."""

    hook: str
    """"ingress", "prerouting", "input", "forward", "output", "postrouting" or "egress" (nft(8), ADDRESS FAMILIES);
    "bridge": of the bridge family, whatever its hook."""
    way: Literal["there", "back", "refusal"]
    """Of which packet: the connection's first one, the server's answer to it, or what a rule answers."""
    stops: tuple[RuleStop, ...]
    """Of the first one `table` and `chain` are those of the base chain."""
    priority: int = 0
    policy: str = ""
    """"accept" or "drop"; empty where it was not noted."""
    missed: tuple[Missed, ...] = ()


class Judged(Value, frozen=True, kw_only=True):
    """What the rules would do with a connection. Worked out from the rules, not tried."""

    address: str
    """Where to."""
    port: int
    sender: str
    """The address that it comes from."""
    verdict: str
    """"accept", "drop", "reset", "reject:icmp:TYPE:CODE", "reject:icmp6:TYPE:CODE", "redirect:ADDRESS:PORT" or
    "unknown"."""
    rule: Rule | None = None
    """The rule that decides; None where it is a policy, where nothing had a say, or where it is unknown."""
    policy: RuleStop | None = None
    """The chain whose policy decides."""
    path: tuple[HookPassed, ...] = ()
    unknown: tuple[str, ...] = ()
    """Expressions that were not understood, or hang on what cannot be seen, and could change the verdict."""
    redirect: tuple[str, int] | None = None
    """Where NAT leads, whatever becomes of it there; it may be known where the verdict is not."""
    led_by: Rule | None = None
    """The rule that leads there."""
    led_by_port: bool = False
    """That rule, or one that jumps to it, asks for the port: it is not for all ports alike."""
    redirect_unknown: bool = False
    """What was not understood could change `redirect`, also where it is None."""
    then: Judged | None = None
    """Of a blocked connection: what would become of it with a rule, just in front of what stops it, that lets this one
    through. It may be stopped again there; None where that was not asked. Where it then comes through, `path` is ()."""


class Entry(Value, frozen=True, kw_only=True):
    """What the rules would do with anybody's connection or datagram from elsewhere that comes in by one interface."""

    interface: str
    protocol: Literal["tcp", "udp"] = "tcp"
    judged: Judged
    """`sender` is empty: it holds for whoever connects."""

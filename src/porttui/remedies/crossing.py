"""What a rule that lets one connection through has to match: this port, this sender, in the packet's direction there.

The narrowest words that are enough are taken: the loopback interface for what a machine says to itself, the other
machine's address for everything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from porttui.model.address import family
from porttui.model.base import Value
from porttui.model.facts import Facts
from porttui.model.rules import Judged, Rule, RuleStop
from porttui.reading import rules, seen

Between = Literal["loopback", "outgoing", "incoming"]
_INWARDS = {"ingress", "prerouting", "input"}
_NAME = re.compile(r"[\w.+@:-]+")
"""Names that a shell and nft take as they are; what is written otherwise is not put into a command."""


class Crossing(Value, frozen=True, kw_only=True):
    """One packet at one place where it was stopped."""

    stop: Rule | RuleStop
    hook: str
    back: bool = False
    """It is the server's answer."""
    between: Between
    known: Judged

    @property
    def nft(self) -> tuple[str, ...]:
        """How nft writes the packet; it takes a port of conntrack's only behind the protocol."""
        port: tuple[str, ...] = ("tcp", "sport" if self.back else "dport")
        if self.known.redirect:
            port = ("meta", "l4proto", "tcp", "ct", "original", "proto-dst")
        return (*self._interface("iifname", "oifname"), *self._address(_nft_address), *port, str(self.known.port))

    @property
    def iptables(self) -> tuple[str, ...]:
        """How iptables writes the packet."""
        port: tuple[str, ...] = ("--sport" if self.back else "--dport",)
        if self.known.redirect:
            port = ("-m", "conntrack", "--ctorigdstport")
        where = (*self._interface("-i", "-o"), *self._address(_iptables_address))
        return (*where, "-p", "tcp", *port, str(self.known.port))

    def _interface(self, inwards: str, outwards: str) -> tuple[str, ...]:
        if self.between != "loopback":
            return ()
        return (inwards if self.hook in _INWARDS else outwards, "lo")

    def _address(self, write: Callable[[str, bool], tuple[str, ...]]) -> tuple[str, ...]:
        """Return the other machine's address."""
        if self.between == "loopback":
            return ()
        led = self.known.redirect
        there = led[0] if led is not None else self.known.address
        other = there if self.between == "outgoing" else self.known.sender
        comes_from_it = (self.between == "incoming") is not self.back
        return write(other, comes_from_it) if other else ()


def _nft_address(address: str, source: bool) -> tuple[str, ...]:
    return ("ip6" if family(address) == 6 else "ip", "saddr" if source else "daddr", address)


def _iptables_address(address: str, source: bool) -> tuple[str, ...]:
    return ("-s" if source else "-d", address)


def crossings(facts: Facts, known: Judged) -> tuple[Crossing, ...]:
    """Return where a connection is stopped: first, then as if it were let through there, and so on; the answer too.

    Args:
        facts: what was seen.
        known: a judgement that blocks.

    Returns:
        () when nothing that can be named stops it.
    """
    found: list[Crossing] = []
    for each in rules.in_a_row(known):
        passed = rules.refuses_at(each)
        if passed is None:
            break
        at = rules.to_pass(passed)
        stop = at.rule or at
        if not _nameable(stop):
            break
        back, between = passed.way == "back", _between(facts, each)
        found.append(Crossing(stop=stop, hook=passed.hook, back=back, between=between, known=each))
    return tuple(found)


def _nameable(stop: Rule | RuleStop) -> bool:
    return all(_NAME.fullmatch(word) for word in (*stop.table.split(" "), stop.chain))


def _between(facts: Facts, known: Judged) -> Between:
    led = known.redirect
    if not seen.is_local(facts, known.address):
        return "outgoing"
    if known.sender and seen.is_local(facts, known.sender):
        return "loopback" if led is None or seen.is_local(facts, led[0]) else "outgoing"
    return "incoming"

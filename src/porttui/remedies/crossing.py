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
    """Empty where it is not known."""
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
        if self.between != "loopback" or not self.hook:
            return ()
        return (inwards if self.hook in _INWARDS else outwards, "lo")

    def _address(self, write: Callable[[str, bool], tuple[str, ...]]) -> tuple[str, ...]:
        """Return the other machine's address; where the hook is not known, the machine's own stands for loopback."""
        if self.between == "loopback":
            return () if self.hook else write(self.known.address, True)
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
    """Return where a connection is stopped: its first packet, and then the answer where that would be stopped as well.

    Args:
        facts: what was seen.
        known: a judgement that blocks.

    Returns:
        () when nothing that can be named stops it.
    """
    stop, passed = known.rule or known.policy, rules.decided_at(known)
    if stop is None or passed is None or passed.way == "refusal" or not _nameable(stop):
        return ()
    between = _between(facts, known)
    first = Crossing(stop=stop, hook=passed.hook, back=passed.way == "back", between=between, known=known)
    answer = known.answer_stop
    if answer is None or known.answer != "drop":
        return (first,)
    then = answer.rule or answer
    if not _nameable(then):
        return (first,)
    same = (then.table, then.chain, then.backend) == (stop.table, stop.chain, stop.backend)
    hook = passed.hook if same and between == "loopback" else ""
    return first, Crossing(stop=then, hook=hook, back=True, between=between, known=known)


def _nameable(stop: Rule | RuleStop) -> bool:
    return all(_NAME.fullmatch(word) for word in (*stop.table.split(" "), stop.chain))


def _between(facts: Facts, known: Judged) -> Between:
    led = known.redirect
    if not seen.is_local(facts, known.address):
        return "outgoing"
    if known.sender and seen.is_local(facts, known.sender):
        return "loopback" if led is None or seen.is_local(facts, led[0]) else "outgoing"
    return "incoming"

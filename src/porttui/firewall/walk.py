"""One packet through the chains of one hook. What is not understood forks the way: it may hold, or not."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from porttui.firewall.lookup import Answers, Lookup, lookup
from porttui.firewall.matching import AbsentType, Seen, Sets, absent, field, matches, within
from porttui.firewall.packet import Packet, World
from porttui.firewall.ruleset import (
    Chain,
    CopyMark,
    Key,
    Match,
    Named,
    NamedSet,
    Nat,
    Numbers,
    Opaque,
    Perhaps,
    Rule,
    Ruleset,
    SetMark,
    SetTos,
    Untrack,
    Verdict,
    VerdictMap,
)

_MOST_FORKS = 512
"""How often a way may fork before nothing is said at all."""
_DEEPEST = 24
"""Jumps inside each other; the kernel allows 16 (NFT_JUMP_STACK_SIZE)."""
_ICMPX = {
    0: ("icmp:3:0", "icmp6:1:0"),
    1: ("icmp:3:3", "icmp6:1:4"),
    2: ("icmp:3:1", "icmp6:1:3"),
    3: ("icmp:3:13", "icmp6:1:1"),
}
"""What the numbers of NFT_REJECT_ICMPX_ (linux/netfilter/nf_tables.h) mean in IPv4 and in IPv6
(nft_reject_icmp_code, nft_reject_icmpv6_code)."""
_EFFECTS = (Verdict, VerdictMap, Nat, Perhaps, SetMark, SetTos, CopyMark, Untrack)


class Stop(msgspec.Struct, frozen=True):
    """A chain, or a rule in it, that had a say."""

    chain: Chain
    rule: Rule | None
    """None: the chain's policy, or its end."""
    word: str
    """"accept", "drop", "reset", "jump allowed", "policy accept", "dnat to 10.0.0.1:80" ..."""


class Missed(msgspec.Struct, frozen=True):
    """A rule that was asked and did not match; with those before it, a list from its end."""

    chain: Chain
    rule: Rule
    at: int
    """How many stops the way had by then."""
    before: Missed | None


class Way(msgspec.Struct, frozen=True):
    """One way that a packet may have gone so far."""

    packet: Packet
    end: str = ""
    """Empty while it goes on; "accept" (of this chain), "drop", "reset", "reject:icmp:3:3", "nat", "unknown"."""
    stops: tuple[Stop, ...] = ()
    nat: Nat | None = None
    missed: Missed | None = None
    """The last rule that did not match."""

    def to(self, end: str, stop: Stop | None = None) -> Way:
        """Return this way with its end."""
        return Way(self.packet, end, (*self.stops, stop) if stop else self.stops, self.nat, self.missed)

    def on(self, packet: Packet) -> Way:
        """Return this way with a changed packet."""
        return Way(packet, self.end, self.stops, self.nat, self.missed)

    def past(self, chain: Chain, rule: Rule) -> Way:
        """Return this way past a rule that does not match."""
        return Way(self.packet, self.end, self.stops, self.nat, Missed(chain, rule, len(self.stops), self.missed))


class _At(msgspec.Struct, frozen=True):
    """Where a walk is: a rule of a chain, and how many jumps led there."""

    chain: Chain
    rule: Rule
    depth: int


class Tangled(Exception):  # noqa: N818 - no error of anybody's: there are too many ways to follow
    """Too many things are not understood to follow every way."""


class Walk:
    """A walk through a ruleset, and what was not understood on it."""

    def __init__(self, ruleset: Ruleset, world: World, answers: Answers) -> None:
        """Begin; `answers` is what was asked about sets that were not listed."""
        self.ruleset, self.world, self.answers = ruleset, world, answers
        self.unknown: dict[str, None] = {}
        """What forked the way, in the order in which it was met."""
        self.ports: set[int] = set()
        """Where the spans begin, and what follows them, of ports that may be the client's or not."""
        self.needed: dict[Lookup, None] = {}
        self.unlisted: dict[tuple[str, str, str], None] = {}
        """What would have to be asked about sets that were not listed."""
        self._forks = 0
        self._read_of: Packet | None = None
        self._read: dict[str, Seen] = {}
        """Fields of that packet."""
        self._let: tuple[Stop, ...] = ()
        self._chains = {(c.backend, c.family, c.table, c.name): c for c in ruleset.chains}
        self._sets = {(s.family, s.table, s.name): s for s in ruleset.sets}

    def base_chain(self, chain: Chain, packet: Packet, let: tuple[Stop, ...] = ()) -> list[Way]:
        """Go through a base chain: each way that comes out has an end.

        Args:
            chain: the base chain.
            packet: as it comes to it.
            let: rules, and policies, just in front of which the packet is taken to be let through.
        """
        self._let = let
        policy = "accept" if any(each.rule is None for each in let) else chain.policy
        ended = Stop(chain, None, f"policy {chain.policy}")
        return [way if way.end else way.to(policy, ended) for way in self._chain(chain, Way(packet), 0)]

    def _chain(self, chain: Chain, way: Way, depth: int, start: int = 0) -> Iterator[Way]:
        """Go through the rules of a chain; a way without an end has come to the chain's end."""
        let = {id(each.rule) for each in self._let if each.chain is chain}  # to compare values would cost a walk
        for number in range(start, len(chain.rules)):
            rule = chain.rules[number]
            if let and id(rule) in let:
                yield way.to("accept", Stop(chain, rule, "accept"))
                return
            parts = rule.parts
            if not (parts and isinstance(parts[-1], _EFFECTS)) and not any(
                isinstance(each, _EFFECTS) for each in parts
            ):
                continue
            if self._surely_not(rule, way.packet):
                way = way.past(chain, rule)
                continue
            forks = self._forks
            after = self._unlike(list(self._parts(_At(chain, rule, depth), 0, way)))
            if len(after) == 1 and after[0] is way and forks == self._forks:
                way = way.past(chain, rule)
                continue
            going_on = [each for each in after if not each.end]
            yield from (each for each in after if each.end and each.end != "return")
            returned = [each for each in after if each.end == "return"]
            yield from (each.to("") for each in returned)
            if not going_on:
                return
            if len(going_on) > 1:
                for each in going_on:
                    yield from self._chain(chain, each, depth, number + 1)
                return
            way = going_on[0]
        yield way

    def _surely_not(self, rule: Rule, packet: Packet) -> bool:
        """Tell whether a rule plainly does not match: most rules of a long list ask for another port.

        A rule that this says nothing of is gone through part by part, and so might be every other, to the same end.
        """
        if packet is not self._read_of:
            self._read_of, self._read = packet, {}
        for part in rule.parts:
            if not isinstance(part, Match) or not isinstance(part.values, Numbers):
                return False
            key = part.key
            if key.mask is not None or len(key.fields) != 1:
                return False
            name = key.fields[0]
            if name not in self._read:
                self._read[name] = field(name, packet, self.world)
            seen = self._read[name]
            if isinstance(seen, AbsentType):
                return True
            holds = within(seen, part.values.spans) if isinstance(seen, tuple) else None
            if holds is None or holds is part.negated:
                return holds is not None
        return False

    def _unlike(self, ways: list[Way]) -> list[Way]:
        """Return the ways that differ in where the packet is; how it came there does not matter."""
        kept: dict[tuple[str, Packet, Nat | None], Way] = {}
        for each in ways:
            kept.setdefault((each.end, each.packet, each.nat), each)
        return list(kept.values())

    def _parts(self, at: _At, start: int, way: Way) -> Iterator[Way]:
        """Go through the parts of a rule until one ends it. A way without an end goes on to the next rule.

        The same way comes out when the rule does not match.
        """
        for number in range(start, len(at.rule.parts)):
            part = at.rule.parts[number]
            if isinstance(part, Match | Opaque):
                holds = self._holds(part, way.packet, at.chain) if isinstance(part, Match) else None
                if holds is None:
                    self.ports.update(_borders(part))
                    yield from self._fork(part.text, at, number, way)
                    return
                if not holds:
                    break
            elif isinstance(part, SetMark | SetTos | CopyMark | Untrack):
                way = way.on(_changed(way.packet, part))
            else:
                yield from self._ended(at, part, way)
                return
        yield way

    def _holds(self, part: Match, packet: Packet, chain: Chain) -> bool | None:
        if absent(part.key, packet, self.world):
            return False
        holds = self._matches(part, packet, chain)
        return None if holds is None else holds != part.negated

    def _ended(self, at: _At, part: Verdict | VerdictMap | Nat | Perhaps, way: Way) -> Iterator[Way]:
        """Apply a part after which nothing of the rule is left."""
        if isinstance(part, Verdict):
            yield from self._verdict(at, part, way)
        elif isinstance(part, Nat):
            stop = Stop(at.chain, at.rule, part.unclear or _nat_words(part))
            yield Way(way.packet, "nat", (*way.stops, stop), part, way.missed)
        elif isinstance(part, Perhaps):
            self._note(part.text)
            yield way
            yield way.to("unknown", Stop(at.chain, at.rule, part.text))
        else:
            for verdict in self._looked_up(at.chain, part, way):
                if verdict is None:
                    yield way
                else:
                    yield from self._verdict(at, verdict, way)

    def _fork(self, text: str, at: _At, number: int, way: Way) -> Iterator[Way]:
        """Go both ways: as if it did not hold, and as if it did."""
        self._note(text)
        yield way
        yield from self._parts(at, number + 1, way)

    def _note(self, text: str) -> None:
        self.unknown[text] = None
        self._forks += 1
        if self._forks > _MOST_FORKS:
            raise Tangled

    def _matches(self, part: Match, packet: Packet, chain: Chain) -> bool | None:
        finder = self._finder(chain)
        named = finder(part.values.name) if isinstance(part.values, Named) else None
        if named is not None and named.values is None and named.verdicts is None:
            answer = self._asked(named, part.key, packet)
            return answer if isinstance(answer, bool) else None
        return matches(part.key, part.values, packet, self.world, finder)

    def _asked(self, named: NamedSet, key: Key, packet: Packet) -> bool | Verdict | None:
        """Return what was answered about a set that was not listed; note what would have to be asked."""
        question = lookup(named, key, packet, self.world)
        if question is None:
            self.unlisted[named.family, named.table, named.name] = None
            return None
        if question not in self.answers:
            self.needed[question] = None
        return self.answers.get(question)

    def _looked_up(self, chain: Chain, part: VerdictMap, way: Way) -> list[Verdict | None]:
        """Return what a verdict map says: one verdict, or all that are possible; None stands for no entry."""
        if absent(part.key, way.packet, self.world):
            return [None]
        entries = part.entries
        if isinstance(entries, Named):
            named = self._finder(chain)(entries.name)
            answer = self._asked(named, part.key, way.packet) if named and named.verdicts is None else None
            if isinstance(answer, Verdict):
                return [answer]
            if answer is False:
                return [None]
            if named is None or named.verdicts is None:
                self._note(part.text)
                return [None, Verdict(kind="return", answer="unknown")]
            entries = named.verdicts
        possible: list[Verdict | None] = []
        for values, verdict in entries:
            holds = matches(part.key, values, way.packet, self.world, self._finder(chain))
            if holds:
                return [*possible, verdict]
            if holds is None:
                self._note(part.text)
                possible.append(verdict)
        return [*possible, None]

    def _verdict(self, at: _At, verdict: Verdict, way: Way) -> Iterator[Way]:
        chain, rule, depth = at.chain, at.rule, at.depth
        if verdict.answer == "unknown":
            yield way.to("unknown", Stop(chain, rule, "a map that was not read"))
        elif verdict.kind in {"accept", "drop"}:
            yield way.to(verdict.kind, Stop(chain, rule, verdict.kind))
        elif verdict.kind == "reject":
            end = _answer(verdict.answer, way.packet)
            yield way.to(end, Stop(chain, rule, end))
        elif verdict.kind == "return":
            yield way.to("return", None if depth else Stop(chain, rule, "return"))
        elif verdict.kind in {"jump", "goto"}:
            target = self._chains.get((chain.backend, chain.family, chain.table, verdict.chain))
            if target is None or depth >= _DEEPEST:
                self._note(f"{verdict.kind} {verdict.chain}")
                yield way
                yield way.to("unknown", Stop(chain, rule, f"{verdict.kind} {verdict.chain}"))
                return
            inside = way.to("", Stop(chain, rule, f"{verdict.kind} {verdict.chain}"))
            for each in self._chain(target, inside, depth + 1):
                if verdict.kind == "goto" and not each.end:
                    yield each.to("return")  # goto does not come back: this chain ends with it
                else:
                    yield each
        else:
            yield way.to("")

    def _finder(self, chain: Chain) -> Sets:
        def find(name: str) -> NamedSet | None:
            return self._sets.get((chain.family, chain.table, name)) or (
                self._sets.get((chain.family, "", name)) if chain.backend != "nftables" else None
            )

        return find


def _borders(part: Match | Opaque) -> Iterator[int]:
    """Return where the ports begin and end that a match is about."""
    if isinstance(part, Match) and isinstance(part.values, Numbers) and part.key.fields[0].endswith(("sport", "dport")):
        for low, high in part.values.spans:
            yield from (low, high + 1)


def _answer(answer: str, packet: Packet) -> str:
    if answer == "reset":
        return "reset"
    if answer.startswith("icmpx:"):
        answer = _ICMPX[int(answer.partition(":")[2])][packet.family == 6]
    return f"reject:{answer}"


def _changed(packet: Packet, part: SetMark | SetTos | CopyMark | Untrack) -> Packet:
    if isinstance(part, Untrack):  # it does something only before connection tracking has seen the packet
        return replace(packet, state="untracked") if packet.state == "invalid" else packet
    if isinstance(part, CopyMark):
        return replace(packet, mark=packet.ct_mark) if part.to == "packet" else replace(packet, ct_mark=packet.mark)
    if isinstance(part, SetTos):
        known = packet.tos if part.keep & 0xFF else 0
        return replace(packet, tos=None if known is None else ((known & part.keep) ^ part.flip) & 0xFF)
    if part.connection:
        return replace(packet, ct_mark=((packet.ct_mark & part.keep) ^ part.flip) & 0xFFFFFFFF)
    return replace(packet, mark=((packet.mark & part.keep) ^ part.flip) & 0xFFFFFFFF)


def _nat_words(part: Nat) -> str:
    if part.ports is None:
        ports = ""
    else:
        ports = f":{part.ports[0]}" if part.ports[0] == part.ports[1] else f":{part.ports[0]}-{part.ports[1]}"
    address = f"[{part.address}]" if part.address and ":" in part.address and ports else part.address or ""
    return f"{part.kind} to {address}{ports}" if address or ports else part.kind

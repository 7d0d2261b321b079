"""The way of a connection's packets through this machine: its stops in the order in which they are met.

Where the rules were read, each stop tells what they do there; where they were not, what the connection itself shows.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from porttui.model.address import destination, endpoint
from porttui.model.facts import Attempt, Facts
from porttui.model.report import Status
from porttui.model.rules import HookPassed, Judged, RuleStop
from porttui.reading import packets, rule_words, rules, seen, words
from porttui.reading.sender import Sender

_MEANINGS = {
    "output": "leaves the program",
    "postrouting": "last stop outwards",
    "egress": "as it leaves",
    "bridge": "by the bridge",
    "ingress": "as it arrives",
    "prerouting": "first stop inwards",
    "input": "to a program here",
    "forward": "on to another machine",
}
_OUTWARDS = {"output", "postrouting"}
_NOT_EVERYWHERE = {"ingress", "egress", "bridge"}
"""Stops that are told only where a chain is asked there."""
_NOT_REACHED = "not reached"


class WayStop(NamedTuple):
    """One stop."""

    name: str
    """The kernel's word for it: "output"."""
    meaning: str
    """What it is to the packet: "leaves the program"."""
    status: Status
    text: str
    """What happens there: "ip filter OUTPUT: accept (policy)"."""
    brief: str = ""
    """The same in fewer words: "1 chain   accept"; empty where `text` is short."""
    chains: tuple[HookPassed, ...] = ()
    """The chains that were asked there."""
    decides: RuleStop | None = None
    """The rule or the policy that stops the connection there, or leads it elsewhere."""


# Where the rules were read.


def judged_way(facts: Facts, judged: Judged) -> tuple[WayStop, ...]:
    """Return the stops of this user's connection to an address, by what the rules do with it."""
    attempt = tried(facts, judged.address)
    differs = attempt is not None and rules.agrees(facts, attempt, judged.verdict) is False
    besides = packets.side(attempt) if attempt is not None and differs and rules.passes(judged.verdict) else None
    walk = _Walk(judged, opened=None if attempt is None or not differs else attempt.outcome == "open")
    walk.pass_by("output", "postrouting", "egress", "bridge")
    walk.stop_besides(besides == "out")
    if _stays(facts, judged):
        walk.add(_loopback(facts))
        walk.pass_by("ingress", "prerouting", "input")
        walk.stop_besides(besides == "in")
        walk.add(_socket(facts, judged.redirect or (destination(judged.address), judged.port), judged.address))
    else:
        walk.add(_leaving(facts, judged))
        walk.add(_far_socket(facts, judged))
    walk.answer()
    return tuple(walk.stops)


def judged_way_from(facts: Facts, sender: Sender, judged: Judged) -> tuple[WayStop, ...]:
    """Return the stops of another machine's connection, by what the rules do with it."""
    walk = _Walk(judged)
    walk.pass_by("bridge", "ingress", "prerouting")
    led = judged.redirect
    if led is not None and not seen.is_local(facts, led[0]):
        walk.pass_by("forward", "postrouting", "egress")
        walk.add(WayStop("leaves", f"to {endpoint(*led)}", Status.UNSEEN, "not seen from here"))
    else:
        walk.pass_by("input")
        walk.add(_socket(facts, led or (sender.to, sender.port), None))
    walk.answer()
    return tuple(walk.stops)


class _Walk:
    """Puts stops one after another; after the one that decides, none is reached.

    Where a connection went otherwise than the rules say, `opened` tells whether it opened: no stop of the rules fails.
    """

    def __init__(self, judged: Judged, *, opened: bool | None = None) -> None:
        self.stops: list[WayStop] = []
        self._hooks = {each.hook for each in judged.path if each.way == "there"}
        self._opened = opened
        self._doubted = False
        self._judged = judged
        self._decider = rules.decided_at(judged)
        self._unknown = judged.verdict == "unknown"
        self._ended = False
        self._left = sum(each.way == "there" for each in judged.path)

    def add(self, stop: WayStop) -> None:
        """Add a stop without rules."""
        if self._ended:
            stop = stop._replace(status=Status.SKIPPED, text=_NOT_REACHED, brief="")
        self.stops.append(stop)

    def pass_by(self, *hooks: str) -> None:
        """Add stops at which rules are asked."""
        for hook in hooks:
            if hook in _NOT_EVERYWHERE and hook not in self._hooks:
                continue
            there = tuple(each for each in self._judged.path if each.hook == hook and each.way == "there")
            self.add(self._stop(hook, there))
            refused = _refuses(there) and self._opened is None
            self._ended = self._ended or self.stops[-1].status is Status.FAIL or refused

    def stop_besides(self, stops: bool) -> None:
        """Add what stops the connection and is none of the rules, as the connection itself shows."""
        if stops:
            self.add(WayStop("no rule", "eBPF, or changed rules", Status.FAIL, "stopped here, as it was tried"))
            self._ended = True

    def _stop(self, hook: str, there: tuple[HookPassed, ...]) -> WayStop:
        begun = WayStop(hook, _MEANINGS[hook], Status.PASS, "no chain", chains=there)
        self._left -= len(there)
        if self._unknown:
            text = f"{_chains(there)}: not known" if there else "no chain" if self._left > 0 else "not known"
            return begun._replace(status=Status.UNSEEN if text != "no chain" else Status.PASS, text=text)
        if not there and self._doubted:
            return (
                begun._replace(text="let through")
                if self._opened
                else begun._replace(status=Status.UNSEEN, text="not known")
            )
        if not there:
            return begun
        if any(each is self._decider for each in there):
            self._doubted = self._opened is not None
            return _told(begun, there, self._decider, Status.WARN if self._doubted else Status.FAIL)
        translating = next((each for each in there if _translates(each)), None)
        if translating is not None:
            return _told(begun, there, translating, Status.WARN)
        return _told(begun, there, None, Status.WARN if _refuses(there) else Status.PASS)

    def answer(self) -> None:
        """Add the way of the answer, where rules have a say in it, and where there is one."""
        if self._opened is False and self._ended:
            return
        back = tuple(each for each in self._judged.path if each.way != "there")
        decider = self._decider if self._decider is not None and self._decider.way != "there" else None
        begun = WayStop("answer", "on its way back", Status.PASS, "", chains=back)
        if decider is not None:
            status = Status.FAIL if self._opened is None else Status.WARN
            self.stops.append(_told(begun, back, decider, status, f"{decider.hook}: "))
        elif any(each.way == "back" for each in back) and not self._unknown:
            self.stops.append(_told(begun, back, None, Status.PASS))


def _told(
    begun: WayStop, passes: tuple[HookPassed, ...], one: HookPassed | None, status: Status, lead: str = ""
) -> WayStop:
    """Describe a stop by the one of its chains that matters, or by all of them."""
    shown = one or passes[-1]
    base, last = shown.stops[0], shown.stops[-1]
    word = rule_words.act(last)
    text = f"{base.table} {base.chain}: {word}" if one is not None or len(passes) == 1 else f"{_chains(passes)}: {word}"
    return begun._replace(
        status=status,
        text=lead + text,
        brief=f"{_chains(passes):<11}{word}",
        decides=last if one is not None else None,
    )


def _chains(passes: tuple[HookPassed, ...]) -> str:
    return words.count(len(passes), "chain")


def _translates(passed: HookPassed) -> bool:
    return bool(passed.stops) and passed.stops[-1].word.startswith(("redirect", "dnat"))


def _refuses(passes: tuple[HookPassed, ...]) -> bool:
    """Tell whether a rule answers in place of the server; its answer may be dropped on its way, and that decides."""
    return any(each.stops and each.stops[-1].word.startswith(("reset", "reject")) for each in passes)


# Stops without rules.


def _stays(facts: Facts, judged: Judged) -> bool:
    return seen.is_local(facts, judged.redirect[0] if judged.redirect else judged.address)


def _loopback(facts: Facts) -> WayStop:
    begun = WayStop("lo", f"stays on {words.machine(facts)}", Status.PASS, "interface is up")
    cards = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    lo = next((each for each in cards if each.loopback), None)
    if lo is None:
        return begun._replace(status=Status.UNSEEN, text="interface: can't see")
    return begun if lo.up else begun._replace(status=Status.WARN, text="interface is DOWN")


def _leaving(facts: Facts, judged: Judged) -> WayStop:
    way = seen.route(facts, judged.address)
    name = (way.interface if way is not None else None) or "network"
    if judged.redirect is not None:
        return WayStop("network", f"leaves {words.machine(facts)}", Status.PASS, f"to {endpoint(*judged.redirect)}")
    by = f"by way of {way.gateway}" if way is not None and way.gateway else "straight to it"
    return WayStop(name, f"leaves {words.machine(facts)}", Status.PASS, by)


def _far_socket(facts: Facts, judged: Judged) -> WayStop:
    to = judged.redirect or (judged.address, judged.port)
    begun = WayStop("socket", endpoint(*to), Status.UNSEEN, "on another machine")
    connection = tried(facts, judged.address)
    if connection is None:
        return begun
    status = Status.PASS if connection.outcome == "open" else Status.UNSEEN
    return begun._replace(status=status, text=words.outcome(connection))


def _socket(facts: Facts, to: tuple[str, int], asked: str | None) -> WayStop:
    """Describe the listener that gets the connection.

    Args:
        facts: the sockets.
        to: where the connection leads.
        asked: the address that was tried; None for a sender whose connection was not.
    """
    row = seen.accepting(facts, *to)
    begun = WayStop("socket", endpoint(*to), Status.UNSEEN, "not known")
    connection = tried(facts, asked) if asked is not None else None
    opened = connection is not None and connection.outcome == "open"
    if row is None:
        if opened:
            return begun._replace(status=Status.PASS, text="something answers")
        if not seen.sockets_seen(facts):
            return begun._replace(text="sockets: can't see")
        refused = connection is not None and rules.shown(facts, connection) == "accept"
        status = Status.FAIL if refused else Status.UNSEEN if asked is not None else Status.WARN
        return begun._replace(status=status, text="nobody listens there")
    begun = begun._replace(meaning=f"{words.at(row)}, {words.plain_name(facts, row)}")
    if asked is None or opened:
        return begun._replace(status=Status.PASS, text="reached" if asked else "would be reached")
    return begun


def tried(facts: Facts, address: str) -> Attempt | None:
    """Return the connection of which a judgement is: judged is where it goes to, without the scope of an address."""
    found = (each for each in seen.asked_attempts(facts) if _plain(each.address) == _plain(address))
    return next(found, None)


def _plain(address: str) -> str:
    return destination(address).partition("%")[0]


# Where the rules were not read.


def seen_way(facts: Facts, attempt: Attempt, *, by_rule: bool) -> tuple[WayStop, ...]:
    """Return the stops by what the connection itself shows: on which side of this machine it ended, and how.

    Args:
        facts: what was seen.
        attempt: the connection.
        by_rule: whether the diagnosis is that a rule stops it; packets are lost in other ways, too.
    """
    local = seen.is_local(facts, attempt.address)
    shown = rules.shown(facts, attempt)
    shown = shown if by_rule or shown == "accept" else None
    side = _side(facts, attempt)
    blocked = shown not in {"accept", None}
    device = {"out": "egress", "in": "ingress"}.get(side or "") if blocked and packets.at_the_device(attempt) else None
    hooks: list[WayStop] = []
    for hook in ("output", "postrouting", "egress", "lo", "ingress", "prerouting", "input"):
        if hook == "lo":
            through = _loopback(facts) if local else _leaving(facts, _as_judged(attempt))
            not_reached = blocked and side == "out"
            hooks.append(through._replace(status=Status.SKIPPED, text=_NOT_REACHED) if not_reached else through)
        elif hook in {"egress", "ingress"}:
            if hook == device:
                hooks.append(WayStop(hook, _MEANINGS[hook], Status.FAIL, f"{_word(shown)} here"))
        elif local or hook in _OUTWARDS:
            hooks.append(_beside(hook) if device is not None else _seen_stop(hook, shown, side))
    last = (
        _socket(facts, (destination(attempt.address), attempt.port), attempt.address)
        if local
        else _far_socket(facts, _as_judged(attempt))
    )
    if blocked and (local or side == "out"):
        last = last._replace(status=Status.SKIPPED, text=_NOT_REACHED)
    return (*hooks, last)


def _beside(hook: str) -> WayStop:
    """Return a stop of a connection that ended between an interface and the IP layer."""
    passed = hook in _OUTWARDS
    status, text = (Status.PASS, "let through") if passed else (Status.SKIPPED, _NOT_REACHED)
    return WayStop(hook, _MEANINGS[hook], status, text)


def _word(shown: str | None) -> str:
    return {"drop": "dropped", "reset": "reset"}.get(shown or "", "rejected")


def _seen_stop(hook: str, shown: str | None, side: Literal["out", "in"] | None) -> WayStop:
    begun = WayStop(hook, _MEANINGS[hook], Status.UNSEEN, "not known")
    mine = "out" if hook in _OUTWARDS else "in"
    if shown == "accept" or (shown is not None and side == "in" and mine == "out"):
        return begun._replace(status=Status.PASS, text="let through")
    if shown is None:
        return begun
    if side == "out" and mine == "in":
        return begun._replace(status=Status.SKIPPED, text=_NOT_REACHED)
    if side == "out" and shown != "drop":  # no rule can refuse in postrouting (nft_reject_validate)
        refused = begun._replace(status=Status.FAIL, text=f"{_word(shown)} here")
        return refused if hook == "output" else begun._replace(status=Status.SKIPPED, text=_NOT_REACHED)
    if side is None:
        return begun._replace(text="the rule may be here")
    if hook in {"output", "input"}:
        other = "postrouting" if hook == "output" else "prerouting"
        return begun._replace(status=Status.FAIL, text=f"{_word(shown)} here or at {other}")
    return begun._replace(text="or here: the rule can't be seen")


def _side(facts: Facts, attempt: Attempt) -> rules.Side | None:
    if attempt.icmp is not None and not packets.sent_here(facts, attempt.icmp, attempt):
        return None
    return packets.side(attempt)


def side_words(facts: Facts, attempt: Attempt) -> str:
    """Tell on which side of this machine a connection was stopped, by its own packets; empty where they do not tell."""
    shown = rules.shown(facts, attempt)
    if shown is None or shown == "accept":
        return ""
    side = _side(facts, attempt)
    host = words.machine(facts)
    return {"out": f"stopped on its way out of {host}", "in": f"stopped on its way in, on {host}"}.get(side or "", "")


def _as_judged(attempt: Attempt) -> Judged:
    """Return what stands for a judgement where there is none."""
    return Judged(address=attempt.address, port=attempt.port, sender=attempt.source, verdict="unknown")

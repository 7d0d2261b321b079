"""A judgement in the words of the model: made printable, and without the rules themselves."""

from __future__ import annotations

from msgspec.structs import replace

from porttui.firewall.journey import Judgement, Passed
from porttui.firewall.packet import Packet
from porttui.firewall.ruleset import Chain, Match, VerdictMap
from porttui.firewall.ruleset import Rule as Asked
from porttui.firewall.walk import Missed, Stop
from porttui.model import rules
from porttui.model.printable import printable
from porttui.model.rules import HookPassed, Judged, Rule, RuleStop

_LONGEST = 400
"""Characters of one rule that are kept."""
_PORT_FIELDS = {"tcp dport", "udp dport", "th dport"}
_MOST_MISSED = 6
"""Rules without a match that are kept before each one that had a say."""


def told(judgement: Judgement, packet: Packet) -> Judged:
    """Describe what was judged about a packet.

    Args:
        judgement: of `porttui.firewall.journey.judge`.
        packet: the first packet of the connection.
    """
    decides = judgement.stop if judgement.verdict != "unknown" else None
    stop = _stop(decides) if decides is not None else None
    return Judged(
        address=packet.destination or "",
        port=packet.destination_port[0],
        sender=packet.source or "",
        verdict=judgement.verdict,
        rule=stop.rule if stop is not None else None,
        policy=stop if stop is not None and stop.rule is None else None,
        path=tuple(_passed(each) for each in judgement.path),
        unknown=tuple(printable(each, _LONGEST) for each in judgement.unknown),
        redirect=judgement.redirect,
        led_by=_stop(judgement.led_by).rule if judgement.led_by is not None else None,
        led_by_port=_asks_for_the_port(judgement),
        redirect_unknown=judgement.redirect_unknown,
        then=_then(judgement, packet),
    )


def _then(judgement: Judgement, packet: Packet) -> Judged | None:
    """Describe what comes behind; where nothing more stops it, the way there is of no interest."""
    if judgement.then is None:
        return None
    passes = judgement.then.verdict.startswith(("accept", "redirect"))
    return told(replace(judgement.then, path=()) if passes else judgement.then, packet)


def _asks_for_the_port(judgement: Judgement) -> bool:
    """Tell whether the rule that leads elsewhere, or one that jumps to it, asks for the port of the connection."""
    stops = next((each.stops for each in judgement.path if judgement.led_by in each.stops), ())
    parts = (part for stop in stops if stop.rule is not None for part in stop.rule.parts)
    keys = (part.key for part in parts if isinstance(part, Match | VerdictMap))
    return any(field in _PORT_FIELDS for key in keys for field in key.fields)


def _passed(passed: Passed) -> HookPassed:
    return HookPassed(
        hook=passed.hook,
        way=passed.way,
        stops=tuple(_stop(each) for each in passed.stops),
        priority=passed.chain.priority,
        policy=passed.chain.policy,
        missed=_missed(passed.missed),
    )


def _missed(last: Missed | None) -> tuple[rules.Missed, ...]:
    """Put the rules that did not match in order, as many as are kept."""
    found: dict[int, list[Rule]] = {}
    more: dict[int, int] = {}
    while last is not None:
        kept = found.setdefault(last.at, [])
        if len(kept) < _MOST_MISSED:
            kept.append(_rule(last.chain, last.rule))
        else:
            more[last.at] = more.get(last.at, 0) + 1
        last = last.before
    return tuple(rules.Missed(at=at, rules=tuple(reversed(found[at])), more=more.get(at, 0)) for at in sorted(found))


def _stop(stop: Stop) -> RuleStop:
    chain = stop.chain
    return RuleStop(
        table=_table(chain),
        chain=printable(chain.name, 100),
        word=printable(stop.word, 200),
        rule=_rule(chain, stop.rule) if stop.rule is not None else None,
        backend=chain.backend,
    )


def _rule(chain: Chain, rule: Asked) -> Rule:
    return Rule(
        text=printable(rule.text, _LONGEST),
        table=_table(chain),
        chain=printable(chain.name, 100),
        handle=rule.handle,
        backend=chain.backend,
        position=rule.position,
    )


def _table(chain: Chain) -> str:
    return printable(f"{chain.family} {chain.table}", 100)

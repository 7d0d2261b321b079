"""What a firewall does to this connection, as far as the connection itself shows it."""

from __future__ import annotations

from porttui.model.facts import Facts
from porttui.model.report import Firewall, Verdict
from porttui.model.rules import Judged, Rule
from porttui.reading import by_user, nat, packets, rules, seen


def firewall_seen(facts: Facts, verdict: Verdict) -> Firewall | None:
    """Return what was read of the firewalls, and the verdict of the rules in the words of the contract.

    Args:
        facts: what was seen.
        verdict: the leading verdict, which may be a firewall's.

    Returns:
        None while nobody looked.
    """
    if facts.firewall is None and facts.attempts is None:
        return None
    word = _verdict_word(facts, verdict)
    known = _judged(facts, word)
    rule = _rule(facts, verdict) or (rules.deciding(known) if known is not None else None)
    then = rules.behind(known) if known is not None else ()
    return Firewall(
        verdict=word,
        rule=rule,
        side=_side(facts, verdict),
        for_user=by_user.verdict(facts),
        then=then,
        backends=facts.firewall or (),
    )


def _side(facts: Facts, verdict: Verdict) -> rules.Side | None:
    """Return on which side a firewall blocks, where that is the verdict."""
    if verdict.code in {"fw-drop-input", "fw-drop-output"}:
        return "in" if verdict.code == "fw-drop-input" else "out"
    if verdict.code == "fw-reject-icmp":
        rejected = [each for each in seen.failed(facts) if each.icmp is not None]
    elif verdict.code == "fw-reject-reset":
        rejected = [each for each in seen.refused(facts) if packets.reset_by_kernel(each) is not True]
    else:
        return None
    return rules.refused_on(facts, rejected[0]) if rejected else None


def _judged(facts: Facts, word: str) -> Judged | None:
    """Return the judgement of a connection that showed what the rules say."""
    for each in seen.asked_attempts(facts):
        known = rules.judged(facts, each)
        if known is not None and rules.says(facts, each, word) is True and word == rules.met(each):
            return known
    return None


_BY_RULE = {"nat-redirect-elsewhere", "nat-redirect-dead", "dnat-loopback-martian"}


def _rule(facts: Facts, verdict: Verdict) -> Rule | None:
    """Return the NAT rule that leads the connection on, when the verdict is about it."""
    if verdict.code not in _BY_RULE:
        return None
    led = (nat.deciding(facts, each.address) for each in seen.asked_attempts(facts))
    return next((each.rule for each in led if isinstance(each, nat.Lead)), None)


def _verdict_word(facts: Facts, verdict: Verdict) -> str:
    attempts = seen.asked_attempts(facts)
    if any(attempt.outcome == "open" for attempt in attempts):
        return "accept"
    icmp = next((attempt for attempt in attempts if attempt.icmp is not None), None)
    if verdict.code == "fw-reject-icmp" and icmp is not None:
        return rules.met(icmp)
    if verdict.code == "fw-reject-reset":
        return "reset"
    if verdict.code in {"fw-drop-input", "fw-drop-output"}:
        return "drop"
    if attempts and all(packets.reset_by_kernel(attempt) for attempt in attempts):
        return "accept"
    return "unknown"

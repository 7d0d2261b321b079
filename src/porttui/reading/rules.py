"""What the rules would do with a connection, held against what it really met: the connection is believed."""

from __future__ import annotations

from typing import Literal

from porttui.model.address import destination
from porttui.model.facts import Attempt, Facts
from porttui.model.report import Confidence, Evidence
from porttui.model.rules import HookPassed, Judged, Rule, RuleStop
from porttui.reading import seen

Side = Literal["in", "out"]
_OUTWARDS = {"output", "postrouting", "egress"}
_DOES = {"drop": "drop it", "reset": "reset it", "accept": "let it through", "unknown": "not be understood"}


def judged(facts: Facts, attempt: Attempt) -> Judged | None:
    """Return what the rules were judged to do with an attempt; None when they were not read."""
    return judged_to(facts, attempt.address) if attempt.port == facts.asked.target.port else None


def judged_to(facts: Facts, address: str) -> Judged | None:
    """Return what the rules were judged to do with a connection to the target at one of its addresses."""
    to = destination(address).partition("%")[0]
    known = facts.judged if isinstance(facts.judged, tuple) else ()
    return next((each for each in known if (each.address, each.port) == (to, facts.asked.target.port)), None)


def agrees(facts: Facts, attempt: Attempt, verdict: str) -> bool | None:
    """Tell whether the rules say what the connection showed.

    Args:
        facts: what was seen.
        attempt: how it went.
        verdict: what the connection showed, in the words of `Judged.verdict`.

    Returns:
        None when the rules were not read, or not all of them understood.
    """
    known = judged(facts, attempt)
    if known is None or known.verdict == "unknown":
        return None
    return known.verdict == verdict or (verdict == "accept" and known.verdict.startswith("redirect:"))


def blocking(facts: Facts) -> Judged | None:
    """Return the judgement that blocks one of the attempts, where that is what the attempt showed."""
    for each in seen.failed(facts):
        known = judged(facts, each)
        if known is not None and agrees(facts, each, shown(each)) is True:
            return known
    return None


def lets_through(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether the rules were read, all that matters was understood, and none of them blocks the attempt."""
    return agrees(facts, attempt, "accept") is True


def confidence(facts: Facts, attempt: Attempt, verdict: str, otherwise: Confidence) -> Confidence:
    """Return how sure a verdict is: certain where the rules say the same, likely where they say something else."""
    same = agrees(facts, attempt, verdict)
    if same is None:
        return otherwise
    return Confidence.CERTAIN if same else Confidence.LIKELY


def side(facts: Facts, attempt: Attempt) -> Side | None:
    """Return on which side of this machine the rules drop the packets, or the answers to them; None: they do not."""
    known = judged(facts, attempt)
    if known is None or known.verdict != "drop":
        return None
    passed = decided_at(known)
    if passed is None:
        return None
    return "out" if passed.hook in _OUTWARDS else "in"


def decided_at(known: Judged) -> HookPassed | None:
    """Return the hook at which it was decided."""
    stop = known.rule or known.policy
    for passed in reversed(known.path):
        if any((each.rule or each) == stop for each in passed.stops):
            return passed
    return None


def answers_are_dropped(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether the first packet comes through, and what is dropped is the answer to it."""
    known = judged(facts, attempt)
    passed = decided_at(known) if known is not None and known.verdict == "drop" else None
    return passed is not None and passed.way != "there"


def who(facts: Facts, attempt: Attempt, sure: Confidence, where: str) -> str:
    """Name what blocks, for the beginning of a sentence: "A firewall rule on web3", "Probably a firewall on web3"."""
    known = judged(facts, attempt)
    if sure is not Confidence.CERTAIN:
        return f"Probably a firewall on {where}"
    policy = known is not None and known.policy is not None
    return f"A firewall on {where}, by its policy," if policy else f"A firewall rule on {where}"


def place(stop: Rule | RuleStop) -> str:
    """Tell where a rule stands: "table inet guard, chain input, handle 12"."""
    where = f"table {stop.table}, chain {stop.chain}"
    if stop.backend == "iptables-legacy":
        where = f"{where} of iptables-legacy"
    if isinstance(stop, RuleStop):
        return where
    return where + _number(stop)


def short_place(stop: Rule | RuleStop) -> str:
    """Tell where a rule stands, in few words: "inet guard input, handle 12"."""
    where = f"{stop.table} {stop.chain}"
    return where if isinstance(stop, RuleStop) else where + _number(stop)


def _number(rule: Rule) -> str:
    if rule.backend == "nftables" and rule.handle is not None:
        return f", handle {rule.handle}"
    return f", rule {rule.position}" if rule.position is not None else ""


def deciding(known: Judged) -> Rule | None:
    """Return the rule that decides; a chain's policy is told as one, without a handle."""
    if known.rule is not None or known.policy is None:
        return known.rule
    policy = known.policy
    return Rule(text=policy.word, table=policy.table, chain=policy.chain, backend=policy.backend)


def contradicted(facts: Facts) -> str:
    """Tell, for the firewall step, that a connection opened although the rules were judged to block it."""
    for each in seen.asked_attempts(facts):
        known = judged(facts, each)
        if each.outcome == "open" and known is not None and agrees(facts, each, "accept") is False:
            return f"it opened, though the rules would {_does(known.verdict)}"
    return ""


def quoted(facts: Facts, attempt: Attempt, verdict: str) -> tuple[Evidence, ...]:
    """Quote the deciding rule; or that the rules say something else, or are not understood.

    Args:
        facts: what was seen.
        attempt: how it went.
        verdict: what the connection showed, in the words of `Judged.verdict`.
    """
    known = judged(facts, attempt)
    if known is None:
        return ()
    stop = known.rule or known.policy
    same = agrees(facts, attempt, verdict)
    if same is None:
        why = known.unknown[0] if known.unknown else "they are too tangled"
        return (Evidence(text=f"rules\tread, and not wholly understood\t{why}", source="rules"),)
    if not same:
        by = f", by {short_place(stop)}" if stop is not None else ""
        told = f"would {_does(known.verdict)}{by}\tthe connection shows something else, and is believed"
        return (Evidence(text=f"rules\t{told}", source="rules"),)
    return quoted_rule(known)


def quoted_rule(known: Judged) -> tuple[Evidence, ...]:
    """Quote the rule that decides, and where it stands."""
    rule = deciding(known)
    if rule is None:
        return ()
    kind, text = ("policy", rule.text.removeprefix("policy ")) if known.rule is None else ("rule", rule.text)
    return (Evidence(text=f"{kind}\t{text}\t{place(known.rule or known.policy or rule)}", source=rule.backend),)


def in_short(facts: Facts, attempt: Attempt, verdict: str) -> str:
    """Tell which rule decides, for the firewall step; empty when none is known that says what the connection showed."""
    known = judged(facts, attempt)
    if known is None or agrees(facts, attempt, verdict) is not True:
        return ""
    if known.policy is not None:
        return f"{known.policy.word} of {short_place(known.policy)}"
    return f"{_DID.get(verdict, 'rejected')} by {short_place(known.rule)}" if known.rule is not None else ""


_DID = {"drop": "dropped", "reset": "reset"}


def _does(verdict: str) -> str:
    if verdict.startswith("reject:"):
        return "reject it with " + " ".join(verdict.split(":")[1:2]) + " " + "/".join(verdict.split(":")[2:])
    if verdict.startswith("redirect:"):
        return "lead it to " + verdict.partition(":")[2]
    return _DOES.get(verdict, verdict)


def icmp_word(attempt: Attempt) -> str:
    """Return an ICMP error as the rules' verdict is written: "reject:icmp:3:13"."""
    if attempt.icmp is None:
        return "unknown"
    family = "icmp" if attempt.icmp.version == 4 else "icmp6"
    return f"reject:{family}:{attempt.icmp.type}:{attempt.icmp.code}"


def shown(attempt: Attempt) -> str:
    """Return what an attempt met, in the words of `Judged.verdict`, as far as it could be the work of a rule."""
    if attempt.icmp is not None:
        return icmp_word(attempt)
    return {"open": "accept", "ECONNREFUSED": "reset", "timeout": "drop"}.get(attempt.outcome, "unknown")

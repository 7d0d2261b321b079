"""What the rules would do with a connection, held against what it really met: the connection is believed."""

from __future__ import annotations

from typing import Literal

from porttui.model.address import destination
from porttui.model.facts import Attempt, Facts
from porttui.model.report import Confidence, Evidence
from porttui.model.rules import HookPassed, Judged, Rule, RuleStop
from porttui.reading import packets, rule_words, seen, words

Side = Literal["in", "out"]
_OUTWARDS = {"output", "postrouting", "egress"}
_LET_THROUGH = {"accept", "jump", "goto", "return"}


def judged(facts: Facts, attempt: Attempt) -> Judged | None:
    """Return what the rules were judged to do with an attempt; None when they were not read."""
    return judged_to(facts, attempt.address) if attempt.port == facts.asked.target.port else None


def judged_to(facts: Facts, address: str) -> Judged | None:
    """Return what the rules were judged to do with a connection to the target at one of its addresses."""
    return _of(facts.judged if isinstance(facts.judged, tuple) else (), address, facts.asked.target.port)


def judged_in(known: tuple[Judged, ...], attempt: Attempt) -> Judged | None:
    """Return what one of several judgements says of an attempt; None where none is of it."""
    return _of(known, attempt.address, attempt.port)


def _of(known: tuple[Judged, ...], address: str, port: int) -> Judged | None:
    to = destination(address).partition("%")[0]
    return next((each for each in known if (each.address, each.port) == (to, port)), None)


def passes(verdict: str) -> bool:
    """Tell whether a connection with this verdict comes through, here or elsewhere."""
    return verdict == "accept" or verdict.startswith("redirect:")


def says(facts: Facts, attempt: Attempt, verdict: str) -> bool | None:
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
    return known.verdict == verdict or (verdict == "accept" and passes(known.verdict))


def met(attempt: Attempt) -> str:
    """Return what a client met, in the words of `Judged.verdict`, as far as it could be the work of a rule."""
    if attempt.icmp is not None:
        return f"reject:icmp{'' if attempt.icmp.version == 4 else '6'}:{attempt.icmp.type}:{attempt.icmp.code}"
    return {"open": "accept", "ECONNREFUSED": "reset", "timeout": "drop"}.get(attempt.outcome, "unknown")


def shown(facts: Facts, attempt: Attempt) -> str | None:
    """Return what a connection shows of the rules; None where what it met may have another reason as well."""
    seems = met(attempt)
    if attempt.icmp is not None and packets.nobody_there(facts, attempt):
        return None
    if seems == "reset":
        return {True: "accept", False: "reset", None: None}[packets.reset_by_kernel(attempt)]
    if packets.queue_overflowed(attempt):
        return "accept"
    if seems == "drop":
        dropped = packets.dropped_inwards(attempt) or packets.dropped_outwards(attempt)
        return seems if dropped or packets.lost_at_the_interface(facts, attempt) else None
    return None if seems == "unknown" else seems


def agrees(facts: Facts, attempt: Attempt, verdict: str) -> bool | None:
    """Tell whether a real connection went as a verdict on the rules says; None where that cannot be told.

    Args:
        facts: what was seen.
        attempt: the connection.
        verdict: as `porttui.model.rules.Judged.verdict`.
    """
    if verdict == "unknown" or attempt.immediate:
        return None
    real = shown(facts, attempt)
    if verdict.startswith("redirect:") and real != "accept":
        led, _, _ = verdict.removeprefix("redirect:").rpartition(":")
        if not seen.is_local(facts, led.strip("[]")):
            return None  # whatever it meets there is not for these rules to say
    if real is not None:
        return real == verdict or (real == "accept" and passes(verdict))
    if passes(verdict) or attempt.outcome not in {"timeout", "ECONNREFUSED"}:
        return None
    if attempt.outcome == "timeout":  # whatever is silent: a rule that answers would have been heard
        return verdict == "drop"
    return None if verdict == "reset" else False


def blocking(facts: Facts) -> Judged | None:
    """Return the judgement that blocks one of the attempts, where that is what the attempt showed."""
    for each in seen.failed(facts):
        known = judged(facts, each)
        if known is not None and says(facts, each, met(each)) is True:
            return known
    return None


def lets_through(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether the rules were read, all that matters was understood, and none of them blocks the attempt."""
    return says(facts, attempt, "accept") is True


def confidence(facts: Facts, attempt: Attempt, verdict: str, otherwise: Confidence) -> Confidence:
    """Return how sure a verdict is: certain where the rules say the same, likely where they say something else."""
    same = says(facts, attempt, verdict)
    if same is None:
        return otherwise
    return Confidence.CERTAIN if same else Confidence.LIKELY


def side(facts: Facts, attempt: Attempt) -> Side | None:
    """Return on which side of this machine the rules drop the packets, or the answers to them; None: they do not."""
    known = judged(facts, attempt)
    if known is None or known.verdict != "drop":
        return None
    passed = decided_at(known)
    return _side_of(passed) if passed is not None else None


def _side_of(passed: HookPassed) -> Side:
    outwards = passed.hook in _OUTWARDS or (passed.hook == "bridge" and passed.way == "there")
    return "out" if outwards else "in"


def refused_on(facts: Facts, attempt: Attempt) -> Side | None:
    """Return on which side of this machine a rule refuses an attempt: by the rules, or by its packets; None: not told.

    Where the rules do not say what the connection showed, it is its packets that are believed.
    """
    known = judged(facts, attempt)
    passed = decided_at(known) if known is not None and says(facts, attempt, met(attempt)) is True else None
    if passed is not None:
        return _side_of(passed)
    if attempt.icmp is not None and not packets.sent_here(facts, attempt.icmp, attempt):
        return None
    if attempt.icmp is not None and not seen.is_local(facts, attempt.address):
        return "out"  # of what comes in from there a rule would tell the other machine, not this one
    return packets.side(attempt)


def on_its_way(side: Side | None) -> str:
    """Write a side for the end of a clause, with its blank: " on its way out"; empty where it is not known."""
    return {"out": " on its way out", "in": " on its way in"}.get(side or "", "")


def decided_at(known: Judged) -> HookPassed | None:
    """Return the chain that stops the connection; None where none does, or none can be named."""
    if known.verdict == "unknown" or passes(known.verdict):
        return None
    stop = known.rule or known.policy
    for passed in reversed(known.path):
        last = passed.stops[-1] if passed.stops else None
        if last is not None and stop is not None and last.word not in _LET_THROUGH and stop in (last, last.rule):
            return passed
    return None


def in_a_row(known: Judged) -> tuple[Judged, ...]:
    """Return the judgements that block a connection, each as if it had been let past those before it."""
    found: list[Judged] = []
    each: Judged | None = known
    while each is not None and each.verdict != "unknown" and not passes(each.verdict):
        found.append(each)
        each = each.then
    return tuple(found)


def behind(known: Judged) -> tuple[Rule, ...]:
    """Return what else stops a connection, were it let past what decides, each once; a policy is told as a rule."""
    stops = (refuses_at(each) for each in in_a_row(known)[1:])
    found = dict.fromkeys(_as_rule(passed.stops[-1]) for passed in stops if passed is not None)
    return tuple(each for each in found if each != deciding(known))


def _as_rule(stop: RuleStop) -> Rule:
    return stop.rule or Rule(text=stop.word, table=stop.table, chain=stop.chain, backend=stop.backend)


def comes_through(known: Judged) -> bool | None:
    """Tell whether a connection that is let past all of `in_a_row` comes through; None where that is not known."""
    last = in_a_row(known)[-1:]
    after = last[0].then if last else known
    return True if after is not None and passes(after.verdict) else None


def refuses_at(known: Judged) -> HookPassed | None:
    """Return the chain whose rule, or policy, is to be passed: of a rule whose own answer is stopped, that rule's."""
    if known.verdict == "unknown" or passes(known.verdict):
        return None
    return next((each for each in reversed(known.path) if each.way != "refusal" and each.stops), None)


def _vain_refusal(known: Judged) -> HookPassed | None:
    """Return the chain with the rule that refuses, where what is dropped is the answer of that rule."""
    dropped = decided_at(known)
    return refuses_at(known) if dropped is not None and dropped.way == "refusal" else None


def refused_in_vain(facts: Facts, attempt: Attempt) -> str:
    """Tell that a rule refuses and that its answer is dropped, for the beginning of a sentence; empty where not so."""
    known = judged(facts, attempt)
    passed = _vain_refusal(known) if known is not None and says(facts, attempt, "drop") is True else None
    if passed is None:
        return ""
    who = f"A firewall rule on {words.machine(facts)} refuses the connection to port {attempt.port}"
    return f"{who}{on_its_way(_side_of(passed))}, and the {_answer_of(passed)} that it answers with is dropped"


def _answer_of(passed: HookPassed) -> str:
    return "reset" if passed.stops[-1].word == "reset" else "ICMP error"


def to_pass(passed: HookPassed) -> RuleStop:
    """Return in front of what a rule of one's own helps, in a chain that stops a connection: mostly of what stops it.

    What comes to a policy by a return, or a goto, of the chain itself never meets a rule at the end of that chain.
    """
    last, base = passed.stops[-1], passed.stops[0]
    ends = (
        each
        for each in passed.stops
        if (each.table, each.chain) == (base.table, base.chain) and each.word.startswith(("return", "goto "))
    )
    return last if last.rule is not None else next(ends, last)


def what_is_dropped(facts: Facts, attempt: Attempt) -> str:
    """Name what of an unanswered attempt is dropped, to stand before a port: "packets to", "answers from"."""
    if side(facts, attempt) is not None:
        return "answers from" if answers_are_dropped(facts, attempt) else "packets to"
    if packets.far_answers_dropped(attempt):
        return "answers from"
    return {True: "answers from", False: "packets to", None: "packets of"}[packets.answers_lost(attempt)]


def answers_are_dropped(facts: Facts, attempt: Attempt) -> bool:
    """Tell whether the first packet comes through, and what is dropped is the answer to it."""
    known = judged(facts, attempt)
    passed = decided_at(known) if known is not None and known.verdict == "drop" else None
    return passed is not None and passed.way == "back"


def who(facts: Facts, attempt: Attempt, sure: Confidence, where: str) -> str:
    """Name what blocks, for the beginning of a sentence: "A firewall rule on web3", "Probably a firewall on web3"."""
    known = judged(facts, attempt)
    if sure is not Confidence.CERTAIN:
        return f"Probably a firewall on {where}"
    policy = known is not None and known.policy is not None
    return f"A firewall on {where}, by its policy," if policy else f"A firewall rule on {where}"


def deciding(known: Judged) -> Rule | None:
    """Return the rule that decides; a chain's policy is told as one, without a handle."""
    return _as_rule(known.policy) if known.rule is None and known.policy is not None else known.rule


def contradicted(facts: Facts) -> str:
    """Tell, for the firewall step, that a connection opened although the rules were judged to block it."""
    for each in seen.asked_attempts(facts):
        known = judged(facts, each)
        if each.outcome == "open" and known is not None and says(facts, each, "accept") is False:
            return f"it opened, though the rules would {rule_words.does(known.verdict)}"
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
    same = says(facts, attempt, verdict)
    if same is None:
        why = known.unknown[0] if known.unknown else "they are too tangled"
        return (Evidence(text=f"rules\tread, and not wholly understood\t{why}", source="rules"),)
    if not same:
        by = f", by {rule_words.short_place(stop)}" if stop is not None else ""
        told = f"would {rule_words.does(known.verdict)}{by}\tthe connection shows something else, and is believed"
        return (Evidence(text=f"rules\t{told}", source="rules"),)
    return quoted_rule(known)


def quoted_rule(known: Judged) -> tuple[Evidence, ...]:
    """Quote the rule that decides, and where it stands; then those that would block it were it not for those before."""
    rule = deciding(known)
    if rule is None:
        return ()
    found = [_quoted("", rule, "")]
    for number, each in enumerate(in_a_row(known)):
        passed, decides = refuses_at(each), decided_at(each)
        refused = decides is not None and decides.way == "refusal"
        if passed is None or (not number and not refused):
            continue
        why = ": its own answer is stopped" if refused else ": the answers" if passed.way == "back" else ""
        found.append(_quoted("next " if number else "", _as_rule(passed.stops[-1]), why))
    return tuple(found)


def _quoted(which: str, rule: Rule, why: str) -> Evidence:
    policy = rule.text.startswith("policy ") and rule.handle is None and rule.position is None
    kind, text = ("policy", rule.text.removeprefix("policy ")) if policy else ("rule", rule.text)
    return Evidence(text=f"{which}{kind}\t{text}\t{rule_words.place(rule)}{why}", source=rule.backend)


def in_short(facts: Facts, attempt: Attempt, verdict: str) -> str:
    """Tell which rule decides, for the firewall step; empty when none is known that says what the connection showed."""
    known = judged(facts, attempt)
    if known is None or says(facts, attempt, verdict) is not True:
        return ""
    refused = _vain_refusal(known)
    if refused is not None:
        place = rule_words.short_place(_as_rule(refused.stops[-1]))
        return f"refused by {place}, and its {_answer_of(refused)} dropped"
    if known.policy is not None:
        return f"{known.policy.word} of {rule_words.short_place(known.policy)}"
    did = {"drop": "dropped", "reset": "reset"}.get(verdict, "rejected")
    return f"{did} by {rule_words.short_place(known.rule)}" if known.rule is not None else ""


def tried_words(facts: Facts, attempt: Attempt) -> str:
    """Tell what became of a connection, and what it shows of who answered."""
    told = words.outcome(attempt)
    if attempt.icmp is not None:
        icmp = attempt.icmp
        return f"{told}, with ICMP type {icmp.type} code {icmp.code} from {icmp.sender or 'an unknown sender'}"
    own = packets.reset_by_kernel(attempt)
    if own is False and seen.is_local(facts, attempt.address):
        return f"{told}, and this kernel counted no reset of its own"
    return f"{told}, by this kernel itself" if own else told


def conclusion(facts: Facts, known: Judged, attempt: Attempt) -> str:
    """Tell what follows from the rules and the connection together."""
    passing = passes(known.verdict)
    led = known.redirect
    if led is not None and not seen.is_local(facts, led[0]) and attempt.outcome != "open":
        return f"The rules lead it away from {words.machine(facts)}; what it meets there can't be seen from here."
    same, real = agrees(facts, attempt, known.verdict), shown(facts, attempt)
    if same and not passing:
        return "The two agree, so this is certain."
    if same:
        rest = "no rule stops it" if attempt.outcome == "open" else "what stops it is no rule"
        return f"The two agree: {rest}."
    if same is False:
        return _difference(known, attempt, packets.side(attempt))
    if known.verdict == "unknown":
        told = {"accept": "no rule stops it.", None: ""}.get(real, "a rule stops it.")
        return f"The connection itself tells: {told}" if told else "Nor does the connection tell."
    if passing and not seen.is_local(facts, attempt.address):
        return f"The rules of {words.machine(facts)} let it out; those of other machines can't be seen from here."
    if passing:
        return "The rules let it through; what else may stop it, tab 1 tells."
    return "The connection does not tell."


def _difference(known: Judged, attempt: Attempt, side: Side | None) -> str:
    """Tell what may be behind a difference: rules change, and they are not all that stops packets."""
    differ = "The two differ, and the connection is to be believed: "
    if attempt.outcome == "open":
        return f"{differ}it opened. The rules have changed meanwhile, or porttui misreads them."
    if not passes(known.verdict):
        return f"{differ}it went otherwise than these rules say. They have changed meanwhile, or porttui misreads them."
    return (
        f"{differ}something that is none of these rules stops it{on_its_way(side)}, such as an eBPF program "
        "(cgroup, tc, XDP), or the rules have changed meanwhile."
    )

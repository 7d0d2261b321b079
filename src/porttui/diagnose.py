"""Facts -> Report. Every fault is asked; what is found is put in order; nothing is weighed and nothing is special."""

from __future__ import annotations

from msgspec.structs import replace

from porttui import __version__
from porttui.faults.beginnings import LISTED
from porttui.faults.fault import CannotTell, Fault, Found, Listed, Outcome, RuledOut
from porttui.model import report as r
from porttui.model.facts import Facts, Unseen
from porttui.model.failed import details, failure
from porttui.reading.compare import asked_side, found_side
from porttui.reading.firewall_seen import firewall_seen
from porttui.reading.steps import step_results
from porttui.reading.unseen import all_unseen

_BY_CONFIDENCE = (r.Confidence.CERTAIN, r.Confidence.LIKELY, r.Confidence.POSSIBLE)


def diagnose(facts: Facts, faults: tuple[Listed | Fault, ...] = LISTED) -> r.Report:
    """Name the cause that the facts show.

    Args:
        facts: what was seen; parts may be missing while a look is under way.
        faults: the catalogue to choose from.

    Returns:
        A report whose verdict is the fault that stops the packet first; other faults stand under `also`.
    """
    asked = [fault for fault in faults if facts.asked.question in fault.questions]
    outcomes: list[tuple[Listed | Fault, Outcome]] = []
    for each in asked:
        outcome, facts = _outcome(each, facts)
        outcomes.append((each, outcome))
    found = [(listed.fault, outcome) for listed, outcome in outcomes if isinstance(outcome, Found)]
    explained = {code for fault, _ in found for code in fault.explains}
    leading = sorted((pair for pair in found if pair[0].code not in explained), key=_rank)
    fault, first = leading[0]
    verdict = _verdict(fault, first)
    doubts = {
        unseen
        for other, outcome in outcomes
        if isinstance(outcome, CannotTell) and other.code not in explained
        for unseen in outcome.unseen
    }
    return r.Report(
        porttui=__version__,
        at=facts.at,
        question=facts.asked.question,
        target=r.ReportTarget.of(facts.asked.target, facts.name.addresses if facts.name else ()),
        verdict=verdict,
        also=tuple(_verdict(*pair) for pair in leading[1:] if pair[0].severity in _TOLD_ALSO),
        ruled_out=tuple(
            r.RuledOut(code=other.code, because=outcome.because)
            for other, outcome in outcomes
            if isinstance(outcome, RuledOut) and other.severity in _TOLD_ALSO
        ),
        unseen=_unseen(all_unseen(facts), doubts, verdict),
        steps=step_results(facts, verdict),
        remedies=_lettered(fault.remedies(facts)),
        firewall=firewall_seen(facts, verdict),
        asked=asked_side(facts),
        found=found_side(facts),
        facts=facts,
    )


def _outcome(fault: Listed | Fault, facts: Facts) -> tuple[Outcome, Facts]:
    """Ask one fault. When porttui fails at that, the facts tell it, and the others are asked all the same."""
    try:
        return fault.outcome(facts), facts
    except Exception as error:  # noqa: BLE001 - one cause that cannot be checked must not hide the others; it is told
        failed = failure(f"cause {fault.code}", error)
        facts = replace(
            facts,
            failures=(*facts.failures, failed),
            failure_details=(*facts.failure_details, details(f"checking for {fault.code}", error)),
        )
        return CannotTell(because="porttui failed here", unseen=(failed,)), facts


_TOLD_ALSO = (r.Severity.FAULT, r.Severity.WARNING)


def _rank(pair: tuple[Fault, Found]) -> tuple[int, int]:
    fault, found = pair
    return fault.stop, _BY_CONFIDENCE.index(found.confidence)


def _verdict(fault: Fault, found: Found) -> r.Verdict:
    return r.Verdict(
        code=fault.code,
        title=fault.title,
        summary=found.summary,
        severity=fault.severity,
        confidence=found.confidence,
        step=fault.step,
        evidence=found.evidence,
        gloss=found.gloss,
    )


def _unseen(seen: tuple[Unseen, ...], doubts: set[Unseen], verdict: r.Verdict) -> tuple[r.ReportUnseen, ...]:
    certain = verdict.confidence is r.Confidence.CERTAIN and verdict.severity is not r.Severity.UNKNOWN
    everything = dict.fromkeys((*seen, *sorted(doubts, key=lambda unseen: unseen.what)))
    return tuple(r.ReportUnseen.of(unseen, matters=not certain and unseen in doubts) for unseen in everything)


def _lettered(remedies: tuple[r.Remedy, ...]) -> tuple[r.Remedy, ...]:
    return tuple(
        remedy if remedy.way else replace(remedy, way=letter)
        for letter, remedy in zip("ABCDEFGHIJ", remedies, strict=False)
    )

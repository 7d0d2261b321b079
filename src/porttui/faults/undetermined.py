"""It fails, and no cause could be established.

porttui names a cause only when the facts show it. Sometimes they do not: the target is on another machine, the
rules of a firewall need root, the counters of the kernel move too fast because the machine is busy, or the fault is
one that porttui does not know. Then it says what happened, what it has ruled out, what it could not look at, and
which command would show that.

How porttui knows: the target did not answer as asked, and no fault of the catalogue was found.

What to do: look at what is listed as not seen, the quickest first; ask again as root if you may, or when there is
less traffic.
"""

from __future__ import annotations

from porttui.faults import healthy
from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Facts
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Severity
from porttui.model.target import Question
from porttui.reading import evidence, seen, words
from porttui.reading.unseen import all_unseen
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it whenever the target is not healthy; it stands behind every other fault."""
    if isinstance(healthy.check(facts), Found):
        return RuledOut(because="the target answers as asked")
    return Found(
        summary=f"{_symptom(facts)}, and the cause could not be found." if facts.done else "Looking.",
        confidence=Confidence.POSSIBLE,
        evidence=_evidence(facts),
    )


def _symptom(facts: Facts) -> str:
    if facts.name is not None and not facts.name.addresses:
        return f"The name {facts.name.host} leads to no address ({facts.name.error})"
    if facts.asked.question is Question.BIND:
        errors = [each for each in seen.binds_that_count(facts) if each.error is not None]
        told = words.ERRNO_WORDS.get(errors[0].error or "", errors[0].error) if errors else "nothing could be tried"
        return f"A server cannot start on {words.asked_endpoint(facts)}: {told}"
    exchanges = seen.exchanges(facts)
    if seen.opened(facts) and exchanges:
        return f"{words.asked_endpoint(facts)} opens, but: {words.answer(exchanges[0])}"
    attempts = seen.asked_attempts(facts)
    if attempts:
        told = words.outcome(attempts[0])
        return f"{told[0].upper()}{told[1:]}"
    return f"Nothing could be tried at {words.asked_endpoint(facts)}"


def _evidence(facts: Facts) -> tuple[Evidence, ...]:
    if facts.asked.question is Question.BIND:
        return evidence.binds(facts)
    return (*evidence.connects(facts), *evidence.exchanged(seen.exchanges(facts)))


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """See what was not seen, the quickest first."""
    commands = [each.how_to_see for each in all_unseen(facts) if each.how_to_see]
    if not commands:
        return ()
    return (
        Remedy(
            title="See what porttui could not see",
            risk=Risk.SAFE,
            cost="safe, only looks",
            proof=service.proof(facts),
            steps=(
                RemedyStep(
                    text="Ask again with all rights",
                    where=words.machine(facts),
                    argv=("porttui", "check", str(facts.asked.target)),
                    needs_root=True,
                ),
            ),
        ),
    )


FAULT = Fault(
    code="undetermined",
    step=None,
    stop=Stop.END,
    title="It fails, and no cause could be established",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
    severity=Severity.UNKNOWN,
)

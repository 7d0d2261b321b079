"""The words around a report: the state, who looks, how sure the answer is, and what to do next."""

from __future__ import annotations

from porttui.model.report import Confidence, Remedy, RemedyStep, Report, ReportUnseen, Severity, Status, Verdict
from porttui.model.target import QUESTION_TEXT, Question
from porttui.reading.words import count as counted
from porttui.render import sections
from porttui.render.marks import SEVERITY_MARKS, STATUS_MARKS
from porttui.render.sections import SURE, how_to_see, step_lines, step_text, things
from porttui.ui.keymap import key_of
from porttui.ui.shown import Here, Shown

MARKS = {status: (mark.symbol, mark.word) for status, mark in STATUS_MARKS.items()}
_SHORT_QUESTION = {Question.CONNECT: "connect?", Question.BIND: "start here?"}
all_needed, price = sections.all_needed, sections.price
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


def number(count: int) -> str:
    """Return small numbers as words."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def faults(report: Report) -> tuple[Verdict, ...]:
    """Return every fault of a report, the one that blocks first in front."""
    return tuple(verdict for verdict in (report.verdict, *report.also) if verdict.severity is Severity.FAULT)


def state(shown: Shown) -> str:
    """Return symbol and word of the answer: "✗ FAULT", ". LOOKING"."""
    if shown.failure and shown.report is None:
        return "? FAILED"
    if shown.example:
        return "- EXAMPLE"
    if shown.report is None or shown.looking:
        return ". LOOKING"
    if shown.fixed:
        return f"{MARKS[Status.PASS][0]} FIXED"
    count = len(faults(shown.report))
    return f"✗ {count} FAULTS" if count > 1 else SEVERITY_MARKS[shown.report.verdict.severity].shown()


def question(asked: Question, *, short: bool = False) -> str:
    """Return the question in words."""
    return _SHORT_QUESTION[asked] if short else QUESTION_TEXT[asked]


def place(here: Here | None, *, long: bool = False) -> str:
    """Return "dev@devbox", and when there is room for it how porttui is reached."""
    if here is None:
        return ""
    words = [f"{here.privileges.user}@{here.host.name}"]
    if long:
        words += ["over ssh"] * (here.host.ssh is not None) + ["tmux"] * here.host.tmux
    return ", ".join(words)


def certainty(report: Report) -> tuple[str, tuple[ReportUnseen, ...]]:
    """Tell how sure the answer is, and which unseen things belong under that sentence."""
    several = faults(report)
    matters = tuple(unseen for unseen in report.unseen if unseen.matters)
    if len(several) > 1:
        words = ". ".join(f"{name}: {verdict.confidence.value}" for name, verdict in zip(ORDER, several, strict=False))
        tail = f"; {things(len(matters))} not seen could change it." if matters else "."
        return words + tail, ()
    if report.verdict.severity is Severity.UNKNOWN:
        return ("What would decide it:" if matters else "Nothing here would decide it.", matters)
    if report.verdict.confidence is Confidence.CERTAIN:
        parts = [f"{counted(len(report.ruled_out), 'cause')} ruled out"] * bool(report.ruled_out)
        unseen = len(report.unseen)
        parts += [f"{things(unseen)} not seen, which cannot change this"] * bool(unseen)
        return (f"Certain: {'; '.join(parts)}." if parts else "Certain.", ())
    sure = SURE[report.verdict.confidence]
    return (f"{sure} Not seen, and it could change this:", matters) if matters else (sure, ())


ORDER = ("First", "Then", "After that", "And then")
"""Names of several faults, in the order in which they block."""


def unseen_row(unseen: ReportUnseen, report: Report) -> tuple[str, str]:
    """Return the thing, and how to see it with the reason why it was not."""
    reason = f"{unseen.reason}: " * bool(unseen.reason)
    return unseen.what, f"{reason}{how_to_see(unseen, report)}".removesuffix(": ")


def command(step: RemedyStep, report: Report) -> str:
    """Return what a step wants typed: a command for the user's shell, an address, a text for a file; else empty."""
    return "\n".join(step_lines(step, report))


def sentence(remedy: Remedy, index: int, report: Report) -> str:
    """Return what to do in a step of a way, and where, unless that is clear from the step before."""
    return step_text(remedy.steps[index], report, remedy.steps[index - 1] if index else None)


def fix_hint(report: Report, *, narrow: bool) -> str:
    """Return what the Next row says when there is something to fix."""
    count, fix = len(report.remedies), key_of("fix")
    if all_needed(report):
        return f"{fix}  both fixes, in order" if count == 2 else f"{fix}  {number(count)} fixes, in order"
    ways = f"{number(count)} ways" if count > 1 else "one way"
    tried = next((index for index, remedy in enumerate(report.remedies) if remedy.tried), None)
    if tried is None:
        return f"{fix}  {ways}" if narrow else f"{fix}  fix it: {ways}"
    which = "the first" if tried == 0 else f"way {report.remedies[tried].way}"
    if count == 1:
        return f"{fix}  one way, it works" if narrow else f"{fix}  fix it: one way, tried, and it works"
    return f"{fix}  {ways}, {which} works" if narrow else f"{fix}  fix it: {ways}, {which} was tried and works"

"""The fix, way by way and step by step; then a watch until it is proven that it worked."""

from __future__ import annotations

from porttui.model.report import Remedy, Report, Severity
from porttui.plain.acting import do_step, does_itself
from porttui.plain.looking import Case
from porttui.plain.talk import Keys
from porttui.render import sections
from porttui.render.proven import works

_WALK: Keys = (
    ("enter", "the step is done: the next one; after the last one porttui looks whether it works"),
    ("x", "the command of this step, part by part"),
    ("a", "where porttui offers it: it does the step itself, after a question"),
    ("r", "look now whether it works"),
    ("b", "back to the ways"),
)


def fix(case: Case, typed: str = "") -> None:
    """Tell the ways, and go through the one that is chosen.

    Args:
        case: the target under way.
        typed: a way that was named already: "B".
    """
    while True:
        report = case.fault
        if report is None or _nothing(case, report):
            return
        if not typed and len(report.remedies) > 1:
            _tell_ways(case, report)
        way = report.remedies[0] if len(report.remedies) == 1 else _chosen(report, typed)
        while way is None:
            names = [each.way for each in report.remedies]
            named = f"{', '.join(names[:-1])} or {names[-1]}"
            typed = case.talk.ask(
                f"Type {named} for the steps of that way; enter goes back.", [(name, "that way") for name in names]
            )
            if typed in ("", "b"):
                return
            way = _chosen(report, typed)
            if way is None:
                case.talk.tell(f"{typed[:30]!r} is no way.")
        if _walked(case, report, way) or len(report.remedies) == 1:
            return
        typed = ""


def _nothing(case: Case, report: Report) -> bool:
    """Tell when there is nothing to fix, or no way is known."""
    if case.guide is not None and case.guide.fixed:
        case.talk.tell(works(case.guide))
        return True
    if any(way.steps for way in report.remedies):
        return False
    well = report.verdict.severity in (Severity.OK, Severity.WARNING)
    told = "Nothing has to be fixed." if well else "No way to fix this is known from here."
    case.talk.tell(told if well else f"{told} e tells what was not seen, 6 more about this fault.")
    return True


def _tell_ways(case: Case, report: Report) -> None:
    talk = case.talk
    talk.say("", sections.fix_heading(report))
    label = max(len(way.way) for way in report.remedies)
    for way in report.remedies:
        count = f"{len(way.steps)} step{'s' * (len(way.steps) != 1)}"
        talk.tell(f"{sections.way_title(way)}, {count}", f"  {way.way.ljust(label)}  ")


def _chosen(report: Report, typed: str) -> Remedy | None:
    """Return the way that was named, by its name or its number."""
    wanted = typed.strip().lower()
    for number, way in enumerate(report.remedies, 1):
        if wanted in (way.way.lower(), str(number)):
            return way
    return None


def _walked(case: Case, report: Report, way: Remedy) -> bool:
    """Go through the steps of a way; tell whether it was looked what came of it."""
    talk = case.talk
    talk.say("")
    if len(report.remedies) == 1:
        talk.say(sections.fix_heading(report))
    talk.tell(sections.way_title(way), f"{way.way}  ")
    talk.tell(way.note)
    if talk.terminal and any(step.argv is not None for step in way.steps):
        talk.tell("Commands go into a second terminal. With this one alone: ctrl+z, and fg comes back.")
    for index in range(len(way.steps)):
        _tell_step(case, report, way, index)
        typed = _answered(case, report, way, index)
        if typed == "b":
            return False
        if typed == "sent":
            return True
        if case.guide is not None and (case.guide.pinned is None or case.guide.pinned.way != way.way):
            case.guide = case.guide.pin(way.way)
        if typed == "r":
            break
        case.marked |= {(way.way, index)}
    case.watch()
    return True


def _answered(case: Case, report: Report, way: Remedy, index: int) -> str:
    """Ask what becomes of a step: "" when it is done, "r", "b", or "sent" when porttui has done it and looked."""
    step = way.steps[index]
    itself = does_itself(report, step)
    then = "watch whether it works" if index + 1 == len(way.steps) else "next step"
    parts = "x: the command explained; " * bool(sections.command_parts(step, report))
    does = "a: porttui does it, after a question; " * (itself is not None)
    while True:
        asked = f"Enter: step {index + 1} is done, {then}; {does}{parts}r: look now; b: back."
        typed = case.talk.ask(asked, _WALK, words=False).lower()
        if typed == "x":
            _tell_parts(case, report, way, index)
        elif typed == "a" and itself is not None:
            if do_step(case, *itself):
                return "sent"
        elif typed in ("", "r", "b"):
            return typed
        else:
            case.talk.tell(f"{typed[:30]!r} is no choice here; ? lists them.")


def _tell_step(case: Case, report: Report, way: Remedy, index: int) -> None:
    step, talk = way.steps[index], case.talk
    before = way.steps[index - 1] if index else None
    talk.tell(sections.step_text(step, report, before), f"Step {index + 1} of {len(way.steps)}: ")
    for line in sections.step_lines(step, report):
        talk.typed(line, "    ", shell=step.argv is not None and report.facts.os != "windows")
    talk.tell(step.why, "  why: ")
    if index + 1 == len(way.steps) and way.undo:
        talk.tell(way.undo, "  to undo it: ")


def _tell_parts(case: Case, report: Report, way: Remedy, index: int) -> None:
    found = sections.command_parts(way.steps[index], report)
    case.talk.table(found or [("This step has no command.",)])

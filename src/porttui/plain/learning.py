"""Lessons with this machine's values, and the explanation of a fault."""

from __future__ import annotations

from collections.abc import Callable

from porttui.faults.registry import BY_CODE
from porttui.labs.registry import labs_of, labs_on
from porttui.learn.contents import BY_TOPIC, EXAMPLE_TARGET, LESSONS, Lesson, lessons_of
from porttui.learn.setting import lesson_rows, number
from porttui.model.facts import Facts
from porttui.model.parse import parse
from porttui.model.report import Report, Severity
from porttui.observe import this_platform
from porttui.observe.small import look_around
from porttui.plain.talk import Keys, Talk
from porttui.render.faults_page import NamedLab, explain_text

_KEYS: Keys = (
    ("n", "the next lesson"),
    ("l", "the list of lessons"),
    ("1", "a lesson, by its number or its topic"),
    ("e", "what was found, explained"),
    ("CODE", "a fault, explained: sigstopped"),
    ("enter", "back"),
)
_UNBOUNDED = 10_000


def learn(talk: Talk, report: Report | None, typed: str = "", *, labs: Callable[[str], None] | None = None) -> None:
    """Tell the lesson of the case, and others as they are asked for.

    Args:
        talk: with the user.
        report: the case; None begins with the first lesson.
        typed: what is wanted first: a topic, a number, a code.
        labs: plays a lab that is named; None where there are none.
    """
    facts = report.facts if report is not None else look_around(parse(EXAMPLE_TARGET), this_platform())
    own = lessons_of(report.verdict.code) if report is not None else ()
    lesson = own[0] if own else LESSONS[0]
    wanted = typed or str(LESSONS.index(lesson) + 1)
    while True:
        found = _lesson(wanted, lesson)
        lab = wanted.removeprefix("porttui ")
        if labs is not None and lab.partition(" ")[0] == "lab":
            labs(lab.removeprefix("lab").strip())
        elif wanted == "l":
            talk.say("", *_contents(report))
        elif found is not None:
            lesson = found
            ill = lesson in own and report is not None and _ill(report)
            _tell(talk, facts, lesson, call="porttui lab" if labs is None else "lab", mine=ill)
        elif not _explained(talk, report, wanted):
            talk.tell(f"{wanted[:40]!r} is no lesson and no fault; l lists the lessons.")
        wanted = talk.ask(
            "n: next lesson; l: list; its number or topic: that lesson; e: what was found, explained; enter goes back.",
            _KEYS,
        ).lower()
        if wanted in ("", "b"):
            return


def _lesson(wanted: str, now: Lesson) -> Lesson | None:
    if wanted == "n":
        return LESSONS[(LESSONS.index(now) + 1) % len(LESSONS)]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(LESSONS):
        return LESSONS[int(wanted) - 1]
    return BY_TOPIC.get(wanted.replace("_", "-"))


def _ill(report: Report) -> bool:
    return report.verdict.severity in (Severity.FAULT, Severity.WARNING)


def _tell(talk: Talk, facts: Facts, lesson: Lesson, *, call: str, mine: bool) -> None:
    note = number(lesson) + ", your case" * mine
    talk.say("", *lesson_rows(lesson, lesson.page(facts), talk.width, room=_UNBOUNDED, note=note))
    practise = ", ".join(lab.name for lab in labs_of(lesson.topic))
    talk.tell(f"Practise: {call} {practise}" if practise else "")


def _contents(report: Report | None) -> list[str]:
    own = lessons_of(report.verdict.code) if report is not None and _ill(report) else ()
    return [
        f"{at:>2}  {lesson.title}" + (", your case" if lesson in own else "") for at, lesson in enumerate(LESSONS, 1)
    ]


def _explained(talk: Talk, report: Report | None, wanted: str) -> bool:
    """Explain what was found, or the fault that was named; tell whether there is one."""
    codes = [wanted.replace("_", "-")]
    if wanted == "e" and report is not None:
        codes = [each.code for each in (report.verdict, *report.also)]
    found = [BY_CODE[code] for code in codes if code in BY_CODE]
    for fault in found:
        labs = [NamedLab(lab.name, lab.title) for lab in labs_on(fault.code)]
        talk.say("", *explain_text(fault, labs, width=talk.width).splitlines())
    return bool(found)

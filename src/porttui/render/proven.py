"""The proof that a fix worked, in words: that it works, and what is still to do so that it stays so."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from porttui.model.report import Report, Severity
from porttui.model.target import Question
from porttui.reading.guide import Guide
from porttui.render.sections import step_lines, undo

Place = tuple[str, int]
"""A step: the letter of its way and its index."""


def works(guide: Guide) -> str:
    """Return the one line that says so."""
    verdict = guide.now.verdict
    times = "three times in a row" if guide.needed <= 3 else f"{guide.needed} times in a row"
    note = f" {verdict.summary}" if verdict.severity is Severity.WARNING else ""
    if verdict.severity is Severity.FAULT:  # old connections, which a server like the one that is gone passes by
        note = " Only a server without SO_REUSEADDR has to wait a minute."
    return f"It works: {answers(guide.now)}. Seen {times}.{note}"


def answers(report: Report) -> str:
    """Return "127.0.0.1:5173 answers"; for a server that wants to start, that the place is free."""
    if report.question is Question.BIND:
        return f"a server can start on {report.target.text}"
    return f"{report.target.text} answers"


def still_to_do(guide: Guide | None, marked: AbstractSet[Place]) -> list[Place]:
    """Return the steps of the way in hand that write something down for good and were not marked as done."""
    if guide is None or guide.pinned is None:
        return []
    return [
        (guide.pinned.way, index)
        for index, step in enumerate(guide.pinned.steps)
        if step.edit is not None and (guide.pinned.way, index) not in marked
    ]


def todo_texts(guide: Guide | None, marked: AbstractSet[Place]) -> tuple[str, ...]:
    """Return what is still to do, each in one sentence with its text, for the last words."""
    if guide is None or guide.pinned is None:
        return ()
    told = []
    for _, index in still_to_do(guide, marked):
        step = guide.pinned.steps[index]
        where = step.edit.file if step.edit else step.where
        lines = step_lines(step, guide.first)
        told.append(f"in {where}, or it comes back:  {lines[0] if len(lines) == 1 else step.text}")
    return tuple(told)


def to_undo(guide: Guide | None) -> str:
    """Return what takes the way back that was gone; empty when nothing was changed, or the way is not known."""
    return undo(guide.pinned, guide.first) if guide is not None and guide.pinned is not None else ""

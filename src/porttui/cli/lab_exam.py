"""`porttui lab exam`: round after round at the prompt, and then the points and what to read again."""

from __future__ import annotations

import time

from porttui.act import solved
from porttui.cli import exits
from porttui.cli.lab_session import Lines, Session, Typed
from porttui.labs import exam as exams
from porttui.labs.play import MINUTES, Play
from porttui.labs.registry import reasons
from porttui.labs.stage import StartError
from porttui.labs.telling import WIDTH
from porttui.render.lines import columns, paragraph


def run(seed: int | None, typed: Lines | None = None) -> int:
    """Play an exam; return the exit code: 0 passed, 1 not.

    Args:
        seed: draws the same rounds each time; None: others each time.
        typed: the lines of the learner, where somebody else reads stdin.

    Raises:
        CannotSeeError: nothing of it can be played here.
    """
    exam = drawn(seed)
    typed = typed or Typed()
    exits.emit("\n".join([*paragraph(exams.RULES, WIDTH), "", ""]))
    while (lab := exam.lab) is not None:
        until = time.monotonic() + 60 * MINUTES
        try:
            with Session(Play(lab), until=until, heading=exam.heading, typed=typed) as session:
                done = session.run() == exits.Exit.HEALTHY
                mark = exam.mark(session.play, solved=done)
        except StartError as error:
            raise exits.CannotSeeError(f"{exam.heading} could not be started: {error}") from error
        exits.emit(f"\n{exams.verdict(mark)}\n\n")
        if session.left:
            break
    return _end(exam)


def drawn(seed: int | None) -> exams.Exam:
    """Return an exam of what can be played here.

    Raises:
        CannotSeeError: nothing can.
    """
    missing = reasons()
    possible = [name for name, why in missing.items() if not why]
    if not possible:
        raise exits.CannotSeeError(f"the exam cannot be played here: {next(iter(missing.values()))}")
    return exams.Exam(possible, seed)


def _end(exam: exams.Exam) -> int:
    again = exams.read_again(exam)
    lines = [
        *columns(exams.rows(exam), WIDTH, indent=0),
        "",
        exams.result(exam),
        *(["", "To read, and to do, again:", *columns(again, WIDTH)] if again else []),
    ]
    exits.emit("\n".join(lines) + "\n")
    if exam.passed:
        solved.remember(solved.usual_path(), exams.NAME)
    return exits.Exit.HEALTHY if exam.passed else exits.Exit.FAULT

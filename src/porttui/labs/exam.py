"""The exam: faults drawn by lot, two at once at the end, points for each, and what to read again."""

from __future__ import annotations

import random
from collections.abc import Collection

from porttui.labs import two_at_once
from porttui.labs.lab import Lab
from porttui.labs.look_again import LAB as RULE_AND_ADDRESS
from porttui.labs.play import Play
from porttui.labs.registry import BY_NAME, LABS
from porttui.model.base import Value

NAME = "exam"
ROUNDS = 6
MOST = 4
"""Points of a round."""
PASSED = 0.75
"""Which part of the points it takes."""
RULES = (
    f"{ROUNDS} rounds drawn by lot, {MOST} points each, the last one with two faults at once. A hint costs a point, "
    "porttui's diagnosis (d) another one; n gives a round up."
)


class Mark(Value, frozen=True, kw_only=True):
    """How a round went."""

    lab: Lab
    solved: bool
    hints: int
    """That were opened."""
    diagnosed: bool
    """porttui was asked for its own diagnosis."""

    @property
    def points(self) -> int:
        """At least one for what was solved, none for what was not."""
        return max(1, MOST - self.hints - self.diagnosed) if self.solved else 0


class Exam:
    """An exam under way."""

    def __init__(self, possible: Collection[str], seed: int | None = None) -> None:
        """Draw the rounds.

        Args:
            possible: the names of the labs that can run here.
            seed: draws the same rounds each time, for a class; None: others each time.
        """
        lot = random.Random(seed)  # noqa: S311  # nothing depends on its being secret
        rounds: list[Lab] = []
        for lab in lot.sample(LABS, len(LABS)):
            fresh = all(lab.lesson != other.lesson for other in rounds)
            if fresh and lab.name in possible and lab.name != RULE_AND_ADDRESS.name and len(rounds) < ROUNDS - 1:
                rounds.append(lab)
        missing = {ask: ask() for ask in {lab.missing for lab in two_at_once.LABS}}
        doubles = [lab for lab in two_at_once.LABS if not missing[lab.missing]]
        doubles += [RULE_AND_ADDRESS] * (RULE_AND_ADDRESS.name in possible)
        self.rounds = (*rounds, lot.choice(doubles))
        self.marks: list[Mark] = []

    @property
    def lab(self) -> Lab | None:
        """The lab of the round to be played; None after the last."""
        return self.rounds[len(self.marks)] if len(self.marks) < len(self.rounds) else None

    @property
    def heading(self) -> str:
        """Return "The exam, round 2 of 6"; the title of the lab would tell what was seen before."""
        return f"The exam, round {min(len(self.marks) + 1, len(self.rounds))} of {len(self.rounds)}"

    def mark(self, play: Play, *, solved: bool) -> Mark:
        """Write down how the round went."""
        mark = Mark(lab=play.lab, solved=solved, hints=play.opened, diagnosed=play.diagnosed)
        self.marks.append(mark)
        return mark

    @property
    def points(self) -> int:
        """Of all rounds so far."""
        return sum(mark.points for mark in self.marks)

    @property
    def most(self) -> int:
        """Points that all rounds have."""
        return MOST * len(self.rounds)

    @property
    def passed(self) -> bool:
        """Whether the points are enough."""
        return self.points >= PASSED * self.most


def verdict(mark: Mark) -> str:
    """Return how a round went, in a few words: "3 of 4 points (1 hint)"."""
    used = [f"{mark.hints} hint{'s' * (mark.hints != 1)}"] * (mark.hints > 0) + ["d"] * mark.diagnosed
    why = "not solved" if not mark.solved else ", ".join(used)
    return f"{mark.points} of {MOST} points" + (f" ({why})" if why else "")


def rows(exam: Exam) -> list[tuple[str, str, str]]:
    """Return each round as cells: its number, what it was, how it went."""
    return [(str(at), _what(mark.lab), verdict(mark)) for at, mark in enumerate(exam.marks, 1)]


def _what(lab: Lab) -> str:
    return " and ".join((lab.code, *(code for code, _ in lab.also)))


def result(exam: Exam) -> str:
    """Return the sentence at the end."""
    words = "That is enough." if exam.passed else f"It takes {round(PASSED * exam.most)} to pass."
    return f"{exam.points} of {exam.most} points. {words}"


def read_again(exam: Exam) -> list[tuple[str, str, str]]:
    """Return for each round that lost points: the fault, the lesson, and the lab to do once more, as commands."""
    found: dict[str, tuple[str, str, str]] = {}
    for mark in exam.marks:
        if mark.points < MOST:
            again = f"porttui lab {mark.lab.name}" if mark.lab.name in BY_NAME else ""
            for code, lesson in ((mark.lab.code, mark.lab.lesson), *mark.lab.also):
                found.setdefault(code, (f"porttui explain {code}", f"porttui learn {lesson}", again))
    return list(found.values())

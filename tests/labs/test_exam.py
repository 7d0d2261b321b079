"""The exam: what is drawn, two faults of which one hides the other, the points, and what is to be read again."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from porttui.faults.registry import BY_CODE
from porttui.labs import exam as exams
from porttui.labs import two_at_once
from porttui.labs.exam import Exam
from porttui.labs.play import Play
from porttui.labs.registry import BY_NAME, LABS
from porttui.learn.contents import BY_TOPIC
from tests.cli.run import environment
from tests.system import people
from tests.system.people import Person


def test_rounds_are_drawn_by_lot_and_the_last_one_has_two_faults() -> None:
    possible = [lab.name for lab in LABS]
    drawn = [Exam(possible, seed).rounds for seed in range(6)]
    assert drawn[3] == Exam(possible, 3).rounds
    assert len({tuple(lab.name for lab in rounds) for rounds in drawn}) > 3
    for rounds in drawn:
        assert len(rounds) == exams.ROUNDS
        assert len({lab.lesson for lab in rounds[:-1]}) == exams.ROUNDS - 1
        assert [bool(lab.also) for lab in rounds] == [False] * (exams.ROUNDS - 1) + [True]
    few = Exam(["two-doors"], 1).rounds
    assert [few[0].name, few[1] in two_at_once.LABS, len(few)] == ["two-doors", True, 2]


def test_the_second_fault_shows_when_the_first_is_gone() -> None:
    """Pairs in which each fault has a part once; and at the prompt what is not named stays as it is."""
    for lab in two_at_once.LABS[::4]:
        assert lab.code in BY_CODE
        assert all(code in BY_CODE and topic in BY_TOPIC for code, topic in lab.also)
        play = Play(lab)
        play.begin()
        try:
            first = play.look()
            one, _, two = lab.hints[-1].removeprefix("First e ").partition(" - and then e ")
            play.edit(one)
            second = play.look()
            assert (first.solved, second.solved) == (False, False)
            assert first.word != second.word, lab.name
            play.edit(two)
            assert play.look().solved, lab.name
        finally:
            play.end()


def test_a_hint_and_the_diagnosis_cost_a_point_each_and_what_lost_points_is_named() -> None:
    exam = Exam(["two-doors"], 1)
    for opened, diagnosed, solved, points in ((1, True, True, 2), (9, False, True, 1)):
        assert exam.lab is not None
        play = Play(exam.lab)
        play.opened, play.diagnosed = opened, diagnosed
        assert exam.mark(play, solved=solved).points == points
    assert exam.lab is None
    assert (exam.points, exam.most, exam.passed) == (3, 8, False)
    again = exams.read_again(exam)
    assert ("porttui explain ipv6-only-listener", "porttui learn two-addresses", "porttui lab two-doors") in again
    assert len(again) == len({lab.code for lab in exam.rounds} | {code for code, _ in exam.rounds[1].also})
    assert exams.verdict(exam.marks[0]) == "2 of 4 points (1 hint, d)"
    assert exams.NAME not in BY_NAME


def test_it_is_played_at_the_prompt_by_somebody_who_is_not_root() -> None:
    nobody = people.become(Person.NOBODY)
    with tempfile.TemporaryDirectory(prefix="porttui-") as state:
        if nobody:
            os.chown(state, Person.NOBODY.value, Person.NOBODY.value)
        done = subprocess.run(
            [*nobody, sys.executable, "-m", "porttui", "lab", "exam", "--seed", "3"],
            input=b"h\n" + b"n\n" * exams.ROUNDS,
            capture_output=True,
            check=False,
            env=environment(XDG_STATE_HOME=state, XDG_CONFIG_HOME=state),
        )
    told = done.stdout.decode()
    assert done.returncode == 1, done
    assert [line for line in told.splitlines() if line.startswith("The exam, ")] == [
        f"The exam, round {at} of 6" for at in range(1, 7)
    ]
    assert "0 of 24 points. It takes 18 to pass." in told
    assert "porttui learn who-can-reach" in told.partition("To read, and to do, again:")[2]

"""`porttui learn`: the list, one lesson by topic, number or fault, and what it says to a word that is none."""

from __future__ import annotations

from porttui.learn.contents import LESSONS
from tests.cli.run import porttui


def test_it_lists_the_lessons_and_prints_one_with_the_next_named() -> None:
    listed = porttui("learn").stdout.decode().splitlines()
    assert [line.split()[:2] for line in listed[: len(LESSONS)]] == [
        [str(number), lesson.topic] for number, lesson in enumerate(LESSONS, 1)
    ]
    done = porttui("learn", "two-addresses")
    told = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert done.stderr == b""
    assert told[0].endswith("lesson 3 of 25")
    assert any(line.startswith("  127.0.0.1:62893  ") for line in told)
    assert told[-2] == "Practise: porttui lab two-doors"
    assert told[-1] == "Next: porttui learn loopback"
    assert len(told) < 24


def test_it_tells_the_words_of_the_trade() -> None:
    told = porttui("learn", "words").stdout.decode()
    assert "\nTIME_WAIT " in told
    assert max(map(len, told.splitlines())) < 80


def test_a_fault_leads_to_its_lesson_and_nonsense_to_the_list() -> None:
    assert porttui("learn", "time-wait").stdout.startswith(b"Address already in use ")
    wrong = porttui("learn", "locahost")
    assert wrong.returncode == 2
    assert wrong.stdout == b""
    assert b"perhaps localhost" in wrong.stderr

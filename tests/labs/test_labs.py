"""Every lab for real: unsolved, then solved; nothing of it is left, after kill -9 either; and none needs root."""

from __future__ import annotations

import json
import os
import re
import signal
import string
import subprocess
import sys
from pathlib import Path

import pytest

from porttui.faults.registry import BY_CODE
from porttui.labs.lab import Lab
from porttui.labs.registry import LABS
from porttui.learn.contents import BY_TOPIC
from tests.cli.run import environment
from tests.system import people
from tests.system.people import Person
from tests.system.stage import wait_until

_DRIVER = Path(__file__).with_name("driver.py")
_PEOPLE = (Person.ROOT, Person.NOBODY) if os.geteuid() == 0 else (Person.ROOT,)


def _gone(pid: int) -> bool:
    """Whether a process has ended; one that init has not yet asked about has, too."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


@pytest.mark.parametrize("person", _PEOPLE)
@pytest.mark.parametrize("lab", LABS, ids=lambda lab: str(lab.name))
def test_it_is_real_can_be_solved_and_leaves_nothing(lab: Lab, person: Person) -> None:
    with subprocess.Popen(
        [*people.become(person), sys.executable, str(_DRIVER), lab.name], stdout=subprocess.PIPE, env=environment()
    ) as driver:
        try:
            assert driver.stdout is not None
            seen = json.loads(driver.stdout.readline())
            assert "missing" not in seen, seen
            assert seen["uid"] == (person.value if os.geteuid() == 0 else os.geteuid())
            assert (seen["before"], seen["after"], seen["left"]) == (False, True, []), seen
            pids = json.loads(driver.stdout.readline())
            # what is tried again and again, and cannot start, has always ended or is about to
            assert pids if lab.question == "bind" else not all(map(_gone, pids))
        finally:
            driver.send_signal(signal.SIGKILL)
    wait_until(lambda: all(map(_gone, pids)), "the end of what a killed porttui had started")


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: str(lab.name))
def test_its_texts_are_whole(lab: Lab) -> None:
    """A lab names a fault and a lesson that exist, gives hints step by step, and its title keeps the secret."""
    assert re.fullmatch(r"[a-z0-9-]{1,40}", lab.name)
    assert lab.code in BY_CODE
    assert lab.lesson in BY_TOPIC
    assert len(lab.hints) >= 3
    texts = (lab.title, lab.story, lab.goal, *lab.hints, lab.explanation)
    assert all(text.isascii() for text in texts)
    assert lab.title not in BY_CODE[lab.code].title
    fields = {name for text in texts for _, name, *_ in string.Formatter().parse(text) if name}
    assert fields <= {"target", "port", "other", "pid", "holder", "address"}


def test_names_are_unique() -> None:
    assert len({lab.name for lab in LABS}) == len(LABS)

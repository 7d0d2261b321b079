"""The table of sockets is that of ss and lsof, for everybody, while sockets come and go."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.run import environment
from tests.system import people
from tests.system.people import CHECKOUT, Person
from tests.system.stage import Namespace

_AGAINST = Path(__file__).with_name("against.py")


@pytest.mark.skipif(not shutil.which("ss") or not shutil.which("lsof"), reason="ss or lsof is not installed")
def test_the_table_is_that_of_ss_and_lsof_while_sockets_come_and_go() -> None:
    with Namespace() as stage:
        stage.listen(address="::", person=Person.NOBODY)
        stage.listen("--backlog", "1", address="::1", person=Person.OTHER)
        grown = (sys.executable, str(CHECKOUT / "bench/farm.py"), "60", "12", "2")
        argv = [*people.enter(Person.ROOT, stage.pid), *grown]
        with subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(PYTHONWARNINGS=None)
        ) as farm:
            assert farm.stdin is not None
            assert farm.stdout is not None
            farm.stdout.readline()
            for person in (Person.ROOT, Person.NOBODY):
                told = json.loads(stage.run(sys.executable, str(_AGAINST), "1", person=person))
                assert told["problems"] == [], person
                assert told["rows"] > 2 * 72
            farm.stdin.close()

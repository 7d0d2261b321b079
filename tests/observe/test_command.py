"""Other programs are run within bounds."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from porttui.model.facts import Unseen
from porttui.observe.command import Output, run


def _python(script: str, **bounds: float) -> Output | Unseen:
    return run(sys.executable, "-c", script, what="it", **bounds)  # type: ignore[arg-type]


def test_status_and_words_come_back() -> None:
    found = _python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)", seconds=30)
    assert found == Output(status=3, stdout="out\n", stderr="err\n", cut=False)


def test_a_program_that_never_stops_printing_is_ended_at_the_bound() -> None:
    found = _python("while True: print('x' * 1000)", seconds=30, limit=5000)
    assert isinstance(found, Output)
    assert (len(found.stdout), found.cut) == (5000, True)


def test_exactly_as_much_as_is_read_is_not_cut() -> None:
    found = _python("import sys; sys.stdout.write('x' * 5000)", seconds=30, limit=5000)
    assert isinstance(found, Output)
    assert (len(found.stdout), found.cut, found.status) == (5000, False, 0)


def test_complaints_without_end_do_not_hold_the_program_up() -> None:
    found = _python("import sys; sys.stderr.write('x' * 1000000); print('done')", seconds=30)
    assert isinstance(found, Output)
    assert (found.stdout, len(found.stderr), found.cut) == ("done\n", 10_000, False)


def test_a_program_that_does_not_end_is_ended() -> None:
    found = _python("import time; time.sleep(600)", seconds=0.5)
    assert isinstance(found, Unseen)
    assert "did not finish in 0.5 s" in found.reason


def test_what_a_program_leaves_behind_is_not_waited_for() -> None:
    script = "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, flush=True); sys.exit(0)"
    found = _python(script, seconds=30)
    assert isinstance(found, Output)
    assert found.status == 0
    os.kill(int(found.stdout), signal.SIGKILL)  # it is still there


@pytest.mark.parametrize("name", ["no-such-program-anywhere"])
def test_a_program_that_is_not_there(name: str) -> None:
    assert run(name, what="it") == Unseen(what="it", reason=f"{name} is not installed", how_to_see="")

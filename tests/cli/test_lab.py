"""`porttui lab` as it is typed: the list, a lab that is solved at its prompt, and what is kept of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from porttui.cli.lab_session import Session
from porttui.labs.play import Play
from porttui.labs.programs.ask import ask
from porttui.labs.registry import BY_NAME, LABS
from tests.cli.run import environment, porttui
from tests.system.stage import wait_until


def test_a_lab_is_played_at_its_prompt_and_the_progress_is_kept_until_reset(tmp_path: Path) -> None:
    typed = b"h\ne --host 0.0.0.0\ne --host 127.0.0.1\n"
    done = porttui("lab", "two-doors", stdin=typed, XDG_STATE_HOME=str(tmp_path))
    told = done.stdout.decode()
    assert done.returncode == 0, done
    assert re.search(r"^Start +page.py --host ::1 --port \d+$", told, re.MULTILINE)
    assert "not yet: refused" in told
    assert "Hint 1 of 4: " in told
    assert "0.0.0.0: a lab is open to this machine only" in told
    assert "goal reached: HTTP 200" in told
    assert "More: porttui explain ipv6-only-listener; porttui learn two-addresses" in told
    listed = {
        row["name"]: row["solved"]
        for row in json.loads(porttui("lab", "--list", "--json", XDG_STATE_HOME=str(tmp_path)).stdout)
    }
    assert [name for name, solved in listed.items() if solved] == ["two-doors"]
    assert list(listed) == [lab.name for lab in LABS]
    assert porttui("lab", "reset", XDG_STATE_HOME=str(tmp_path)).returncode == 0
    assert b"0 of" in porttui("lab", XDG_STATE_HOME=str(tmp_path)).stdout


def test_in_plain_mode_lessons_and_labs_are_asked_for_by_name_and_the_whole_line_may_be_typed(tmp_path: Path) -> None:
    typed = b"learn localhost\n\nlab no-such\nporttui lab two-doors\nd\ne page.py --host 127.0.0.1\nq\n"
    done = porttui("--plain", stdin=typed, XDG_STATE_HOME=str(tmp_path))
    told = done.stdout.decode()
    assert done.returncode == 0, done
    assert "localhost is a name, not an address." in told
    assert "no-such" in told
    back = r"^Back in the lab: e OPTIONS starts its server otherwise, as in  e --host ::1 --port"
    assert re.search(back, told, re.MULTILINE)
    assert re.search(r"^Start +page.py --host 127.0.0.1 --port \d+$", told, re.MULTILINE)
    assert "goal reached: HTTP 200" in told
    assert told.count("What does not work? Type a port") == 4


def test_leaving_unsolved_is_1_and_nonsense_is_2() -> None:
    left = porttui("lab", "1")
    assert left.returncode == 1
    assert left.stdout.endswith(b"All that the lab started has been ended.\n")
    wrong = porttui("lab", "two-dors")
    assert (wrong.returncode, wrong.stdout) == (2, b"")
    assert b"perhaps two-doors" in wrong.stderr
    for words in (("two-doors", "--screen"), ("exam", "--screen"), ("exam", "--serve")):
        assert porttui("lab", *words).returncode == 2


def test_serve_prints_a_target_that_has_the_fault() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "porttui", "lab", "two-doors", "--serve"], stdout=subprocess.PIPE, env=environment()
    ) as serving:
        assert serving.stdout is not None
        try:
            target = serving.stdout.readline().decode().strip()
            report = json.loads(porttui("check", target, "--json").stdout)
            assert report["verdict"]["code"] == "ipv6-only-listener"
        finally:
            serving.kill()
    port = int(target.rpartition(":")[2])
    wait_until(lambda: ask("::1", port).word == "refused", "the end of the fault with the porttui that made it")


def test_a_lab_ends_by_itself_when_its_time_is_over(capfd: pytest.CaptureFixture[str]) -> None:
    with Session(Play(BY_NAME["asleep"]), until=0) as session:
        assert session.run() == 1
    assert "The time is over." in capfd.readouterr().out


def test_variables_of_a_lab_are_changed_at_its_prompt(tmp_path: Path) -> None:
    done = porttui("lab", "intercepted", stdin=b"e no_proxy=127.0.0.1\n", XDG_STATE_HOME=str(tmp_path))
    assert done.returncode == 0, done
    assert b"not yet: connection refused\n" in done.stdout


def test_a_command_of_the_learner_can_solve_it(tmp_path: Path) -> None:
    """The last hint is typed as it is told."""
    with subprocess.Popen(
        [sys.executable, "-m", "porttui", "lab", "occupied"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(XDG_STATE_HOME=str(tmp_path)),
    ) as lab:
        assert lab.stdin is not None
        lab.stdin.write(b"h\nh\nh\n")
        lab.stdin.flush()
        assert lab.stdout is not None
        told = b""
        while not (found := re.search(rb"! kill \d+", told)):
            line = lab.stdout.readline()
            assert line, told
            told += line
        lab.stdin.write(found[0] + b"\n")
        lab.stdin.flush()
        told += lab.stdout.read()
    assert lab.returncode == 0, told
    assert b"not yet: page.py: [Errno 98] Address already in use" in told

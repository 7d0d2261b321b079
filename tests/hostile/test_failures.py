"""When porttui itself fails: what it was doing is said, the rest is kept, the details are in a file, and it exits 4."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.run import SRC, closed_port, environment
from tests.hostile.running import harmless
from tests.ui.terminal import ALT_SCREEN_OFF, Terminal

ROOT = Path(__file__).parents[2]
_PARTS = {
    "sockets": "sockets",
    "privileges": "rights of this user",
    "host": "machine",
    "interfaces": "interfaces",
    "sysctls": "kernel settings",
    "route": "routes",
    "counters": "connect",
    "firewall": "firewall",
    "managed": "services",
    "cause": "cause sigstopped",
}
"""What is broken, and how the user is told."""


def broken(part: str, *argv: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run porttui with a broken part; its files go to a folder."""
    return subprocess.run(
        [sys.executable, "-m", "tests.hostile.broken", part, *argv],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
        cwd=ROOT,
        env=environment(TMPDIR=str(folder), PYTHONPATH=f"{SRC}:{ROOT}"),
    )


def told(done: subprocess.CompletedProcess[bytes], folder: Path) -> list[str]:
    """Assert how a failure of porttui ends, and return the lines on stderr."""
    assert done.returncode == 4, done
    assert b"Traceback" not in done.stdout + done.stderr
    harmless(done.stdout)
    harmless(done.stderr)
    lines = done.stderr.decode().splitlines()
    path = Path(lines[-1].removeprefix("porttui: the details are in "))
    assert path.parent == folder
    assert path.stat().st_mode & 0o777 == 0o600
    details = path.read_text()
    assert "in breaks" in details
    harmless(details.encode())
    return lines


@pytest.mark.parametrize("form", ["text", "--json"])
@pytest.mark.parametrize("part", _PARTS)
def test_a_part_that_fails_takes_nothing_with_it(part: str, form: str, tmp_path: Path) -> None:
    target = f"127.0.0.1:{closed_port()}"
    argv = [target, "--timeout", "1.5"] + ["--json"] * (form == "--json")
    done = broken(part, "check", *argv, folder=tmp_path)
    lines = told(done, tmp_path)
    assert lines[0].startswith(f"porttui: could not look at the {_PARTS[part]}: porttui failed here: BrokenError: ")
    assert len(lines) == 2
    if form == "text":
        assert target.encode() in done.stdout.splitlines()[0]
        return
    report = json.loads(done.stdout)
    assert [each["what"] for each in report["facts"]["failures"]] == [_PARTS[part]]
    assert _PARTS[part] in [each["what"] for each in report["unseen"]]
    assert report["facts"]["done"]
    assert report["facts"]["name"]["addresses"] == ["127.0.0.1"]
    if part != "counters":
        assert report["facts"]["attempts"][0]["outcome"] == "ECONNREFUSED"
    if part not in {"counters", "sockets", "interfaces", "route"}:
        assert report["verdict"]["code"] in {"nothing-listening", "wrong-port"}


@pytest.mark.parametrize(
    ("part", "doing", "kept"),
    [
        ("look", "looking at 127.0.0.1:{}", True),
        ("judge", "working out what was seen at 127.0.0.1:{}", False),
        ("render", "writing the report as text", False),
    ],
)
def test_what_was_being_done_is_said(part: str, doing: str, kept: bool, tmp_path: Path) -> None:
    port = closed_port()
    done = broken(part, "check", f"127.0.0.1:{port}", "--timeout", "1.5", folder=tmp_path)
    lines = told(done, tmp_path)
    assert lines[-2].startswith(f"porttui: failed while {doing.format(port)}: BrokenError: the eye is out ")
    assert bool(done.stdout) == kept


@pytest.fixture
def terminals() -> Iterator[contextlib.ExitStack]:
    """Where terminals are ended."""
    with contextlib.ExitStack() as stack:
        yield stack


def _end(one: Terminal) -> None:
    if one.process.poll() is None:
        one.process.kill()
        one.process.wait()
    if one.open:
        os.close(one.master)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("sockets", b"UNKNOWN"),
        ("counters", b"UNKNOWN"),
        ("cause", b"FAULT"),
        ("look", b"porttui failed"),
        ("judge", b"porttui failed"),
        ("screen", b""),
    ],
)
def test_the_screen_is_left_in_order(part: str, told: bytes, tmp_path: Path, terminals: contextlib.ExitStack) -> None:
    one = Terminal("tests.hostile.broken", part, f"127.0.0.1:{closed_port()}", TMPDIR=str(tmp_path))
    terminals.callback(_end, one)
    if part != "screen":
        one.wait_for(told)
        one.settle()
        one.type(b"q")
    assert one.ended() == 4
    end = one.output.rpartition(ALT_SCREEN_OFF)[2].decode()
    assert ALT_SCREEN_OFF in one.output
    assert b"Traceback" not in one.output
    assert b"\x1b[2J [/oops]" not in one.output
    found = re.search(r"porttui: the details are in (\S+)", end)
    assert found is not None, end
    assert "in breaks" in Path(found[1]).read_text()
    assert "BrokenError: the eye is out" in end

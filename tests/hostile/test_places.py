"""Full disks and folders that cannot be written to: porttui answers all the same, and says what it could not keep."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.run import SRC, closed_port, environment, shell
from tests.hostile.housed import OWN, words
from tests.hostile.running import harmless, porttui
from tests.ui.terminal import ALT_SCREEN_OFF, ROOT, Terminal

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="mount namespaces are a thing of Linux"),
    pytest.mark.parametrize("state", ["read-only", "full"]),
]
_VARIABLES = {"PYTHONPATH": f"{SRC}:{ROOT}", "TMPDIR": None, "XDG_STATE_HOME": None, "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="module", autouse=True)
def _needs_a_mount_namespace() -> None:
    done = subprocess.run([*OWN, "true"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no mount namespace: {done.stderr.strip()}")


@pytest.fixture
def home() -> Iterator[str]:
    """A folder that becomes the home."""
    with tempfile.TemporaryDirectory() as folder:
        yield folder


def test_a_look_needs_no_place(state: str, home: str) -> None:
    result = porttui("check", f"127.0.0.1:{closed_port()}", before=words(state, home), PORTTUI_TEST_PEAK=None)
    assert result.status == 1, result.stderr
    assert result.stderr == b""
    assert b"exit 1" in result.stdout


def test_a_failure_says_that_its_details_could_not_be_kept(state: str, home: str) -> None:
    done = subprocess.run(
        [*words(state, home), sys.executable, "-m", "tests.hostile.broken", "sysctls", "check", f":{closed_port()}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
        env=environment(**_VARIABLES),
    )
    assert done.returncode == 4, done.stderr
    assert b"exit 4" in done.stdout
    harmless(done.stdout + done.stderr)
    told = done.stderr.decode().splitlines()
    assert told[0].startswith("porttui: could not look at the kernel settings: ")
    assert told[1:] == ["porttui: the details could not be written to a file"]


def test_the_screen_says_that_a_report_was_not_saved(state: str, home: str) -> None:
    variables: dict[str, Any] = {key: value or "" for key, value in _VARIABLES.items()}
    port = closed_port()
    one = Terminal("tests.hostile.housed", state, home, "porttui", f"127.0.0.1:{port}", **variables)
    try:
        one.wait_for(b"FAULT")
        one.settle()
        one.type(b"s")
        one.wait_for(b"Not saved: ")
        one.type(b"q")
        assert one.ended() == 1
    finally:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait()
        one.hang_up()
    assert b"Traceback" not in one.output
    assert one.output.rpartition(ALT_SCREEN_OFF)[2].count(b"porttui: ") == 0


def test_an_answer_that_cannot_be_written_is_a_failure(state: str) -> None:
    out = ">/dev/full" if state == "full" else "3</dev/null >&3"
    done = shell(f"$PORTTUI check 127.0.0.1:{closed_port()} {out}")
    assert done.returncode == 4
    assert done.stderr.startswith(b"porttui: the answer could not be written: ")
    assert done.stderr.count(b"\n") == 1

"""A wall clock that jumps by days and years at every reading: no time-out, verdict or exit code depends on it."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.run import closed_port
from tests.hostile.running import TIMEOUT, Result, check, harmless, porttui
from tests.servers import HTTP_OK, Script, answers, make_certificate, needs, over_tls, says_nothing, server_context

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="LD_PRELOAD and clock.c are made for Linux")


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Compile clock.c and return the path of the library."""
    library = tmp_path_factory.mktemp("clock") / "clock.so"
    source = Path(__file__).with_name("clock.c")
    subprocess.run([needs("cc"), "-shared", "-fPIC", "-O1", "-o", library, source], check=True, timeout=60)
    code = "import time\nprint(max(time.time() for _ in range(9)) - min(time.time() for _ in range(9)))"
    told = subprocess.run(
        [sys.executable, "-c", code], env={"LD_PRELOAD": str(library)}, capture_output=True, check=True
    )
    assert float(told.stdout) > 86_400, "the clock does not jump"
    return str(library)


def look(clock: str, target: str, **more: Any) -> Result:
    """Ask about a target while the clock jumps."""
    return check(target, LD_PRELOAD=clock, **more)


def test_an_answer_is_an_answer(clock: str) -> None:
    with Script(answers(HTTP_OK)) as server:
        result = look(clock, f"http://127.0.0.1:{server.port}/")
    assert result.code == "healthy"
    assert 0 <= result.exchanges[0]["ms"] < 1000
    assert all(0 <= each < 5000 for each in result.report["facts"]["took"].values())


def test_a_refusal_is_a_refusal(clock: str) -> None:
    result = look(clock, f"127.0.0.1:{closed_port()}")
    assert result.report["facts"]["attempts"][0]["outcome"] == "ECONNREFUSED"
    assert dt.datetime.fromisoformat(result.report["at"]).tzinfo is not None


def test_silence_is_given_up_after_the_time_out_and_not_before(clock: str) -> None:
    with Script(says_nothing) as server:
        result = look(clock, f"http://127.0.0.1:{server.port}/")
    assert result.verdict["severity"] != "ok"
    spent = sum(each["ms"] for each in result.exchanges)
    assert TIMEOUT * 600 < spent < TIMEOUT * 1000 + 500


def test_tls(clock: str, tmp_path: Path) -> None:
    context = server_context(make_certificate(tmp_path))
    with Script(over_tls(context, lambda stream: stream.sendall(HTTP_OK))) as server:
        result = look(clock, f"https://127.0.0.1:{server.port}/")
    assert result.exchanges[0]["tls"]["subject"].endswith("CN=server")


@pytest.mark.parametrize("form", ["text", "--markdown"])
def test_a_report_is_written(clock: str, form: str) -> None:
    with Script(answers(HTTP_OK)) as server:
        result = look(clock, f"127.0.0.1:{server.port}", form=form)
    assert result.status == 0


def test_waiting_ends_when_the_time_is_over(clock: str) -> None:
    begun = time.monotonic()
    result = porttui("wait", f"127.0.0.1:{closed_port()}", "--timeout", "2", LD_PRELOAD=clock)
    assert time.monotonic() - begun > 1.5
    assert result.status == 1
    assert result.stderr == b""
    harmless(result.stdout)


def test_settling_ends_when_the_time_is_over(clock: str) -> None:
    result = look(clock, f"127.0.0.1:{closed_port()}")
    begun = time.monotonic()
    settled = porttui("check", f"127.0.0.1:{closed_port()}", "--settle", "2", "--json", LD_PRELOAD=clock)
    assert time.monotonic() - begun >= 2
    assert settled.code == result.code

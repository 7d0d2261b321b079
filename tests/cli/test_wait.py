"""`porttui wait`: for scripts that need a server."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.run import closed_port, environment, listener, on_terminal, porttui, web_server
from tests.system import listener as listener_script


def _later(port: int, seconds: float) -> subprocess.Popen[bytes]:
    """Start a server on a port in some seconds."""
    script = Path(listener_script.__file__)
    code = f"import runpy, sys, time; time.sleep({seconds}); sys.argv = ['listener', '--port', '{port}']; "
    return subprocess.Popen(
        [sys.executable, "-c", f"{code}runpy.run_path({str(script)!r}, run_name='__main__')"],
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )


def test_it_ends_with_0_as_soon_as_the_server_answers() -> None:
    port = closed_port()
    began = time.monotonic()
    with _later(port, 1.5) as server:
        try:
            done = porttui("wait", f"http://127.0.0.1:{port}/", "--timeout", "25", "--json")
        finally:
            server.kill()
    assert done.returncode == 0
    assert time.monotonic() - began >= 1.5
    assert json.loads(done.stdout)["verdict"]["code"] == "healthy"
    assert done.stderr == b""


def test_a_server_that_answers_already_is_not_waited_for() -> None:
    with web_server() as port:
        done = porttui("wait", f"http://127.0.0.1:{port}/")
    assert done.returncode == 0
    assert done.stdout.startswith(b"OK  ")


def test_when_the_time_is_over_the_verdict_is_told_with_its_exit_code() -> None:
    port = closed_port()
    began = time.monotonic()
    done = porttui("wait", str(port), "--timeout", "1")
    assert done.returncode == 1
    assert done.stdout.startswith(f"FAULT  localhost:{port}  ".encode())
    assert time.monotonic() - began >= 0.7


def test_with_bind_it_waits_until_a_server_can_start() -> None:
    with listener() as port:
        assert porttui("wait", f"127.0.0.1:{port}", "--bind", "--timeout", "0.6").returncode == 1
    assert porttui("wait", f"127.0.0.1:{port}", "--bind", "--timeout", "20").returncode == 0


def test_on_a_terminal_each_change_is_one_line() -> None:
    port = closed_port()
    started: list[subprocess.Popen[bytes]] = []

    def start_it(text: str) -> None:
        if "nothing listens" in text and not started:
            started.append(_later(port, 0))

    try:
        code, text = on_terminal(
            "wait", f"http://127.0.0.1:{port}/", "--timeout", "25", meanwhile=start_it, TERM="dumb"
        )
    finally:
        for server in started:
            server.kill()
            server.wait()
    lines = text.splitlines()
    assert code == 0
    assert lines[0].endswith("  refused  nothing listens")
    assert any("  open, HTTP 200  " in line for line in lines)
    assert sum("refused" in line for line in lines) == 1


@pytest.mark.parametrize("argv", [(), ("80", "--timeout", "0"), ("80", "--timeout", "x"), ("total nonsense !!",)])
def test_usage(argv: tuple[str, ...]) -> None:
    done = porttui("wait", *argv)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"xample" in done.stderr


def test_it_imports_neither_the_screen_nor_asyncio() -> None:
    code = "import sys\nfrom porttui.cli.main import main\nmain(['wait', '1', '--timeout', '0.1'])\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}sys.stderr.write(' '.join(sys.modules))"],
        capture_output=True,
        check=True,
        env=environment(),
        text=True,
    )
    assert not set(done.stderr.split()) & {"asyncio", "textual", "rich", "click"}

"""Processes that end while porttui looks at them, and pids that are used again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from porttui.diagnose import diagnose
from porttui.model.parse import parse
from porttui.observe.look import Look
from porttui.observe.observe import observe
from tests.cli.run import SRC, environment
from tests.hostile.running import porttui, unharmed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pids and ports are made to be used again as on Linux")
ROOT = Path(__file__).parents[2]
_CHURN = str(Path(__file__).with_name("churn.py"))


@pytest.fixture
def busy_port() -> Iterator[int]:
    """A port on which servers come and go."""
    with socket.socket() as kept:  # bound and not listening: the port is ours, and no connection comes here
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        kept.bind(("127.0.0.1", 0))
        port = int(kept.getsockname()[1])
        with subprocess.Popen(
            [sys.executable, "-I", "-S", _CHURN, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as churn:
            assert churn.stdout is not None
            assert churn.stdin is not None
            assert churn.stdout.readline() == b"ready\n"
            yield port
            churn.stdin.close()


@pytest.mark.parametrize("options", [(), ("--bind",), ("--no-http", "--settle", "0")], ids=" ".join)
def test_servers_that_come_and_go(busy_port: int, options: tuple[str, ...]) -> None:
    for again in ((), ("--settle", "1")):  # unasked, porttui watches these for five seconds
        settle = () if "--settle" in options else again
        result = porttui("check", f"127.0.0.1:{busy_port}", "--timeout", "1.5", "--json", *options, *settle)
        unharmed(result, latest=20)
    for command in ("who", "sockets"):
        result = porttui(command, str(busy_port))
        assert result.status in {0, 1}, result.stderr
        told = result.stderr.splitlines()
        # just then none was up, or some were whose programs had ended already
        harmless = (b"can't see ", b"no listener passes the filter", b" more may fit: ")
        assert [line for line in told if not any(each in line for each in harmless)] == []


def test_many_looks_at_servers_that_come_and_go(busy_port: int) -> None:
    look = Look(timeout=0.3, http=False, settle=0)
    for _ in range(20):
        *_, facts = observe(parse(f"127.0.0.1:{busy_port}"), look)
        assert facts.failures == (), facts.failure_details
        assert diagnose(facts).facts.failures == ()


def test_a_pid_that_is_used_again_is_not_taken_for_the_owner() -> None:
    own = ["unshare", *([] if os.geteuid() == 0 else ["--user", "-r"]), "--pid", "--fork", "--mount-proc", "--net"]
    done = subprocess.run([*own, "true"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no pid namespace: {done.stderr.strip()}")
    script = 'ip link set lo up && exec "$@"'
    done = subprocess.run(
        [*own, "sh", "-c", script, "sh", sys.executable, "-m", "tests.hostile.reuse"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment(PYTHONPATH=f"{SRC}:{ROOT}"),
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["done"]

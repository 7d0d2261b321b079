"""A whole conversation about real servers on this machine."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from porttui.act.recent import Recent
from porttui.model.parse import parse
from porttui.observe.look import Look
from porttui.plain.session import Left, Session
from porttui.plain.talk import Talk
from porttui.plain.typed import Typed
from tests.system.stage import wait_until

_LISTENER = Path(__file__).parents[1] / "system/listener.py"


def _converse(
    tmp_path: Path, target: str | None, *answers: str, width: int = 80, http: bool = True
) -> tuple[Left, str]:
    """Answer the questions of a session one after the other, to the end of the input; return all that it said."""
    read, write = os.pipe()
    os.write(write, "".join(f"{answer}\n" for answer in answers).encode())
    os.close(write)
    said: list[str] = []
    talk = Talk(_into(said), Typed(read), lambda: width, terminal=False)
    asked = parse(target) if target is not None else None
    session = Session(talk, asked, Recent(tmp_path / "recent"), look=Look(timeout=1.2, settle=0, http=http), every=0.02)
    left = session.run()
    os.close(read)
    return left, "".join(said)


def _into(said: list[str]) -> Callable[[str], bool]:
    def write(text: str) -> bool:
        said.append(text)
        return True

    return write


@contextmanager
def _server(address: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start a server of one's own, which a signal may meet."""
    with subprocess.Popen(
        (sys.executable, "-I", "-S", str(_LISTENER), "--address", address, "--port", "0"), stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def test_a_paused_server_is_found_resumed_after_a_question_and_seen_to_work(tmp_path: Path) -> None:
    with _server("127.0.0.1") as (process, port):
        process.send_signal(signal.SIGSTOP)
        wait_until(lambda: " T " in Path(f"/proc/{process.pid}/stat").read_text(), "paused")
        left, said = _converse(tmp_path, f"127.0.0.1:{port}", "4", "a", "1", "no", "2", "a", "Y", "a", "y")
        assert process.poll() is None
    before, _, after = said.split("Nothing was changed.")
    assert f"FAULT  127.0.0.1:{port}" in before
    assert "PAUSED" in before
    assert "SIGCONT sent" not in before
    assert f"SIGCONT sent to pid {process.pid}" in after
    assert f"FIXED  127.0.0.1:{port}" in after
    assert left.report is not None
    assert left.report.verdict.code == "healthy"


def test_a_way_is_gone_step_by_step_and_each_step_of_the_look_is_told_once(tmp_path: Path) -> None:
    with _server("::1") as (_, port):
        left, said = _converse(tmp_path, f"http://127.0.0.1:{port}/", "2", "Z", "A", "x", "", width=60)
    look = said.partition("FAULT")[0]
    names = [line.split()[0] for line in look.splitlines() if line[:2] == "  " != line[1:3]]
    assert names[1:7] == ["name", "bind", "listener", "path", "probe", "firewall"]
    assert "'Z' is no way." in said
    assert f"    http://[::1]:{port}" in said.splitlines()
    assert "This step has no command." in said
    assert f"FIXED  http://[::1]:{port}" in said
    assert left.report is not None
    assert left.report.target.port == port
    assert max(map(len, said.splitlines())) <= 60


def test_all_that_the_tabs_tell_can_be_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        own.listen()
        port = own.getsockname()[1]
        asks = ("nonsense here", str(port), "r", "e all", f"3 :{port}", "p1", "a", "2", f"3 :{port}", "#1")
        more = ("5", "192.168.77.7", "all", "", "6 sigstopped", "", "b", "t", "", "s", "3000", "1", "q", "1")
        _, said = _converse(tmp_path, None, *asks, *more, http=False)
    parts = re.split(r"^> ", said, flags=re.MULTILINE)[1:]
    told = dict(zip((*asks, *more), parts, strict=False))
    assert "names no address and no port" in told["nonsense here"]
    assert "no change" in told["r"]
    assert "nothing-listening" in told["e all"]
    assert f"127.0.0.1:{port}" in told[f"3 :{port}"]
    assert "porttui does not do this" in parts[asks.index("2")]
    assert f"Looking at 127.0.0.1:{port}" in told["#1"]
    assert "192.168.77.7" in told["192.168.77.7"]
    assert "What was read" in told["all"]
    assert "A process can be paused" in told["6 sigstopped"]
    assert "address already in use" in told["b"] or "taken" in told["b"]
    assert "Saved: " in told["s"]
    assert len(list(tmp_path.glob("porttui-*.json"))) == 1
    assert "t 3000 asks about it" in told["3000"]
    assert said.endswith("> q\n")
    assert max(len(line) for line in said.splitlines() if not line.startswith("Saved: ")) <= 80


def test_sockets_are_sorted_by_a_column_and_grouped_and_a_group_is_opened(tmp_path: Path) -> None:
    with _server("127.0.0.1") as (process, port), socket.create_server(("127.0.0.1", 0)) as own:
        ports = f"(?:{port}|{own.getsockname()[1]})"
        asks = (f"3 :{port}", "group process", "g1", "p1", "", "3 127.0.0.1: python", "by pid", "by pid", "by size")
        _, said = _converse(tmp_path, f"127.0.0.1:{port}", *asks, http=False)
    told = re.split(r"^> ", said, flags=re.MULTILINE)[1:]
    assert re.search(rf"1 in 1 group\n  g1  \S+, pid {process.pid}  1 socket, 1 listens\n", told[1])
    assert f"  1  127.0.0.1:{port} " in told[2]
    assert f"pid {process.pid}" in told[3]
    up, down = (re.findall(rf"127\.0\.0\.1:{ports} +\S+ +(\d+)", each) for each in told[6:8])
    assert list(map(int, up)) == sorted((process.pid, os.getpid()))
    assert down == up[::-1]
    assert "The columns are port, address, state," in told[8]


def test_a_reader_that_goes_away_during_the_look_is_no_failure_and_no_good_answer(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(write)
    talk = Talk(lambda text: "  bind" not in text, Typed(read), lambda: 80, terminal=False)
    left = Session(talk, parse("127.0.0.1:9"), Recent(tmp_path / "recent"), look=Look(settle=0)).run()
    os.close(read)
    assert left == (None, None, True)

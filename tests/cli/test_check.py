"""`porttui check` and `porttui TARGET` without a terminal: a report and an exit code, whatever stdin and stdout are."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from porttui.cli import check
from tests.cli.run import closed_port, environment, listener, on_terminal, porttui, shell, web_server


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    with web_server() as port:
        yield port


def test_a_server_that_answers_is_healthy(server: int) -> None:
    done = porttui("check", f"http://127.0.0.1:{server}/")
    text = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert text.startswith(f"OK  http://127.0.0.1:{server}  ")
    assert "\nhealthy, exit 0. " in text


def test_a_closed_port_is_a_fault() -> None:
    port = closed_port()
    done = porttui("check", str(port))
    text = done.stdout.decode()
    assert done.returncode == 1
    assert text.startswith(f"FAULT  localhost:{port}  ")
    assert "\nnothing-listening, exit 1. " in text
    assert text.isascii()
    first, *others = text.splitlines()
    assert first.endswith("waiting for your connection.")  # whole, so that it can be grepped
    assert max(len(line) for line in others if not line.startswith("     ")) <= 80


def test_a_taken_port_is_a_fault_for_a_server() -> None:
    with listener() as port:
        done = porttui("check", f"127.0.0.1:{port}", "--bind", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["question"] == "bind"
    assert told["verdict"]["code"] == "port-taken"


def test_json_is_the_whole_of_stdout(server: int) -> None:
    done = porttui("check", "--json", f"127.0.0.1:{server}")
    told = json.loads(done.stdout)
    assert told["verdict"]["code"] == "healthy"
    assert told["facts"]["done"] is True
    assert done.stderr == b""


def test_markdown(server: int) -> None:
    assert porttui("check", f"127.0.0.1:{server}", "--markdown").stdout.startswith(b"**OK** `127.0.0.1:")


def test_host_and_port_may_be_two_words() -> None:
    assert json.loads(porttui("check", "::1", str(closed_port()), "--json").stdout)["target"]["host"] == "::1"


def test_target_from_stdin() -> None:
    port = closed_port()
    done = porttui("check", "-", "--json", stdin=f"node:events:502\nconnect ECONNREFUSED 127.0.0.1:{port}\n".encode())
    assert json.loads(done.stdout)["target"]["port"] == port


def test_no_http_sends_nothing() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(20)
        done = porttui("check", "--no-http", "--timeout", "1.2", f"http://127.0.0.1:{server.getsockname()[1]}/")
        connection, _ = server.accept()
        with connection:
            connection.settimeout(5)
            assert connection.recv(100) == b""
    assert done.returncode in {0, 3}


def test_what_was_seen_can_be_replayed(tmp_path: Path) -> None:
    seen = porttui("check", str(closed_port()), "--json")
    file = tmp_path / "report.json"
    file.write_bytes(seen.stdout)
    assert porttui("replay", str(file), "--json").stdout == seen.stdout
    assert porttui("replay", "-", "--json", stdin=seen.stdout).stdout == seen.stdout
    again = porttui("replay", str(file))
    assert again.returncode == 1
    assert again.stdout.startswith(b"FAULT  ")
    assert b"Replayed, nothing was looked at now; seen by " in again.stdout
    facts = json.dumps(json.loads(seen.stdout)["facts"]).encode()
    assert porttui("replay", "-", stdin=facts).stdout == again.stdout


@pytest.mark.parametrize(
    "streams", ["< /dev/null", "<&-", "< <(:)", "2>&-", "2> /dev/null", "| cat; exit ${PIPESTATUS[0]}"]
)
def test_without_a_terminal_porttui_prints_the_report_and_ends(streams: str) -> None:
    done = shell(f"$PORTTUI {closed_port()} {streams}", TERM="xterm-256color")
    assert done.returncode == 1
    assert done.stdout.startswith(b"FAULT  ")


def test_without_a_terminal_porttui_alone_lists_listeners_and_says_how_to_ask() -> None:
    with listener() as port:
        done = porttui()
    text = done.stdout.decode()
    assert done.returncode == 0
    assert f"127.0.0.1:{port} " in text
    assert "porttui check TARGET\n" in text


@pytest.mark.parametrize(("no_color", "coloured"), [("1", False), ("", True), (None, True)])
def test_the_word_fault_is_red_on_a_terminal_unless_no_color_is_set(no_color: str | None, coloured: bool) -> None:
    code, text = on_terminal("check", str(closed_port()), TERM="xterm", NO_COLOR=no_color)
    assert code == 1
    assert text.startswith("\x1b[1;31mFAULT\x1b[0m  " if coloured else "FAULT  ")


def test_the_first_line_to_head_keeps_the_exit_code() -> None:
    done = shell(f"$PORTTUI check {closed_port()} | head -n 1; echo ${{PIPESTATUS[0]}}")
    assert done.stdout.splitlines()[-1] == b"1"
    assert done.stderr == b""


@pytest.fixture
def _hears_ctrl_c() -> Iterator[None]:
    """What a shell starts in the background ignores SIGINT, and so would all that this test run starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_hears_ctrl_c")
def test_ctrl_c_during_a_look_is_130_and_one_line() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent.settimeout(20)
        with subprocess.Popen(
            [sys.executable, "-m", "porttui", "check", f"http://127.0.0.1:{silent.getsockname()[1]}/"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        ) as process:
            connection, _ = silent.accept()
            with connection:
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert (out, err) == (b"", b"porttui: interrupted\n")


@pytest.mark.parametrize(
    "line",
    [
        "80", "::1 3000 --bind", "--json 80", "80 --markdown --strict", "80 --timeout 2.5 --settle=0 --no-http",
        "- --direct", "80 --proxy --settle 10 --timeout=1", "connect ECONNREFUSED 127.0.0.1:80",
    ],
)  # fmt: skip
def test_a_plain_command_line_means_what_the_parser_says(line: str) -> None:
    args = check.plain(line.split())
    assert args is not None
    assert vars(args) == vars(check.build_parser().parse_intermixed_args(line.split()))


@pytest.mark.parametrize(
    "line",
    ["", "--json", "80 -h", "80 --js", "80 --timeout", "8 --timeout x", "8 --settle -1", "8 --json --markdown", "-- 8"],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_the_parser(line: str) -> None:
    assert check.plain(line.split()) is None

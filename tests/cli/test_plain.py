"""Plain mode on a real terminal that can do no more, and in a pipe."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.cli.run import closed_port, porttui, shell
from tests.ui.terminal import Terminal


@pytest.fixture
def ipv6_only() -> Iterator[int]:
    """Listen on ::1 alone; nothing is ever said there."""
    with socket.socket(socket.AF_INET6) as server:
        server.bind(("::1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_dumb_terminal_gets_questions_and_no_sequences(ipv6_only: int) -> None:
    one = Terminal("porttui", f"127.0.0.1:{ipv6_only}", TERM="dumb")
    try:
        one.resize(60, 20)
        one.wait_for(b"q leave.\r\n> ")
        one.type(b"2\n")
        one.wait_for(b"enter goes back.\r\n> ", since=1)
        one.type(b"\x04")
        assert one.ended() == 1
        text = one.output.decode("ascii")
        assert f"FAULT  127.0.0.1:{ipv6_only}  The server listens on IPv6 only" in text
        assert "\x1b" not in text
        assert max(len(line) for line in text.splitlines()) <= 60
    finally:
        one.hang_up()


def test_ctrl_c_leaves_with_130_and_the_first_question_takes_a_paste_of_several_lines() -> None:
    one = Terminal("porttui", "--plain", TERM="unknown")
    try:
        one.wait_for(b"> ")
        one.type(f"Error: connect\n  ECONNREFUSED 127.0.0.1:{closed_port()}\n".encode())
        one.wait_for(b"q leave.\r\n> ")
        one.type(b"\x03")
        assert one.ended() == 130
        assert b"Read as 127.0.0.1" in one.output
        assert one.output.endswith(b"\r\nporttui: interrupted\r\n")
    finally:
        one.hang_up()


def test_in_a_pipe_answers_are_read_and_without_any_the_report_is_printed() -> None:
    done = porttui("--plain", stdin=f"{closed_port()}\nq\n".encode(), TERM="dumb")
    assert done.returncode == 1
    assert b"\nFAULT  localhost:" in done.stdout
    assert porttui("--plain", TERM="dumb").returncode == 0
    unread = shell("$PORTTUI --plain 9 </dev/null >&-")
    assert unread.returncode == 130
    assert unread.stderr == b"porttui: stopped before the answer\n"
    alone = porttui(str(closed_port()), stdin=b"q\n", TERM="dumb")
    assert alone.stdout.startswith(b"FAULT  ")
    assert b"> " not in alone.stdout

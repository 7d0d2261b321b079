"""The app in a real terminal: signals, suspending, silence, colours, and a terminal that is not UTF-8."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.terminal import ALT_SCREEN_OFF, Terminal, end, take_terminal

SENTENCE = b"The server listens on IPv6 only"


@pytest.fixture
def terminal(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    one = Terminal("tests.ui.run_sample", **getattr(request, "param", {}))
    try:
        one.wait_for(SENTENCE)
        one.settle()
        yield one
    finally:
        end(one)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT])
def test_signals_leave_a_terminal_that_can_be_used(terminal: Terminal, number: signal.Signals) -> None:
    terminal.process.send_signal(number)
    assert terminal.ended() == 128 + number
    assert terminal.restored()


def test_a_signal_while_it_starts_leaves_a_terminal_that_can_be_used() -> None:
    one = Terminal("tests.ui.run_sample")
    try:
        one.wait_for(b"\x1b[?1049h")
        one.process.send_signal(signal.SIGTERM)
        assert one.ended() == 143
        assert one.restored()
    finally:
        end(one)


def ignore_hang_up() -> None:
    """Do as nohup(1) does."""
    take_terminal()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def no_controlling_terminal() -> None:
    """Do as setsid(1) does: nobody tells that the terminal is gone."""


_MAKE = ("sh", "-c", '"$@"; exit $?', "make", sys.executable, "-m")
SHELL = ("bash", "-c", 'set -m; "$@"; kill -STOP $$; fg', "shell", *_MAKE)
"""As bash runs `make run`: a job of three processes; what it does when that has stopped can be seen from outside."""


def stopped(terminal: Terminal) -> None:
    """Wait until it is stopped."""
    latest = time.monotonic() + 20
    while (status := os.waitpid(terminal.process.pid, os.WUNTRACED | os.WNOHANG)) == (0, 0):
        assert time.monotonic() < latest, "it is not suspended"
        terminal.read(0.05)
    assert os.WIFSTOPPED(status[1])


@pytest.mark.parametrize(
    ("terminal", "stop"),
    [({"prepare": ignore_hang_up}, False), ({"prepare": no_controlling_terminal}, False), ({}, True)],
    indirect=["terminal"],
    ids=["SIGHUP ignored", "not told", "suspended"],
)
def test_hang_up_of_the_terminal_ends_it(terminal: Terminal, stop: bool) -> None:
    if stop:
        terminal.process.send_signal(signal.SIGTSTP)
        stopped(terminal)
    terminal.hang_up()
    assert terminal.process.wait(20) == 128 + signal.SIGHUP


@pytest.mark.parametrize("number", [signal.SIGTERM, None], ids=["SIGTERM", "hang-up"])
def test_it_ends_when_the_line_is_down_and_takes_no_bytes(terminal: Terminal, number: signal.Signals | None) -> None:
    waiting = Path(f"/proc/{terminal.process.pid}/wchan")
    latest = time.monotonic() + 20
    while "futex" not in waiting.read_text():  # the main thread waits for the one that writes
        assert time.monotonic() < latest, waiting.read_text()
        for width in (120, 80):  # a screen that is drawn whole fills the line sooner than its changed cells
            terminal.resize(width, 24)
            terminal.type(b"23")
            time.sleep(0.05)
    if number is None:
        terminal.hang_up()
        assert terminal.process.wait(20) == 129
    else:
        terminal.process.send_signal(number)
        assert terminal.process.wait(20) == 143
        while terminal.read(0.1):  # what waits in the line is much, and the end of it says
            pass
        assert terminal.restored()


@pytest.mark.parametrize(
    ("terminal", "key"),
    [({}, b"q"), ({"TERM": "vt220"}, b"\x03")],
    indirect=["terminal"],
    ids=["q", "ctrl+c, one screen"],
)
def test_keys_leave_with_the_exit_code_of_the_answer(terminal: Terminal, key: bytes) -> None:
    terminal.type(key)
    assert terminal.ended() == 1
    assert terminal.restored()
    one_screen = "TERM=vt220" in terminal.variables
    # the emulator has one screen, too: what is not wiped stays
    assert any(row.strip() for row in terminal.screen().display) is not one_screen


def cost(terminal: Terminal, keys: bytes) -> int:
    """Return how many bytes are written after keys."""
    before = len(terminal.output)
    terminal.type(keys)
    terminal.settle()
    return len(terminal.output) - before


def test_it_writes_little_and_nothing_when_idle(terminal: Terminal) -> None:
    assert len(terminal.output) <= 12_000  # the first screen
    assert 0 < cost(terminal, b"j") <= 1_000  # another row in focus
    for key in (b"2", b"3", b"\t", b"\t", b"\t", b"1"):
        assert 0 < cost(terminal, key) <= 4_000, f"tab {key!r}"
    assert terminal.read(1) == b""


def test_typing_costs_little_and_no_cursor_blinks() -> None:
    one = Terminal("tests.ui.run_sample", "--start")
    try:
        one.settle_until("What does not work?")
        one.settle()
        assert len(one.output) <= 12_000
        cost(one, b"x")  # the line of advice below it goes away
        assert 0 < cost(one, b"y") <= 300
        assert 0 < cost(one, b"\x1b[200~abcdefghij\x1b[201~") <= 1_000
        assert one.read(0.7) == b""  # Textual's cursor blinks every half second
        one.type(b"\x10")
        one.settle_until("Search")
        one.settle()
        assert one.read(0.7) == b""
    finally:
        end(one)


@pytest.mark.parametrize("terminal", [{"program": SHELL}], indirect=True)
def test_ctrl_z_stops_the_whole_job_and_coming_back_draws_again(terminal: Terminal) -> None:
    terminal.type(b"\x1a")
    stopped(terminal)
    terminal.read(0.2)
    assert ALT_SCREEN_OFF in terminal.output
    before = len(terminal.output)
    terminal.process.send_signal(signal.SIGCONT)
    terminal.wait_for(SENTENCE, since=before)
    terminal.settle()
    assert " The server listens on IPv6 only; you asked for IPv4." in [
        row.rstrip() for row in terminal.screen().display
    ]
    terminal.type(b"q")
    assert terminal.ended() == 1
    assert terminal.restored()


def test_ctrl_z_without_a_shell_says_that_there_is_none(terminal: Terminal) -> None:
    terminal.type(b"\x1a")
    terminal.wait_for(b"No shell has started porttui")
    terminal.type(b"q")
    assert terminal.ended() == 1


@pytest.mark.parametrize(
    "terminal",
    [
        {"TERM": "linux", "COLORFGBG": "0;15"},
        {"TERM": "xterm-256color"},
        {"COLORTERM": "truecolor"},
        {"TEXTUAL_COLOR_SYSTEM": "bogus", "NO_COLOR": ""},
        {"NO_COLOR": "1", "LC_ALL": "C"},
    ],
    indirect=True,
    ids=["16 colours, light", "256 colours", "truecolor", "unknown", "none, ASCII"],
)
def test_every_character_can_be_told_from_its_background(terminal: Terminal) -> None:
    screen = terminal.screen()
    assert " The server listens on IPv6 only; you asked for IPv4." in [row.rstrip() for row in screen.display]
    for row in screen.buffer.values():
        for cell in row.values():
            assert cell.data == " " or cell.fg != cell.bg or cell.fg == "default"
    numbers = {
        int(one) for each in re.findall(rb"\x1b\[([0-9;]*)m", terminal.output) for one in each.split(b";") if one
    }
    no_colour = "NO_COLOR=1" in terminal.variables
    assert (numbers <= {0, 1, 7}) is no_colour
    assert terminal.output.isascii() is no_colour
    assert screen.buffer[0][1].reverse
    assert [row for row, cells in screen.buffer.items() if any(cell.reverse for cell in cells.values())] == [0]


@pytest.mark.parametrize("variables", [{"PYTHONIOENCODING": "iso8859-1"}, {}], ids=["latin-1", "--ascii"])
def test_a_terminal_that_is_not_utf_8_gets_ascii(variables: dict[str, Any], unused_port: int) -> None:
    flags = () if variables else ("--ascii",)
    one = Terminal("porttui", f"127.0.0.1:{unused_port}", *flags, **variables)
    try:
        one.wait_for(b"x FAULT")
        one.settle()
        one.type(b"q")
        assert one.ended() == 1
        assert one.output.isascii()
        again = rb"again  .*porttui\s+127\.0\.0\.1:%d" % unused_port  # with its path, where no shell would find it
        assert re.search(again, one.output, re.DOTALL)
    finally:
        end(one)


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A port that is bound and on which nothing listens."""
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]

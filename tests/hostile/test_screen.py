"""Hostile servers, processes and files on the screen, in a real terminal that is read as bytes and as an emulator."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile import talks
from tests.hostile.running import raw
from tests.hostile.test_processes import server
from tests.servers import Script, Talk
from tests.ui.terminal import Terminal

_COLUMNS = 80
_TABS = b"123456"
_TALKS: dict[str, Talk] = {
    "an escaping banner": talks.ESCAPING["a banner"],
    "an error's body": talks.ESCAPING["an error's body"],
    "endless early hints": talks.NEVER_FINISHED["endless early hints"],
    "rubbish": talks.NO_HTTP["endless rubbish"],
}
_OWN_TITLE = re.compile(rb"\x1b\](?!22;default)[^\x07\x1b]*")
"""Operating system commands other than the shape of the pointer, which is Textual's own."""


@pytest.fixture
def ended() -> Iterator[list[Terminal]]:
    """Terminals that are closed after the test."""
    several: list[Terminal] = []
    yield several
    for one in several:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait()
        one.hang_up()


def walk(one: Terminal, answer: re.Pattern[bytes]) -> int:
    """Wait for an answer, show every tab, every reason and every key, leave, and return the exit code."""
    wait_for(one, answer)
    for key in (*_TABS, b"1"[0]):
        one.type(bytes([key]))
        one.settle()
        assert [row for row in one.screen().display if len(row) != _COLUMNS] == []
    one.type(b"\r")
    one.settle()
    one.type(b"\x1b")
    one.settle()
    one.type(b"q")
    return one.ended()


def wait_for(one: Terminal, answer: re.Pattern[bytes]) -> None:
    """Read until a verdict is on the screen."""
    for _ in range(600):
        if answer.search(one.shown()):
            return
        one.read(0.05)
    raise AssertionError(f"no verdict came: {one.output[-2000:]!r}")


_ANSWER = re.compile(rb"FAULT|UNKNOWN|HEALTHY|WARNING")


@pytest.mark.parametrize("talk", _TALKS.values(), ids=_TALKS.keys())
def test_a_server(talk: Talk, ended: list[Terminal]) -> None:
    with Script(talk) as script:
        one = Terminal("porttui", f"http://127.0.0.1:{script.port}/")
        ended.append(one)
        code = walk(one, _ANSWER)
    assert code in {0, 1, 3}
    unharmed(one)


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_NAME is a thing of Linux")
@pytest.mark.parametrize("name", [b"\x1b[2J\x1b]0;x\x07", "\u202e[/oops]\x9b".encode()])
def test_a_process(name: bytes, tmp_path: Path, ended: list[Terminal]) -> None:
    with server(name, talks.NASTY_BYTES.replace(b"\0", b""), b"[/oops]", folder=bytes(tmp_path)) as port:
        one = Terminal("porttui", f"http://127.0.0.1:{port}/")
        ended.append(one)
        code = walk(one, _ANSWER)
        assert code in {0, 1, 3}
        assert b"[/oops]" in one.output
        unharmed(one)
        listed = Terminal("porttui")
        ended.append(listed)
        listed.wait_for(str(port).encode())
        listed.settle()
        listed.type(b"\x03")
        assert listed.ended() in {0, 130}
        unharmed(listed)


def unharmed(one: Terminal) -> None:
    """Assert that the terminal was told nothing that porttui does not tell it, and saw nothing that hides."""
    assert b"Traceback" not in one.output
    assert _OWN_TITLE.findall(one.output) == []
    for sequence in (b"\x1b[2J\x1b[31m", b"\x9b2J", b"\x9b31m", b"\x1b[2J "):
        assert sequence not in one.output.replace(b"\xc2\x9b", b"\x9b")
    text = one.output.decode()
    hidden = set(raw(text, allowed="\x1b\r\n\t\b\x07"))
    assert hidden == set()

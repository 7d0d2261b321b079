"""Lines fit the terminal, and what is to be pasted stays what it is."""

from __future__ import annotations

import os
import shlex
import subprocess

import pytest

from porttui.plain.talk import EVERYWHERE, LeaveError, Talk, continued, fitted
from porttui.plain.typed import Typed

_COMMAND = (
    """sudo nft insert rule inet filter input ip saddr 192.168.0.0/16 tcp dport 5173 accept comment "a b  'c' d\\"e" """
)


@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_command_that_goes_on_below_is_the_same_to_a_shell(width: int) -> None:
    lines = continued(f"printf '%s\\n' {_COMMAND.strip()}", width, "    ")
    assert len(lines) > 1
    longest = max(map(len, shlex.split(_COMMAND))) + len("    printf  \\") + 4
    assert all(len(line) <= max(width, longest) for line in lines)
    shown = subprocess.run(["sh", "-c", "\n".join(lines)], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines() == shlex.split(_COMMAND)


def test_nothing_reaches_the_terminal_that_it_would_obey_and_no_line_is_longer_than_it() -> None:
    lines = fitted("  \x1b[31mred\x07 \N{SNOWMAN} " + "long" * 30, 40)
    assert all(line.isascii() and line.isprintable() and len(line) <= 40 for line in lines)
    assert "".join(part.strip() for part in lines).endswith("long" * 30)


def _talk(script: bytes) -> tuple[Talk, list[str]]:
    read, given = os.pipe()
    os.write(given, script)
    os.close(given)
    said: list[str] = []

    def write(text: str) -> bool:
        said.append(text)
        return True

    return Talk(write, Typed(read), lambda: 80, terminal=False), said


def test_a_question_explains_itself_and_its_words_and_the_end_of_a_script_leaves() -> None:
    talk, said = _talk(b"?\nx\n  yes \r\nlast line without an end")
    talk.say("The backlog of the listener is full.")
    assert talk.ask("y: yes.", [("y", "say yes")]) == "yes"
    text = "".join(said)
    assert "say yes" in text
    assert all(key in text for key, _ in EVERYWHERE)
    assert "How many connections may wait" in text
    assert talk.ask("More?", []) == "last line without an end"
    with pytest.raises(LeaveError):
        talk.ask("More?", [])

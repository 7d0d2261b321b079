"""Plain text: nothing is lost, columns align, a pasted command means the same words."""

from __future__ import annotations

import shlex
import subprocess
import textwrap

from hypothesis import given, settings
from hypothesis import strategies as st

from porttui.model.shell import quote
from porttui.render.lines import ascii_text, columns, paragraph, shell_command

WORDS = st.lists(
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8), min_size=1, max_size=4
)


@settings(max_examples=25, deadline=None)
@given(WORDS)
def test_a_command_means_the_same_words_to_bash(words: list[str]) -> None:
    line = shell_command(["printf", "%s\\0", *words])
    assert line.isascii()
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=True)
    assert done.stdout == b"".join(word.encode() + b"\0" for word in words)


@given(st.text(), st.integers(1, 100))
def test_a_paragraph_keeps_every_word(text: str, width: int) -> None:
    lines = paragraph(text, width)
    assert " ".join(lines).split() == ascii_text(text.replace("\n", " ")).split()


def test_columns_align_and_empty_ones_are_left_out() -> None:
    rows = [("a", "", "long cell", "x"), ("bb", "", "c", "y"), ("ccc",)]
    assert columns(rows, 80) == ["  a   long cell  x", "  bb  c          y", "  ccc"]


def test_the_last_cell_is_wrapped_under_itself() -> None:
    assert columns([("ab", "one two three four five six")], 24) == ["  ab  one two three four", "      five six"]


def test_a_long_row_does_not_push_the_others_apart() -> None:
    """As the text of a rule does, beside the counters that show what it did."""
    rule = "tcp dport 22 ct state new counter drop"
    assert columns([("rule", rule, "chain input"), ("Ip.In", "+4", "for 4 packets")], 44) == [
        "  rule   tcp dport 22 ct state new counter",
        "         drop",
        "         chain input",
        "  Ip.In  +4  for 4 packets",
    ]


def test_a_last_cell_without_room_starts_on_the_next_line() -> None:
    assert columns([("a" * 30, "one two")], 40) == ["  " + "a" * 30, "      one two"]


def test_windows_words_are_quoted_for_its_shells() -> None:
    assert shell_command(["netsh", "a b", ""], windows=True) == 'netsh "a b" ""'


@given(st.text(" ab-'", max_size=60), st.integers(1, 20), st.text(" -", max_size=4), st.text(" ", max_size=6))
def test_a_paragraph_is_wrapped_as_textwrap_does(text: str, width: int, first: str, rest: str) -> None:
    expected = textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    assert paragraph(text, width, first, rest) == expected


@given(st.text(max_size=8))
def test_a_word_is_quoted_as_shlex_does(word: str) -> None:
    assert quote(word) == shlex.quote(word)

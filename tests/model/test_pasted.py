"""Error messages of real programs, pasted whole."""

from __future__ import annotations

import contextlib
import time

import pytest

from porttui.model.clean import LIMIT
from porttui.model.parse import parse
from porttui.model.target import Question, TargetError
from tests.model.pastes import ALL, Paste

ONE_LINE = [paste for paste in ALL if "\n" not in paste.text]


@pytest.mark.parametrize("paste", ALL, ids=[paste.name for paste in ALL])
def test_an_error_message_names_its_place_and_its_question(paste: Paste) -> None:
    asked = parse(paste.text)
    target = asked.target
    assert (target.host, target.port) == (paste.host, paste.port)
    assert asked.question is paste.question
    assert (target.scheme, target.path) == (paste.scheme, paste.path)
    assert asked.read_from


@pytest.mark.parametrize("paste", ONE_LINE, ids=[paste.name for paste in ONE_LINE])
def test_an_error_message_is_found_in_a_longer_text(paste: Paste) -> None:
    asked = parse(f"Hi all,\nsince 12:31:05 I see this:\n\n{paste.text}\n\nWhat can I do?")
    assert (asked.question, asked.target.host, asked.target.port) == (paste.question, paste.host, paste.port)


def test_all_the_messages_were_read_from_the_file() -> None:
    assert len(ALL) > 100


def test_the_part_that_decided_is_told() -> None:
    asked = parse(
        "node:events:502\n      throw er;\n\nError: listen EADDRINUSE: address already in use :::8080\n"
        "    at Server.setupListenHandle [as _listen2] (node:net:1937:16)"
    )
    assert asked.read_from == "listen EADDRINUSE: address already in use :::8080"
    assert asked.target.input.startswith("node:events:502\\n")


def test_what_is_typed_plainly_was_not_read_from_anything() -> None:
    assert parse("localhost:3000").read_from == ""


def test_the_server_error_comes_before_the_client_error_in_one_paste() -> None:
    asked = parse("connect ECONNREFUSED 127.0.0.1:5173\nError: listen EADDRINUSE: address already in use :::8080")
    assert (asked.question, asked.target.port) == (Question.BIND, 8080)


def test_line_ends_of_windows_and_colours_do_not_matter() -> None:
    text = (
        "node:events:502\r\n      throw er;\r\n\r\n\x1b[31mError: connect ECONNREFUSED \x1b[1m127.0.0.1:5173\x1b[0m\r\n"
    )
    target = parse(text).target
    assert (target.host, target.port) == ("127.0.0.1", 5173)


UNITS = ["a", "1", ":", "[", "(", "a:", "1.", "::", "->", "connect ", "host=", "http://", "\n", "-p "]


@pytest.mark.parametrize("unit", UNITS)
def test_no_repetition_makes_it_slow(unit: str) -> None:
    text = "connect to listen tcp dial tcp lookup port already error refused " + unit * (LIMIT // len(unit))
    start = time.process_time()
    with contextlib.suppress(TargetError):
        parse(text)
    assert time.process_time() - start < 1

"""Replay files that are broken, newer, huge, or written by somebody who means no good."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from porttui.diagnose import diagnose
from porttui.model.facts import Facts
from porttui.model.report import Report
from porttui.render.json import FactsError, facts_from_json, report_json
from porttui.render.markdown import report_markdown
from porttui.render.text import report_text
from tests import reports
from tests.hostile import talks
from tests.hostile.running import MOST_MEMORY, harmless, porttui, raw, texts, unharmed

_MADE = (reports.ipv6_only, reports.as_nobody, reports.healthy)
_WHOLE = report_json(reports.ipv6_only())
_BIG = 30_000_000
"""Bytes, below the bound of porttui replay."""


def test_a_replay_file_that_is_whole_is_read(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(_WHOLE)
    result = porttui("replay", str(file), "--json")
    unharmed(result)
    assert result.code == "ipv6-only-listener"


def _changed(**changes: Any) -> bytes:
    return json.dumps(json.loads(_WHOLE) | changes).encode()


def _with_facts(**changes: Any) -> bytes:
    return _changed(facts=json.loads(_WHOLE)["facts"] | changes)


_BROKEN: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "cut in the middle": lambda: _WHOLE[: len(_WHOLE) // 2],
    "cut at the end": lambda: _WHOLE[:-3],
    "rubbish": lambda: talks.rubbish(6),
    "escapes": lambda: talks.NASTY_BYTES,
    "another text": lambda: b"# README\n",
    "a number": lambda: b"1",
    "a list": lambda: b"[]",
    "an object": lambda: b"{}",
    "not UTF-8": lambda: b'{"facts": "\xff"}',
    "half a character": lambda: b'{"facts": "\\ud800"}',
    "twice": lambda: _WHOLE + _WHOLE,
    "schema 2": lambda: _changed(schema=2),
    "a hostile schema": lambda: _changed(schema=talks.NASTY),
    "a schema of many digits": lambda: b'{"schema": ' + b"9" * 10_000 + b"}",
    "facts of the wrong type": lambda: _changed(facts=[]),
    "no facts": lambda: _changed(facts={}),
    "a port of the wrong type": lambda: _with_facts(asked={"target": {"input": "", "host": "x", "port": "80"}}),
    "sockets of the wrong type": lambda: _with_facts(sockets=[1, 2, 3]),
    "an unknown tag": lambda: _with_facts(sockets={"type": talks.NASTY}),
    "a time that is none": lambda: _with_facts(at="yesterday"),
    "deep lists": lambda: b"[" * 1_000_000,
    "deep objects": lambda: b'{"facts":' * 100_000 + b"1" + b"}" * 100_000,
    "deep facts": lambda: _with_facts(host=None)[:-2] + b', "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    "an endless list": lambda: b'{"facts": [' + b"[]," * (_BIG // 3) + b"[]]}",
    "an endless object": lambda: b'{"x":[' + b"{}," * (_BIG // 3) + b"{}]}",
    "an endless list of numbers": lambda: b"[" + b"1," * (_BIG // 2) + b"1]",
    "an endless text": lambda: b'{"facts": "' + b"x" * _BIG + b'"}',
    "100 MB": lambda: b"[" + b"1," * 50_000_000 + b"1]",
}


@pytest.mark.parametrize("make", _BROKEN.values(), ids=_BROKEN.keys())
def test_a_broken_file_is_told_in_one_line(make: Callable[[], bytes], tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(make())
    result = porttui("replay", str(file))
    assert result.status == 2, result.stderr[-2000:]
    assert result.stdout == b""
    harmless(result.stderr)
    assert result.stderr.count(b"\n") == 1
    assert str(file).encode() in result.stderr
    assert len(result.stderr) < 1000
    assert result.processor < 8
    assert result.peak < 2 * MOST_MEMORY, f"{result.peak / 1e6:.0f} MB"


_ODD: dict[str, Callable[[], bytes]] = {
    "keys that are newer": lambda: _with_facts(newer={"a": [1, {"b": None}]}),
    "facts alone": lambda: json.dumps(json.loads(_WHOLE)["facts"]).encode(),
    "many sockets": lambda: _with_sockets(20_000),
    "many unseen": lambda: _with_facts(
        failures=[], privileges={"user": "x", "capabilities": [f"{talks.NASTY}{at}" for at in range(10_000)]}
    ),
    "a long text": lambda: _with_facts(host={"name": talks.NASTY * 10_000}),
}


def _with_sockets(count: int) -> bytes:
    facts = json.loads(_WHOLE)["facts"]
    row = facts["sockets"]["rows"][0]
    return _with_facts(sockets=facts["sockets"] | {"rows": [row | {"port": at % 65_536} for at in range(count)]})


@pytest.mark.parametrize("make", _ODD.values(), ids=_ODD.keys())
def test_an_odd_file_is_read(make: Callable[[], bytes], tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(make())
    for form in ("text", "--json"):
        result = porttui("replay", str(file), *[form] * (form != "text"))
        unharmed(result, form, latest=15, memory=4 * MOST_MEMORY)


def test_a_folder_a_device_and_a_pipe_are_told_or_read_to_a_bound(tmp_path: Path) -> None:
    for place in (str(tmp_path), "/dev/zero", "/dev/null", str(tmp_path / "nothing")):
        result = porttui("replay", place)
        assert result.status == 2
        assert result.stderr.count(b"\n") == 1
        assert result.peak < MOST_MEMORY


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield from _places(each, (*path, key))


_VALUES: tuple[Any, ...] = (
    *("", "x", talks.NASTY, "0.0.0.0", "::", "fe80::1%eth0", "127.1", "999.1.1.1", "a" * 5000, "[::1]", "%", "::%"),
    *(0, -1, 65_536, 2**63, -(2**70), 1e308, 0.5, True, None, [], {}, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59"),
    *("2025-11-22T14:02:11", "tcp", "LISTEN", "open", "http", "answer", "EAI_NONAME", ["", ""], [[]], [None]),
)


_ENOUGH = 150
"""Mutations that can be read: what is refused says nothing about reports."""
_MOST_TRIES = 3_000
"""The richer the facts, the more of their places take only values of one kind, and the more mutations are refused."""


def _mutated(data: Any, chance: random.Random) -> Any:
    data = json.loads(json.dumps(data))
    for _ in range(chance.choice((1, 1, 2, 5))):
        *way, last = chance.choice([path for path in _places(data) if path])
        inner = data
        for key in way:
            inner = inner[key]
        if chance.random() < 0.2 and isinstance(inner, dict):
            del inner[last]
        else:
            inner[last] = chance.choice(_VALUES)
    return data


def _read(data: bytes) -> tuple[Facts | None, str]:
    try:
        return facts_from_json(data), ""
    except FactsError as error:
        return None, str(error)


@pytest.mark.parametrize("build", [*_MADE], ids=lambda build: build.__name__)
def test_any_facts_that_can_be_read_have_a_report(build: Callable[[], Report]) -> None:
    """Facts with wrong values in them: they are refused in one line, or a report is made of them."""
    whole = json.loads(msgspec.json.encode(build().facts)) | {"failures": []}
    chance = random.Random(7)
    read = 0
    for _ in range(_MOST_TRIES):
        if read == _ENOUGH:
            break
        mutated = _mutated(whole, chance)
        facts, refused = _read(json.dumps(mutated).encode())
        assert raw(refused, allowed="") == []
        if facts is None:
            continue
        read += 1
        report = diagnose(facts)
        assert report.facts.failures == facts.failures, report.facts.failure_details
        for text in (report_text(report, took=1.0, exit_code=1), report_markdown(report, took=1.0, exit_code=1)):
            assert raw(text, allowed="\n") == []
        for text in texts(json.loads(report_json(report))):
            assert raw(text) == []
    assert read == _ENOUGH

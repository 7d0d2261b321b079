"""The JSON is a contract: its keys are all there, and facts come back from it unchanged."""

from __future__ import annotations

import json

import msgspec
import pytest

from porttui.render.json import FactsError, facts_from_json, report_json
from tests import reports

KEYS = {
    "": {
        "schema", "porttui", "at", "question", "target", "verdict", "also", "ruled_out", "unseen", "steps", "remedies",
        "firewall", "facts",
    },
    "target": {"input", "host", "port", "scheme", "addresses", "text"},
    "verdict": {"code", "title", "summary", "severity", "confidence", "step", "evidence"},
    "verdict.evidence": {"text", "source"},
    "also": {"code", "title", "summary", "severity", "confidence", "step", "evidence"},
    "ruled_out": {"code", "because"},
    "unseen": {"what", "reason", "how_to_see", "needs_root"},
    "steps": {"name", "status", "summary", "ms"},
    "remedies": {"way", "title", "risk", "proof", "tried", "undo", "steps"},
    "remedies.steps": {"text", "where", "why", "argv", "edit", "url", "needs_root"},
    "firewall": {"verdict", "rule", "backends"},
}  # fmt: skip
"""The contract of the command line. Keys are only ever added."""


def _at(value: object, path: str) -> object:
    for key in path.split(".") if path else ():
        value = value[0] if isinstance(value, list) else value
        assert isinstance(value, dict)
        value = value[key]
    return value[0] if isinstance(value, list) else value


@pytest.mark.parametrize("path", [path for path in KEYS if path != "also"])
def test_the_keys_of_the_contract_are_there(path: str) -> None:
    found = _at(json.loads(report_json(reports.ipv6_only())), path)
    assert isinstance(found, dict)
    assert KEYS[path] <= set(found)


def test_also_has_the_keys_of_a_verdict() -> None:
    found = _at(json.loads(report_json(reports.two_faults())), "also")
    assert isinstance(found, dict)
    assert KEYS["also"] <= set(found)


def test_the_words_of_the_contract() -> None:
    told = json.loads(report_json(reports.ipv6_only()))
    assert told["schema"] == 1
    assert told["question"] == "connect"
    assert told["at"] == "2025-11-22T14:02:11+01:00"
    assert told["verdict"]["severity"] == "fault"
    assert told["verdict"]["confidence"] == "certain"
    assert [step["name"] for step in told["steps"]] == ["name", "bind", "listener", "path", "probe", "firewall"]
    assert {step["status"] for step in told["steps"]} <= {"pass", "warn", "fail", "skipped", "unseen"}
    assert told["remedies"][1]["risk"] == "RESTARTS"
    assert told["remedies"][1]["steps"][1]["argv"] == ["npm", "run", "dev", "--", "--host", "127.0.0.1"]
    assert json.loads(report_json(reports.unknown()))["verdict"]["step"] is None


@pytest.mark.parametrize("sample", [reports.ipv6_only, reports.two_faults, reports.as_nobody, reports.unknown])
def test_facts_come_back_from_a_report_and_from_themselves(sample: object) -> None:
    assert callable(sample)
    report = sample()
    assert facts_from_json(report_json(report)) == report.facts
    assert facts_from_json(msgspec.json.encode(report.facts)) == report.facts


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "this is not JSON"),
        (b"\xff\xfe", "this is not JSON"),
        (b"FAULT  127.0.0.1", "this is not JSON"),
        (b"[" * 100_000, "this is not JSON"),
        (b"[]", "not a report of porttui"),
        (b"3", "not a report of porttui"),
        (b"{}", 'it has no "facts"'),
        (b'{"schema": 2, "facts": {}}', "has schema 2; this porttui reads schema 1"),
        (b'{"facts": {}}', "cannot be read"),
        (b'{"facts": {"at": "\\u001b[2J"}}', "cannot be read"),
        (b'{"schema": 1, "facts": null}', "cannot be read"),
    ],
)
def test_anything_else_is_refused_in_one_printable_line(data: bytes, says: str) -> None:
    with pytest.raises(FactsError, match=r"JSON|report|facts") as caught:
        facts_from_json(data)
    line = str(caught.value)
    assert says in line
    assert line.isprintable()
    assert len(line) < 300


def test_a_hostile_file_brings_no_control_characters() -> None:
    data = report_json(reports.ipv6_only()).replace(b'"devbox"', b'"dev\\u001b[31mbox\\u202e"')
    assert facts_from_json(data).host.name == "dev\\x1b[31mbox\\u202e"

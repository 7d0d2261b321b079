"""What every report must hold to, whatever the fault."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.system.people import Person
from tests.system.stage import Answer

STEPS = ["name", "bind", "listener", "path", "probe", "firewall"]
EVERYBODY = pytest.mark.parametrize("person", [Person.ROOT, Person.NOBODY], ids=["root", "nobody"])
"""A fault must be found with full rights and with none."""


def expect_fault(
    answer: Answer, code: str, step: str, port: int, person: Person = Person.ROOT, *, named: str = "", staged: str = ""
) -> None:
    """Assert that a report names the fault, and keeps the promises that all reports make.

    It names the port, or `named` where the port is not what the fault is about. `staged` is the code of what was
    staged, where this person can only know of another fault, which is there as well.
    """
    _record(answer, staged or code, person, true_too=code)
    assert answer.code == code, answer
    assert answer.status == 1, answer
    assert answer.verdict["severity"] == "fault", answer
    assert answer.verdict["step"] == step, answer
    assert [name for name, status in answer.steps.items() if status == "fail"] == [step], answer
    assert names(answer, named or str(port)), answer
    assert answer.report["remedies"], answer
    _expect_report(answer, person)


def expect_warning(answer: Answer, code: str, step: str, port: int, person: Person = Person.ROOT) -> None:
    """Assert that a report says that it works, with a catch; that is no failure unless --strict is given."""
    _record(answer, code, person)
    assert answer.code == code, answer
    assert answer.verdict["severity"] == "warning", answer
    assert answer.verdict["step"] == step, answer
    assert answer.steps[step] == "warn", answer
    assert "fail" not in answer.steps.values(), answer
    assert names(answer, str(port)), answer
    _expect_report(answer, person)


def expect_healthy(answer: Answer, person: Person = Person.ROOT, *, staged: str = "") -> None:
    """Assert that a report says that all is well; `staged` as in `expect_fault`."""
    _record(answer, staged or "healthy", person, true_too="healthy")
    assert answer.code == "healthy", answer
    assert answer.status == 0, answer
    assert answer.verdict["severity"] == "ok", answer
    assert "fail" not in answer.steps.values(), answer
    _expect_report(answer, person)


def expect_undetermined(answer: Answer, person: Person = Person.ROOT, *, truth: str = "undetermined") -> None:
    """Assert that a report admits that it found no cause.

    `truth` is the code of what was staged, where this person cannot know it; then what would show it must be listed.
    """
    _record(answer, truth, person)
    assert truth == "undetermined" or answer.unseen, answer
    assert answer.code == "undetermined", answer
    assert answer.status == 3, answer
    assert answer.verdict["severity"] == "unknown", answer
    assert list(answer.steps.values()).count("fail") <= 1, answer
    _expect_report(answer, person)


def _record(answer: Answer, truth: str, person: Person, true_too: str = "") -> None:
    """Note what was staged and what was told, when bench/accuracy.py wants to count it."""
    if (file := os.environ.get("PORTTUI_ACCURACY")) is None:
        return
    line = {
        "test": os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0],
        "truth": truth,
        "told": answer.code,
        "true_too": true_too if true_too != truth else "",
        "person": person.name.lower(),
        "seconds": round(answer.seconds, 3),
    }
    with Path(file).open("a") as lines:
        lines.write(json.dumps(line) + "\n")


def names(answer: Answer, word: str) -> bool:
    """Tell whether the verdict, in its sentence or its evidence, names something."""
    told = (answer.verdict["summary"], *(evidence["text"] for evidence in answer.verdict["evidence"]))
    return any(word in text for text in told)


def _expect_report(answer: Answer, person: Person) -> None:
    assert answer.report["schema"] == 1, answer
    assert list(answer.steps) == STEPS, answer
    assert "looking" not in answer.steps.values(), answer
    assert answer.verdict["evidence"], answer
    assert all(evidence["text"] and evidence["source"] for evidence in answer.verdict["evidence"]), answer
    assert answer.code not in {verdict["code"] for verdict in answer.report["also"]}, answer
    assert answer.code not in {ruled["code"] for ruled in answer.report["ruled_out"]}, answer
    assert all(unseen["what"] and unseen["reason"] for unseen in answer.report["unseen"]), answer
    if person is Person.NOBODY and answer.report["question"] == "connect":
        assert any("rules" in what for what in answer.unseen), answer
        assert answer.steps["firewall"] != "pass" or answer.steps["path"] == "pass", answer

"""Takes a way that a report offers, word for word, and takes it back: the best proof that it is one."""

from __future__ import annotations

import re
import shlex
from typing import Any

from tests.system.stage import Answer, Namespace


def way(answer: Answer, title: str) -> dict[str, Any]:
    """Return the way whose title begins so; the test fails when there is none."""
    found: list[dict[str, Any]] = [each for each in answer.report["remedies"] if each["title"].startswith(title)]
    assert found, [each["title"] for each in answer.report["remedies"]]
    return found[0]


def take(stage: Namespace, wanted: dict[str, Any], *, through: tuple[str, ...] = ()) -> list[str]:
    """Run its commands as root; returns the commands that take it back, as its last line tells them."""
    printed = [stage.run(*through, *step["argv"]) for step in wanted["steps"] if step["argv"]]
    handles = iter([found[1] for text in printed for found in re.finditer(r"# handle (\d+)", text)])
    return [
        told.partition(",")[0].replace("NUMBER", next(handles)) if "NUMBER" in told else told
        for told in wanted["undo"].split("; ")
    ]


def take_back(stage: Namespace, undone: list[str], *, through: tuple[str, ...] = ()) -> None:
    """Run what takes a way back."""
    for told in undone:
        stage.run(*through, *shlex.split(told))

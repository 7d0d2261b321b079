"""The error messages of pastes.txt, each with what it has to be read as."""

from __future__ import annotations

import re
from pathlib import Path

from porttui.model.base import Value
from porttui.model.target import Question


class Paste(Value, frozen=True, kw_only=True):
    """One message and its meaning."""

    name: str
    text: str
    question: Question
    host: str
    port: int
    scheme: str | None
    path: str


def _read() -> tuple[Paste, ...]:
    text = Path(__file__).with_name("pastes.txt").read_text(encoding="utf-8")
    blocks = re.split(r"^=== (.+?) = (\w+) (\S+) (\d+) (\S+) (\S+)\n", text, flags=re.MULTILINE)[1:]
    return tuple(
        Paste(
            name=name,
            text=body.rstrip("\n"),
            question=Question(question),
            host=host,
            port=int(port),
            scheme=None if scheme == "-" else scheme,
            path=path,
        )
        for name, question, host, port, scheme, path, body in zip(*(iter(blocks),) * 7, strict=True)
    )


ALL = _read()

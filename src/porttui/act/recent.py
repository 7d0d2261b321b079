"""The targets that were asked about lately, kept in a file in the user's state folder.

A file that cannot be written is no error: the targets are then kept for this run alone.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from porttui.act.state import replace_file, state_file
from porttui.model.parse import parse
from porttui.model.printable import printable
from porttui.model.secrets import without_secrets
from porttui.model.target import Asked, Question, TargetError

MOST = 10
_MOST_BYTES = 64 * 1024
_MOST_CELLS = 200


def usual_path() -> Path:
    """Return the file in the state folder of this user (XDG_STATE_HOME on Linux)."""
    return state_file("recent")


def line_of(asked: Asked) -> str:
    """Return a target as one line, "connect 127.0.0.1:5173". The query of a URL may hold secrets and is left out."""
    text = re.sub(r"[?#].*", "", without_secrets(str(asked.target)))
    return f"{asked.question.value} {text}"


def read_line(line: str) -> Asked | None:
    """Read such a line; None when it is none. A file is foreign: nothing of it is taken over unread."""
    question, _, text = line.strip().partition(" ")
    if not text or len(line) > _MOST_CELLS or printable(line.strip()) != line.strip():
        return None
    try:
        return parse(text, Question(question))
    except (TargetError, ValueError):
        return None


class Recent:
    """The last targets, newest first."""

    def __init__(self, path: Path) -> None:
        """Begin with what the file holds; no file, or one that cannot be read, holds nothing."""
        self._path = path
        self._lines = self._read()

    def targets(self) -> tuple[Asked, ...]:
        """Return the targets, newest first, at most 10."""
        return tuple(asked for line in self._lines if (asked := read_line(line)) is not None)

    def remember(self, asked: Asked) -> None:
        """Put a target in front, and write the file."""
        line = line_of(asked)
        if read_line(line) is not None:
            self._change([line, *(each for each in self._read() or self._lines if each != line)])

    def forget(self, asked: Asked) -> None:
        """Take a target out, and write the file."""
        line = line_of(asked)
        self._change([each for each in self._lines if each != line])

    def _change(self, lines: list[str]) -> None:
        self._lines = lines[:MOST]
        with contextlib.suppress(OSError):
            replace_file(self._path, "".join(f"{line}\n" for line in self._lines))

    def _read(self) -> list[str]:
        try:
            with self._path.open("rb") as file:
                text = file.read(_MOST_BYTES).decode("utf-8", "replace")
        except (OSError, ValueError):
            return []
        known = dict.fromkeys(line for line in text.splitlines() if read_line(line) is not None)
        return list(known)[:MOST]

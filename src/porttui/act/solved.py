"""The labs that were solved, by name, kept in a file in the user's state folder.

A file that cannot be written is no error: what was solved is then told as such only in this run.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from porttui.act.state import replace_file, state_file

_MOST_BYTES = 64 * 1024


def usual_path() -> Path:
    """Return the file of this user."""
    return state_file("labs")


def solved(path: Path) -> tuple[str, ...]:
    """Return the names of the labs that were solved, in the order in which they were; a file is foreign text."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ()
    return tuple(dict.fromkeys(line for line in text.splitlines() if re.fullmatch(r"[a-z0-9-]{1,40}", line)))


def remember(path: Path, name: str) -> None:
    """Add a lab."""
    with contextlib.suppress(OSError):
        replace_file(path, "".join(f"{each}\n" for each in dict.fromkeys((*solved(path), name))))


def forget(path: Path) -> None:
    """Forget all of them.

    Raises:
        OSError: the file is there and cannot be removed.
    """
    path.unlink(missing_ok=True)

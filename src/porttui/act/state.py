"""Writing small files in the user's state folder: as a whole, and readable by this user alone."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def state_file(name: str) -> Path:
    """Return a file in the state folder of this user (XDG_STATE_HOME on Linux)."""
    from platformdirs import user_state_path

    return user_state_path("porttui", appauthor=False) / name


def replace_file(path: Path, text: str) -> None:
    """Replace a file as a whole, readable by this user alone (mkstemp(3) makes 0600).

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise

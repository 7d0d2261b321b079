"""Saving a report as Markdown and JSON: in the current directory or, where that cannot be, in the state folder."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from porttui.model.printable import printable
from porttui.model.report import Report

_MOST_TRIES = 100
_LONGEST_HOST = 60


def save(report: Report, folders: tuple[Path, ...] | None = None) -> str:
    """Write a report to two new files that only this user can read.

    Args:
        report: what is written, with its timeline.
        folders: where to try, in this order; the current directory and the state folder when None.

    Returns:
        One line for the user: the paths, or why nothing was written.
    """
    from porttui.render.json import report_json
    from porttui.render.markdown import report_markdown

    contents = {"md": report_markdown(report).encode(), "json": report_json(report)}
    why = ""
    for folder in folders if folders is not None else _folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stem = _write_all(folder, name(report), contents)
        except OSError as error:
            why = f"{folder}: {(error.strerror or str(error)).lower()}"
            continue
        return printable(f"Saved: {folder / stem}.md and .json")
    return printable(f"Not saved: {why}")


def name(report: Report) -> str:
    """Return the name of the files without their ends: porttui-HOST-PORT-YYYYmmdd-HHMMSS."""
    host = re.sub(r"[^A-Za-z0-9.-]+", "_", report.target.host).strip("._-")[:_LONGEST_HOST] or "host"
    return f"porttui-{host}-{report.target.port}-{report.at:%Y%m%d-%H%M%S}"


def _folders() -> tuple[Path, ...]:
    from platformdirs import user_state_path

    folders = [user_state_path("porttui", appauthor=False)]
    with contextlib.suppress(OSError):  # the current directory may have been removed
        folders.insert(0, Path.cwd())
    return tuple(folders)


def _write_all(folder: Path, stem: str, contents: dict[str, bytes]) -> str:
    """Write the files under a name that none of them has yet, all or none; return the name.

    Raises:
        OSError: they cannot be written.
    """
    for number in range(1, _MOST_TRIES):
        chosen = stem if number == 1 else f"{stem}-{number}"
        made: list[Path] = []
        try:
            for end, data in contents.items():
                path = folder / f"{chosen}.{end}"
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    made.append(path)
                    file.write(data)
        except OSError as error:
            for path in made:
                with contextlib.suppress(OSError):
                    path.unlink()
            if isinstance(error, FileExistsError):
                continue
            raise
        return chosen
    raise FileExistsError(17, "there are files of that name already")

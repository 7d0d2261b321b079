"""The last lines that a service or a container wrote: asked of journalctl(1), docker or podman, within bounds."""

from __future__ import annotations

import datetime as dt
import json
import os
import re

from porttui.model.facts import Process, Unseen
from porttui.model.printable import printable
from porttui.model.secrets import hide_in_text
from porttui.observe.command import Output, run
from porttui.observe.linux import managers, podman
from porttui.reading import engines
from porttui.reading.comes_back import service
from porttui.reading.inspected import Log, LogLine

_LINES = 8
_SECONDS = 1.5
_LONGEST = 400
"""Characters of one line."""
_BYTES = 300_000
_MAY_NOT = ("not seeing messages", "insufficient permissions", "Permission denied")
"""What journalctl says to users from whom it hides the journal of others (groups of journalctl(1), DESCRIPTION)."""


def linux_log(process: Process) -> Log | Unseen | None:
    """Read the end of the log of a process's container, else of its unit.

    Returns:
        At most 8 lines. None when it has neither, or only lives in the unit of a login; Unseen when this user may not
        read it, or nothing here can.
    """
    if process.container:
        return _of_container(process)
    unit = service(process)
    return _of_unit(unit, user=process.manager == "user") if unit else None


def _of_unit(unit: str, *, user: bool) -> Log | Unseen:
    command = ("journalctl", *(("--user",) if user else ()), "-u", unit, "-n", str(_LINES), "--no-pager")
    shown = " ".join(command[:-1])
    what = f"log of {unit}"
    if not managers.booted():
        return Unseen(what=what, reason="systemd does not run here", how_to_see="")
    output = run(*command, "-o", "json", what=what, seconds=_SECONDS, limit=_BYTES)
    if isinstance(output, Unseen):
        return output
    lines = tuple(line for text in output.stdout.splitlines() if (line := _entry(text)) is not None)
    if not lines and any(words in output.stderr for words in _MAY_NOT):
        return Unseen(what=what, reason="needs root, or the group systemd-journal", how_to_see=shown, needs_root=True)
    if not lines and "No journal files" in output.stderr:
        return Unseen(what=what, reason="no journal is kept here", how_to_see="")
    if output.status != 0 and not lines:
        return Unseen(what=what, reason=_last(output), how_to_see=shown)
    return Log(lines=lines, command=command[:-1])


def _entry(text: str) -> LogLine | None:
    """Read one entry of `journalctl -o json`; text that is not UTF-8 comes as a list of bytes (journalctl(1))."""
    try:
        entry = json.loads(text)
        message = entry.get("MESSAGE")
        at = dt.datetime.fromtimestamp(int(entry["__REALTIME_TIMESTAMP"]) / 1e6, dt.UTC).astimezone()
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None
    if isinstance(message, list):
        message = bytes(each for each in message if isinstance(each, int) and 0 <= each < 256).decode(
            "utf-8", "replace"
        )
    return LogLine(at=at, text=_shown(message)) if isinstance(message, str) else None


def _of_container(process: Process) -> Log | Unseen:
    what = f"log of {engines.named(process)}"
    program = process.engine or "docker"
    if program not in ("docker", "podman"):
        shown = engines.logs(process)
        return Unseen(what=what, reason="its engine is not asked", how_to_see=" ".join(shown), needs_root=bool(shown))
    command = (program, "logs", "--tail", str(_LINES), process.container or "")
    if program == "podman" and not podman.is_mine(process):
        reason = "only the user who started the container may"
        return Unseen(what=what, reason=reason, how_to_see=" ".join(command), needs_root=os.geteuid() != 0)
    if program == "docker" and not os.access(managers.DOCKER, os.R_OK | os.W_OK):
        return Unseen(what=what, reason="needs root", how_to_see=" ".join(command), needs_root=os.geteuid() != 0)
    output = run(*command[:2], "--timestamps", *command[2:], what=what, seconds=_SECONDS, limit=_BYTES)
    if isinstance(output, Unseen):
        return output
    if output.status != 0:
        return Unseen(what=what, reason=_last(output), how_to_see=" ".join(command))
    lines = [_stamped(text) for text in (*output.stdout.splitlines(), *output.stderr.splitlines())]
    return Log(
        lines=tuple(sorted(lines, key=lambda line: line.at or dt.datetime.min.replace(tzinfo=dt.UTC))), command=command
    )


def _stamped(text: str) -> LogLine:
    """Read a line of `docker logs --timestamps`, which begins with a time of RFC 3339 in nanoseconds."""
    stamp, _, rest = text.partition(" ")
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:\d\d)", stamp)
    if found is None:
        return LogLine(at=None, text=_shown(text))
    zone = "+00:00" if found[3] == "Z" else found[3]
    at = dt.datetime.fromisoformat(f"{found[1]}.{(found[2] or '0').ljust(6, '0')}{zone}").astimezone()
    return LogLine(at=at, text=_shown(rest))


def _shown(text: str) -> str:
    return printable(hide_in_text(re.sub(r"\x1b\[[0-9;]*m", "", text[: 4 * _LONGEST])), _LONGEST)


def _last(output: Output) -> str:
    return printable((output.stderr.strip().splitlines() or [f"it ended with status {output.status}"])[-1], 120)

"""What `porttui who` tells of a process, read without the machinery of a whole look.

The same words as `process.linux_processes` has for it; a test holds the two together.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from typing import NamedTuple

from porttui.model.printable import printable
from porttui.model.secrets import hide_secrets
from porttui.observe.linux import cgroup
from porttui.observe.linux.proc import uid_and_parent, user_name
from porttui.observe.linux.programs import program_name

_MOST_ARGUMENTS = 200


class Brief(NamedTuple):
    """A process, as in `porttui.model.facts.Process`."""

    pid: int
    name: str
    argv: tuple[str, ...]
    user: str | None
    cwd: str | None
    started: dt.datetime
    ancestors: tuple[tuple[str, int], ...]
    """From pid 1 on: name and pid."""
    unit: str | None


def brief(pid: int) -> Brief | None:
    """Describe a process; None when it is gone."""
    name = program_name(pid)
    uid, parent = uid_and_parent(pid)
    stat = "\n".join(cgroup.read_lines(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    if name is None or uid < 0 or len(stat) < 22:
        return None
    argv = _bytes(f"/proc/{pid}/cmdline").decode("utf-8", "backslashreplace").rstrip("\0")
    words = hide_secrets(argv.split("\0"))[:_MOST_ARGUMENTS] if argv else ()
    return Brief(
        pid=pid,
        name=name,
        argv=tuple(map(printable, words)),
        user=user_name(uid),
        cwd=_cwd(pid),
        started=_start(int(stat[19])),
        ancestors=_ancestors(parent),
        unit=cgroup.place_of_process(pid).unit,
    )


def _ancestors(pid: int) -> tuple[tuple[str, int], ...]:
    found: list[tuple[str, int]] = []
    while pid > 0 and all(pid != known for _, known in found):
        name = program_name(pid, whole=False)
        if name is None:
            break
        found.append((name, pid))
        pid = uid_and_parent(pid)[1]
    return tuple(reversed(found))


def _start(ticks: int) -> dt.datetime:
    """Return the moment of field 22 of /proc/PID/stat: clock ticks since boot (proc_pid_stat(5))."""
    boot = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return dt.datetime.fromtimestamp(boot + ticks / os.sysconf("SC_CLK_TCK"), dt.UTC).astimezone()


def _cwd(pid: int) -> str | None:
    try:
        return printable(os.readlink(f"/proc/{pid}/cwd"))  # noqa: PTH115
    except OSError:
        return None


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read(1 << 16)
    except OSError:
        return b""

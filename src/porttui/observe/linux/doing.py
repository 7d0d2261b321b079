"""What processes do at this moment: two readings of /proc, a tenth of a second apart; everybody is told most of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from porttui.model.facts import Doing
from porttui.model.printable import printable
from porttui.observe.linux.cgroup import read_lines
from porttui.observe.linux.process import open_files, open_files_limit, stat_fields

_SECONDS = 0.12
_MOST_THREADS = 64
_MOST_FRAMES = 12


class _Reading(NamedTuple):
    at: float
    ticks: int | None
    """Clock ticks in user and kernel mode, of all threads."""
    wanted: dict[int, int]
    """Nanoseconds for which each thread ran or waited for a processor."""


def linux_doing(pids: Iterable[int]) -> tuple[Doing, ...]:
    """Tell what processes do, over 0.12 s for all of them at once.

    A thread that spins runs or waits for a processor all of the time, however busy the machine is:
    /proc/PID/task/TID/schedstat counts both (Documentation/scheduler/sched-stats.rst).

    Args:
        pids: process ids; at most 64 threads of each are measured.

    Returns:
        Those that exist. `busy` is None where the kernel keeps no such statistics, `waits` where this user may not
        know it.
    """
    chosen = list(dict.fromkeys(pids))
    before = {pid: _reading(pid) for pid in chosen}
    time.sleep(_SECONDS)
    return tuple(doing for pid in chosen if (doing := _doing(pid, before[pid])) is not None)


def _doing(pid: int, before: _Reading) -> Doing | None:
    stat = stat_fields(pid)
    if not stat:
        return None
    after = _reading(pid)
    seconds = after.at - before.at
    shares = {
        thread: min(1.0, (after.wanted[thread] - wanted) / 1e9 / seconds)
        for thread, wanted in before.wanted.items()
        if thread in after.wanted
    }
    cpu = None
    if before.ticks is not None and after.ticks is not None:
        cpu = round(100 * (after.ticks - before.ticks) / (seconds * os.sysconf("SC_CLK_TCK")), 1)
    return Doing(
        pid=pid,
        state=stat[0],
        cpu_percent=cpu,
        busy=round(shares[pid], 3) if pid in shares else None,
        busiest=round(max(shares.values()), 3) if shares else None,
        open_files=open_files(pid),
        open_files_limit=open_files_limit(pid),
        open_files_most=open_files_limit(pid, hard=True),
        waits=_waits(pid),
    )


def _reading(pid: int) -> _Reading:
    stat = stat_fields(pid)
    ticks = int(stat[11]) + int(stat[12]) if len(stat) > 12 else None
    try:
        threads = [int(name) for name in islice(os.listdir(f"/proc/{pid}/task"), _MOST_THREADS)]  # noqa: PTH208
    except OSError:
        threads = []
    wanted = {thread: count for thread in threads if (count := _wanted(pid, thread)) is not None}
    return _Reading(time.monotonic(), ticks, wanted)


def _wanted(pid: int, thread: int) -> int | None:
    lines = read_lines(f"/proc/{pid}/task/{thread}/schedstat")
    numbers = lines[0].split() if lines else []
    return int(numbers[0]) + int(numbers[1]) if len(numbers) >= 2 else None


def _waits(pid: int) -> tuple[str, ...] | None:
    """Read "[<0>] poll_schedule_timeout.constprop.0+0x37/0x90", a line each, as names without their places."""
    try:
        with open(f"/proc/{pid}/stack", "rb") as file:  # noqa: PTH123
            text = file.read(8192).decode("ascii", "replace")
    except OSError:
        return None
    frames = (line.rpartition(" ")[2].partition("+")[0].partition(".")[0] for line in text.splitlines())
    return tuple(printable(frame, 60) for frame in islice(frames, _MOST_FRAMES))

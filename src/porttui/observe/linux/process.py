"""Processes by /proc (proc(5)): what they are, who runs them, what they may do. Most of it is told to everybody."""

from __future__ import annotations

import datetime as dt
import functools
import os
import time
from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from porttui.model.facts import Ancestor, Process
from porttui.model.printable import printable
from porttui.model.secrets import hide_in_text, hide_secrets
from porttui.observe import files
from porttui.observe.linux import cgroup, owners
from porttui.observe.linux.managers import manager_of
from porttui.observe.linux.proc import capability_names, uid_and_parent, user_name
from porttui.observe.linux.proc import status as status_of

_MOST_ARGUMENTS = 200
_SAMPLE_SECONDS = 0.1
_FORKED = 0x40
"""PF_FORKNOEXEC (include/linux/sched.h)."""


def linux_processes(pids: Iterable[int]) -> tuple[Process, ...]:
    """Describe processes.

    Args:
        pids: process ids; each is described once, in this order.

    Returns:
        Those that exist. A field is None when this user is not told. When one is running at this moment (state R),
        `cpu_percent` is measured over 0.1 s, for all that run at once.
    """
    parents = functools.cache(_parent)
    found = [process for pid in dict.fromkeys(pids) if (process := _process(pid, parents)) is not None]
    running = [process.pid for process in found if process.state == "R"]
    if not running:
        return tuple(found)
    shares = _cpu_percent(running)
    return tuple(replace(each, cpu_percent=shares.get(each.pid)) for each in found)


def brief(pid: int, name: str) -> Process | None:
    """Describe a process by what a list shows of it: command line, user and start; None when it is gone."""
    stat = stat_fields(pid)
    uid, _ = uid_and_parent(pid)
    if len(stat) < 22 or uid < 0:
        return None
    return Process(pid=pid, name=name, argv=_argv(pid), user=user_name(uid), uid=uid, started=start_time(int(stat[19])))


def start_time(ticks: int) -> dt.datetime:
    """Return the moment of field 22 of /proc/PID/stat: clock ticks since boot, the same for a process in every call."""
    seconds = _boot_time() + ticks / os.sysconf("SC_CLK_TCK")
    return dt.datetime.fromtimestamp(seconds, dt.UTC).astimezone()


def _process(pid: int, parents: Callable[[int], tuple[Ancestor, int] | None]) -> Process | None:
    status = status_of(f"/proc/{pid}/status")
    stat = stat_fields(pid)
    if not status or len(stat) < 22:
        return None
    argv = _argv(pid)
    uid = int(status["Uid"].split()[1])
    place = cgroup.place_of_process(pid)
    return Process(
        pid=pid,
        name=_name(status.get("Name", ""), argv),
        argv=argv,
        user=user_name(uid),
        uid=uid,
        state=status.get("State", "")[:1],
        tracer=int(status.get("TracerPid", "0")),
        group=int(stat[2]),
        session=int(stat[3]),
        adopted=_adopted(pid, parent=int(stat[1]), session=int(stat[3])),
        forked=bool(int(stat[6]) & _FORKED),
        started=start_time(int(stat[19])),
        cwd=_cwd(pid),
        terminal=_terminal(int(stat[4])),
        ancestors=_ancestors(int(status.get("PPid", "0")), parents),
        unit=place.unit,
        manager=manager_of(pid) if place.unit else None,
        container=place.container,
        engine=place.engine,
        memory=int(status["VmRSS"].split()[0]) * 1024 if "VmRSS" in status else None,
        threads=int(status["Threads"]) if "Threads" in status else None,
        open_files=open_files(pid),
        open_files_limit=open_files_limit(pid),
        capabilities=capability_names(int(status["CapEff"], 16)) if "CapEff" in status else None,
        seccomp=int(status["Seccomp"]) if "Seccomp" in status else None,
        no_new_privs=status["NoNewPrivs"] == "1" if "NoNewPrivs" in status else None,
        exe_deleted=_exe_deleted(pid),
        sockets_given=_sockets_given(pid),
    )


def _exe_deleted(pid: int) -> bool | None:
    """Tell whether no name is left for the program's file (proc_pid_exe(5)); only who may trace the process is told."""
    try:
        return os.stat(f"/proc/{pid}/exe").st_nlink == 0  # noqa: PTH116  Path.stat costs twice as much
    except OSError:
        return None


def _sockets_given(pid: int) -> int | None:
    """Read LISTEN_FDS from the environment it was started with, where LISTEN_PID is its own (sd_listen_fds(3))."""
    try:
        text = files.read(f"/proc/{pid}/environ", 1 << 20)
        pairs = dict(each.partition(b"=")[::2] for each in text.split(b"\0"))
    except OSError:
        return None
    given = pairs.get(b"LISTEN_FDS", b"")
    if pairs.get(b"LISTEN_PID") != str(pid).encode() or not given.isdigit():
        return 0
    return min(int(given), 1024)


def _adopted(pid: int, *, parent: int, session: int) -> bool | None:
    """Tell whether the parent is another one than that which started the process.

    fork(2) leaves a child in its parent's session, and only setsid(2), which makes the caller a leader, leads out of
    it. So whoever leads no session and has a parent in another one was given to that one when its own had ended. In a
    container the first process, which is given them all, may be in the session itself; and a session that began
    outside of it reads as 0, whichever it is (pid_namespaces(7)).
    """
    if session in (pid, 0) or parent <= 0:
        return None
    above = stat_fields(parent)
    if len(above) <= 3:
        return None
    return True if int(above[3]) != session else None if parent == 1 else False


def stat_fields(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the third (state) on; the second may hold blanks and brackets."""
    lines = cgroup.read_lines(f"/proc/{pid}/stat")
    return "\n".join(lines).rpartition(")")[2].split() if lines else []


def _name(comm: str, argv: tuple[str, ...]) -> str:
    """Return the program's name; the kernel cuts it to 15 bytes, and the command line may have the whole of it."""
    whole = argv[0].rpartition("/")[2] if argv else ""
    return whole if len(comm) >= 15 and whole.startswith(comm) else _comm(comm)


def _comm(comm: str) -> str:
    """Return a name that may be the beginning of a title: of a whole command line that the program wrote for itself."""
    return printable(hide_in_text(comm) if " " in comm else comm)


def _cwd(pid: int) -> str | None:
    try:
        return printable(os.readlink(f"/proc/{pid}/cwd"))  # noqa: PTH115
    except OSError:
        return None


def _terminal(number: int) -> str | None:
    """Decode tty_nr: minor in bits 31-20 and 7-0, major in bits 15-8 (proc_pid_stat(5)); majors by devices.txt."""
    major = number >> 8 & 0xFF
    minor = number & 0xFF | number >> 12 & 0xFFF00
    if 136 <= major <= 143:
        return f"pts/{(major - 136) * 256 + minor}"
    if major == 4:
        return f"tty{minor}" if minor < 64 else f"ttyS{minor - 64}"
    return None


def _argv(pid: int) -> tuple[str, ...]:
    return tuple(printable(part) for part in hide_secrets(owners.command_line(pid))[:_MOST_ARGUMENTS])


def _ancestors(pid: int, parents: Callable[[int], tuple[Ancestor, int] | None]) -> tuple[Ancestor, ...]:
    found: list[Ancestor] = []
    while pid > 0 and all(pid != each.pid for each in found):
        step = parents(pid)
        if step is None:
            break
        found.append(step[0])
        pid = step[1]
    return tuple(reversed(found))


def _parent(pid: int) -> tuple[Ancestor, int] | None:
    """Describe one ancestor, and tell the pid of its own parent; None when it is gone."""
    status = status_of(f"/proc/{pid}/status")
    if not status:
        return None
    name = _comm(status.get("Name", ""))
    return Ancestor(pid=pid, name=name, argv=_argv(pid)), int(status.get("PPid", "0"))


def open_files(pid: int) -> int | None:
    """Count descriptors: the size of /proc/PID/fd is their number since Linux 6.2, for everybody; else list them."""
    folder = f"/proc/{pid}/fd"
    try:
        return os.stat(folder).st_size or len(os.listdir(folder))  # noqa: PTH116, PTH208
    except OSError:
        return None


def open_files_limit(pid: int, *, hard: bool = False) -> int | None:
    """Return the soft or hard limit of descriptors (RLIMIT_NOFILE); None when it is not told, or when there is none."""
    line = next((each for each in cgroup.read_lines(f"/proc/{pid}/limits") if each.startswith("Max open files")), "")
    found = line.removeprefix("Max open files").split()[hard : hard + 1]
    return int(found[0]) if found and found[0].isdigit() else None


@functools.lru_cache(maxsize=1)
def _boot_time() -> float:
    """Return when the machine started, in seconds since 1970, once: a second reading would differ by microseconds."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


def _cpu_percent(pids: Sequence[int]) -> dict[int, float]:
    began = time.monotonic()
    before = {pid: _ticks(pid) for pid in pids}
    time.sleep(_SAMPLE_SECONDS)
    ticks = (time.monotonic() - began) * os.sysconf("SC_CLK_TCK")
    after = {pid: _ticks(pid) for pid in pids}
    return {
        pid: round(100 * (later - earlier) / ticks, 1)
        for pid, earlier in before.items()
        if earlier is not None and (later := after[pid]) is not None
    }


def _ticks(pid: int) -> int | None:
    """Return the clock ticks in user and kernel mode: fields 14 and 15 of /proc/PID/stat."""
    stat = stat_fields(pid)
    return int(stat[11]) + int(stat[12]) if len(stat) > 12 else None

"""Sending a signal to one process, and to no other.

A pid is used again when its process has ended, so the process is named by pid and start time. On Linux both are
checked while a pidfd is held, which goes on to mean this very process whatever becomes of the number (pidfd_open(2),
pidfd_send_signal(2)); elsewhere the check stands directly before kill(2).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
import errno
import os
import signal
import sys
from collections.abc import Iterator

from porttui.model.base import Value
from porttui.observe import this_platform
from porttui.observe.platform import Platform
from porttui.observe.session import own_pids
from porttui.reading.acts import Act

_SAME = dt.timedelta(milliseconds=5)
"""Linux counts start times in ticks of 10 ms; two looks at one process differ by rounding alone."""


class Outcome(enum.StrEnum):
    """What came of sending."""

    SENT = "sent"
    GONE = "gone already"
    ANOTHER = "another process has this pid now"
    NOT_PERMITTED = "not permitted"
    REFUSED = "refused"


class Result(Value, frozen=True, kw_only=True):
    """What came of sending, for this one process."""

    outcome: Outcome
    pid: int
    act: Act
    at: dt.datetime
    """When it was sent, or not."""
    why: str = ""
    """One sentence where the outcome alone does not say it."""


def send(pid: int, started: dt.datetime, act: Act, *, platform: Platform | None = None) -> Result:
    """Do an act to a process, if it still is the process that was meant.

    Args:
        pid: the process, as it was shown to the user.
        started: its start time, from the same facts; looked up in this run of porttui.
        act: what to do. To tell what it brings about is the work of porttui.reading.consequences, beforehand.
        platform: the eyes to check with; those of this system when None.

    Returns:
        The outcome; nothing was sent unless it is SENT. Never to pid 1, to porttui or to its ancestors, but to let
        them go on. Every error of the system is an outcome.
    """
    eyes = platform or this_platform()

    def result(outcome: Outcome, why: str = "") -> Result:
        return Result(outcome=outcome, pid=pid, act=act, at=dt.datetime.now().astimezone(), why=why)

    if pid <= 0 or (act is not Act.RESUME and pid == 1):  # 0 and below mean groups of processes to kill(2)
        return result(Outcome.REFUSED, "pid 1 and groups of processes are left alone")
    if act is not Act.RESUME and pid in own_pids():
        return result(Outcome.REFUSED, "porttui runs in it, or is it")
    try:
        with _handle(pid) as descriptor:
            now = eyes.processes([pid])
            if not now or now[0].state in ("Z", "X"):
                return result(Outcome.GONE)
            if now[0].started is None:
                return result(Outcome.REFUSED, "its start time is not told, so it could be another process")
            if not same_start(now[0].started, started):
                return result(Outcome.ANOTHER, f"pid {pid} is {now[0].name} now, started {now[0].started:%H:%M:%S}")
            _signal(pid, descriptor, act)
    except ProcessLookupError:
        return result(Outcome.GONE)
    except PermissionError as error:
        return result(Outcome.NOT_PERMITTED, (error.strerror or "").lower())
    return result(Outcome.SENT)


def same_start(one: dt.datetime | None, other: dt.datetime | None) -> bool:
    """Tell whether two start times are one; False when either is not known."""
    return one is not None and other is not None and abs(one - other) <= _SAME


@contextlib.contextmanager
def _handle(pid: int) -> Iterator[int | None]:
    """Hold a pidfd; None where the system has none (before Linux 5.3, macOS, Windows, a seccomp filter).

    Raises:
        ProcessLookupError: there is no such process.
    """
    descriptor = open_pidfd(pid)
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def open_pidfd(pid: int) -> int | None:
    """Open a descriptor that means this very process (pidfd_open(2)); the caller closes it.

    Returns:
        None where the system has none; then a pid has to do.

    Raises:
        ProcessLookupError: there is no such process.
    """
    if sys.platform != "linux":
        return None
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        raise
    except OSError as error:
        if error.errno == errno.EINVAL:  # a thread that leads no process: nothing that could be signalled
            raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH)) from error
        return None  # ENOSYS, EPERM by a filter, EMFILE


def _signal(pid: int, descriptor: int | None, act: Act) -> None:
    """Send it.

    Raises:
        ProcessLookupError: the process has ended meanwhile.
        PermissionError: this user may not.
    """
    if sys.platform == "win32":
        _on_windows(pid, act)
        return
    number = {
        Act.RESUME: signal.SIGCONT,
        Act.STOP: signal.SIGTERM,
        Act.PAUSE: signal.SIGSTOP,
        Act.KILL: signal.SIGKILL,
    }[act]
    if descriptor is None or sys.platform != "linux":
        os.kill(pid, number)
        return
    try:
        signal.pidfd_send_signal(descriptor, number)
    except OSError as error:
        if error.errno != errno.ENOSYS:  # a filter that knows pidfd_open(2) alone
            raise
        os.kill(pid, number)


def _on_windows(pid: int, act: Act) -> None:
    """Do the same by psutil, which checks the process's identity once more (TerminateProcess, NtSuspendProcess)."""
    import psutil

    try:
        process = psutil.Process(pid)
        {Act.RESUME: process.resume, Act.PAUSE: process.suspend}.get(act, process.terminate)()
    except psutil.NoSuchProcess as error:
        raise ProcessLookupError(errno.ESRCH, str(error)) from error
    except psutil.AccessDenied as error:
        raise PermissionError(errno.EPERM, str(error)) from error

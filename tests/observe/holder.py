"""Child processes that hold something, a socket or a state, while a test looks at them from outside."""

from __future__ import annotations

import ctypes
import os
import pickle
import platform
import signal
import struct
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

T = TypeVar("T")

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads what only Linux has")

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEW_USER_AND_NET = 0x10000000 | 0x40000000
_NEW_NET = 0x40000000
_DUMPABLE = 4
_NO_NEW_PRIVS = 38
_SECCOMP = 22
_NAME = 15


@contextmanager
def holding(work: Callable[[], T]) -> Iterator[tuple[int, T]]:
    """Fork a child that does `work` and then waits; its pid and what `work` returned are given.

    What the child opens stays open until the end of the block, also what only the returned value refers to.
    """
    reading, writing = os.pipe()
    waiting, holding_on = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of a fork beside threads
        child = os.fork()
    if child == 0:
        os.close(holding_on)
        os.close(reading)
        _hold(writing, waiting, work)
    os.close(writing)
    os.close(waiting)
    try:
        with open(reading, "rb") as pipe:  # noqa: PTH123
            good, result = pickle.loads(pipe.read())  # noqa: S301
        assert good, result
        yield child, result
    finally:
        os.close(holding_on)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _hold(writing: int, waiting: int, work: Callable[[], object]) -> None:
    try:
        told = pickle.dumps((True, work()))
    except BaseException:  # noqa: BLE001
        told = pickle.dumps((False, traceback.format_exc()))
    with open(writing, "wb") as pipe:
        pipe.write(told)
    os.read(waiting, 1)
    os._exit(0)


KEPT: list[object] = []
"""What a child keeps open; a forked child never runs the collector on it."""


def keep(thing: T) -> T:
    """Keep a socket open for as long as this process lives."""
    KEPT.append(thing)
    return thing


def become_dumpable(uid: int) -> None:
    """Become another user as a fresh login of that user would: others of the same uid may look at this process."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    _prctl(_DUMPABLE, 1)


def new_network(*, with_user: bool = False) -> None:
    """Enter a network namespace of our own; an ordinary user needs a user namespace around it."""
    if _LIBC.unshare(_NEW_USER_AND_NET if with_user else _NEW_NET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def set_name(name: str) -> None:
    """Set the process name, as PR_SET_NAME does."""
    buffer = ctypes.create_string_buffer(name.encode())
    _prctl(_NAME, ctypes.addressof(buffer))


def no_new_privileges() -> None:
    """Renounce what setuid programs would give."""
    _prctl(_NO_NEW_PRIVS, 1)


def trace_me() -> None:
    """Let the parent be this process's tracer."""
    if _LIBC.ptrace(0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def deny_netlink() -> None:
    """Make socket(AF_NETLINK) fail with EPERM from now on, by a seccomp filter, as sandboxes do."""
    number = {"x86_64": 41, "aarch64": 198}[platform.machine()]
    load, equal, give = 0x20, 0x15, 0x06
    operations = (
        (load, 0, 0, 0),  # the system call's number
        (equal, 0, 3, number),
        (load, 0, 0, 16),  # its first argument
        (equal, 0, 1, 16),  # AF_NETLINK
        (give, 0, 0, 0x00050000 | 1),  # EPERM
        (give, 0, 0, 0x7FFF0000),  # allow
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *each) for each in operations))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(operations), ctypes.addressof(code)))
    no_new_privileges()
    _prctl(_SECCOMP, 2, ctypes.addressof(program))


def wait_until(true: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for a condition; fail when it does not come true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.005)


def _prctl(option: int, *arguments: int) -> None:
    padded = [ctypes.c_ulong(each) for each in (*arguments, 0, 0, 0)[:4]]
    if _LIBC.prctl(option, *padded) != 0:
        raise OSError(ctypes.get_errno(), "prctl")

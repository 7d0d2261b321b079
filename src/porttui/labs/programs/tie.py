"""Tying a lab's program to the porttui that started it: it ends with it, however that ends, and when its time is over.

Its standard input is a pipe whose other end porttui holds and never writes to: when porttui is gone, by kill -9 too,
the pipe is at its end. A paused program would not notice; on Linux the kernel then sends SIGKILL (PR_SET_PDEATHSIG,
prctl(2)).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import NoReturn

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
"""linux/prctl.h."""
SECONDS = 3600
"""The longest that a program of a lab runs, whatever else happens."""


def on_linux() -> bool:
    """Tell whether this is Linux, where a paused program, too, ends with the one that started it."""
    return Path("/proc/self").exists()


def tie() -> None:
    """End this process with the one that started it, and after an hour; on Linux it is called as its file is.

    The learner is told of page.py, and so are ss, ps and porttui: the kernel would call it python3 else, as it calls
    every program of an interpreter. It keeps 15 bytes (PR_SET_NAME, PR_SET_NAME(2const)).
    """
    if on_linux():
        import ctypes

        prctl = ctypes.CDLL(None, use_errno=True).prctl
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        prctl(_PR_SET_NAME, os.fsencode(Path(sys.argv[0]).name), 0, 0, 0)
    signal.alarm(SECONDS)
    threading.Thread(target=_until_alone, daemon=True).start()


def _until_alone() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


def ready(port: int) -> None:
    """Tell porttui that everything is in place."""
    print(f"ready {port}", flush=True)  # noqa: T201 - what porttui reads


def failed(program: str, error: object) -> NoReturn:
    """Tell porttui, and whoever reads along, why it could not start; end with 1."""
    print(f"{program}: {error}", flush=True)  # noqa: T201 - what porttui reads
    sys.exit(1)

"""The terminal that porttui was started in, as far as the environment tells of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def environment() -> Mapping[str, str]:
    """Return the variables that porttui was started with.

    Python itself sets LC_CTYPE to a UTF-8 locale where it is started in the locale C (PEP 538), which says nothing of
    the terminal. /proc/self/environ holds what was there before (proc_pid_environ(5)).
    """
    if sys.platform == "linux" and "LC_CTYPE" in os.environ:
        try:
            before = Path("/proc/self/environ").read_bytes()
        except OSError:  # hidepid, or no /proc
            return os.environ
        if b"LC_CTYPE=" not in b"\0" + before:
            return {name: value for name, value in os.environ.items() if name != "LC_CTYPE"}
    return os.environ


def is_utf8(variables: Mapping[str, str]) -> bool:
    """Tell whether the locale is one of UTF-8, by its name: it need not be installed here to be that of the terminal.

    Args:
        variables: LC_ALL, LC_CTYPE, LANG; the first one that is not empty counts (locale(7)). None: the locale C.
    """
    if sys.platform == "win32":
        return True
    name = variables.get("LC_ALL") or variables.get("LC_CTYPE") or variables.get("LANG") or "C"
    return "utf8" in name.lower().replace("-", "")

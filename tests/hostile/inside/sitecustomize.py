"""Runs inside of the porttui under test, before it: writes down at its end how much memory it needed at most.

The largest resident set by getrusage(2) would count the test's own, which a child has until execve(2).
"""

import atexit
import os
from pathlib import Path


def _write_peak() -> None:
    status = Path("/proc/self/status").read_text(encoding="utf-8", errors="replace")
    peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    Path(os.environ["PORTTUI_TEST_PEAK"]).write_text(peak, encoding="utf-8")


if "PORTTUI_TEST_PEAK" in os.environ and Path("/proc/self/status").exists():
    atexit.register(_write_peak)

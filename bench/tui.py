"""How the screen answers while it shows thousands of sockets: ``python bench/tui.py [SECONDS]``, best as root.

Measured in a pseudo terminal, with the Sockets tab in sight and a look a second: how long it takes from a key to what
it draws, how much of a processor and of memory porttui takes; and how long it is from the command to the first rows,
as a ratio to an empty Textual app. As root it happens in a network namespace of its own.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import random
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path

from farm import Farm, alone, farm

ROOT = Path(__file__).resolve().parents[1]

_WIDTH, _HEIGHT = 120, 40
_EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("nothing but this")
Empty().run()
"""
_IN_FOCUS = b">"
"""What the row in focus begins with; a look that changes nothing draws the digits of a clock alone."""
_FIRST_ROUNDS = 9


class Screen:
    """A program in a pseudo terminal."""

    def __init__(self, *argv: str) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", _HEIGHT, _WIDTH, 0, 0))
        self._state = tempfile.TemporaryDirectory()
        settings = {"TERM": "xterm-256color", "XDG_STATE_HOME": self._state.name, "PYTHONPATH": str(ROOT / "src")}
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            (sys.executable, *argv),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, **settings},
            start_new_session=True,
        )
        os.close(slave)
        self.output = b""

    def wait_for(self, text: bytes, seconds: float = 60) -> float:
        """Read until a text was written, and return how long that took; what was written before does not count."""
        began, seen = time.perf_counter(), b""
        while text not in seen:
            if not select.select([self.master], [], [], seconds)[0]:
                raise TimeoutError(f"{text!r} did not come: {seen[-500:]!r}")
            seen += os.read(self.master, 65536)
        return time.perf_counter() - began

    def read_for(self, seconds: float) -> int:
        """Read what is written within a time, and return how much it was."""
        end, count = time.perf_counter() + seconds, 0
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.master], [], [], left)[0]:
                count += len(os.read(self.master, 65536))
        return count

    def key(self, key: bytes, shows: bytes) -> float:
        """Press a key, and return the seconds until it shows."""
        os.write(self.master, key)
        return self.wait_for(shows)

    def cpu(self) -> float:
        """Return the seconds of processor that it took so far (proc_pid_stat(5))."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Return its resident set in MB."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        self._state.cleanup()


@contextlib.contextmanager
def sockets_tab(grown: Farm) -> Iterator[Screen]:
    """Show the Sockets tab on a farm, with a look a second."""
    screen = Screen("-m", "porttui", f"127.0.0.1:{grown.ports[0]}")
    try:
        screen.wait_for(b"Diagnosis")
        screen.read_for(3)
        screen.key(b"3", b"LOCAL")
        screen.read_for(3)
        yield screen
    finally:
        screen.close()


def keys(screen: Screen, count: int) -> list[float]:
    """Press down and up at moments of no pattern, and return the seconds until the cursor is drawn elsewhere."""
    seconds = []
    chance = random.Random(1)  # noqa: S311  # moments, no secrets
    for number in range(count):
        seconds.append(screen.key(b"j" if number % 40 < 20 else b"k", _IN_FOCUS))
        screen.read_for(0.02 + 0.1 * chance.random())
    return seconds


def share(screen: Screen, seconds: float) -> float:
    """Return the share of one processor that it takes while nobody does anything."""
    before, began = screen.cpu(), time.perf_counter()
    screen.read_for(seconds)
    return (screen.cpu() - before) / (time.perf_counter() - began)


def first(argv: tuple[str, ...], shows: bytes) -> float:
    """Return the seconds from the start of a program to a text on its screen."""
    screen = Screen(*argv)
    try:
        screen.wait_for(shows)
        return time.perf_counter() - screen.began
    finally:
        screen.close()


def main() -> int:
    """Measure, and print one line a question."""
    alone()
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    print(f"{'question':<52}{'measured':>12}{'at most':>10}")
    with farm(1_000) as grown, sockets_tab(grown) as screen:
        tell("processor at 1,000 rows", f"{100 * share(screen, seconds):.1f} %", "3 %")
    with farm(10_000) as grown:
        with sockets_tab(grown) as screen:
            tell("processor at 10,000 rows", f"{100 * share(screen, seconds):.1f} %", "12 %")
            times = sorted(keys(screen, 200))
            tell("key to repaint at 10,000 rows, p50", f"{1000 * statistics.median(times):.1f} ms", "20 ms")
            tell("key to repaint at 10,000 rows, p99", f"{1000 * times[-3]:.1f} ms", "60 ms")
            typed = [screen.key(b"/", b"_"), *(screen.key(key, key) for key in (b"w", b"x", b"y", b"z"))]
            tell("letter of the filter to repaint, slowest of 5", f"{1000 * max(typed):.1f} ms", "")
        tell("first rows / empty Textual app, 10,000 sockets", f"{first_rows(grown):.2f}", "1.4")
    with farm(50_000) as grown, sockets_tab(grown) as screen:
        screen.read_for(seconds)
        tell("memory at 50,000 rows", f"{screen.memory():.0f} MB", "90 MB")
        tell("processor at 50,000 rows", f"{100 * share(screen, seconds):.1f} %", "")
    return 0


def first_rows(grown: Farm) -> float:
    """Return the time to the first rows of the start screen, as a ratio to that of an app with nothing to show."""
    times: dict[str, list[float]] = {"porttui": [], "empty": []}
    row = f"127.0.0.1:{min(grown.ports)}".encode()
    for _ in range(_FIRST_ROUNDS):
        times["porttui"].append(first(("-m", "porttui"), row))
        times["empty"].append(first(("-c", _EMPTY), b"nothing but this"))
    return statistics.median(times["porttui"]) / statistics.median(times["empty"])


def tell(question: str, measured: str, most: str) -> None:
    """Print one line."""
    print(f"{question:<52}{measured:>12}{most:>10}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

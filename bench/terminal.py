"""What porttui costs at the far end of a slow line: bytes and the time to the first screen, beside others.

Bytes are counted in a pseudo terminal of 80x24 with 256 colours. Times are measured in turns and told as a ratio to an
empty Textual app, because seconds are those of this machine, today. ``python -m bench.terminal [ROUNDS]``.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import sys
import time
from collections.abc import Callable

from tests import reports
from tests.ui.terminal import Terminal, end

_EMPTY = """
from textual.app import App
from textual.widgets import Static

class Empty(App):
    def compose(self):
        yield Static("nothing else")

Empty().run()
"""
_KEYS = {"another row": b"j", "another tab": b"3", "back": b"1", "a page": b"?"}
_IDLE = 3.0
"""Seconds."""


def main() -> int:
    """Measure, and print two tables."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(
        f"{'bytes, 80x24, 256 colours':<34}{'first':>9}"
        + "".join(f"{name:>13}" for name in _KEYS)
        + f"{'idle 3 s':>10}"
    )
    for name, start in _drawn().items():
        first, keys, idle = _bytes(start)
        print(f"{name:<34}{first:>9}" + "".join(f"{count:>13}" for count in keys) + f"{idle:>10}")
    for name in ("htop", "btop"):
        if shutil.which(name) is None:
            print(f"{name:<34}is not installed")
    print()
    seconds: dict[str, list[float]] = {name: [] for name in _STARTS}
    with socket.socket() as held:  # bound, and nothing listens
        held.bind(("127.0.0.1", 0))
        for _ in range(rounds):
            for name in _STARTS:
                seconds[name].append(_first(name, held.getsockname()[1]))
    base = statistics.median(seconds["empty Textual app"])
    print(f"{'time to':<34}{'median':>10}{'fastest':>10}{'ratio':>8}   ({rounds} rounds, in turns)")
    for name, times in seconds.items():
        middle = statistics.median(times)
        print(f"{name:<34}{middle * 1e3:>7.0f} ms{min(times) * 1e3:>7.0f} ms{middle / base:>8.2f}")
    return 0


def _drawn() -> dict[str, Callable[[], Terminal]]:
    """Return what is started for the table of bytes."""
    apps = {
        "empty Textual app": lambda: Terminal(_EMPTY, program=(sys.executable, "-c")),
        "porttui, drawn by Textual": lambda: Terminal("bench.terminal", "--app", "textual"),
        "porttui": lambda: Terminal("bench.terminal", "--app", "porttui"),
    }
    for name in ("htop", "btop"):
        if path := shutil.which(name):
            apps[name] = lambda path=path: Terminal(path, program=())  # type: ignore[misc]
    return apps


def _bytes(start: Callable[[], Terminal]) -> tuple[int, list[int], int]:
    """Return the bytes of the first screen, of each key, and of doing nothing."""
    one = start()
    try:
        while not one.output:
            one.read(0.1)
        _quiet(one)
        first = len(one.output)
        counts = []
        for key in _KEYS.values():
            before = len(one.output)
            one.type(key)
            _quiet(one)
            counts.append(len(one.output) - before)
        return first, counts, len(one.read(_IDLE))
    finally:
        end(one)


def _quiet(one: Terminal) -> None:
    """Read until nothing comes for half a second, two seconds at most: some never stop."""
    latest = time.monotonic() + 2
    while time.monotonic() < latest and one.read(0.5):
        pass


_STARTS = {
    "empty Textual app": b"nothing else",
    "first screen of porttui": b"What does not work?",
    "verdict for a dead port": b"FAULT",
}
"""What is written when it is there."""


def _first(name: str, port: int) -> float:
    """Return the seconds until what is waited for was written."""
    targets = (f"127.0.0.1:{port}",) * (name == "verdict for a dead port")
    begun = time.perf_counter()
    one = (
        Terminal(_EMPTY, program=(sys.executable, "-c"))
        if name == "empty Textual app"
        else Terminal("porttui", *targets)
    )
    try:
        while _STARTS[name] not in one.output:
            assert one.process.poll() is None, one.output
            one.read(0.002)
        return time.perf_counter() - begun
    finally:
        end(one)


def run(kind: str) -> None:
    """Run one of the apps in this terminal."""
    from tests.ui.screen import app_on

    import porttui.ui.app  # noqa: F401  # before anything else imports Textual, as the command line does

    app = app_on(reports.ipv6_only())
    if kind == "textual":
        app.draw_as_textual_does()
    app.run(mouse=False)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--app"]:
        run(sys.argv[2])
        sys.exit()
    sys.exit(main())

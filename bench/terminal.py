"""What porttui costs at the far end of a slow line: bytes and the time to the first screen, beside others.

Bytes are counted in a pseudo terminal of 80x24 with 256 colours. Times are measured in turns, with the runtime
dependencies alone installed, and told as a ratio to an empty Textual app, because seconds are those of this machine,
today. So is the work of the processor, which other programs disturb less. ``python -m bench.terminal [ROUNDS]``.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tests import reports
from tests.ui.terminal import Terminal, end

import installed

_EMPTY = """
from textual.app import App
from textual.widgets import Static

class Empty(App):
    def compose(self):
        yield Static("nothing else")

Empty().run()
"""
_COLUMNS = ("another row", "another tab", "back", "a page")
_KEYS = {"htop": (b"\x1b[B", b"\t", b"\x1b[Z", b"h"), "btop": (b"\x1b[B", b"3", b"3", b"h")}
"""What does that in others; a tab is another layout there."""
_OWN_KEYS = (b"j", b"3", b"1", b"?")
_MOST = {
    "first": 12_000,
    "one cell": 300,
    "ten cells": 1_000,
    "another row": 4_000,
    "another tab": 4_000,
    "idle 3 s": 0,
}
"""Bytes."""
_TEXTUAL, _OWN = "porttui, drawn by Textual", "porttui"
_EMPTY_NAME = "empty Textual app"
_IDLE = 3.0
"""Seconds."""


def main() -> int:
    """Measure, and print two tables."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"{'bytes, 80x24, 256 colours':<34}{'first':>9}" + "".join(f"{name:>13}" for name in _COLUMNS) + "  idle 3 s")
    found: dict[str, dict[str, int]] = {}
    for name, start in _drawn().items():
        first, keys, idle = _bytes(start, _KEYS.get(name, _OWN_KEYS))
        print(f"{name:<34}{first:>9}" + "".join(f"{count:>13}" for count in keys) + f"{idle:>10}", flush=True)
        found[name] = {"first": first, "idle 3 s": idle, **dict(zip(_COLUMNS, keys, strict=True))}
    for name in _KEYS:
        if shutil.which(name) is None:
            print(f"{name:<34}is not installed")
    for name, kind in ((_TEXTUAL, "textual"), (_OWN, "porttui")):
        _, changed, _ = _bytes(lambda kind=kind: Terminal("bench.terminal", "--cells", kind), (b"1", b"0"))  # type: ignore[misc]
        found[name] |= {"one cell": changed[0], "ten cells": changed[1]}
    print(f"\n{'bytes':<34}{'Textual':>9}{'porttui':>13}")
    for what, most in _MOST.items():
        own = found[_OWN][what]
        print(f"{what:<34}{found[_TEXTUAL][what]:>9}{own:>13}   {installed.holds(own, most)}")
    print()
    _tell_starts(rounds)
    return 0


def _tell_starts(rounds: int) -> None:
    """Measure how long it is to the first screen and to a verdict, and print it beside an empty Textual app."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in _STARTS}
    dead, python = installed.dead_port(), installed.python()
    for number in range(rounds + 1):
        for name in _STARTS:
            seconds = _first(name, dead, python)
            taken[name] += [seconds] * (number > 0)  # the first time what is compiled is written
    print(f"{'time to':<28}{'median':>10}{'fastest':>10}{'ratio':>8}{'of processor':>14}   ({rounds} rounds, in turns)")
    whole, work = (statistics.median(each[part] for each in taken[_EMPTY_NAME]) for part in (0, 1))
    for name, times in taken.items():
        middle, worked = (statistics.median(each[part] for each in times) for part in (0, 1))
        limit = installed.holds(round(middle / whole, 2), _RATIOS.get(name))
        print(
            f"{name:<28}{middle * 1e3:>7.0f} ms{min(times)[0] * 1e3:>7.0f} ms{middle / whole:>8.2f}"
            f"{worked / work:>14.2f}   {limit}".rstrip()
        )


def _drawn() -> dict[str, Callable[[], Terminal]]:
    """Return what is started for the table of bytes."""
    apps = {
        _EMPTY_NAME: lambda: Terminal(_EMPTY, program=(sys.executable, "-c")),
        _TEXTUAL: lambda: Terminal("bench.terminal", "--app", "textual"),
        _OWN: lambda: Terminal("bench.terminal", "--app", "porttui"),
    }
    for name in _KEYS:
        if path := shutil.which(name):
            apps[name] = lambda path=path: Terminal(path, program=())  # type: ignore[misc]
    return apps


def _bytes(start: Callable[[], Terminal], keys: tuple[bytes, ...]) -> tuple[int, list[int], int]:
    """Return the bytes of the first screen, of each key, and of doing nothing."""
    one = start()
    try:
        while not one.output:
            one.read(0.1)
        _quiet(one)
        first = len(one.output)
        counts = []
        for key in keys:
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
    _EMPTY_NAME: b"nothing else",
    "first screen of porttui": b"What does not work?",
    "verdict for a dead port": b"FAULT",
}
"""What is written when it is there."""
_RATIOS = {"first screen of porttui": 1.4, "verdict for a dead port": 1.6}


def _first(name: str, port: int, python: str) -> tuple[float, float]:
    """Return the seconds until what is waited for was written, and those of work of a processor in it."""
    targets = (f"127.0.0.1:{port}",) * (name == "verdict for a dead port")
    path = installed.environment(python)["PYTHONPATH"]
    begun = time.perf_counter()
    one = (
        Terminal(_EMPTY, program=(python, "-c"))
        if name == _EMPTY_NAME
        else Terminal("porttui", *targets, program=(python, "-m"), PYTHONPATH=path)
    )
    try:
        while _STARTS[name] not in one.output:
            assert one.process.poll() is None, one.output
            one.read(0.002)
        return time.perf_counter() - begun, time.clock_gettime(~one.process.pid << 3 | 2)
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


def run_cells(kind: str) -> None:
    """Run an app in this terminal in which 1 changes one cell and 0 changes ten, in as many rows."""
    from textual import events
    from textual.app import ComposeResult

    from porttui.ui.lines import Line
    from porttui.ui.terminal.drawing import ChangedCells
    from porttui.ui.theme import themes
    from porttui.ui.widgets.rows import Rows

    class Cells(ChangedCells[None]):
        """Rows of words."""

        changes = 0

        def on_mount(self) -> None:
            for theme in themes():
                self.register_theme(theme)
            self.theme = "dark"
            self.draw(0)

        def compose(self) -> ComposeResult:
            yield Rows()

        def on_key(self, event: events.Key) -> None:
            self.changes += 1
            self.draw({"1": 1, "0": 10}.get(event.key, 0))

        def draw(self, changed: int) -> None:
            cell = str(self.changes % 10)
            words = [f"{row:>3} some words in a row " for row in range(20)]
            self.query_one(Rows).show([Line(each + (cell if row < changed else ".")) for row, each in enumerate(words)])

    app = Cells()
    if kind == "textual":
        app.draw_as_textual_does()
    app.run(mouse=False)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--app"]:
        run(sys.argv[2])
        sys.exit()
    if sys.argv[1:2] == ["--cells"]:
        run_cells(sys.argv[2])
        sys.exit()
    sys.exit(main())

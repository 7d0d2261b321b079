"""The app on a driver that keeps what is written, and what an emulator shows of it."""

from __future__ import annotations

from typing import Any

import pyte
from textual.drivers.headless_driver import HeadlessDriver

from porttui.ui.app import PortTui

Shown = list[list[tuple[Any, ...]]]


class Captured(HeadlessDriver):
    """Keeps what is written, as if there were a terminal."""

    output: str = ""

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.output += data


def emulator(width: int, height: int) -> pyte.Screen:
    """Return an empty terminal that does not wrap (DECAWM), as Textual leaves it."""
    screen = pyte.Screen(width, height)
    pyte.Stream(screen).feed("\x1b[?7l")
    return screen


def feed(screen: pyte.Screen, text: str) -> None:
    pyte.Stream(screen).feed(text)


def shown(screen: pyte.Screen) -> Shown:
    """Return every cell with its style."""
    return [[tuple(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)]


def written(app: PortTui) -> str:
    """Return what was written since the last time it was asked."""
    driver = app._driver
    assert isinstance(driver, Captured)
    text, driver.output = driver.output, ""
    return text


def whole(app: PortTui) -> Shown:
    """Return what a terminal shows when Textual draws all of the screen as it always does."""
    compositor, stack = app.screen._compositor, app._background_screens
    dirty = set(compositor._dirty_regions)
    update = compositor.render_update(full=True, screen_stack=stack)
    compositor._dirty_regions.update(dirty)
    screen = emulator(*app.size)
    feed(screen, update.render_segments(app.console))  # type: ignore[union-attr]
    return shown(screen)

"""Every screen of the app: the terminal shows what it would if Textual drew it, at a fraction of the bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from rich.color import ColorSystem
from textual.pilot import Pilot

from porttui.model.report import Report
from porttui.ui.app import Ended, PortTui
from porttui.ui.terminal import drawing
from tests import reports
from tests.ui.captured import Captured, emulator, feed, shown, whole, written
from tests.ui.screen import app_on, settled, text
from tests.ui.test_hostile import hostile

TABS = ("2", "3", "4", "5", "6", "question_mark", "escape")
REST = ("down", "enter", "escape", "w", "ctrl+p", "escape", "1", "t", "5", "down", "escape")


@asynccontextmanager
async def on_terminal(app: PortTui, size: tuple[int, int]) -> AsyncIterator[Pilot[Ended]]:
    """Run the app with 256 colours on a driver that keeps what is written."""
    app.driver_class = Captured
    app.console._color_system = ColorSystem.EIGHT_BIT
    async with app.run_test(headless=False, size=size) as pilot:
        await settled(pilot)
        yield pilot


@pytest.mark.parametrize(
    ("report", "size", "keys"),
    [(reports.ipv6_only, (80, 24), (*TABS, *REST)), (hostile, (80, 24), TABS), (reports.two_faults, (40, 12), TABS)],
)
async def test_every_screen_is_what_textual_would_draw(
    report: Callable[[], Report], size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    app = app_on(report())
    screen = emulator(*size)
    pages = set()
    async with on_terminal(app, size) as pilot:
        for key in ("", *keys):
            await pilot.press(*[key] * bool(key))
            await pilot.pause()
            feed(screen, written(app))
            assert shown(screen) == whole(app), key
            pages.add(text(pilot))
    assert len(pages) >= len(keys) * 2 // 3
    assert app.draws_changed_cells


async def test_after_a_resize_even_back_to_the_same_size_everything_is_drawn_again() -> None:
    app = app_on(reports.ipv6_only())
    async with on_terminal(app, (80, 24)) as pilot:
        for size in [(100, 30), (60, 14), (60, 14)]:
            written(app)
            await pilot.resize_terminal(*size)
            await pilot.pause(0.05)
            screen = emulator(*size)
            feed(screen, written(app))
            assert shown(screen) == whole(app)


async def test_when_textual_is_another_it_draws_as_it_always_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawing.inside() is not None, "the pinned Textual is not the one this was written for"
    assert drawing.inside("8.3.0") is None
    monkeypatch.setattr(drawing, "_of_part", lambda update: update.no_such_attribute)
    app = app_on(reports.ipv6_only())
    screen = emulator(80, 24)
    async with on_terminal(app, (80, 24)) as pilot:
        for key in ("down", "2", "1"):
            await pilot.press(key)
            await pilot.pause()
            feed(screen, written(app))
            assert shown(screen) == whole(app), key
        assert not app.draws_changed_cells

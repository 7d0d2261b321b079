"""The app on a recorded report, and what a user sees of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from porttui.act.recent import Recent
from porttui.cli.tui import exit_code
from porttui.model.facts import Facts, Sockets, Unseen
from porttui.model.report import Report
from porttui.model.table import Table
from porttui.model.target import Asked
from porttui.ui.app import Ended, PortTui
from porttui.ui.given import Hands, Inspect, JudgeSender, Watch
from porttui.ui.shown import Here
from porttui.ui.terminal.looks import Glyphs, Looks


def app_on(
    report: Report,
    *,
    start: bool = False,
    look: Callable[[Asked], Iterator[Facts]] | None = None,
    judge: Callable[[Facts], Report] | None = None,
    watcher: Watch | None = None,
    elsewhere: JudgeSender | None = None,
    hands: Hands | None = None,
    inspect: Inspect | None = None,
    recent: Recent | None = None,
    save: Callable[[Report], str] | None = None,
    tables: Callable[[bool], Table | Unseen] | None = None,
    ascii_only: bool = False,
    looks: Looks | None = None,
) -> PortTui:
    """Return the app, shown what `report` says, or what `look` and `judge` say instead."""
    facts = report.facts

    def sockets() -> Sockets | Unseen:
        assert facts.sockets is not None
        return facts.sockets

    return PortTui(
        None if start else facts.asked,
        look or (lambda _: iter([facts])),
        sockets,
        watcher=watcher,
        judge=judge or (lambda _: report),
        elsewhere=elsewhere,
        hands=hands,
        inspect=inspect,
        recent=recent,
        save=save,
        tables=tables,
        owners=lambda pids: tuple(one for one in facts.processes or () if one.pid in pids),
        here=Here(privileges=facts.privileges, host=facts.host),
        looks=looks or Looks(glyphs=Glyphs.ASCII if ascii_only else Glyphs.ALL),
    )


@asynccontextmanager
async def running(app: PortTui, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[Ended]]:
    """Run the app without a terminal, until its first look has arrived or its list was read."""
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield pilot


def code(app: PortTui) -> int:
    """Return the exit code with which the app was left, or would be now."""
    return exit_code(app.return_value or app.ended())


async def settled(pilot: Pilot[Ended]) -> None:
    """Wait until no look is under way and what it brought is drawn."""
    await until(pilot, lambda: not any(worker.is_running for worker in pilot.app.workers))
    await pilot.pause()


async def until(pilot: Pilot[Ended], condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for a condition; fail when it does not come."""
    async with asyncio.timeout(seconds):
        while True:
            await pilot.pause()
            if condition():
                return
            await asyncio.sleep(0.005)


def rows(pilot: Pilot[Ended]) -> list[str]:
    """Return the rows of the screen as text."""
    app = pilot.app
    filters = [one for one in app.get_line_filters() if type(one).__name__ == "AsciiFilter"]
    seen = []
    for strip in app.screen._compositor.render_strips(app.size):
        segments = list(strip)
        for one in filters:
            segments = one.apply(segments, app.screen.styles.background)
        seen.append("".join(segment.text for segment in segments))
    return seen


def text(pilot: Pilot[Ended]) -> str:
    """Return the screen as one text."""
    return "\n".join(rows(pilot))


def drawn(screen: str) -> list[str]:
    """Return a drawing of a test as rows without blanks at their ends."""
    return [row.rstrip() for row in screen.strip("\n").splitlines()]


def visible(pilot: Pilot[Ended]) -> list[str]:
    """Return the rows without blanks at their ends."""
    return [row.rstrip() for row in rows(pilot)]

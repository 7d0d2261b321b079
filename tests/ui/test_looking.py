"""Looking: steps appear one by one, the app answers meanwhile, and an old look never overwrites a newer one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from textual.geometry import Region

from porttui.model.facts import Facts
from porttui.model.report import Report, Severity, Status, Step
from porttui.model.target import Asked
from porttui.ui.app import PortTui
from porttui.ui.tabs.tab import Tab
from tests import reports
from tests.ui.screen import app_on, code, rows, running, settled, until, visible


class Stage:
    """A look that goes on only when the test says so."""

    def __init__(self, report: Report, parts: int) -> None:
        self.report = report
        self.go = [threading.Event() for _ in range(parts)]
        self.parts = parts

    def look(self, asked: Asked) -> Iterator[Facts]:
        for part in range(self.parts):
            assert self.go[part].wait(20)
            last = part == self.parts - 1
            yield replace(self.report.facts, asked=asked, timeout=float(part + 1), done=last)

    def judge(self, facts: Facts) -> Report:
        """Return the report as it is when so many parts were seen."""
        seen = int(facts.timeout)
        steps = tuple(
            step if facts.done or index < seen else replace(step, status=Status.LOOKING, summary="")
            for index, step in enumerate(self.report.steps)
        )
        return replace(self.report, steps=steps, facts=facts)

    def app(self) -> PortTui:
        return app_on(self.report, look=self.look, judge=self.judge)

    def release(self) -> None:
        for event in self.go:
            event.set()


async def test_steps_appear_one_by_one_where_they_stay() -> None:
    stage = Stage(reports.ipv6_only(), 3)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: ". LOOKING" in rows(pilot)[0])
        assert " Looking." in visible(pilot)
        stage.go[0].set()
        await until(pilot, lambda: any("name        ✓ ok" in row for row in rows(pilot)))
        first = next(y for y, row in enumerate(rows(pilot)) if "name        ✓" in row)
        assert any(row.startswith(" > bind        . looking") for row in rows(pilot))
        stage.go[1].set()
        await until(pilot, lambda: any("bind        - skip" in row for row in rows(pilot)))
        assert rows(pilot)[first + 1].startswith("   bind        - skip")
        assert "esc Stop looking" in rows(pilot)[-1]
        stage.go[2].set()
        await until(pilot, lambda: "✗ FAULT" in rows(pilot)[0])


async def test_tabs_and_quit_work_while_a_look_takes_long() -> None:
    stage = Stage(reports.ipv6_only(), 1)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        assert "[3 Sockets]" in rows(pilot)[1]
        await pilot.press("2", "5", "6", "4", "q")
        await until(pilot, lambda: app.return_value is not None)
    assert code(app) == 130  # a question was asked, and left before the answer
    stage.release()


async def test_recheck_keeps_the_result_and_says_that_nothing_changed() -> None:
    report = reports.ipv6_only()
    stage = Stage(report, 1)
    stage.release()
    app = stage.app()
    async with running(app) as pilot:
        again = Stage(report, 1)
        app.look = again.look
        await pilot.press("r")
        await until(pilot, lambda: " Looking again." in visible(pilot))
        assert "✗ FAULT" in rows(pilot)[0]
        assert " The server listens on IPv6 only; you asked for IPv4." in visible(pilot)
        again.release()
        await settled(pilot)
        assert " Looked again 14:02:11: no change." in visible(pilot)


async def test_recheck_shows_what_has_changed() -> None:
    app = app_on(reports.ipv6_only())
    async with running(app) as pilot:
        app.judge = lambda _: reports.healthy()
        await pilot.press("r")
        await settled(pilot)
        assert "✓ OK" in rows(pilot)[0]
        assert any("it has changed" in row for row in rows(pilot))
        await pilot.press("q")
    assert code(app) == 0


async def test_a_superseded_look_does_not_overwrite_the_newer_one() -> None:
    slow, quick = Stage(reports.ipv6_only(), 1), reports.healthy()
    app = slow.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.look = lambda _: iter([quick.facts])
        app.judge = lambda _: quick
        screen = app.screen
        screen.ask(quick.facts.asked)  # type: ignore[attr-defined]
        await until(pilot, lambda: "✓ OK" in rows(pilot)[0])
        before = rows(pilot)
        slow.release()
        await settled(pilot)
        for _ in range(5):
            await pilot.pause()
        assert rows(pilot) == before
        assert app.last is not None
        assert app.last.report == quick


async def test_stop_looking_leads_to_the_start_screen() -> None:
    stage = Stage(reports.ipv6_only(), 1)
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("escape")
        await until(pilot, lambda: "What does not work?" in rows(pilot)[2])
        stage.release()


async def test_a_look_that_fails_is_told_and_can_be_repeated() -> None:
    report = reports.ipv6_only()

    def broken(asked: Asked) -> Iterator[Facts]:
        if asked.target.port:
            raise ZeroDivisionError("boom")
        yield report.facts

    app = app_on(report, look=broken)
    async with running(app) as pilot:
        assert any("porttui failed at looking: ZeroDivisionError" in row for row in rows(pilot))
        assert code(app) == 4
        app.look = lambda _: iter([report.facts])
        await pilot.press("r")
        await settled(pilot)
        assert "✗ FAULT" in rows(pilot)[0]
        assert code(app) == 1


async def test_the_same_screen_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_on(reports.ipv6_only())
    async with running(app) as pilot:
        drawn: list[object] = []
        tab = app.screen.query_one("#tab-1", Tab)
        refresh = tab.refresh

        def counted(*regions: Region, **options: Any) -> object:
            drawn.append(regions)
            return refresh(*regions, **options)

        monkeypatch.setattr(tab, "refresh", counted)
        tab.redraw()
        assert drawn == []
        await pilot.press("down")
        assert drawn


@pytest.mark.parametrize("severity", ["warning", "unknown"])
async def test_states_other_than_fault(severity: str) -> None:
    report = reports.unknown() if severity == "unknown" else _warning()
    async with running(app_on(report)) as pilot:
        assert {"warning": "! WARNING", "unknown": "? UNKNOWN"}[severity] in rows(pilot)[0]


def _warning() -> Report:
    healthy = reports.healthy()
    verdict = replace(healthy.verdict, severity=Severity.WARNING, step=Step.PROBE, code="slow", summary="It is slow.")
    return replace(healthy, verdict=verdict)

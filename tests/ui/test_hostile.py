"""What other programs say cannot break the screen, and no size of the window can."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from porttui.model.facts import Sockets
from porttui.model.report import Report
from tests import reports
from tests.ui.screen import app_on, rows, running, until
from tests.ui.test_acting import Recording
from tests.ui.watches import Fed

NASTY = "[/oops] [red]x[/red] \\x1b[2J \\u202e 漢字漢字 " + "w" * 300


def hostile() -> Report:
    """Return a report in which everything that comes from elsewhere is nasty."""
    report = reports.ipv6_only()
    facts = report.facts
    table = facts.sockets
    assert isinstance(table, Sockets)
    assert facts.processes is not None
    processes = tuple(
        replace(one, name=NASTY, argv=(NASTY, "[/]", "]"), user=NASTY, cwd=NASTY, unit=NASTY) for one in facts.processes
    )
    sockets = replace(table, rows=tuple(replace(row, user=NASTY, unit=NASTY) for row in table.rows))
    verdict = replace(report.verdict, summary=NASTY, gloss=NASTY)
    evidence = replace(report.verdict.evidence[0], text=f"{NASTY}\t{NASTY}\t{NASTY}")
    return replace(
        report,
        verdict=replace(verdict, evidence=(evidence,)),
        steps=tuple(replace(step, summary=NASTY, evidence=(evidence,)) for step in report.steps),
        found=(replace(report.found[0], text=NASTY, endpoint=NASTY),),
        facts=replace(
            facts,
            processes=processes,
            sockets=sockets,
            host=replace(facts.host, name=NASTY),
            privileges=replace(facts.privileges, user=NASTY),
        ),
    )


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (40, 12)])
async def test_nasty_text_is_shown_as_it_is(size: tuple[int, int]) -> None:
    async with running(app_on(hostile()), size) as pilot:
        for key in ("1", "2", "3", "4", "5", "6", "question_mark"):
            await pilot.press(key)
            await pilot.pause()
            seen = rows(pilot)
            assert [cell_len(row) for row in seen] == [size[0]] * size[1]
            assert not any("\x1b" in row for row in seen)
        await pilot.press("escape", "1")
        await pilot.pause()
        assert any("[/oops]" in row for row in rows(pilot))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (40, 12)])
async def test_nasty_text_in_the_question_the_timeline_and_what_is_said(size: tuple[int, int]) -> None:
    fed = Fed()
    report = hostile()
    app = app_on(report, hands=Recording().hands, watcher=fed, save=lambda _: NASTY)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.last is not None)
        for key in ("2", "x", "4", "a", "2", "escape", "3", "escape", "escape", "1", "w", "s", "ctrl+p"):
            await pilot.press(key)
            fed.give(report.facts)
            await pilot.pause()
            seen = rows(pilot)
            assert [cell_len(row) for row in seen] == [size[0]] * size[1], key
            assert not any("\x1b" in row for row in seen)
        fed.close()


@pytest.mark.parametrize("build", [reports.as_nobody, hostile], ids=lambda build: build.__name__)
async def test_no_size_breaks_it(build: object) -> None:
    assert callable(build)
    app = app_on(build())
    sizes = [
        (40, 12),
        (79, 11),
        (80, 23),
        (119, 30),
        (120, 36),
        (20, 5),
        (1, 1),
        (300, 80),
        (80, 24),
    ]
    async with running(app) as pilot:
        for key in ("1", "2", "3", "4", "5", "6", "t"):
            await pilot.press(key)
            for size in sizes:
                await pilot.resize_terminal(*size)
                await pilot.pause()
                assert len(rows(pilot)) == size[1]


async def test_start_screen_shows_nasty_names() -> None:
    async with running(app_on(hostile(), start=True)) as pilot:
        await pilot.press(*"[/oops]")
        await pilot.pause()
        assert [cell_len(row) for row in rows(pilot)] == [80] * 24

"""Going from place to place: sockets and processes joined, targets of before, the palette, and saving."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.command import CommandList, CommandPalette

from porttui.act.recent import Recent
from porttui.model.facts import Facts
from porttui.model.parse import parse
from porttui.model.report import Report
from porttui.model.target import Asked
from tests import reports
from tests.ui.screen import app_on, rows, running, settled, text, until, visible


def both() -> tuple[Report, Report]:
    """Return the report on vite's port and that on node's, on one machine."""
    one, other = reports.ipv6_only(), reports.healthy()
    return one, replace(other, facts=replace(other.facts, sockets=one.facts.sockets, processes=one.facts.processes))


async def test_enter_on_a_row_diagnoses_it_and_esc_comes_back_where_one_was() -> None:
    one, other = both()

    def look(asked: Asked) -> Iterator[Facts]:
        yield (other if asked.target.port == 3000 else one).facts

    def judge(facts: Facts) -> Report:
        return other if facts is other.facts else one

    app = app_on(one, look=look, judge=judge)
    async with running(app) as pilot:
        await pilot.press("3", "slash", *"node", "enter", "up")
        before = visible(pilot)
        assert any(row.startswith(" > 127.0.0.1:3000") for row in before)
        await pilot.press("enter")
        await settled(pilot)
        assert rows(pilot)[0].startswith(" ✓ OK  127.0.0.1:3000")
        assert "[1 Diagnosis]" in rows(pilot)[1]
        assert "esc Back" in rows(pilot)[-1]
        await pilot.press("escape")
        await settled(pilot)
        assert visible(pilot) == before
        assert app.last is not None
        assert app.last.report is one


async def test_esc_comes_back_from_a_look_that_is_still_under_way() -> None:
    import threading

    one, _ = both()
    go = threading.Event()

    def look(asked: Asked) -> Iterator[Facts]:
        if asked.target.port == 3000:
            go.wait(20)
        yield one.facts

    async with running(app_on(one, look=look)) as pilot:
        await pilot.press("3", "up", "enter")
        await until(pilot, lambda: ". LOOKING" in rows(pilot)[0])
        await pilot.press("escape")
        await pilot.pause()
        assert "[3 Sockets]" in rows(pilot)[1]
        assert rows(pilot)[0].startswith(" ✗ FAULT  127.0.0.1:5173")
        go.set()
        await settled(pilot)
        assert rows(pilot)[0].startswith(" ✗ FAULT  127.0.0.1:5173")


async def test_p_opens_the_owner_and_esc_comes_back_to_the_row() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press("3", "slash", *"node", "enter", "up")
        before = visible(pilot)
        await pilot.press("p")
        await pilot.pause()
        assert "[4 Process]" in rows(pilot)[1]
        assert any("pid 3990" in row for row in rows(pilot))
        await pilot.press("escape")
        await pilot.pause()
        assert visible(pilot) == before


async def test_tabs_keep_cursor_and_filter_over_a_recheck() -> None:
    report = reports.ipv6_only()
    app = app_on(report)
    async with running(app) as pilot:
        await pilot.press("3", "slash", *"listen", "enter", "up")
        before = visible(pilot)
        table = report.facts.sockets
        assert hasattr(table, "rows")
        changed = replace(table, rows=tuple(replace(row, queue=3) for row in table.rows))  # type: ignore[union-attr,type-var]
        later = replace(report, facts=replace(report.facts, sockets=changed))
        app.judge = lambda _: later
        await pilot.press("r")
        await settled(pilot)
        await pilot.press("left")
        after = visible(pilot)
        assert [row[:25] for row in after if row.startswith(" >")] == [
            row[:25] for row in before if row.startswith(" >")
        ]
        assert after[3] == before[3]
        await pilot.press("2", "down", "down", "r")
        await settled(pilot)
        assert any(row.startswith(" >  [ ] 2  There, start it again") for row in visible(pilot))


async def test_targets_of_before_are_offered_and_can_be_forgotten(tmp_path: Path) -> None:
    recent = Recent(tmp_path / "recent")
    for text_ in ("127.0.0.1:3000", "http://localhost:8080/", "127.0.0.1:5173"):
        recent.remember(parse(text_))
    app = app_on(reports.ipv6_only(), start=True, recent=recent)
    async with running(app) as pilot:
        seen = visible(pilot)
        start = seen.index(" Asked about before:")
        assert seen[start + 1 : start + 4] == ["   127.0.0.1:5173", "   http://localhost:8080", "   127.0.0.1:3000"]
        await pilot.press("down", "down")
        assert " > http://localhost:8080" in visible(pilot)
        assert "ctrl+d Forget" in rows(pilot)[-1]
        await pilot.press("ctrl+d")
        assert " > 127.0.0.1:3000" in visible(pilot)
        assert len(Recent(tmp_path / "recent").targets()) == 2
        await pilot.press("enter")
        await settled(pilot)
        assert "[1 Diagnosis]" in rows(pilot)[1]
        assert str(recent.targets()[0].target) == "127.0.0.1:3000"


async def test_targets_of_before_make_room_for_what_is_typed(tmp_path: Path) -> None:
    recent = Recent(tmp_path / "recent")
    recent.remember(parse("127.0.0.1:3000"))
    async with running(app_on(reports.ipv6_only(), start=True, recent=recent)) as pilot:
        await pilot.press(*"5173x", "left", "ctrl+d")
        await pilot.pause()
        assert "Asked about before" not in text(pilot)
        assert " > 5173" in visible(pilot)[4]
        assert len(recent.targets()) == 1


async def test_a_target_of_the_command_line_is_remembered(tmp_path: Path) -> None:
    recent = Recent(tmp_path / "recent")
    async with running(app_on(reports.ipv6_only(), recent=recent)):
        assert [str(one.target) for one in recent.targets()] == ["127.0.0.1:5173"]


async def test_the_palette_has_a_command_for_each_key_that_works_here_and_runs_it() -> None:
    app = app_on(reports.ipv6_only())
    async with running(app, (80, 50)) as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await until(pilot, lambda: "Fix (f)" in text(pilot))
        assert "Theme" not in text(pilot)
        await pilot.press(*"firewall")
        await until(pilot, lambda: app.screen.query_one(CommandList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: "[5 Firewall]" in rows(pilot)[1])


async def test_the_palette_of_the_first_screen_has_its_own_keys_too_which_the_line_to_type_into_hides() -> None:
    app = app_on(reports.ipv6_only(), start=True)
    async with running(app, (80, 50)) as pilot:
        await until(pilot, lambda: "down Pick a program" in rows(pilot)[-1])
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "  Pick a program (down)" in visible(pilot))
        assert "(enter)" not in text(pilot)
        assert "(up)" not in text(pilot)
        await pilot.press("escape")
        await pilot.press("down", "ctrl+p")
        await until(pilot, lambda: {"  Find out (enter)", "  Line before (up)"} < set(visible(pilot)))
        await pilot.press(*"find out", "enter")
        await until(pilot, lambda: "[1 Diagnosis]" in rows(pilot)[1])


async def test_the_palette_can_be_drawn_in_ascii() -> None:
    app = app_on(reports.ipv6_only(), ascii_only=True)
    async with running(app, (80, 50)) as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "Fix (f)" in text(pilot))
        assert all(row.isascii() for row in rows(pilot))


async def test_s_saves_the_report_with_the_timeline_and_tells_where() -> None:
    saved: list[Report] = []

    def save(report: Report) -> str:
        saved.append(report)
        return "Saved: /home/dev/porttui-127.0.0.1-5173.md and .json"

    async with running(app_on(reports.ipv6_only(), save=save), (80, 24)) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: "Saved: /home/dev" in text(pilot))
        assert saved[0].timeline is not None
        assert saved[0].timeline.lines[0].glance.code == "ipv6-only-listener"


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_the_help_lists_what_works_here(size: tuple[int, int]) -> None:
    async with running(app_on(reports.ipv6_only(), save=lambda _: ""), size) as pilot:
        await pilot.press("2", "question_mark")
        seen = text(pilot)
        for _ in range(40):
            await pilot.press("down")
            seen += text(pilot)
        flat = " ".join(seen.split())
        assert "write the report to two files, Markdown and JSON" in flat
        assert "a way with a mark is the one in hand" in flat
        assert "resume, stop, pause or kill" not in flat

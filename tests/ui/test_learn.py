"""The Learn tab: the lesson of the case, the other lessons, the explanation; and the words of a screen."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from porttui.ui.screens.lab import LabScreen
from porttui.ui.ways import part_rows
from tests import reports
from tests.ui.screen import app_on, code, rows, running, settled, text, visible


async def test_it_begins_with_the_lesson_of_the_case_and_its_values() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press("6")
        await pilot.pause()
        seen = visible(pilot)
    assert seen[3].split("  ")[0] == " Two addresses for one machine"
    assert seen[3].endswith("lesson 3 of 25, your case")
    assert "   127.0.0.1:5173   nobody" in seen
    assert "   [::1]:5173       node, pid 4121" in seen
    assert any("Here localhost leads to ::1, then 127.0.0.1." in row for row in seen)


async def test_right_and_left_go_to_the_other_lessons_which_scroll_in_a_narrow_window() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press("6", "right")
        assert visible(pilot)[3].startswith(" What loopback does with a packet")
        await pilot.press("left", "left")
        seen = visible(pilot)
        assert seen[3].startswith(" localhost is a name")
        assert any(row.startswith(" Faults: porttui explain hosts-localhost-missing") for row in seen)
        assert not any("down: more" in row for row in seen)
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        seen = visible(pilot)
        assert " 6 Learn  lesson 2 of 25" in seen
        assert " localhost is a name     lesson 2 of 25" in seen
        await pilot.press(*["pagedown"] * 6)
        assert any("hosts-localhost-missing" in row for row in visible(pilot))


async def test_enter_goes_on_to_the_explanation_and_to_all_lessons() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press("6", "enter")
        assert " The server listens on IPv6 only (ipv6-only-listener)" in visible(pilot)
        assert "enter All lessons" in rows(pilot)[-1]
        await pilot.press("enter")
        assert " >  3  Two addresses for one machine             your case" in visible(pilot)
        await pilot.press("down", "down", "down", "enter")
        assert visible(pilot)[3].startswith(" What a port is")


async def test_wide_it_has_words_and_the_packets_way_beside_it() -> None:
    async with running(app_on(reports.ipv6_only()), (120, 36)) as pilot:
        await pilot.press("6")
        await pilot.pause()
        beside = [row.partition("│")[2] for row in visible(pilot)]
    assert " Words on this screen" in beside
    assert any(row.startswith("   IPv4 ") for row in beside)
    assert "   ✗ socket    nobody at 127.0.0.1:5173" in beside
    assert "   - process   not reached" in beside


@pytest.mark.parametrize("key", ["1", "3", "4", "5", "6"])
async def test_x_lists_the_words_of_each_tab(key: str) -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press(key, "x")
        await pilot.pause()
        seen = visible(pilot)
        assert seen[0].startswith(" Words on this screen")
        assert any(row.startswith((" LISTEN ", " IPv6 ", " firewall ", " pid ")) for row in seen)
        await pilot.press("x" if key == "1" else "escape")
        await pilot.pause()
        assert "[" in rows(pilot)[1]


async def test_who_types_learn_begins_with_the_first_lesson() -> None:
    app = app_on(reports.ipv6_only(), start=True)
    async with running(app) as pilot:
        assert " No error at hand? Type  learn  for the lessons,  lab  for faults to find." in visible(pilot)
        await pilot.press(*"learn")
        assert " Next  enter begins with the first lesson" in visible(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert "[6 Learn]" in text(pilot)
        seen = visible(pilot)
        assert seen[0].startswith(" - EXAMPLE  127.0.0.1:5173  for the lessons ")
        assert seen[3].startswith(" What an IP address is")
        assert seen[-2] == " Next  right: localhost is a name; enter: all lessons"
        await pilot.press("enter")
        assert not any("your case" in row for row in visible(pilot))
        assert any(row.endswith("What a port is") for row in visible(pilot))
        await pilot.press(*["down"] * 2, "enter")
        assert visible(pilot)[-2].endswith("; l starts its lab")
        await pilot.press("escape")
        assert visible(pilot)[0].startswith(" porttui ")  # nobody asked for the diagnosis
        await pilot.press("escape")
        assert visible(pilot)[-2].endswith("; l starts its lab")
        await pilot.press("l")
        assert isinstance(app.screen, LabScreen)
        assert app.screen.play.lab.name == "two-doors"
    assert code(app) == 0  # nobody asked about the example


def test_a_command_that_is_opened_part_by_part_tells_the_words_of_its_sentence() -> None:
    report = reports.ipv6_only()
    way, index = next((one, at) for one in report.remedies for at, step in enumerate(one.steps) if step.argv)
    step = replace(way.steps[index], text="Bind it to the wildcard", why="")
    told = replace(report, remedies=(replace(way, steps=(step,)),))
    rows_of_it = part_rows(told, (way.way, 0), 78)
    assert " Words in it" in rows_of_it
    assert any(row.startswith("   wildcard   0.0.0.0 or ::") for row in rows_of_it)
    plain = replace(told, remedies=(replace(way, steps=(replace(step, text="Start it again"),)),))
    assert " Words in it" not in part_rows(plain, (way.way, 0), 78)

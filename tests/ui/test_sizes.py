"""Every size: the answer is always in sight, nothing is only cut, and a change of size loses nothing."""

from __future__ import annotations

import pytest

from porttui.model.facts import Sockets
from tests import reports
from tests.ui.screen import app_on, rows, running, text, visible

SENTENCE = "The server listens on IPv6 only; you asked for IPv4."


async def test_the_answer_is_in_sight_at_every_size_and_each_tab_leads_on() -> None:
    sizes = {(40, 12): "23456", (300, 80): "2", (80, 12): "23", (120, 12): "3", (60, 15): ""}
    async with running(app_on(reports.ipv6_only())) as pilot:
        for (width, height), tabs in sizes.items():
            await pilot.resize_terminal(width, height)
            for tab in f"1{tabs}":
                await pilot.press(tab)
                await pilot.pause()
                assert tab != "1" or SENTENCE in " ".join(text(pilot).split()), (width, height)
                seen = visible(pilot)
                assert all(len(row) <= width for row in seen)
                assert seen[-1].endswith("? Keys  q Quit")
                assert seen[-2].startswith(" Next  ")
                assert not seen[-2].endswith("~"), (tab, width, height)


async def test_the_step_in_focus_stays_when_the_window_was_narrow_for_a_while() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press("down", "down")
        assert " Evidence for probe" in visible(pilot)
        for size in ((40, 12), (120, 36), (20, 5), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert " Evidence for probe" in visible(pilot)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((39, 24), f"FAULT 127.0.0.1:5173 {SENTENCE} Found: [::1]:5173, node, pid 4121 (vite, in ~/shop)."),
        ((20, 5), f"FAULT 127.0.0.1:5173 {SENTENCE}"),
        ((20, 3), "FAULT 127.0.0.1:5173"),
    ],
)
async def test_a_window_that_is_too_small_has_the_verdict(size: tuple[int, int], expected: str) -> None:
    async with running(app_on(reports.ipv6_only()), size) as pilot:
        assert " ".join(text(pilot).split()) == f"{expected} Window too small."


async def test_long_words_are_wrapped_or_one_key_shows_them_whole() -> None:
    report = reports.ipv6_only()
    table, processes = report.facts.sockets, report.facts.processes
    assert isinstance(table, Sockets)
    assert processes is not None
    from msgspec.structs import replace

    long = ("/opt/venv/bin/python3", *(f"--option-{number}=/srv/data/{number}" for number in range(20)))
    address = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"
    changed = replace(
        report,
        facts=replace(
            report.facts,
            sockets=replace(table, rows=tuple(replace(row, address=address) for row in table.rows)),
            processes=tuple(replace(one, argv=long) for one in processes),
        ),
    )
    async with running(app_on(changed), (40, 12)) as pilot:
        await pilot.press("3", "C")
        await pilot.pause()
        seen = ""
        while "More" in rows(pilot)[-1].partition("up")[0]:
            seen += "".join(row.rstrip() for row in rows(pilot)[:-2])
            await pilot.press("pagedown")
        seen += "".join(row.rstrip() for row in rows(pilot)[:-1])
        assert f"[{address}]:5173" in seen
        assert all(part in seen for part in long)
        await pilot.press("escape", "4")
        await pilot.pause()
        shown = "".join(row.strip() for row in rows(pilot)[3:-3])
        while "down: more" in text(pilot):
            await pilot.press("pagedown")
            shown += "".join(row.strip() for row in rows(pilot)[3:-3])
        assert all(f"-{number}=" in shown for number in range(20))


async def test_reasons_of_a_narrow_window_are_parted_from_their_codes() -> None:
    async with running(app_on(reports.ipv6_only()), (40, 60)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        seen = visible(pilot)
        assert " listener-other-address" in seen

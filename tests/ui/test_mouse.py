"""The mouse does what the keys do: tabs, the keys of the last row, rows, and the wheel."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from porttui.ui.app import Ended
from porttui.ui.clicking import clicked
from tests import reports
from tests.ui.screen import app_on, rows, running, settled, text, visible
from tests.ui.test_acting import Recording


async def click(pilot: Pilot[Ended], words: str, *, times: int = 1) -> None:
    """Click where words stand."""
    seen = rows(pilot)
    y = next(at for at, row in enumerate(seen) if words in row)
    await pilot.click(offset=(seen[y].index(words), y), times=times)
    await settled(pilot)


async def test_tabs_keys_and_rows_are_clicked() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await click(pilot, "probe  ")
        assert " Evidence for probe" in visible(pilot)
        await click(pilot, "2 Fix")
        assert "[2 Fix]" in rows(pilot)[1]
        await click(pilot, "There, start it again")
        assert any(row.startswith(" >  [ ] 2") for row in rows(pilot))
        await click(pilot, "enter Done")
        assert any("[x] 2" in row for row in rows(pilot))
        await click(pilot, "? Keys")
        assert visible(pilot)[0].startswith(" Keys  ")
        assert " rows 1 to 21 of " in visible(pilot)[0]
        await click(pilot, "esc Back")
        await click(pilot, "3 Sockets")
        await click(pilot, "USER  ")
        assert ", by user  " in rows(pilot)[3]
        await click(pilot, "USER  ")
        assert ", by user, last first" in rows(pilot)[3] or ", by user, reversed" in rows(pilot)[3]
        await click(pilot, "LOCAL ADDRESS")
        await click(pilot, "127.0.0.1:3000")
        assert any(row.startswith(" > 127.0.0.1:3000") for row in rows(pilot))
        await pilot.press("/", *"5432")
        await click(pilot, "esc Clear filter")
        assert "4 of 4 shown" in rows(pilot)[3]
        await click(pilot, "127.0.0.1:3000", times=2)
        assert "[1 Diagnosis]" in rows(pilot)[1]


async def test_two_clicks_on_a_program_ask_about_it_and_the_line_can_still_be_typed_into() -> None:
    app = app_on(reports.ipv6_only(), start=True)
    async with running(app) as pilot:
        await click(pilot, "127.0.0.1:3000")
        assert any(row.startswith(" > 127.0.0.1:3000") for row in rows(pilot))
        await pilot.press(*"51")
        assert rows(pilot)[4].startswith(" > 51")
        await pilot.press("backspace", "backspace")
        await click(pilot, "[::1]:5173", times=2)
        assert "[1 Diagnosis]" in rows(pilot)[1]


async def test_a_click_never_answers_the_question_about_a_process() -> None:
    async with running(app_on(reports.ipv6_only(), hands=Recording().hands)) as pilot:
        await pilot.press("4", "a", "2")
        await click(pilot, "y Yes")
        assert "y Yes" in text(pilot)
        await click(pilot, "enter No")
        assert "y Yes" not in text(pilot)


@pytest.mark.parametrize(
    ("x", "key"),
    [(0, ""), (1, "f"), (5, "f"), (6, ""), (8, "slash"), (17, ""), (18, "escape"), (24, "escape"), (60, "")],
)
def test_a_click_means_the_key_with_whose_words_it_meets(x: int, key: str) -> None:
    assert clicked(" f Fix  / Filter  esc Back", x) == key

"""Text alone, to be selected by hand: what stands there, how long lines go on, and who has the mouse meanwhile."""

from __future__ import annotations

import re

import pytest

from porttui.ui.terminal.cells import Picture, Piece
from tests import reports
from tests.ui.screen import app_on, rows, running, visible
from tests.ui.terminal import Terminal, end

MOUSE_ON, MOUSE_OFF = b"\x1b[?1003h", b"\x1b[?1003l"


async def test_commands_stand_alone_on_their_lines_with_the_one_in_focus_in_sight() -> None:
    async with running(app_on(reports.ipv6_only()), (40, 12)) as pilot:
        await pilot.press("f", "down", "down", "C")
        await pilot.pause()
        seen = visible(pilot)
        assert "npm run dev -- --host 127.0.0.1" in seen
        assert not any(mark in row for row in seen for mark in "─│>")
        assert seen[-1] == " up More  esc Back  q Quit"
        await pilot.press("escape")
        await pilot.pause()
        assert " 2 Fix " in rows(pilot)[1]


async def test_the_text_for_somebody_with_root_is_in_sight_at_once() -> None:
    async with running(app_on(reports.as_nobody())) as pilot:
        assert visible(pilot)[-2].startswith(" Next  C  the text for somebody with root; c copies the first command")
        await pilot.press("C")
        await pilot.pause()
        seen = visible(pilot)
        at = seen.index("For somebody with root, to run on web3 (changes nothing):")
        assert "  sudo nft list ruleset" in seen[at:]


@pytest.mark.parametrize("tab", "123456")
async def test_every_tab_has_bare_text(tab: str) -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press(tab, "C")
        await pilot.pause()
        seen = visible(pilot)
        assert seen[0].strip()
        assert seen[-1].endswith("esc Back  q Quit")


async def test_a_long_line_goes_on_at_the_beginning_of_the_next_row() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press("3", "C")
        await pilot.resize_terminal(41, 24)
        await pilot.pause()
        joined = "".join(rows(pilot))
        assert "[::1]:5173  LISTEN  node  pid 4121  user dev  node ~/shop/node_modules/.bin/vite" in joined


def test_the_terminal_itself_breaks_a_line_that_goes_on() -> None:
    picture = Picture()
    picture.forget(5, 3)
    picture.going_on = frozenset({0})
    pieces = [Piece(0, y, list(text), [""] * 5, lambda: "") for y, text in enumerate(("sudo ", "nft  ", "end  "))]
    assert picture.plan(pieces).output == "\x1b[?7h\x1b[1;1Hsudo nft  \x1b[?7l\x1b[3;1Hend  "
    picture.written(picture.plan(pieces))
    picture.erase()  # or the terminal would take the next rows there for one line, too
    picture.going_on = frozenset()
    assert picture.plan(pieces).output.startswith("\x1b[2J\x1b[1;1Hsudo \x1b[2;1Hnft")


def test_the_mouse_is_the_terminals_while_text_is_selected_and_by_a_key() -> None:
    one = Terminal("tests.ui.run_sample", "--mouse")
    try:
        one.wait_for(b"The server listens on IPv6 only")
        one.settle()
        for keys, said in ((b"C", MOUSE_OFF), (b"\x1b", MOUSE_ON), (b"m", MOUSE_OFF), (b"C", b""), (b"\x1b", b"")):
            before = len(one.output)
            one.type(keys)
            one.settle()
            assert b"".join(re.findall(rb"\x1b\[\?1003[hl]", one.output[before:])) == said, keys
        one.type(b"q")
        assert one.ended() == 1
        assert one.restored()
    finally:
        end(one)

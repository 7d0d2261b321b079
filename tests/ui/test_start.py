"""The start screen: typing and pasting, how it is read, and choosing among what listens."""

from __future__ import annotations

from textual import events
from textual.pilot import Pilot

from porttui.ui.app import Ended
from porttui.ui.widgets.target_input import TargetInput
from tests import reports
from tests.ui.screen import app_on, drawn, rows, running, settled, text, until, visible

NODE_TRACE = """node:events:502
      throw er; // Unhandled 'error' event
      ^

Error: connect ECONNREFUSED 127.0.0.1:5173
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1607:16) {
  errno: -111,
  code: 'ECONNREFUSED',
  address: '127.0.0.1',
  port: 5173
}
"""
TYPED = """
 porttui                                                   dev@devbox, over ssh
────────────────────────────────────────────────────────────────────────────────
 What does not work? Type or paste an address, a port or an error message.

 > 127.0.0.1:5173

   read as    127.0.0.1, port 5173
   question   why can't I connect?    (ctrl+o: why can't my server start here?)

 Waiting for connections on port 5173, at another address:
   [::1]:5173       node           4121   dev        this machine
 Other programs on devbox that wait for connections: 3 seen
   ADDRESS          PROGRAM        PID    USER       REACHED BY
   0.0.0.0:22       (ssh)          ?      root       network
   127.0.0.1:3000   node           3990   dev        this machine
   127.0.0.1:5432   (postgresql)   ?      postgres   this machine
   ? can't see: needs root     (name) probable: by service or command line

 Here localhost means devbox, not the computer you type on.
 porttui only looks, by a few short connections. It changes nothing unasked.


 Next  enter finds out why
 enter Find out   down Pick a program   ctrl+o Question   ctrl+c Quit
"""


async def paste(pilot: Pilot[Ended], pasted: str) -> None:
    pilot.app.screen.query_one(TargetInput).post_message(events.Paste(pasted))
    await pilot.pause()
    await pilot.pause()


async def test_start() -> None:
    async with running(app_on(reports.ipv6_only(), start=True)) as pilot:
        await pilot.press(*"127.0.0.1:5173")
        await pilot.pause()
        assert visible(pilot) == drawn(TYPED)


async def test_nothing_typed_yet_offers_no_enter() -> None:
    async with running(app_on(reports.ipv6_only(), start=True)) as pilot:
        assert visible(pilot)[-1] == " down Pick a program   ? Keys   ctrl+c Quit"
        await pilot.press("enter")
        await pilot.pause()
        assert "What does not work?" in text(pilot)


async def test_nonsense_is_told_in_plain_words() -> None:
    async with running(app_on(reports.ipv6_only(), start=True)) as pilot:
        await pilot.press(*"99999")
        await pilot.pause()
        assert "can't read it:" in text(pilot)
        assert "1 to 65535" in text(pilot)
        assert "enter Find out" not in text(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert "this can't be read yet" in text(pilot)


async def test_a_paste_of_many_lines_is_neither_cut_nor_submitted() -> None:
    app = app_on(reports.ipv6_only(), start=True)
    async with running(app) as pilot:
        await paste(pilot, NODE_TRACE)
        assert "   read as    127.0.0.1, port 5173" in visible(pilot)
        assert "node:events" not in text(pilot)
        assert "What does not work?" in text(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert "✗ FAULT" in rows(pilot)[0]


async def test_every_letter_goes_into_the_line() -> None:
    async with running(app_on(reports.ipv6_only(), start=True)) as pilot:
        await pilot.press(*"q?tr/1")
        assert pilot.app.screen.query_one(TargetInput).value == "q?tr/1"


async def test_ctrl_o_asks_the_other_question() -> None:
    app = app_on(reports.ipv6_only(), start=True)
    async with running(app) as pilot:
        await pilot.press(*"5173", "ctrl+o")
        await pilot.pause()
        assert "   question   why can't my server start here?    (ctrl+o: why can't I connect?)" in visible(pilot)


async def test_down_picks_a_listener_and_enter_asks_about_it() -> None:
    app = app_on(reports.ipv6_only(), start=True)
    async with running(app) as pilot:
        await pilot.press("down", "down")
        await pilot.pause()
        assert any(row.startswith(" > 127.0.0.1:3000   node") for row in rows(pilot))
        assert "   read as    127.0.0.1, port 3000" in visible(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert str(app.screen.shown.asked.target) == "127.0.0.1:3000"  # type: ignore[attr-defined]


async def test_t_asks_for_a_new_target_and_esc_returns() -> None:
    app = app_on(reports.ipv6_only())
    async with running(app) as pilot:
        await pilot.press("t")
        await settled(pilot)
        assert "What does not work?" in text(pilot)
        assert "esc Back" in rows(pilot)[-1]
        await pilot.press("escape")
        await pilot.pause()
        assert "✗ FAULT" in rows(pilot)[0]
        await pilot.press("t")
        await settled(pilot)
        await pilot.press(*"3000", "enter")
        await settled(pilot)
        assert "[1 Diagnosis]" in rows(pilot)[1]
        assert str(app.screen.shown.asked.target) == "localhost:3000"  # type: ignore[attr-defined]


async def test_what_listens_cannot_be_seen() -> None:
    report = reports.ipv6_only()
    app = app_on(report, start=True)
    app.sockets = lambda: reports.f.Unseen(what="sockets", reason="ss is not installed", how_to_see="")  # type: ignore[attr-defined]
    async with running(app) as pilot:
        assert "What listens here can't be seen: ss is not installed." in text(pilot)


async def test_narrow_start() -> None:
    async with running(app_on(reports.ipv6_only(), start=True), (40, 12)) as pilot:
        await pilot.press(*"127.0.0.1:5173")
        await pilot.pause()
        seen = visible(pilot)
        assert seen[0] == " porttui            dev@devbox, over ssh"
        assert seen[5] == "   read as 127.0.0.1, port 5173"
        assert seen[7] == "   [::1]:5173      node       same port"
        assert seen[-1] == " enter Find out  down Pick  ctrl+c Quit"


async def test_keys_that_come_in_one_burst_change_neither_the_target_nor_break_the_screen() -> None:
    """Over a slow line keys are typed ahead, and enter is pressed twice."""
    app = app_on(reports.ipv6_only(), start=True)
    async with running(app) as pilot:
        for key, character in (*((each, each) for each in "5173"), ("enter", "\r"), ("enter", "\r"), ("f", "f")):
            app.post_message(events.Key(key, character))
        await settled(pilot)
        await until(pilot, lambda: app.last is not None)
        assert app.last is not None
        assert app.last.asked.target.port == 5173
        assert app.last.asked.target.host == "localhost"
        assert "FAULT" in text(pilot)
        assert app.failure is None

"""The Fix tab: porttui looks by itself, the way in hand stays, and three good looks are the proof."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from porttui.diagnose import diagnose
from porttui.model.facts import Facts
from porttui.model.target import Asked
from porttui.render.text import last_words
from porttui.ui.app import Ended, PortTui
from tests import reports
from tests import worlds as w
from tests.faults.by_code import BY_CODE
from tests.ui import watches
from tests.ui.screen import app_on, code, rows, running, text, until, visible
from tests.ui.watches import BROKEN, Fed, at, nobody, works

FIXED = """
 ✓ FIXED  127.0.0.1:5173  why can't I connect?             dev@devbox  14:03:07
 1 Diagnosis [2 Fix] 3 Sockets  4 Process  5 Firewall  6 Learn
────────────────────────────────────────────────────────────────────────────────
 It works: 127.0.0.1:5173 answers. Seen three times in a row.

              before, 14:02:11           now, 14:03:07
   listener   ✗ only [::1]:5173 listens  ✓ 127.0.0.1:5173, node, pid 4388
   path       - refused in 0.1 ms        ✓ open in 0.1 ms
   probe      - not reached              ✓ HTTP 200

 What was seen, newest first
   14:03:05   open, HTTP 200    3 looks   127.0.0.1:5173, node, pid 4388
   14:03:02   refused           2 looks   nothing listens
   14:02:11   refused          20 looks   only [::1]:5173 listens

 Still to do, or it comes back with the next start
 >  [ ] B3  To keep it so, in vite.config.js  server: { host: '127.0.0.1' }
"""


@asynccontextmanager
async def guided(fed: Fed, size: tuple[int, int] = (80, 24), first: Facts = BROKEN) -> AsyncIterator[Pilot[Ended]]:
    """Run the app on a fault, watched by what the test gives; the watch is ended at the end."""
    app = app_on(replace(reports.ipv6_only(), facts=first), watcher=fed, judge=diagnose)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.last is not None)
        yield pilot
        fed.close()


def tui(pilot: Pilot[Ended]) -> PortTui:
    assert isinstance(pilot.app, PortTui)
    return pilot.app


async def shows(pilot: Pilot[Ended], words: str) -> None:
    """Wait until some words are on the screen."""
    await until(pilot, lambda: words in text(pilot))


async def test_nothing_is_watched_before_the_fix_tab_is_in_sight() -> None:
    fed = Fed()
    async with guided(fed) as pilot:
        await pilot.press("3", "4", "1")
        await pilot.pause()
        assert fed.asked == []
        await pilot.press("2")
        await shows(pilot, "Watching, last look 14:02:11")
        assert fed.asked == [BROKEN.asked]
        await pilot.press("1")
        await until(pilot, lambda: fed.closed > 0)


async def test_it_goes_on_looking_and_counts_equal_looks() -> None:
    fed = Fed()
    async with guided(fed) as pilot:
        await pilot.press("f")
        fed.give(*(at(BROKEN, second) for second in range(1, 20)))
        await shows(pilot, "20 looks")
        assert " Choose one way: A, B or C. porttui looks again and says when it works." in visible(pilot)
        assert " Watching, last look 14:02:30" in visible(pilot)
        assert any(row.startswith("   14:02:11   refused   20 looks   only [::1]:5173 listens") for row in rows(pilot))
        assert rows(pilot)[0].rstrip().endswith("14:02:30")


async def test_the_way_in_hand_stays_while_the_server_restarts_and_then_it_is_proven() -> None:
    fed = Fed()
    async with guided(fed) as pilot:
        await pilot.press("f", "down", "enter")
        fed.give(*(at(BROKEN, second) for second in range(1, 20)), at(nobody(), 51), at(nobody(), 52))
        await shows(pilot, "Watching, last look 14:03:03: it has changed")
        assert any("[x] 1  In the terminal where vite runs (pts/2)" in row for row in rows(pilot))
        assert any("npm" in row or "--host 127.0.0.1" in row for row in rows(pilot))
        assert rows(pilot)[0].startswith(" ✗ FAULT")
        fed.give(at(works(), 54), at(works(), 55))
        await shows(pilot, "2 good looks of 3")
        assert "FIXED" not in text(pilot)
        fed.give(at(works(), 56))
        await shows(pilot, "It works")
        assert visible(pilot)[:17] == FIXED.strip("\n").splitlines()
        await pilot.press("enter")
        await pilot.pause()
        assert " Done, so that it stays so" in visible(pilot)
    assert code(tui(pilot)) == 0


async def test_a_port_that_is_free_again_may_be_taken_by_the_users_own_server() -> None:
    """What was asked is reached then; the server that takes the port next is no culprit."""
    fed = Fed()
    taken = BY_CODE["port-taken"]
    assert isinstance(taken.binds, tuple)
    free = replace(taken, binds=tuple(replace(each, error=None) for each in taken.binds), sockets=w.sockets())
    async with guided(fed, first=taken) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: bool(fed.asked))
        fed.give(*(replace(free, at=taken.at + dt.timedelta(seconds=second)) for second in (1, 2, 3)))
        await shows(pilot, "FIXED")
        await until(pilot, lambda: fed.closed > 0)
        assert "start your server now" in text(pilot)
    assert code(tui(pilot)) == 0


async def test_what_was_changed_can_be_taken_back_when_it_is_proven() -> None:
    fed = Fed()
    denied = BY_CODE["privileged-port"]
    assert isinstance(denied.binds, tuple)
    way = next(each for each in diagnose(denied).remedies if each.undo)
    allowed = replace(denied, binds=tuple(replace(each, error=None) for each in denied.binds))
    async with guided(fed, first=denied) as pilot:
        before = diagnose(denied).remedies[: [each.way for each in diagnose(denied).remedies].index(way.way)]
        await pilot.press("f", *["down"] * sum(len(each.steps) for each in before), "enter")
        fed.give(*(replace(allowed, at=denied.at + dt.timedelta(seconds=second)) for second in (1, 2, 3)))
        await shows(pilot, "FIXED")
        assert f"To undo it: sudo {way.undo}" in text(pilot)
        ended = tui(pilot).ended()
    assert ended.report is not None
    told = last_words(ended.report, ended.before, todo=ended.todo, undo=ended.undo)
    assert f"  undo   sudo {way.undo}\n" in told


async def test_what_stays_after_quitting_says_what_was_and_what_is_still_to_do() -> None:
    fed = Fed()
    async with guided(fed) as pilot:
        await pilot.press("f", "down", "enter")
        fed.give(*(at(works(), second) for second in (1, 2, 3)))
        await shows(pilot, "It works")
        ended = tui(pilot).ended()
    assert ended.report is not None
    told = last_words(ended.report, ended.before, todo=ended.todo).splitlines()
    assert told[0].startswith("FIXED  127.0.0.1:5173")
    assert told[-2:] == [
        "  was    14:02:11  The server listens on IPv6 only; you asked for IPv4.",
        "  to do  in vite.config.js, or it comes back:  server: { host: '127.0.0.1' }",
    ]


async def test_one_good_look_is_no_proof_for_the_last_words() -> None:
    fed = Fed()
    async with guided(fed) as pilot:
        await pilot.press("f")
        fed.give(at(works(), 1))
        await shows(pilot, "1 good look of 3")
        assert tui(pilot).ended().before is None


async def test_a_server_that_comes_and_goes_is_never_praised() -> None:
    fed = Fed()
    async with guided(fed) as pilot:
        await pilot.press("f", "down", "enter")
        for turn in range(5):
            fed.give(*(at(works(5000 + turn), 10 * turn + second) for second in (1, 2)), at(nobody(), 10 * turn + 3))
        await shows(pilot, "14:02:54")
        assert "FIXED" not in text(pilot)


async def test_another_fault_behind_it_is_worked_on_and_the_first_is_kept_as_solved() -> None:
    fed = Fed()
    busy = replace(works(), exchanges=(replace(w.http(502, Server="nginx"), address="127.0.0.1", port=5173),))
    async with guided(fed) as pilot:
        await pilot.press("f", "down", "enter")
        fed.give(*(at(busy, second) for second in (1, 2, 3)))
        await shows(pilot, "✓ Solved: The server listens on IPv6 only; you asked for IPv4.")
        assert "502" in text(pilot)
        assert "[x]" not in text(pilot)
        fed.give(*(at(works(), second) for second in (4, 5, 6)))
        await shows(pilot, "It works")
        assert " Two faults are gone" in visible(pilot)
        ended = tui(pilot).ended()
        assert ended.before is not None
        assert ended.before.verdict.code == "ipv6-only-listener"


async def test_a_fix_that_breaks_again_is_told() -> None:
    fed = Fed()
    async with guided(fed) as pilot:
        await pilot.press("f")
        fed.give(*(at(works(), second) for second in (1, 2, 3)))
        await shows(pilot, "It works")
        fed.give(at(BROKEN, 4))
        await shows(pilot, "✗ FAULT")
    assert code(tui(pilot)) == 1


async def test_marking_a_way_to_another_address_watches_that_address() -> None:
    fed = Fed()
    async with guided(fed) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: len(fed.asked) == 1)
        await pilot.press("enter")
        await until(pilot, lambda: len(fed.asked) == 2)
        assert fed.asked[1].target.host == "localhost"
        await pilot.press("up", "enter")
        await until(pilot, lambda: len(fed.asked) == 3)
        assert fed.asked[2] == BROKEN.asked


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (40, 12)])
async def test_x_tells_the_command_part_by_part(size: tuple[int, int]) -> None:
    async with guided(Fed(), size) as pilot:
        await pilot.press("f", *(("right", "down") if size[0] < 80 else ("down", "down")))
        assert "part by part" not in text(pilot)
        await pilot.press("x")
        seen = text(pilot)
        for _ in range(8):
            await pilot.press("down") if size[0] < 80 and "starts the server" not in seen else None
            seen += text(pilot)
        assert "The command of B2, part by part" in seen
        await pilot.press("up")
        assert "part by part" not in text(pilot)


async def test_right_opens_and_left_closes_the_command() -> None:
    async with guided(Fed()) as pilot:
        await pilot.press("f", "down", "down", "right")
        assert any("listen there: IPv4, reached by" in row for row in rows(pilot))
        await pilot.press("left")
        assert "part by part" not in text(pilot)


async def test_wide_window_has_the_timeline_and_what_differs_beside_the_ways() -> None:
    fed = Fed()
    async with guided(fed, (120, 36)) as pilot:
        await pilot.press("f", "down", "enter")
        fed.give(at(nobody(), 51), at(nobody(), 52))
        await shows(pilot, "Now, compared with 14:02:11")
        right = [row[72:].rstrip() for row in rows(pilot)]
        assert " Watching, last look 14:03:03: it has changed" in right
        assert any(row.startswith("   14:03:02  refused  2 looks  nothing listens") for row in right)
        assert "   listener  ✗ FAIL       changed: nothing" in right
        assert "   name      ✓ ok         as before" in right


async def test_narrow_window_tells_the_last_look_in_one_row() -> None:
    fed = Fed()
    async with guided(fed, (40, 12)) as pilot:
        await pilot.press("f")
        fed.give(*(at(BROKEN, second) for second in range(1, 20)))
        await shows(pilot, "last look 14:02:30 refused, 20 looks")
        await pilot.press("right", "enter")
        fed.give(*(at(works(), second) for second in (21, 22, 23)))
        await shows(pilot, "It works")
        assert rows(pilot)[0].startswith(" ✓ FIXED  127.0.0.1:5173")
        assert rows(pilot)[1].rstrip() == " 2 Fix  it works"


async def test_w_watches_from_the_diagnosis_and_shows_the_timeline_in_place_of_the_evidence() -> None:
    fed = Fed()
    async with guided(fed) as pilot:
        assert any(row.startswith(" Evidence for listener") for row in visible(pilot))
        await pilot.press("w")
        fed.give(at(BROKEN, 1), at(nobody(), 2))
        await shows(pilot, "Watching, last look 14:02:13")
        assert not any(row.startswith(" Evidence for listener") for row in visible(pilot))
        assert any(row.startswith("   14:02:13   refused    1 look   nothing listens") for row in rows(pilot))
        assert any(row.startswith("   14:02:11   refused   2 looks") for row in rows(pilot))
        await pilot.press("w")
        await until(pilot, lambda: fed.closed > 0)
        assert any(row.startswith(" Evidence for") for row in rows(pilot))


async def test_healthy_is_not_called_fixed() -> None:
    fed = Fed()
    async with guided(fed, first=works()) as pilot:
        await pilot.press("w")
        fed.give(*(at(works(), second) for second in (1, 2, 3, 4)))
        await shows(pilot, "5 looks")
        assert rows(pilot)[0].startswith(" ✓ OK")
        assert tui(pilot).ended().before is None


async def test_r_while_watching_makes_the_watch_look_wholly() -> None:
    fed = Fed()
    async with guided(fed) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: len(fed.asked) == 1)
        await pilot.press("r")
        await until(pilot, lambda: fed.rechecks == 1)
        fed.give(at(BROKEN, 9))
        await shows(pilot, "Looked again 14:02:20: no change.")


async def test_a_watch_that_fails_is_told_and_ends() -> None:
    def broken(asked: Asked, first: Facts | None) -> Fed:
        raise ZeroDivisionError("boom")

    app = app_on(reports.ipv6_only(), watcher=broken)
    async with running(app) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: app.failure is not None)
        await pilot.press("1")
        await shows(pilot, "porttui failed at watching: ZeroDivisionError")
    assert code(app) == 4


async def test_another_target_ends_the_watch() -> None:
    fed = Fed()
    async with guided(fed) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: len(fed.asked) == 1)
        await pilot.press("b")
        await until(pilot, lambda: fed.closed > 0)
        assert watches.BROKEN.asked in fed.asked

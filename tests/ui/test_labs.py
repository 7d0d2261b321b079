"""Labs on the screen: chosen from the list, diagnosed, solved by editing a start line, and nothing of them is left."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from porttui.diagnose import diagnose
from porttui.labs.exam import Exam
from porttui.labs.own import Loaded
from porttui.labs.registry import BY_NAME, LABS
from porttui.ui import machine
from porttui.ui.app import Ended, PortTui
from porttui.ui.practice import Practice
from porttui.ui.screens.lab import LabScreen
from tests import reports
from tests.faults.by_code import BY_CODE
from tests.system.stage import wait_until
from tests.ui.screen import app_on, code, rows, running, until, visible


def _app(done: list[str], *, start: bool = True) -> PortTui:
    app = app_on(reports.ipv6_only(), start=start, judge=diagnose)
    app.called_as = (sys.executable, "-m", "porttui")
    app.practice = Practice(solved=lambda: tuple(done), remember=done.append, clock=lambda _: "14:20:08")
    return app


def _stage(pilot: Pilot[Ended]) -> list[Path]:
    assert isinstance(pilot.app.screen, LabScreen)
    return [Path(f"/proc/{one.pid}") for one in pilot.app.screen.play.stage.started]


async def test_a_lab_is_chosen_solved_by_editing_how_the_server_starts_and_ends_with_its_screen() -> None:
    done: list[str] = ["next-door", "occupied", "after-image", "low-number"]
    app = _app(done)
    async with running(app) as pilot:
        await pilot.press(*"lab", "enter")
        await pilot.pause()
        assert f"LABS  4 of {len(LABS)} solved" in rows(pilot)[0]
        assert " >  5    The server that is there and is not" in visible(pilot)
        await pilot.click("#list", offset=(9, 0))
        assert any(row.startswith(" >  1  ") for row in visible(pilot))
        await pilot.press(*["down"] * 4, "enter")
        await until(pilot, lambda: "   goal reached?   ✗ not yet: refused" in visible(pilot))
        assert rows(pilot)[0].startswith(f" LAB 5 of {len(LABS)}  The server that is there and is not")
        assert "   14:20:08   refused" in visible(pilot)
        await pilot.press("x")
        await pilot.pause()
        assert any(row.startswith(" refused ") for row in visible(pilot))
        await pilot.press("escape", "h", "h")
        seen = visible(pilot)
        assert " Hints opened: 2 of 4" in seen
        assert all(any(row.startswith(f"   {at}  ") for row in seen) for at in (1, 2))
        sizes: list[tuple[int, int]] = [(40, 12), (120, 36), (80, 24)]
        for size in sizes:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert "not yet: refused" in "\n".join(rows(pilot)[:7])
            assert max(len(row.rstrip()) for row in rows(pilot)) <= size[0]
            if size[0] == 120:  # what porttui sees stands beside it, and does not tell what is to be found
                await until(pilot, lambda: any("listener             for you to find" in row for row in visible(pilot)))
                assert not any("FAIL" in row or "follows" in row for row in visible(pilot))
                assert any("│   path     - skip      refused by" in row for row in visible(pilot))
        await pilot.press("d")
        await until(pilot, lambda: rows(pilot)[0].startswith(" ✗ FAULT"))
        await pilot.press("f")
        assert "A and C work around the fault, and do not solve it." in " ".join(" ".join(visible(pilot)).split())
        await pilot.press("escape")
        await pilot.press("e", "home", *["right"] * 7, *["delete"] * 3, *"0.0.0.0", "enter")
        await until(pilot, lambda: any("a lab is open to this machine only" in row for row in visible(pilot)))
        await pilot.press("e", "home", *["right"] * 7, *["delete"] * 7, *"127.0.0.1", "enter")
        await until(pilot, lambda: "   ✓ goal reached: HTTP 200" in visible(pilot))
        assert any("the lesson  Two addresses for one machine (porttui learn" in row for row in visible(pilot))
        assert done[-1] == "two-doors"
        processes = _stage(pilot)
        assert any(path.exists() for path in processes)
        await pilot.press("escape")
        await pilot.pause()
        assert f"LABS  5 of {len(LABS)} solved" in rows(pilot)[0]
        wait_until(lambda: not any(path.exists() for path in processes), "the end of what the lab had started")
    assert code(app) == 0


async def test_a_lab_with_surroundings_of_its_own_is_diagnosed_from_inside_and_commands_run_there() -> None:
    """The variables of the lab are not those of this process; what is found is no result of this run either."""
    app = _app([], start=False)
    async with running(app) as pilot:
        before = app.last
        await pilot.press("l")
        await until(pilot, lambda: rows(pilot)[0].startswith(" LABS  "))
        assert " >  5    The server that is there and is not" in visible(pilot)
        await pilot.press(*["down"] * (LABS.index(BY_NAME["intercepted"]) - 4), "enter")
        await until(pilot, lambda: "   goal reached?   ✗ not yet: connection refused" in visible(pilot))
        await pilot.press("d")
        await until(pilot, lambda: rows(pilot)[0].startswith(" ✗ FAULT  http://127.0.0.1:"))
        assert any("http_proxy sends the request to the proxy" in row for row in visible(pilot))
        keys = rows(pilot)[-1]
        assert "esc To the lab" in keys
        assert "t Target" not in keys
        assert "w Watch" not in keys
        await pilot.press("f")
        assert any(row.startswith(" The goal of this lab: A program with these variables") for row in visible(pilot))
        assert " Next  esc goes back to the lab; there e edits its start, ! runs a command" in visible(pilot)
        await pilot.press("6", "l", "escape")
        await pilot.pause()
        assert isinstance(app.screen, LabScreen)
        await pilot.press("exclamation_mark", *"echo", "space", *"$http_proxy", "enter")
        await until(pilot, lambda: any(row.startswith(" http://127.0.0.1:") for row in visible(pilot)))
        assert " (ended with 0)" in visible(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LabScreen))
        processes = _stage(pilot)
    assert app.last is before
    wait_until(lambda: not any(path.exists() for path in processes), "the end of the lab with the app")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("other-kind", ("Choose one way: A or B.", "A works around the fault, and does not solve it.")),
        (
            "short-visit",
            (
                "Begin with A, which only looks; then B.",
                "B works around the fault, and does not solve it. How its server starts has to change: e in the lab.",
            ),
        ),
    ],
)
async def test_a_way_that_leaves_the_fault_as_it_is_is_not_called_the_way_of_the_lab(
    name: str, told: tuple[str, ...]
) -> None:
    app = app_on(diagnose(BY_CODE[BY_NAME[name].code]), start=True)
    app.practice = Practice(first=BY_NAME[name], at_once=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: any("not yet: " in row for row in visible(pilot)))
        await pilot.press("d")
        await until(pilot, lambda: rows(pilot)[0].startswith(" ✗ FAULT"))
        await pilot.press("f")
        seen = " ".join(" ".join(row.partition("│")[0] for row in visible(pilot)).split())
        assert [text for text in told if text not in seen] == [], seen


async def test_an_exam_goes_from_round_to_round_and_ends_with_the_points() -> None:
    done: list[str] = []
    app = _app(done)
    app.practice = app.practice._replace(at_once=True, exam=Exam(["two-doors"]), missing=lambda _: {})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: any("not yet" in row for row in visible(pilot)))
        assert rows(pilot)[0].startswith(" THE EXAM, ROUND 1 OF 2 ")
        assert "n Give up" in rows(pilot)[-1]
        await pilot.press("e", "home", *["right"] * 7, *["delete"] * 3, *"127.0.0.1", "enter")
        await until(pilot, lambda: "   ✓ goal reached: HTTP 200" in visible(pilot))
        assert " Next  n  4 of 4 points; the next round" in visible(pilot)
        await pilot.press("n")
        await until(pilot, lambda: rows(pilot)[0].startswith(" THE EXAM, ROUND 2 OF 2 "))
        await until(pilot, lambda: any("not yet" in row for row in visible(pilot)))
        await pilot.press("n")
        await until(pilot, lambda: "   - given up" in visible(pilot))
        await pilot.press("n")
        await until(pilot, lambda: rows(pilot)[0].startswith(" The exam"))
        assert " 4 of 8 points. It takes 6 to pass." in visible(pilot)
    assert done == []


async def test_labs_of_ones_own_are_listed_and_one_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(BY_NAME["asleep"], name="other", title="Of ours", missing=lambda: "it takes a thing")
    mine = replace(BY_NAME["two-doors"], name="mine", title="Mine")
    app = _app([])
    app.practice = app.practice._replace(labs=(other, mine), at_once=True)
    monkeypatch.setattr("porttui.ui.screens.lab.MINUTES", 0)
    async with running(app) as pilot:
        seen = visible(pilot)
        assert "LABS  0 of 2 solved" in seen[0]
        assert not any("The exam" in row for row in seen)
        assert " >  1    Of ours  not here" in seen
        assert " It cannot run here: it takes a thing." in seen
        await pilot.press("enter", "down", "enter")
        await until(pilot, lambda: any("the time is over" in row for row in visible(pilot)))
        assert rows(pilot)[0].startswith(" LAB 2 of 2  Mine")
        assert not _stage(pilot)


async def test_labs_of_the_users_own_folder_stand_behind_the_others_and_what_is_missing_is_told() -> None:
    mine = replace(BY_NAME["two-doors"], name="mine", title="Mine")
    app = _app([])
    app.practice = app.practice._replace(at_once=True, own=lambda: Loaded((mine,), ("b.py: it has no LAB",)))
    app.practice = app.practice._replace(missing=lambda _: {})
    async with running(app) as pilot:
        assert f"LABS  0 of {len(LABS) + 1} solved   some of your own are missing" in rows(pilot)[0]
        await pilot.press(*["pagedown"] * 3)
        assert [f"   {len(LABS) + 1}    Mine", " >       The exam"] == visible(pilot)[-6:-4]


async def test_beside_a_lab_each_of_its_programs_is_named_also_one_behind_the_port_that_is_asked_about() -> None:
    app = _app([], start=False)
    app.look = machine.look
    async with running(app, size=(120, 36)) as pilot:
        app.play(BY_NAME["front-desk"])
        await until(pilot, lambda: any("Sockets of this lab" in row for row in visible(pilot)))
        seen = [row.partition("│")[2].split() for row in visible(pilot)]
        pids = [path.name for path in _stage(pilot)]
    programs = {row[3]: row[2] for row in seen if len(row) == 4 and row[3] in pids}
    assert sorted(programs.values()) == ["gate.py", "page.py"]

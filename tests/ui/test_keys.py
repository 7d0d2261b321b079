"""Keys: every key in the key row does something, and the help lists what can be pressed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.pilot import Pilot

from porttui.model.facts import Facts
from porttui.model.report import Report
from porttui.model.target import Asked
from porttui.ui.app import Ended, PortTui
from tests import reports
from tests.ui.screen import app_on, code, rows, running, settled, text, until, visible

TABS = ("1", "2", "3", "4", "5", "6")
KEY_NAMES = {"esc": "escape", "/": "slash", "?": "question_mark"}


def key_row(pilot: Pilot[Ended]) -> list[str]:
    """Return the keys named in the last row."""
    return [entry.split(" ")[0] for entry in rows(pilot)[-1].strip().split("  ") if entry]


@pytest.mark.parametrize("build", [reports.ipv6_only, reports.as_nobody], ids=lambda build: build.__name__)
@pytest.mark.parametrize("tab", TABS)
async def test_every_key_of_the_key_row_does_something(tab: str, build: object) -> None:
    assert callable(build)
    report: Report = build()
    async with running(app_on(report)) as pilot:
        await pilot.press(tab)
        await pilot.pause()
        named = key_row(pilot)
    assert {"?", "q"} <= set(named)
    for name in named:
        app = app_on(report)
        async with running(app) as pilot:
            await pilot.press(tab)
            await pilot.pause()
            before = text(pilot)
            await pilot.press(KEY_NAMES.get(name, name))
            if name == "l" and tab == "6":
                await pilot.pause()  # a lab goes on until it is left
            else:
                await settled(pilot)
            assert app.return_value is not None or text(pilot) != before, f"{name} does nothing in tab {tab}"


async def test_digits_tab_and_esc_go_through_the_tabs() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        for key, title in zip(TABS, ("Diagnosis", "Fix", "Sockets", "Process", "Firewall", "Learn"), strict=True):
            await pilot.press(key)
            await pilot.pause()
            assert f"[{key} {title}]" in rows(pilot)[1]
        await pilot.press("tab")
        assert "[1 Diagnosis]" in rows(pilot)[1]
        await pilot.press("shift+tab")
        assert "[6 Learn]" in rows(pilot)[1]
        await pilot.press("escape")
        assert "[1 Diagnosis]" in rows(pilot)[1]


async def test_learn_tells_the_leading_fault_part_by_part() -> None:
    async with running(app_on(reports.ipv6_only()), size=(80, 50)) as pilot:
        await pilot.press("6", "enter")
        await pilot.pause()
        shown = visible(pilot)
    assert " The server listens on IPv6 only (ipv6-only-listener)" in shown
    headings = [" How it comes about", " How porttui knows", " What looks the same and is not", " To fix it"]
    assert [row for row in shown if row in headings] == headings
    assert not any("How porttui knows:" in row for row in shown)


async def test_up_and_down_show_the_evidence_of_other_steps() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        assert any(row.startswith(" Evidence for listener") for row in visible(pilot))
        await pilot.press("down", "down", "down")
        assert any(row.startswith(" Evidence for firewall") for row in visible(pilot))
        assert "   firewall rules  need root: sudo nft list ruleset" in visible(pilot)
        await pilot.press("k", "k", "k", "k", "k", "k")
        assert any(row.startswith(" Evidence for name") for row in visible(pilot))


async def test_enter_marks_a_step_as_done_and_takes_it_back() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press("f", "enter")
        assert "    [x] 1  In the program that showed the error, write" in visible(pilot)
        await pilot.press("up")
        assert "Not done" in rows(pilot)[-1]
        await pilot.press("enter")
        assert not any("[x]" in row for row in rows(pilot))


async def test_right_goes_to_the_next_way() -> None:
    async with running(app_on(reports.ipv6_only()), (40, 12)) as pilot:
        await pilot.press("f", "right")
        assert " 2 Fix  choose one of A B   way 2 of 2" in visible(pilot)
        assert any("Let vite listen" in row for row in rows(pilot))


async def test_copy_sends_the_command_in_focus_and_says_so() -> None:
    app = app_on(reports.ipv6_only())
    async with running(app) as pilot:
        await pilot.press("f", "down", "down", "c")
        assert app.clipboard == "npm run dev -- --host 127.0.0.1"
        assert visible(pilot)[-2] == " Copied if your terminal takes OSC 52, else C: npm run dev -- --host 127.0.0.1"
        await pilot.press("down")
        assert visible(pilot)[-2].startswith(" Next ")


async def test_help_is_made_from_the_keys_that_work_here() -> None:
    async with running(app_on(reports.ipv6_only()), (80, 50)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        seen = text(pilot)
        assert "look again; the old result stays until the new one differs" in seen
        assert "type words that the rows must contain" not in seen
        assert "dev@devbox, over ssh" in seen
        await pilot.press("escape", "3", "question_mark")
        await pilot.pause()
        assert "type words that the rows must contain" in text(pilot)


async def test_enter_shows_the_reasons() -> None:
    async with running(app_on(reports.ipv6_only()), (80, 50)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert " Ruled out: 31" in visible(pilot)
        assert any("backlog-abort" in row and "ListenOverflows +0" in row for row in rows(pilot))
        await pilot.press("escape")
        await pilot.pause()
        assert "[1 Diagnosis]" in rows(pilot)[1]


async def test_filter_keeps_rows_and_takes_every_letter() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press("3", "slash", *"q5173")
        assert " Filter  q5173_" in visible(pilot)[3]
        await pilot.press("ctrl+u", *"node !3000")
        assert "node !3000_" in rows(pilot)[3]
        assert "1 of 4 shown" in rows(pilot)[3]
        await pilot.press("enter", "escape")
        assert "4 of 4 shown" in rows(pilot)[3]


@pytest.mark.parametrize(
    ("words", "count"),
    [("5432", 1), ("user=dev", 2), ("pid=4121", 1), ("listen", 4), ("!listen", 0), ("node vite", 1), ("postgres", 1)],
)
async def test_filter_words(words: str, count: int) -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press("3", "slash", *words)
        assert f"{count} of 4 shown" in rows(pilot)[3]


async def test_enter_on_a_socket_asks_about_it_and_p_shows_its_process() -> None:
    app = app_on(reports.ipv6_only())
    async with running(app) as pilot:
        await pilot.press("3", "up", "p")
        await pilot.pause()
        assert "[4 Process]" in rows(pilot)[1]
        assert any("pid 3990" in row for row in rows(pilot))
        asked: list[str] = []
        look = app.look

        def remembered(question: Asked) -> Iterator[Facts]:
            asked.append(str(question.target))
            return look(question)

        app.look = remembered
        await pilot.press("3", "enter")
        await settled(pilot)
        assert asked == ["127.0.0.1:3000"]
        assert "[1 Diagnosis]" in rows(pilot)[1]


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
@pytest.mark.parametrize(
    ("build", "expected"),
    [(reports.ipv6_only, 1), (reports.healthy, 0), (reports.unknown, 3)],
    ids=["fault", "healthy", "unknown"],
)
async def test_quit_returns_the_exit_code_of_the_answer(key: str, build: object, expected: int) -> None:
    assert callable(build)
    app: PortTui = app_on(build())
    async with running(app) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: app.return_value is not None)
    assert code(app) == expected

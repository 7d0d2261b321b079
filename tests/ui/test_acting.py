"""Acting on a process: four actions, a question that stands on No, only y sends, and the result is told."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from porttui.act import aftermath, signals
from porttui.act.aftermath import Aftermath, Became
from porttui.act.signals import Outcome, Result
from porttui.model.facts import Facts, Process
from porttui.model.report import Report
from porttui.model.target import Asked
from porttui.reading.acts import Act
from porttui.ui.given import Hands
from tests import reports
from tests.act import servers
from tests.ui.screen import app_on, rows, running, text, until, visible

QUESTION = """
── Stop node, pid 4121? ────────────────────────────────────────────────────────
   sends          SIGTERM, "please end"; the program may save its work first
   you lose       the only server on [::1]:5173; nobody is connected
   also           npm, pid 4102, started it and will probably end with it
"""
ANSWER = """
   checked again  just before sending: still pid 4121, started 13:58:02

 >  No, change nothing     enter or esc
    Yes, stop it           y
"""


class Recording:
    """Hands that only write down what they were told."""

    def __init__(self, outcome: Outcome = Outcome.SENT, why: str = "") -> None:
        self.sent: list[tuple[int, Act]] = []
        self.outcome = outcome
        self.why = why

    @property
    def hands(self) -> Hands:
        return Hands(send=self.send, after=self.after)

    def send(self, pid: int, started: dt.datetime, act: Act) -> Result:
        self.sent.append((pid, act))
        return Result(outcome=self.outcome, pid=pid, act=act, at=started, why=self.why)

    def after(self, facts: Facts, process: Process, act: Act) -> Aftermath:  # noqa: ARG002
        return Aftermath(became=Became.FREE, text="node, pid 4121, is gone, and [::1]:5173 is free.", seconds=0.1)


def lines(drawing: str) -> list[str]:
    return drawing.strip("\n").splitlines()


async def test_the_four_actions_stand_below_the_process() -> None:
    async with running(app_on(reports.ipv6_only(), hands=Recording().hands)) as pilot:
        await pilot.press("4")
        assert "a Act" in rows(pilot)[-1]
        await pilot.press("a")
        seen = visible(pilot)
        assert any(row.startswith("── What to do with node, pid 4121? ──") for row in seen)
        assert "   1  resume   SIGCONT   it is not paused: nothing changes.          safe" in seen
        assert " > 2  stop     SIGTERM   it may save its work first.                 disrupts" in seen
        assert "   3  kill     SIGKILL   ends at once, saves nothing.                destroys" in seen
        assert any(row.startswith("   4  pause    SIGSTOP") for row in seen)
        await pilot.press("escape")
        assert "What to do with" not in text(pilot)
        assert "[4 Process]" in rows(pilot)[1]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_question_says_what_is_lost_and_stands_on_no(size: tuple[int, int]) -> None:
    async with running(app_on(reports.ipv6_only(), hands=Recording().hands), size) as pilot:
        await pilot.press("4", "a", "2")
        seen = visible(pilot)
        start = next(at for at, row in enumerate(seen) if row.startswith("── Stop node"))
        assert seen[start + 1 : start + 4] == lines(QUESTION)[1:]
        assert lines(ANSWER) == seen[(end := seen.index(lines(ANSWER)[0])) : end + 4]
        assert any("comes back     not by itself; to start it, in pts/2:" in row for row in seen)
        assert seen[-2:] == [" Next  y stops it, every other key changes nothing", " y Yes  enter No  esc No"]
        assert ("What to do with" in text(pilot)) == (size[0] == 120)


@pytest.mark.parametrize(
    "key", ["enter", "escape", "q", "n", "Y", "r", "1", "3", "space", "tab", "down", "f", "question_mark"]
)
async def test_every_key_but_y_changes_nothing(key: str) -> None:
    hands = Recording()
    app = app_on(reports.ipv6_only(), hands=hands.hands)
    async with running(app) as pilot:
        await pilot.press("4", "a", "2", key)
        await pilot.pause()
        assert "[4 Process]" in rows(pilot)[1]
        assert ("Yes, stop it" in text(pilot)) == (key not in ("enter", "escape"))
        assert app.return_value is None
    assert hands.sent == []


async def test_y_does_nothing_before_the_question() -> None:
    hands = Recording()
    async with running(app_on(reports.ipv6_only(), hands=hands.hands)) as pilot:
        await pilot.press("4", "y", "a", "y", "escape", "y")
        await pilot.pause()
    assert hands.sent == []


async def test_y_sends_tells_what_became_of_it_and_looks_again() -> None:
    hands = Recording()
    looks: list[Asked] = []
    report = reports.ipv6_only()
    app = app_on(report, hands=hands.hands)
    look = app.look
    async with running(app) as pilot:

        def counted(asked: Asked) -> Iterator[Facts]:
            looks.append(asked)
            return look(asked)

        app.look = counted
        await pilot.press("4", "a", "3", "y")
        await until(pilot, lambda: bool(looks))
        await pilot.pause()
        assert hands.sent == [(4121, Act.KILL)]
        assert " node, pid 4121, is gone, and [::1]:5173 is free." in visible(pilot)
        assert " SIGKILL sent to pid 4121 at 13:58:02." in visible(pilot)


@pytest.mark.parametrize(
    ("outcome", "why", "told"),
    [
        (Outcome.GONE, "", "SIGTERM was not sent to pid 4121: gone already."),
        (
            Outcome.ANOTHER,
            "pid 4121 is cat now, started 14:00:00",
            "another process has this pid now: pid 4121 is cat now",
        ),
        (Outcome.NOT_PERMITTED, "operation not permitted", "not permitted: operation not permitted."),
    ],
)
async def test_what_was_not_sent_is_told(outcome: Outcome, why: str, told: str) -> None:
    async with running(app_on(reports.ipv6_only(), hands=Recording(outcome, why).hands)) as pilot:
        await pilot.press("4", "a", "2", "y")
        await until(pilot, lambda: "was not sent" in text(pilot))
        assert told in " ".join(row.strip() for row in visible(pilot))


async def test_what_is_refused_is_told_with_the_reason_and_what_to_type() -> None:
    hands = Recording()
    async with running(app_on(_of_another_user(), hands=hands.hands)) as pilot:
        await pilot.press("4", "a", "2")
        seen = text(pilot)
        assert "porttui does not do this" in seen
        assert "it belongs to user www-data, and dev may not signal it." in seen
        assert "sudo kill 4121" in seen
        await pilot.press("y")
        await pilot.pause()
        assert "esc goes back; nothing was changed" in text(pilot)
    assert hands.sent == []


async def test_narrow_question_can_be_read_to_its_end() -> None:
    hands = Recording()
    async with running(app_on(reports.ipv6_only(), hands=hands.hands), (40, 12)) as pilot:
        await pilot.press("4", "a", "2")
        seen = set(visible(pilot))
        assert " Next  y stops it" in seen
        for _ in range(20):
            await pilot.press("down")
            seen |= set(visible(pilot))
        assert "    Yes, stop it           y" in seen
        assert " y Yes  enter No  esc No" in visible(pilot)
    assert hands.sent == []


async def test_without_hands_nothing_is_offered() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press("4")
        before = text(pilot)
        assert "a Act" not in rows(pilot)[-1]
        await pilot.press("a")
        assert text(pilot) == before


async def test_a_paused_server_offers_resume_first_and_a_real_one_goes_on() -> None:
    hands = Hands(send=signals.send, after=aftermath.after)
    with servers.running(servers.PLAIN) as (port, pid, _):
        signals.send(pid, _started(port, pid), Act.PAUSE)
        facts, _process = _paused(port, pid)
        report = _about(facts)
        async with running(app_on(report, hands=hands)) as pilot:
            await pilot.press("4", "a")
            assert any(row.startswith(" > 1  resume   SIGCONT") for row in visible(pilot))
            await pilot.press("2")
            assert "rather         1 resume: it removes the cause" in text(pilot)
            assert visible(pilot)[-2] == " Next  esc, then 1: resume is enough here"
            await pilot.press("escape", "1", "y")
            await until(pilot, lambda: "goes on" in text(pilot))


def _started(port: int, pid: int) -> dt.datetime:
    process = servers.facts_about(port, pid)[1]
    assert process.started is not None
    return process.started


def _paused(port: int, pid: int) -> tuple[Facts, Process]:
    deadline = time.monotonic() + 10
    while True:
        facts, process = servers.facts_about(port, pid)
        if process.state == "T":
            return facts, process
        assert time.monotonic() < deadline, f"pid {pid} is not paused, uid {os.getuid()}"
        time.sleep(0.01)


def _about(facts: Facts) -> Report:
    from porttui.diagnose import diagnose

    return diagnose(facts)


def _of_another_user() -> Report:
    report = reports.ipv6_only()
    table, known = report.facts.sockets, report.facts.processes
    assert known is not None
    processes = tuple(replace(one, user="www-data", uid=33) for one in known)
    return replace(report, facts=replace(report.facts, sockets=table, processes=processes))

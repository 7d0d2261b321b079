"""The app played to a state on recorded facts, without a terminal: nothing of this machine is in a picture."""

from __future__ import annotations

import datetime as dt
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from msgspec.structs import replace
from textual.events import Paste
from textual.pilot import Pilot

from porttui.act.aftermath import Aftermath, Became
from porttui.act.recent import Recent
from porttui.act.signals import Outcome, Result
from porttui.diagnose import diagnose
from porttui.labs.exam import Exam, Mark
from porttui.labs.lab import Look, Scene
from porttui.labs.play import Play
from porttui.labs.registry import BY_NAME
from porttui.labs.stage import Server
from porttui.model.facts import Facts, Process, Sockets, Unseen
from porttui.model.target import Asked
from porttui.reading.acts import Act
from porttui.reading.exposure import Surroundings
from porttui.reading.inspected import Inspected
from porttui.ui.app import Ended, PortTui
from porttui.ui.given import Hands
from porttui.ui.keymap import read_keymap
from porttui.ui.practice import Practice
from porttui.ui.screens.exam import ExamScreen
from porttui.ui.screens.lab import LabScreen
from porttui.ui.shown import Here
from porttui.ui.widgets.target_input import TargetInput
from scripts.pictures.recorded import judge_recorded, recorded
from scripts.pictures.states import LOOKS, STATES, USUAL, Size, State, name_of
from scripts.pictures.svg import small

TITLE = "porttui"
_STEP = 0.01
"""Seconds between two questions whether something has happened."""
_SOLVED = ("next-door", "occupied", "two-doors")
_NOT_HERE = {"silence": "it needs nft, which is not installed"}
_PORT = 8000
"""Of what was recorded."""
_PID = 3447


class _Watch:
    """Shows what was recorded, when the keys were pressed."""

    def __init__(self) -> None:
        self.queue: queue.Queue[Facts | None] = queue.Queue()

    def __iter__(self) -> _Watch:
        return self

    def __next__(self) -> Facts:
        facts = self.queue.get(timeout=60)
        if facts is None:
            raise StopIteration
        return facts

    def close(self) -> None:
        """End it."""
        self.queue.put(None)

    def recheck(self) -> None:
        """Do nothing: there is nothing newer."""


class _Lab(Play):
    """A lab of which nothing is started: its server is the one that was recorded, and a look finds what it is told."""

    def __init__(self, *, solved: bool) -> None:
        super().__init__(BY_NAME["two-doors"])
        self._solved = solved

    def begin(self) -> None:
        """Stand there as if it had been made."""
        self.scene = Scene(target=f"127.0.0.1:{_PORT}", words={"port": _PORT})
        options = ("--host", "127.0.0.1" if self._solved else "::1", "--port", str(_PORT))
        process = cast("Any", SimpleNamespace(pid=_PID, poll=lambda: None))
        self.stage.line = Server(process, "page", options, f"ready {_PORT}")

    def look(self) -> Look:
        """Tell what a client got."""
        return Look(solved=self._solved, word="HTTP 200" if self._solved else "refused")


class _Exam(Exam):
    """An exam of three rounds of which two are over; nothing of it is drawn by lot."""

    def __init__(self) -> None:
        self.rounds = tuple(BY_NAME[name] for name in ("after-image", "next-door", "two-doors"))
        self.marks = [
            Mark(lab=self.rounds[0], solved=True, hints=1, diagnosed=False),
            Mark(lab=self.rounds[1], solved=False, hints=0, diagnosed=True),
        ]


class _Recent(Recent):
    """Targets of before that stand in no file."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        self._given = list(lines)
        super().__init__(Path("recent"))

    def _read(self) -> list[str]:
        return self._given

    def _change(self, lines: list[str]) -> None:
        self._lines = self._given = lines


class _Looks:
    """What looks find, one after the other."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._made = 0
        self.over = threading.Event()
        """Lets one end that goes on."""

    def __call__(self, _asked: Asked) -> Iterator[Facts]:
        self._made += 1
        if self._state.fails:
            raise RuntimeError("staged for a picture")
        stops = {"first": 1, "second": 2}.get(self._state.stops) == self._made
        facts = recorded(self._state.after if self._made > 1 and self._state.after else self._state.facts)
        if self._state.lab:
            facts = replace(facts, processes=tuple(map(_as_a_labs, facts.processes or ())))
        if stops:
            yield replace(facts, attempts=None, exchanges=None, judged=None, firewall=None, done=False)
            self.over.wait(60)
        yield facts


def _as_a_labs(process: Process) -> Process:
    return replace(process, name="page.py", argv=("python3", "page.py"))


def _send(pid: int, started: dt.datetime, act: Act) -> Result:
    return Result(outcome=Outcome.SENT, pid=pid, act=act, at=started.replace(hour=14, minute=2, second=12))


def _after(facts: Facts, process: Process, act: Act) -> Aftermath:  # noqa: ARG001  # as the real one is called
    if act is not Act.RESUME:
        raise NotImplementedError(f"no picture shows what {act} leads to")
    return Aftermath(
        became=Became.RESUMED, text=f"{process.name}, pid {process.pid}, goes on (state S).", state="S", seconds=0.25
    )


def _inspected(facts: Facts, process: Process) -> Inspected:
    """Return a close look at a process by what was recorded of the whole machine."""
    cards = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    around = Surroundings(interfaces=cards, entries=Unseen(what="firewall rules", reason="needs root", how_to_see=""))
    sockets = facts.sockets if isinstance(facts.sockets, Sockets) else None
    return Inspected(at=facts.at, process=process, sockets=sockets, surroundings=around)


def _clock(minutes: int) -> str:
    return (dt.datetime(2025, 11, 22, 14, 2, 11) + dt.timedelta(minutes=minutes)).strftime("%H:%M:%S")


def _app(state: State, look: str, looks: _Looks, watch: _Watch) -> PortTui:
    facts = recorded(state.facts)

    def listeners() -> Sockets:
        assert isinstance(facts.sockets, Sockets)
        return facts.sockets

    return PortTui(
        facts.asked if state.typed is None and not state.lab else None,
        looks,
        listeners,
        watcher=lambda _asked, _first: watch,
        owners=lambda pids: tuple(one for one in facts.processes or () if one.pid in pids),
        elsewhere=judge_recorded(state.facts),
        hands=Hands(send=_send, after=_after),
        inspect=lambda one: _inspected(facts, one),
        save=lambda report: f"Saved: ~/porttui-devbox-{report.target.port}-20251122-140211.md and .json",
        recent=_Recent(state.recent) if state.recent else None,
        keymap=read_keymap(dict(state.settings)),
        here=Here(privileges=facts.privileges, host=facts.host),
        practice=Practice(solved=lambda: _SOLVED, clock=_clock, missing=lambda _: _NOT_HERE),
        looks=LOOKS[look],
    )


async def taken(state: State, look: str, sizes: tuple[Size, ...], first: Size = USUAL) -> list[str]:
    """Return the pictures of a state in several sizes, from one run of the app that is resized.

    Args:
        state: what is shown.
        look: a name in LOOKS.
        sizes: of the window, one a picture.
        first: the size in which it begins, and in which the keys are pressed.
    """
    looks, watch = _Looks(state), _Watch()
    app = _app(state, look, looks, watch)
    async with app.run_test(size=first) as pilot:
        try:
            await _play(pilot, app, state, watch)
            found = []
            for size in sizes:
                await pilot.resize_terminal(*size)
                await _settle(pilot, state)
                found.append(small(app.export_screenshot(), size, TITLE))
            return found
        finally:
            looks.over.set()
            watch.close()


async def pictures_of(name: str) -> dict[str, str]:
    """Return all pictures of a state by their names."""
    state = STATES[name]
    diagnose(recorded(state.facts))  # what a first diagnosis imports takes a while, which a picture could tell of
    wanted: dict[str, list[Size]] = {}
    for look, size in state.pictures:
        wanted.setdefault(look, []).append(size)
    found: dict[str, str] = {}
    for look, sizes in wanted.items():
        if state.apart:
            drawn = [picture for size in sizes for picture in await taken(state, look, (size,), first=size)]
        else:
            drawn = await taken(state, look, tuple(sizes))
        found |= {name_of(name, look, size): text for size, text in zip(sizes, drawn, strict=True)}
    return found


async def _practise(app: PortTui, state: State) -> LabScreen:
    """Show a lab, or the last round of an exam, of which nothing is started."""
    exam = _Exam()
    screen = ExamScreen(exam, exam.rounds[-1]) if "exam" in state.lab else LabScreen(BY_NAME["two-doors"])
    screen.play = _Lab(solved="solved" in state.lab)
    await app.push_screen(screen)
    return screen


async def _play(pilot: Pilot[Ended], app: PortTui, state: State, watch: _Watch) -> None:
    """Bring the app to its state."""
    if state.lab == "list":
        app.practise()
    elif state.lab:
        screen = await _practise(app, state)
        while not screen.stand.seen:
            await pilot.pause(_STEP)
    elif state.typed is not None:
        app.screen.query_one(TargetInput).post_message(Paste(state.typed))
    while state.typed is None and not state.lab and state.stops != "first" and not (app.last or app.failure):
        await pilot.pause(_STEP)
    await _settle(pilot, state)
    await pilot.press(*state.keys)
    looks = _watched(state)
    for facts in looks:
        watch.queue.put(facts)
    while looks and (app.last is None or app.last.report is None or app.last.report.at != looks[-1].at):
        await pilot.pause(_STEP)
    await pilot.press(*state.then)


async def _settle(pilot: Pilot[Ended], state: State) -> None:
    """Wait until nothing is under way but what is to be, and all of it is drawn."""
    going_on = {"watch", "play", "look" if state.stops else ""}
    while any(worker.is_running and worker.name not in going_on for worker in pilot.app.workers):
        await pilot.pause(_STEP)
    await pilot.pause()
    await pilot.pause()


def _watched(state: State) -> list[Facts]:
    first = recorded(state.facts).at
    return [
        replace(recorded(name), at=first + dt.timedelta(seconds=start + number))
        for name, start, looks in state.seen
        for number in range(looks)
    ]

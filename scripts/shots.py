"""Write screenshots/*.svg: the real app on recorded facts, so that a picture never shows what porttui does not do.

``python -m scripts.shots [NAME...]`` writes all of them, or those named. The facts were recorded from staged faults by
``python -m tests.system.record``.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import queue
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from porttui.act.aftermath import Aftermath
from porttui.act.signals import Result
from porttui.firewall.nft_json import from_json, texts_of
from porttui.model.base import Value
from porttui.model.facts import Facts, Process, Sockets, Unseen
from porttui.model.rules import Judged
from porttui.model.target import Asked
from porttui.observe.judging import from_elsewhere, judge_one, world_of
from porttui.observe.linux.rules import Rules
from porttui.reading.acts import Act
from porttui.reading.exposure import Surroundings
from porttui.reading.inspected import Inspected
from porttui.reading.sender import Sender
from porttui.render.json import facts_from_json
from porttui.ui.app import Hands, JudgeSender, PortTui
from porttui.ui.shown import Here
from porttui.ui.terminal.looks import Glyphs, Looks

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "screenshots"
RECORDED = ROOT / "tests/data/recorded"


class Shot(Value, frozen=True, kw_only=True):
    """One picture."""

    facts: str
    """Name of the recorded facts."""
    keys: tuple[str, ...] = ()
    """Pressed after the look, before the picture."""
    seen: tuple[tuple[str, int, int], ...] = ()
    """What a watch shows: recorded facts, from which second after the first look on, and in how many looks."""
    size: tuple[int, int] = (80, 24)
    typed: str = ""
    """Typed on the start screen, which is shown then."""
    ascii_only: bool = False
    theme: str = "dark"


_RESTART = (("moved-1", 1, 19), ("moved-2", 51, 3))
_FIXED = (*_RESTART, ("moved-3", 54, 3))
SHOTS = {
    "start": Shot(facts="moved-1", typed="connect ECONNREFUSED 127.0.0.1:8000"),
    "diagnosis": Shot(facts="moved-1"),
    "diagnosis-120": Shot(facts="moved-1", size=(120, 36)),
    "diagnosis-light": Shot(facts="moved-1", theme="light"),
    "diagnosis-40": Shot(facts="moved-1", size=(40, 12), ascii_only=True),
    "fix": Shot(facts="moved-1", keys=("f", "down", "enter", "x"), seen=(("moved-1", 1, 19),)),
    "fix-120": Shot(facts="moved-1", keys=("f", "down", "enter", "x"), seen=_RESTART, size=(120, 36)),
    "watch": Shot(facts="moved-1", keys=("w",), seen=_RESTART),
    "fixed": Shot(facts="moved-1", keys=("f", "down", "enter"), seen=_FIXED),
    "process": Shot(facts="sigstopped", keys=("4",)),
    "confirm": Shot(facts="sigstopped", keys=("4", "a", "2")),
    "sockets": Shot(facts="moved-3", keys=("3",)),
    "learn": Shot(facts="moved-1", keys=("6",)),
    "reasons": Shot(facts="moved-1", keys=("enter",)),
    "nothing-listening": Shot(facts="nothing-listening"),
    "fw-reject-reset": Shot(facts="fw-reject-reset"),
    "firewall": Shot(facts="fw-reject-reset", keys=("5", "e", *"10.231.8.7", "enter")),
    "firewall-120": Shot(facts="fw-reject-reset", keys=("5", "e", *"10.231.8.66", "enter"), size=(120, 36)),
    "sigstopped": Shot(facts="sigstopped"),
    "port-taken": Shot(facts="port-taken"),
    "cert-expired": Shot(facts="cert-expired"),
    "upstream-dead-502": Shot(facts="upstream-dead-502"),
}


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


def recorded(name: str) -> Facts:
    """Return recorded facts."""
    return facts_from_json((RECORDED / f"{name}.json").read_bytes())


def _looks(shot: Shot) -> list[Facts]:
    first = recorded(shot.facts).at
    return [
        replace(recorded(name), at=first + dt.timedelta(seconds=start + number))
        for name, start, looks in shot.seen
        for number in range(looks)
    ]


def _send(pid: int, started: dt.datetime, act: Act) -> Result:
    raise NotImplementedError(f"no picture shows what {act} of {pid}, started {started}, leads to")


def _after(facts: Facts, process: Process, act: Act) -> Aftermath:
    raise NotImplementedError(f"no picture shows what {act} of {process.pid} leads to at {facts.at}")


def _inspected(facts: Facts, process: Process) -> Inspected:
    """Return a close look at a process by what was recorded of the whole machine."""
    cards = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    around = Surroundings(interfaces=cards, entries=Unseen(what="firewall rules", reason="needs root", how_to_see=""))
    sockets = facts.sockets if isinstance(facts.sockets, Sockets) else None
    return Inspected(at=facts.at, process=process, sockets=sockets, surroundings=around)


def judge_recorded(name: str) -> JudgeSender | None:
    """Return what asks recorded rules about a sender; None where none were recorded."""
    listed = RECORDED / f"rules/{name}.json"
    if not listed.exists():
        return None
    texts = texts_of(listed.with_suffix(".txt").read_text(encoding="utf-8"))
    rules = Rules(from_json(listed.read_text(encoding="utf-8"), texts), ())

    def judge(facts: Facts, sender: Sender) -> Judged:
        packet = from_elsewhere(facts, sender.to, sender.address, sender.interface)
        return judge_one(facts, rules, packet, world_of(facts))

    return judge


def _app(shot: Shot, watch: _Watch) -> PortTui:
    facts = recorded(shot.facts)

    def look(_asked: Asked) -> Iterator[Facts]:
        yield facts

    def listeners() -> Sockets:
        assert isinstance(facts.sockets, Sockets)
        return facts.sockets

    return PortTui(
        None if shot.typed else facts.asked,
        look,
        listeners,
        watcher=lambda _asked, _first: watch,
        owners=lambda pids: tuple(one for one in facts.processes or () if one.pid in pids),
        elsewhere=judge_recorded(shot.facts),
        hands=Hands(send=_send, after=_after),
        inspect=lambda one: _inspected(facts, one),
        save=lambda _report: "",
        here=Here(privileges=facts.privileges, host=facts.host),
        looks=Looks(theme=shot.theme, glyphs=Glyphs.ASCII if shot.ascii_only else Glyphs.ALL),
    )


async def take(shot: Shot) -> str:
    """Run the app without a terminal until the look is over, press the keys, watch, and return the SVG."""
    watch, looks = _Watch(), _looks(shot)
    app = _app(shot, watch)
    async with app.run_test(size=shot.size) as pilot:
        if shot.typed:
            await pilot.press(*shot.typed)
        while app.last is None and not shot.typed:
            await pilot.pause(0.02)
        await pilot.press(*shot.keys)
        for facts in looks:
            watch.queue.put(facts)
        while looks and (app.last is None or app.last.report is None or app.last.report.at != looks[-1].at):
            await pilot.pause(0.02)
        while any(worker.is_running and worker.name != "watch" for worker in app.workers):
            await pilot.pause(0.02)
        await pilot.pause()
        picture = app.export_screenshot(title="porttui")
        watch.close()
        return picture


def stale() -> list[str]:
    """Return the names of pictures that are not there, not what the app shows, or not made here."""
    wrong = [name for name, shot in SHOTS.items() if _read(name) != asyncio.run(take(shot))]
    return wrong + sorted({path.stem for path in FOLDER.glob("*.svg")} - set(SHOTS))


def _read(name: str) -> str:
    path = FOLDER / f"{name}.svg"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main() -> int:
    """Write the pictures named on the command line, or all; with --check, only say which are stale."""
    if sys.argv[1:] == ["--check"]:
        print("\n".join(wrong := stale()) or "fresh")
        return 1 if wrong else 0
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or SHOTS:
        path = FOLDER / f"{name}.svg"
        path.write_text(asyncio.run(take(SHOTS[name])), encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Write screenshots/*.svg: the real app on sample facts, so that a picture never shows what porttui does not do.

``python -m scripts.shots [NAME...]`` writes all of them, or those named. The facts are those of the tests.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

from tests import reports

from porttui.model.base import Value
from porttui.model.facts import Facts, Sockets
from porttui.model.parse import parse
from porttui.model.target import Asked
from porttui.ui.app import PortTui
from porttui.ui.screens.diagnosis import DiagnosisScreen

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "screenshots"


class Shot(Value, frozen=True, kw_only=True):
    """One picture."""

    facts: Facts
    keys: tuple[str, ...] = ()
    """Pressed after the look, before the picture."""
    size: tuple[int, int] = (80, 24)
    ascii_only: bool = False


SHOTS = {
    "diagnosis": Shot(facts=reports.ipv6_only().facts),
    "diagnosis-120": Shot(facts=reports.ipv6_only().facts, size=(120, 36)),
    "diagnosis-40": Shot(facts=reports.ipv6_only().facts, size=(40, 12), ascii_only=True),
    "fix": Shot(facts=reports.ipv6_only().facts, keys=("2",)),
    "sockets": Shot(facts=reports.ipv6_only().facts, keys=("3",)),
    "reasons": Shot(facts=reports.ipv6_only().facts, keys=("enter",)),
}


async def take(shot: Shot) -> str:
    """Run the app without a terminal until the look is over, press the keys, and return the SVG."""

    def look(_asked: Asked) -> Iterator[Facts]:
        yield shot.facts

    def listeners() -> Sockets:
        assert isinstance(shot.facts.sockets, Sockets)
        return shot.facts.sockets

    target = shot.facts.asked.target
    app = PortTui(parse(target.input or str(target)), look, listeners, ascii_only=shot.ascii_only)
    async with app.run_test(size=shot.size) as pilot:
        while app.last is None:
            await pilot.pause(0.02)
        assert isinstance(app.screen, DiagnosisScreen)
        await pilot.press(*shot.keys)
        await pilot.pause()
        return app.export_screenshot(title="porttui")


def main() -> int:
    """Write the pictures named on the command line, or all."""
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or SHOTS:
        path = FOLDER / f"{name}.svg"
        path.write_text(asyncio.run(take(SHOTS[name])), encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

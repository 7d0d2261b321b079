"""porttui with something broken in it: `python -m tests.hostile.broken PART ARGUMENT...`.

PART is a method of the platform that raises, "look", "judge", "cause", "render" or "screen".
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

from msgspec.structs import replace

from porttui.__main__ import main
from porttui.faults.beginnings import LISTED
from porttui.model.facts import Facts
from porttui.observe import this_platform
from porttui.observe.observe import observe


class BrokenError(Exception):
    """What no part of porttui expects."""


def breaks(*_: object, **__: object) -> NoReturn:
    """Raise, with a text that is no good for a terminal."""
    raise BrokenError("the eye is out \x1b[2J [/oops]\nand a second line")


class Broken:
    """The eyes of this system, one of which is out."""

    def __init__(self, part: str) -> None:
        self._real = this_platform()
        self._part = part

    def __getattr__(self, name: str) -> Any:
        return breaks if name == self._part else getattr(self._real, name)


def replaced(module: str, name: str, value: object) -> None:
    """Put something else in the place of a name of a module, or of a class: "porttui.ui.app:PortTui"."""
    path, _, owner = module.partition(":")
    found = importlib.import_module(path)
    setattr(getattr(found, owner) if owner else found, name, value)


def breaks_off(*arguments: Any) -> Iterator[Facts]:
    """Look for a while, and then no more."""
    looking = observe(*arguments)
    yield next(looking)
    yield next(looking)
    breaks()


def break_at(part: str) -> None:
    """Break one part of porttui, in this process."""
    if part == "look":
        replaced("porttui.observe.observe", "observe", breaks_off)
    elif part == "cause":
        one = "sigstopped"
        faults = tuple(replace(each.fault, check=breaks) if each.code == one else each for each in LISTED)
        replaced("porttui.faults.beginnings", "LISTED", faults)
    elif part == "judge":
        replaced("porttui.reading.steps", "step_results", breaks)
    elif part == "render":
        replaced("porttui.render.text", "report_text", breaks)
        replaced("porttui.render.json", "report_json", breaks)
    elif part == "screen":
        importlib.import_module("porttui.ui.app")  # before anything else imports Textual
        replaced("porttui.ui.screens.diagnosis:DiagnosisScreen", "refresh_rows", breaks)
    else:
        eyes = Broken(part)
        replaced("porttui.observe", "this_platform", lambda: eyes)


if __name__ == "__main__":
    break_at(sys.argv.pop(1))
    sys.exit(main())

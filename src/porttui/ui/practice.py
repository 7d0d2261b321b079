"""What labs on the screen need of this machine: which were solved, which can run here, and the time."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


def _nothing(name: str) -> None:  # as what keeps it is called
    """Keep nothing."""


def _no_time(minutes: int) -> str:  # noqa: ARG001  # as the clock of a machine is asked
    """Tell no time."""
    return ""


def _missing() -> dict[str, str]:
    """Ask this machine."""
    from porttui.labs.registry import reasons  # every lab; the first screen does without them

    return reasons()


class Practice(NamedTuple):
    """Handed to the app; without more, nothing is kept."""

    solved: Callable[[], tuple[str, ...]] = tuple
    """Returns the names of the labs that were solved."""
    remember: Callable[[str], None] = _nothing
    """Adds one."""
    clock: Callable[[int], str] = _no_time
    """Returns the time of day in so many minutes, "14:20:08"; empty where nobody tells it."""
    missing: Callable[[], dict[str, str]] = _missing
    """Returns for each lab, by its name, why it cannot run here; empty where it can. Blocking."""

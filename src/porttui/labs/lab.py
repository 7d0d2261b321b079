"""What a lab is: a story, a fault that is started for real, and how it shows that the fault is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from porttui.labs.stage import Stage
from porttui.model.base import Value


class Scene(Value, frozen=True, kw_only=True):
    """A lab under way: what the learner is to look at."""

    target: str
    """As porttui takes it: "127.0.0.1:45131"."""
    words: dict[str, str | int] = {}
    """What story, goal, hints and explanation name in braces, besides {target}."""


class Look(Value, frozen=True, kw_only=True):
    """What a look at the world found."""

    solved: bool
    word: str
    """What a client got: "refused", "HTTP 200"."""


def _nothing_missing() -> str:
    return ""


class Lab(Value, frozen=True, kw_only=True):
    """One lab: `porttui lab NAME`. Name and title must not give the cause away."""

    name: str
    title: str
    code: str
    """The fault that porttui names while it is unsolved."""
    question: Literal["connect", "bind"] = "connect"
    """What `d` asks porttui."""
    lesson: str
    """The topic of `porttui learn` that goes on where the lab ends."""
    also: tuple[tuple[str, str], ...] = ()
    """Codes and lessons of other faults that it has besides."""
    story: str
    goal: str
    """One sentence that can be tested."""
    hints: tuple[str, ...]
    """The last one tells the solution."""
    explanation: str
    start: Callable[[Stage], Scene]
    """Make the fault. Raises OSError when it cannot be made."""
    look: Callable[[Stage, Scene], Look]
    """Look at the world; takes under a second."""
    solve: Callable[[Stage, Scene], None]
    """Do what a learner would do."""
    keeps: bool = False
    """Whether an option that the learner does not name at the prompt stays as it is: where one hides another."""
    asks: bool = False
    """Whether the learner may solve it by saying what was found."""
    private: bool = False
    """Whether it takes a network of its own: for firewalls and interfaces."""
    mounts: bool = False
    """Whether it has mounts of its own, too: for a file that is laid over one of the machine."""
    missing: Callable[[], str] = _nothing_missing
    """Tell why it cannot run here; empty where it can."""

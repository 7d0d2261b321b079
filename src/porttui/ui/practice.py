"""What labs on the screen need of this machine: which there are, can run here and were solved, and the time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from porttui.labs.exam import Exam
    from porttui.labs.lab import Lab
    from porttui.labs.own import Loaded


def _nothing(name: str) -> None:  # as what keeps it is called
    """Keep nothing."""


def _no_time(minutes: int) -> str:  # noqa: ARG001  # as the clock of a machine is asked
    """Tell no time."""
    return ""


def _missing(labs: Sequence[Lab]) -> dict[str, str]:
    """Ask this machine."""
    from porttui.labs.registry import reasons  # every lab; the first screen does without them

    return reasons(labs)


def _none_of_their_own() -> Loaded:
    """Return no labs."""
    from porttui.labs.own import Loaded

    return Loaded((), ())


class Practice(NamedTuple):
    """Handed to the app; without more, nothing is kept."""

    solved: Callable[[], tuple[str, ...]] = tuple
    """Returns the names of the labs that were solved."""
    remember: Callable[[str], None] = _nothing
    """Adds one."""
    clock: Callable[[int], str] = _no_time
    """Returns the time of day in so many minutes, "14:20:08"; empty where nobody tells it."""
    missing: Callable[[Sequence[Lab]], dict[str, str]] = _missing
    """Returns for each of these labs, by its name, why it cannot run here; empty where it can. Blocking."""
    labs: tuple[Lab, ...] = ()
    """The labs that there are; none: those that come with porttui, and the user's own."""
    own: Callable[[], Loaded] = _none_of_their_own
    """Returns the labs of the user's own folder. Blocking, the first time: it runs what is in there."""
    at_once: bool = False
    """The list of them is what the screen begins with."""
    first: Lab | None = None
    """The one that is started at once."""
    exam: Exam | None = None
    """It is started at once."""

    def shelf(self) -> tuple[Lab, ...]:
        """Return the labs that there are. Blocking, the first time."""
        from porttui.labs.registry import LABS  # every lab; the first screen is drawn without them

        return self.labs or (*LABS, *self.own().labs)

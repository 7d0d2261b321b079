"""What the app is given instead of reaching for it: all that reads or changes the machine, as types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:  # the first screen is drawn without them
    import datetime as dt

    from porttui.act.aftermath import Aftermath
    from porttui.act.signals import Result
    from porttui.model.facts import Facts, Process, Unseen
    from porttui.model.report import Report
    from porttui.model.rules import Judged
    from porttui.model.target import Asked
    from porttui.reading.acts import Act
    from porttui.reading.inspected import Inspected
    from porttui.reading.sender import Sender

LookAt: TypeAlias = "Callable[[Asked], Iterator[Facts]]"
Judge: TypeAlias = "Callable[[Facts], Report]"
Owners: TypeAlias = "Callable[[tuple[int, ...]], tuple[Process, ...]]"
Inspect: TypeAlias = "Callable[[Process], Inspected]"
JudgeSender: TypeAlias = "Callable[[Facts, Sender], Judged | Unseen]"


class Watched(Protocol):
    """A watch under way: yields finished facts, one a look."""

    def __iter__(self) -> Iterator[Facts]:
        """Return itself."""

    def __next__(self) -> Facts:
        """Wait for the next look, and return what it has seen."""

    def close(self) -> None:
        """End it, from any thread."""

    def recheck(self) -> None:
        """Make the next look a whole one, and at once."""


Watch: TypeAlias = "Callable[[Asked, Facts | None], Watched]"


class Hands(NamedTuple):
    """What changes a process on this machine; both block."""

    send: Callable[[int, dt.datetime, Act], Result]
    """Sends what an act needs to a pid with a start time."""
    after: Callable[[Facts, Process, Act], Aftermath]
    """Waits for what has become of it."""

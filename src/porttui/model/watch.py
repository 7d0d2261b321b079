"""What is kept of watching a target: each look in one line, equal looks in a row as one."""

from __future__ import annotations

import datetime as dt

from msgspec.structs import replace

from porttui.model.base import Value

MOST_LINES = 500
"""Lines that a timeline keeps; the oldest go first."""


class Glance(Value, frozen=True, kw_only=True):
    """One look, in one line."""

    at: dt.datetime
    code: str
    """Of the verdict that led: "ipv6-only-listener", "healthy"."""
    word: str
    """What a client met: "refused", "open, HTTP 200", "no answer"."""
    listener: str
    """Who is there: "127.0.0.1:5173, node, pid 4388", "only [::1]:5173 listens", "nothing listens"."""
    identity: tuple[str, ...] = ()
    """What tells this server from the next one: its pids, or the inodes of its sockets; () when nobody is there."""
    good: bool = False
    """The target did what was asked."""

    def same(self, other: Glance) -> bool:
        """Tell whether two looks showed the same; the time does not count."""
        return replace(self, at=other.at) == other


class Line(Value, frozen=True, kw_only=True):
    """Equal looks in a row."""

    first: dt.datetime
    last: dt.datetime
    looks: int
    glance: Glance

    def __str__(self) -> str:
        """Return the line as the screens show it: "14:02:11  refused  20 looks  only [::1]:5173 listens"."""
        looks = "1 look" if self.looks == 1 else f"{self.looks} looks"
        return f"{self.first:%H:%M:%S}  {self.glance.word}  {looks}  {self.glance.listener}"


class Timeline(Value, frozen=True, kw_only=True):
    """What was seen over a session, newest last."""

    lines: tuple[Line, ...] = ()
    dropped: int = 0
    """Lines that were let go, because only 500 are kept."""

    def add(self, glance: Glance) -> Timeline:
        """Return a timeline with one more look: a line more, or one look more in the last line when it is the same."""
        last = self.lines[-1] if self.lines else None
        if last is not None and last.glance.same(glance):
            more = replace(last, last=glance.at, looks=last.looks + 1)
            return replace(self, lines=(*self.lines[:-1], more))
        lines = (*self.lines, Line(first=glance.at, last=glance.at, looks=1, glance=glance))
        over = max(0, len(lines) - MOST_LINES)
        return replace(self, lines=lines[over:], dropped=self.dropped + over)

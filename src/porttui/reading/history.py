"""What a history of the port tells: how often somebody began to listen there, and ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from porttui.model.base import Value
from porttui.model.facts import Facts, Moment, Process, Socket
from porttui.reading import seen

Mark = tuple[int | None, tuple[int, ...], str]


class Life(Value, frozen=True, kw_only=True):
    """A listener, or several that followed one another without a gap, from when it came until it went."""

    sockets: tuple[Socket, ...]
    processes: tuple[Process, ...] = ()
    came: dt.datetime | None = None
    """None: it was there when porttui began to watch."""
    went: dt.datetime | None = None
    """None: it was there at the end."""

    @property
    def pids(self) -> frozenset[int]:
        """Every process that held it; empty when that could not be seen."""
        return frozenset(pid for socket in self.sockets for pid in socket.pids)


def marks(sockets: Iterable[Socket]) -> frozenset[Mark]:
    """Return what tells listeners apart: the inode, which a new socket has new; where there is none, its owners."""
    return frozenset((socket.inode, () if socket.inode else socket.pids, socket.address) for socket in sockets)


def for_target(facts: Facts, sockets: Iterable[Socket]) -> tuple[Socket, ...]:
    """Return the listeners that take connections to an address of the target, or may."""
    wanted = seen.addresses(facts)
    return tuple(each for each in sockets if any(seen.would_accept(each, address) is not False for address in wanted))


def lives(facts: Facts) -> tuple[Life, ...]:
    """Return the lives of the target's listeners, oldest first; () also when nobody watched.

    A new listener that stands beside the old one before that goes, as workers of one server do that are replaced one
    after the other, goes on with its life. Where that was seen once, it may be so at every change of which no look saw
    the middle, and only a moment without any listener shows that the port was closed.
    """
    done: list[Life] = []
    life: Life | None = None
    shared = any(_shared(for_target(facts, moment.listeners)) for moment in facts.history or ())
    before: frozenset[Mark] = frozenset()
    for index, moment in enumerate(facts.history or ()):
        sockets = for_target(facts, moment.listeners)
        now = marks(sockets)
        if life is not None and not (now if shared else now & before):
            done.append(_ended(life, moment))
            life = None
        if life is None and sockets:
            life = Life(sockets=sockets, processes=moment.processes, came=moment.at if index else None)
        elif life is not None:
            life = Life(
                sockets=(*life.sockets, *(each for each in sockets if each not in life.sockets)),
                processes=life.processes or moment.processes,
                came=life.came,
            )
        before = now
    return (*done, life) if life is not None else tuple(done)


def _shared(sockets: tuple[Socket, ...]) -> bool:
    """Tell whether two of them listen at one address, which the kernel allows by SO_REUSEPORT alone: socket(7)."""
    places = [each.address for each in sockets if each.inode]
    return len(places) > len(set(places))


def _ended(life: Life, moment: Moment) -> Life:
    return Life(sockets=life.sockets, processes=life.processes, came=life.came, went=moment.at)


def ended(facts: Facts) -> tuple[Life, ...]:
    """Return the lives that were seen to end."""
    return tuple(life for life in lives(facts) if life.went is not None)


def one_process(facts: Facts) -> int | None:
    """Return a process that closed its listener and opened another one; None when no process was seen to do so.

    Not only of two lives in a row: whose life one in between was may not have been seen.
    """
    met: set[int] = set()
    for life in lives(facts):
        if again := met & life.pids:
            return min(again)
        met |= life.pids
    return None


def seconds(facts: Facts) -> float:
    """Return how long the port was watched."""
    moments = facts.history or ()
    return max(0.0, (moments[-1].until - moments[0].at).total_seconds()) if moments else 0.0


def clock(at: dt.datetime) -> str:
    """Write a time of the day: "14:02:11"."""
    return at.strftime("%H:%M:%S")


def told(facts: Facts) -> str | None:
    """Tell in few words what the history shows; None when nothing came or went."""
    found = lives(facts)
    gone = [life for life in found if life.went is not None]
    if len(gone) > 1:
        return f"went away {len(gone)} times in {seconds(facts):.1f} s"
    last = found[-1] if found else None
    if last is None:
        return None
    if last.went is not None:
        return f"gone since {clock(last.went)}"
    return f"opened at {clock(last.came)}, closed before" if last.came is not None else None

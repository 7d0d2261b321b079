"""Watching the port for some seconds: does it open, does it come and go?

Only the socket tables are read again and again. A connection is tried when a listener appeared, at most five times.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from porttui.model.facts import Facts, Moment, Process, Socket, Sockets, Unseen
from porttui.model.target import Question
from porttui.observe.platform import Platform
from porttui.reading import history, packets, seen

UNASKED = 5.0
"""Seconds that porttui watches at most when nobody asked for it."""
YOUNG = 2.0
"""Seconds for which the owner of a listener is so young that it may be one of many."""
STARTING = 60.0
"""Seconds for which a process without a listener may still be starting; databases take half a minute."""
_CALM = 1.0
"""Seconds that a listener must last before porttui, unasked, stops watching."""
_STEP = 0.05
_MOST_MOMENTS = 200
_MOST_CONNECTS = 5


def starting(facts: Facts, eyes: Platform) -> tuple[Process, ...] | None:
    """Return young processes that name the port, when it is refused and nobody is there; None when that is not so."""
    if facts.asked.question is not Question.CONNECT or not facts.attempts or seen.opened(facts):
        return None
    if not seen.target_is_local(facts) or not seen.sockets_seen(facts) or seen.listeners(facts):
        return None  # who listens on the port already, at whatever address, is not starting any more
    young = (each for each in eyes.starting(facts.asked.target.port) if (age(each) or STARTING) < STARTING)
    return tuple(young)


def patience(facts: Facts, eyes: Platform) -> float:
    """Return how many seconds there is a reason to watch for, unasked; 0 when there is none.

    Reasons: the owner of the listener is very young; a young process names the port and has not opened it; the kernel
    refused although a listener had just been there; another listener is there than the one that was read at first.
    """
    if facts.asked.question is not Question.CONNECT or not facts.attempts or not seen.target_is_local(facts):
        return 0.0
    found = _accepting(facts)
    owners = [owner for socket in found for owner in seen.owners(facts, socket)]
    if any(_was_young(facts, owner) for owner in owners):
        return UNASKED
    if facts.starting and not found:
        return UNASKED
    if _replaced(facts, eyes):
        return UNASKED
    return UNASKED if found and any(packets.reset_by_kernel(each) for each in seen.refused(facts)) else 0.0


def _was_young(facts: Facts, process: Process) -> bool:
    """Tell whether it was young when the look began: the look itself may take long on a busy machine."""
    return process.started is not None and (facts.at - process.started).total_seconds() < YOUNG


def _replaced(facts: Facts, eyes: Platform) -> bool:
    """Tell whether the listener is another one by now; one whose owner has long been there has hardly ended."""
    found = _accepting(facts)
    owners = [seen.owners(facts, socket) for socket in found]
    if found and all(each and all((age(one) or 0) > STARTING for one in each) for each in owners):
        return False
    now = eyes.listeners(facts.asked.target.port)
    return not isinstance(now, Unseen) and history.marks(history.for_target(facts, now)) != history.marks(found)


def age(process: Process) -> float | None:
    """Return for how many seconds a process has run, at least 0; None when its start is not known."""
    if process.started is None:
        return None
    return max(0.0, (dt.datetime.now(dt.UTC) - process.started).total_seconds())


def settle(
    facts: Facts, eyes: Platform, limit: float, *, asked_for: bool, connect: Callable[[], str | None]
) -> Iterator[tuple[Moment, ...]]:
    """Watch the listeners of the port.

    Args:
        facts: what the look showed so far; it is the first moment.
        eyes: reads the tables.
        limit: seconds.
        asked_for: whether to watch to the end; else porttui stops as soon as a listener has lasted.
        connect: tries one connection and returns its outcome.

    Yields:
        The moments so far, whenever something came or went, and at the end. It ends early when the tables can no
        longer be read, or after 200 changes.
    """
    moments = [first_moment(facts)]
    began = changed = time.monotonic()
    calm_from = began + (_until_grown(facts) or 0.0)
    connects = 0
    pause = _STEP
    while len(moments) < _MOST_MOMENTS:
        left = began + limit - time.monotonic()
        calm = bool(_fitting(facts, moments[-1])) and time.monotonic() >= max(calm_from, changed + _CALM)
        if left <= 0 or (calm and not asked_for):
            break
        time.sleep(min(pause, left))
        reading = time.monotonic()
        rows = eyes.listeners(facts.asked.target.port)
        pause = max(_STEP, 4 * (time.monotonic() - reading))  # where reading costs much, less often
        if isinstance(rows, Unseen):
            break
        now = dt.datetime.now().astimezone()
        last = moments[-1]
        if history.marks(rows) == history.marks(last.listeners):
            moments[-1] = replace(last, until=now, looks=last.looks + 1)
            continue
        changed = time.monotonic()
        moment = _owned(rows, eyes, facts.asked.target.port, now)
        if _fitting(facts, moment) and connects < _MOST_CONNECTS:
            connects += 1
            moment = replace(moment, outcome=connect())
        moments.append(moment)
        yield tuple(moments)
    yield tuple(moments)


def first_moment(facts: Facts) -> Moment:
    """Return what the look itself showed of the port."""
    found = seen.listeners(facts)
    pids = {pid for socket in found for pid in socket.pids}
    attempts = seen.asked_attempts(facts)
    outcome = "open" if seen.opened(facts) else attempts[0].outcome if attempts else None
    return Moment(
        at=facts.at,
        until=facts.at,
        listeners=found,
        processes=tuple(each for each in facts.processes or () if each.pid in pids),
        outcome=outcome,
    )


def _owned(rows: tuple[Socket, ...], eyes: Platform, port: int, now: dt.datetime) -> Moment:
    """Read the owners of new listeners; they may be gone by then, and stay unknown."""
    if not rows:
        return Moment(at=now, until=now)
    whole = eyes.sockets(port)
    full = {
        mark: row
        for row in (whole.rows if isinstance(whole, Sockets) else ())
        if row.protocol == "tcp" and row.state == "LISTEN" and row.port == port and row.namespace is None
        for mark in history.marks((row,))
    }
    known = tuple(full.get(next(iter(history.marks((row,)))), row) for row in rows)
    processes = eyes.processes(sorted({pid for row in known for pid in row.pids})[:32])
    return Moment(at=now, until=now, listeners=known, processes=processes)


def _fitting(facts: Facts, moment: Moment) -> tuple[Socket, ...]:
    return history.for_target(facts, moment.listeners)


def _accepting(facts: Facts) -> tuple[Socket, ...]:
    return history.for_target(facts, seen.listeners(facts))


def _until_grown(facts: Facts) -> float | None:
    """Return in how many seconds the youngest owner of a listener is no longer young."""
    owners = (owner for socket in _accepting(facts) for owner in seen.owners(facts, socket))
    ages = [known for owner in owners if (known := age(owner)) is not None]
    return max(0.0, YOUNG - min(ages)) if ages else None

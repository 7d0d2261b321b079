"""How a look is pulled: a thread makes it, the event loop reads it.

A look blocks: it waits for the kernel and for servers. It runs in a thread of its own, which is a daemon, so that
leaving porttui never waits for a server that does not answer. What the thread finds after its reader was cancelled is
thrown away: a superseded look cannot overwrite a newer one.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import TypeVar

from porttui.model.facts import Facts
from porttui.model.report import Report
from porttui.model.target import Asked

T = TypeVar("T")


_AT_FIRST = 0.1
"""Seconds: too short for anybody to read what would be drawn meanwhile."""


class _End:
    """Says that the look is over."""


async def reports(
    look: Callable[[Asked], Iterator[Facts]], judge: Callable[[Facts], Report], asked: Asked
) -> AsyncIterator[Report]:
    """Yield fuller and fuller reports of a look, the last one of all that it saw.

    What was overtaken by fuller facts while a report was made or drawn is left out: a look at a port of this machine
    has nine parts, and most of them take less time than the screen. The first report waits a moment for more of them:
    a look that is over by then is judged and drawn once.

    Args:
        look: makes the look; blocking, called in a thread.
        judge: makes a report of what was seen; called in a thread.
        asked: what to look at.

    Raises:
        Exception: whatever the look or the diagnosis raised.
    """
    async for facts in pulled(lambda: look(asked), newest=True, at_first=_AT_FIRST):
        yield await in_thread(partial(judge, facts))


async def pulled(make: Callable[[], Iterator[T]], *, newest: bool = False, at_first: float = 0) -> AsyncIterator[T]:
    """Yield the items of a blocking iterator that is made and read in a thread of its own.

    Args:
        make: makes it.
        newest: leave out those after which another one has come before they could be taken.
        at_first: seconds from the beginning in which the newest is waited for.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + at_first
    queue: asyncio.Queue[T | _End | BaseException] = asyncio.Queue()
    stop = threading.Event()

    def send(item: T | _End | BaseException) -> None:
        if stop.is_set():
            return
        try:
            loop.call_soon_threadsafe(queue.put_nowait, item)
        except RuntimeError:  # the loop was closed meanwhile: nobody reads any more
            stop.set()

    def read() -> None:
        try:
            for item in make():
                if stop.is_set():
                    return
                send(item)
        except BaseException as error:  # noqa: BLE001  # it is raised again where the items are read
            send(error)
        send(_End())

    threading.Thread(target=read, name="look", daemon=True).start()
    try:
        while True:
            item = await queue.get()
            while newest and not isinstance(item, _End | BaseException):
                try:
                    following = await _next(queue, until - loop.time())
                except TimeoutError:
                    break
                if isinstance(following, _End | BaseException):
                    yield item
                item = following
            if isinstance(item, _End):
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()


async def _next(queue: asyncio.Queue[T], seconds: float) -> T:
    """Return the next item of a queue.

    Raises:
        TimeoutError: there is none, and none came within a time.
    """
    if seconds > 0:
        return await asyncio.wait_for(queue.get(), seconds)
    if queue.empty():
        raise TimeoutError
    return queue.get_nowait()


async def in_thread(call: Callable[[], T]) -> T:
    """Return what a blocking call returns, made in a thread of its own."""

    def once() -> Iterator[T]:
        yield call()

    async for item in pulled(once):
        return item
    raise RuntimeError("the call returned nothing")

"""The one thread in which a lab is played.

A stage is for one at a time; and on Linux a program of a lab ends with the thread that started it (PR_SET_PDEATHSIG,
prctl(2)), so that thread has to last as long as the lab.
"""

from __future__ import annotations

import asyncio
import atexit
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")
_PATIENCE = 2.0
"""Seconds; the end of what a lab has started takes some hundredths of one."""


class Backstage:
    """Makes calls one after the other in a thread of its own, which is a daemon."""

    def __init__(self) -> None:
        """Start the thread."""
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._make, name="lab", daemon=True)
        self._thread.start()

    async def do(self, call: Callable[[], T]) -> T:
        """Return what a blocking call returns, made after those that were asked for before.

        Raises:
            Exception: whatever the call raised.
        """
        made: Future[T] = Future()

        def make() -> None:
            if made.set_running_or_notify_cancel():
                try:
                    made.set_result(call())
                except BaseException as error:  # noqa: BLE001  # it is raised again where the result is read
                    made.set_exception(error)

        self._calls.put(make)
        return await asyncio.wrap_future(made)

    def end(self, last: Callable[[], None]) -> None:
        """Make a last call, and then end the thread; only when porttui ends just then, it waits a little for that."""
        self._calls.put(last)
        self._calls.put(None)
        atexit.register(self._thread.join, _PATIENCE)

    def _make(self) -> None:
        while (call := self._calls.get()) is not None:
            call()

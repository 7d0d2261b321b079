"""Parts of a look: one that fails does not take the others with it, and one that may wait does so in a thread.

Plain threads and not concurrent.futures, whose import costs as much as a whole look at the socket tables. What only
reads the kernel's tables gets no thread: threads that compute take turns in Python, and the turns cost more than the
reading.
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from porttui.model.facts import Unseen
from porttui.model.failed import details, failure
from porttui.observe.errors import errno_name

T = TypeVar("T")


class Part(Generic[T]):
    """One part of a look. It is over when it is made or, `beside`, under way from then on."""

    def __init__(self, what: str, look: Callable[[], T], *, beside: bool = False) -> None:
        """Look.

        Args:
            what: names the part for the user: "sockets".
            look: what is to be done.
            beside: it may wait for somebody, a program or a resolver, and is done in a thread of its own meanwhile.
        """
        self.what = what
        self.ms = 0.0
        self.failure: Unseen | None = None
        self.details = ""
        """The traceback of a failure, for the file that the user may send."""
        self.short = False
        """It failed because this process, or the machine, may open no more files."""
        self._look = look
        self._value: T | None = None
        self._thread: threading.Thread | None = None
        if beside:
            thread = threading.Thread(target=self._run, name=f"look-{what}", daemon=True)
            try:
                thread.start()
            except (
                RuntimeError
            ):  # no more threads for this user (RLIMIT_NPROC): what is wrong is looked for all the same
                pass
            else:
                self._thread = thread
                return
        self._run()

    def _run(self) -> None:
        began = time.perf_counter()
        try:
            self._value = self._look()
        except Exception as error:  # noqa: BLE001 - one part failing must not take the others with it; it is told
            if isinstance(error, OSError) and error.errno in {errno.EMFILE, errno.ENFILE}:
                self.short = True  # nothing that porttui's makers could mend
                self.failure = Unseen(
                    what=self.what, reason=f"too many open files ({errno_name(error)})", how_to_see=""
                )
            else:
                self.failure = failure(self.what, error)
                self.details = details(self.what, error)
        self.ms = (time.perf_counter() - began) * 1000

    def wait(self) -> T | None:
        """Return what the part found, when it has found it; None when it failed (then `failure` says why)."""
        if self._thread is not None:
            self._thread.join()
        return self._value

    @property
    def done(self) -> bool:
        """Whether `wait` would return at once."""
        return self._thread is None or not self._thread.is_alive()

"""How long one look may take, on a machine that is busy as well."""

from __future__ import annotations

import time


class Allowance:
    """So many seconds of the processor, in the thread that made this, and so many more by the clock.

    On a busy machine most of the time goes by without a processor, and half of a look would say nothing.
    """

    def __init__(self, seconds: float, *, by_clock: float) -> None:
        """Begin to count.

        Args:
            seconds: of the processor.
            by_clock: seconds after which it is over in any case.
        """
        self._own = time.thread_time() + seconds
        self._clock = time.monotonic() + by_clock

    def spent(self) -> bool:
        """Tell whether the time is over."""
        return time.thread_time() > self._own or time.monotonic() > self._clock

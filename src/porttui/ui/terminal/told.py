"""What tells porttui to end: a signal, or a terminal that is gone; and ending even when nothing can be written.

The kernel tells that a terminal is gone only to the session whose controlling terminal it was, with SIGHUP
(tty_ioctl(4)). Under setsid(1), and in some containers, porttui is not in that session; its reads then find the end of
the file for ever. So the terminal is watched as well.

A line that is down takes no bytes, and then Textual's event loop waits for it to take some. What is not done a while
after porttui was told to end is therefore left undone.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

_SIGNALS = ("SIGTERM", "SIGHUP", "SIGQUIT")
_HANG_UP = 1
"""The number of SIGHUP, also where the name is not known (signal(7))."""
_PATIENCE = 2.0
"""Seconds in which porttui ends in order."""
_RESTORE = b"\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[m\x1b[?1049l\x1b[?25h"
"""Switches off what Textual has switched on (xterm, "Private Modes")."""


_FLUSHES = 5
"""How often the line is emptied for the last bytes to get into it."""


class Told:
    """Tells the event loop in which it was made to end, and insists."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        """Keep what to do.

        Args:
            tell: called in the event loop with the number of a signal.
        """
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._settings = _settings()
        self._caught: dict[int, object] = {}

    def catch_signals(self) -> None:
        """Catch the signals that end programs. An event loop that waits for the terminal would not: Python does."""
        if threading.current_thread() is threading.main_thread():
            for number in (getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)):
                self._caught[number] = signal.signal(number, self._signalled)

    def leave_signals(self) -> None:
        """Take back what `catch_signals` did."""
        while self._caught:
            number, before = self._caught.popitem()
            signal.signal(number, before)  # type: ignore[arg-type]

    def watch_terminal(self) -> None:
        """Watch the terminal on stdin, in a daemon thread that costs nothing, where poll(2) can.

        One that has gone away since the start is no terminal any more for isatty(3), so that this is not asked.
        """
        if sys.stdin is None or not hasattr(select, "poll"):
            return
        try:
            descriptor = sys.stdin.fileno()
        except io.UnsupportedOperation:  # a file in memory: no line leads to it that could hang up
            return
        waiting = select.poll()
        waiting.register(descriptor, 0)  # POLLHUP is told without being asked for (poll(2))

        def wait() -> None:
            if any(event & select.POLLHUP for _, event in waiting.poll()):
                self._end(_HANG_UP)

        threading.Thread(target=wait, name="hang-up", daemon=True).start()

    def _signalled(self, number: int, _: FrameType | None) -> None:
        self._end(number)

    def _end(self, number: int) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile: porttui is leaving
            self._loop.call_soon_threadsafe(self._tell, number)
        threading.Thread(target=self._insist, args=(number,), name="insist", daemon=True).start()

    def _insist(self, number: int) -> None:
        """End the process at once when it has not ended in order by then."""
        time.sleep(_PATIENCE)
        _restore(self._settings)
        os._exit(128 + number)


def _settings() -> list[object] | None:
    """Return the settings of the terminal on stdin; None where there is none, as on Windows."""
    try:
        import termios
    except ImportError:
        return None
    try:
        return termios.tcgetattr(0)
    except (OSError, termios.error):
        return None


def _restore(settings: list[object] | None) -> None:
    """Throw away what the terminal has not taken, and put it back as it was, as far as it takes that."""
    if settings is None:
        return
    import termios

    with contextlib.suppress(OSError), open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        for drawing in (1, 2):  # what Textual's thread still has would be drawn over the restored screen
            os.dup2(nowhere.fileno(), drawing)

    def write() -> None:
        with contextlib.suppress(OSError):
            os.write(0, _RESTORE)

    writing = threading.Thread(target=write, daemon=True)
    for number in range(_FLUSHES):
        # The write that the line holds up goes on with its rest where there is room, and ours waits for its end. It is
        # the settings that wake it (n_tty_set_termios): emptying the line wakes only who reads (pty_flush_buffer).
        with contextlib.suppress(OSError, termios.error):
            termios.tcflush(0, termios.TCOFLUSH)
            termios.tcsetattr(0, termios.TCSANOW, settings)  # type: ignore[arg-type]
        if number == 0:
            writing.start()
        writing.join(0.1)
        if not writing.is_alive():
            return

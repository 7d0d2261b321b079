"""Lines that somebody types, or that a script pipes in; they can also be waited for only a while."""

from __future__ import annotations

import os
import queue
import threading

_MOST = 64 * 1024
"""Octets of a line: a pasted error with its trace, not a log."""
_READ = 4096
_AHEAD = 256
"""Lines that are read before they are wanted: a script may have any number of them."""
_PASTE = 0.05
"""Seconds after which the next line of a paste has come; a person needs longer."""
_STEP = 0.5 if os.name == "nt" else None
"""Seconds for which Windows waits before it notices ctrl+c; POSIX notices at once."""


class EndOfInputError(Exception):
    """Nothing more will be typed: ctrl+d, the end of a script, a terminal that is gone."""


class Typed:
    """Reads a descriptor by lines, in a thread: a wait can then end by time on every system."""

    def __init__(self, descriptor: int | None) -> None:
        """Prepare; nothing is read before the first line is wanted.

        Args:
            descriptor: what is read; None when stdin is closed.
        """
        self._descriptor = descriptor
        self._lines: queue.Queue[str | None] = queue.Queue(_AHEAD)
        self._thread: threading.Thread | None = None
        self._ended = descriptor is None

    def line(self) -> str:
        """Wait for the next line and return it without its end.

        Raises:
            EndOfInputError: there is none.
        """
        while True:
            found = self._next(_STEP)
            if found is not None:
                return found

    def paste(self) -> str:
        """Return the next line, with those that come along with it, as a paste does.

        Raises:
            EndOfInputError: there is none.
        """
        lines = [self.line()]
        while not self._ended and (more := self._more()) is not None:
            lines.append(more)
        return "\n".join(lines)

    def within(self, seconds: float) -> str | None:
        """Return the next line if it is typed within a time; None when nothing was.

        Raises:
            EndOfInputError: nothing more will be typed.
        """
        return self._next(seconds)

    def _more(self) -> str | None:
        try:
            return self._next(_PASTE)
        except EndOfInputError:
            return None

    def _next(self, seconds: float | None) -> str | None:
        if self._ended:
            raise EndOfInputError
        if self._thread is None:
            self._thread = threading.Thread(target=self._read, name="typed", daemon=True)
            self._thread.start()
        try:
            found = self._lines.get(timeout=seconds)
        except queue.Empty:
            return None
        if found is None:
            self._ended = True
            raise EndOfInputError
        return found

    def _read(self) -> None:
        rest = b""
        while data := self._octets():
            *whole, rest = (rest + data).split(b"\n")
            for line in whole:
                self._lines.put(_text(line))
            rest = rest[:_MOST]
        if rest:
            self._lines.put(_text(rest))
        self._lines.put(None)

    def _octets(self) -> bytes:
        """Return what was typed; nothing at the end, and when the terminal is gone (EIO)."""
        try:
            return os.read(self._descriptor, _READ) if self._descriptor is not None else b""
        except OSError:
            return b""


def _text(line: bytes) -> str:
    return line[:_MOST].decode("utf-8", "replace").rstrip("\r")

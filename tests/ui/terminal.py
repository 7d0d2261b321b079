"""A program in a pseudo terminal, with all that it wrote."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyte

from tests.cli.run import SRC

ROOT = Path(__file__).parents[2]
_QUIET = 0.2 if Path("/proc/self/schedstat").exists() else 0.5
"""Seconds of silence after which all is drawn; escape alone is a key after 0.1 s (Textual's ESCDELAY)."""
_IDLE = 0.02
"""Seconds of work within that time that are no drawing."""
ALT_SCREEN_OFF, CURSOR_ON = b"\x1b[?1049l", b"\x1b[?25h"


def take_terminal() -> None:
    """Make stdin the controlling terminal of the new session, so that its end is told with SIGHUP (tty_ioctl(4))."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """A program in a pseudo terminal, with all that it wrote."""

    def __init__(
        self,
        *argv: str,
        program: tuple[str, ...] = (sys.executable, "-m"),
        prepare: Callable[[], None] = take_terminal,
        **variables: str,
    ) -> None:
        self.state = tempfile.mkdtemp(prefix="porttui-state-")
        self.master, slave = pty.openpty()
        self.settings = termios.tcgetattr(slave)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        told = {"NO_COLOR", "COLORTERM", "COLORFGBG", "TEXTUAL_COLOR_SYSTEM", "STY"}
        environment = {key: value for key, value in os.environ.items() if key not in told}
        environment |= (
            {"TERM": "xterm-256color", "PYTHONPATH": f"{SRC}:{ROOT}"} | {"XDG_STATE_HOME": self.state} | variables
        )
        self.variables = {f"{name}={value}" for name, value in environment.items()}
        self.process = subprocess.Popen(
            (*program, *argv),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
            preexec_fn=prepare,  # noqa: PLW1509  # one or two system calls, no thread
        )
        os.close(slave)
        self.output = b""
        self._screen = pyte.Screen(80, 24)
        self._emulator = pyte.ByteStream(self._screen)
        self._fed = 0
        self.open = True

    def read(self, seconds: float) -> bytes:
        """Return what is written within a time."""
        new = b""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self.open:
            if select.select([self.master], [], [], left)[0]:
                try:
                    new += os.read(self.master, 65536)
                except OSError:  # EIO: the other end is closed
                    break
        self.output += new
        return new

    def wait_for(self, text: bytes, since: int = 0, seconds: float = 30) -> None:
        """Read until a text is on the screen, or was written (only what changes is); with `since` only the latter."""
        end = time.monotonic() + seconds
        while text not in self.output[since:] and (since or text not in self.shown()):
            assert time.monotonic() < end, f"{text!r} did not come: {self.output[-2000:]!r}"
            self.read(0.05)

    def settle(self) -> None:
        """Read until nothing was written for a while, in which the program had nothing to do."""
        while self.open:
            worked = self._worked()
            if select.select([self.master], [], [], _QUIET)[0]:
                if not self.read(0.01):
                    return
            elif self._worked() - worked < _IDLE:
                return

    def _worked(self) -> float:
        """Return for how many seconds its threads have run or waited for a processor (schedstat, proc_pid(5))."""
        nanoseconds = 0
        for each in Path("/proc").glob(f"{self.process.pid}/task/*/schedstat"):
            with contextlib.suppress(OSError):  # a thread that has ended
                running, waiting, _ = each.read_text().split()
                nanoseconds += int(running) + int(waiting)
        return nanoseconds / 1e9

    def settle_until(self, text: str, seconds: float = 30) -> None:
        """Read until a text is on the screen."""
        latest = time.monotonic() + seconds
        while text not in "\n".join(self.screen().display):
            assert time.monotonic() < latest, f"{text!r} is not shown: " + "\n".join(self.screen().display)
            self.read(0.1)

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def resize(self, width: int, height: int) -> None:
        """Change the size of the window, in cells."""
        self.screen().resize(height, width)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def ended(self) -> int:
        """Read to the end and return the exit code."""
        end = time.monotonic() + 20
        while self.process.poll() is None:
            assert time.monotonic() < end, "it does not end"
            self.read(0.05)
        self.read(0.1)
        return self.process.returncode

    def restored(self) -> bool:
        """Tell whether the terminal is as it was: settings, screen, cursor, no reports of the mouse."""
        screen = self.output.rpartition(ALT_SCREEN_OFF)
        return (
            termios.tcgetattr(self.master) == self.settings
            and bool(screen[1])
            and CURSOR_ON in screen[2]
            and b"\x1b[?2004h" not in screen[2]
            and self.output.rfind(b"\x1b[?1003h") <= self.output.rfind(b"\x1b[?1003l")
        )

    def hang_up(self) -> None:
        """Close the terminal, and remove what porttui kept for this test."""
        shutil.rmtree(self.state, ignore_errors=True)
        if self.open:
            self.open = False
            os.close(self.master)

    def screen(self) -> pyte.Screen:
        """Return what an emulator shows."""
        self._emulator.feed(self.output[self._fed :])
        self._fed = len(self.output)
        return self._screen

    def shown(self) -> bytes:
        """Return the text that an emulator shows."""
        return "\n".join(self.screen().display).encode()


def end(one: Terminal) -> None:
    """End it, whatever it does."""
    if one.process.poll() is None:
        one.process.send_signal(signal.SIGCONT)
        one.process.kill()
    one.process.wait()
    one.hang_up()

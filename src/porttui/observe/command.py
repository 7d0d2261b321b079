"""Running another program to read something: bounded in time and bytes, never through a shell, never interactive."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from typing import IO

from porttui.model.base import Value
from porttui.model.facts import Unseen
from porttui.model.printable import printable

_SYSTEM_PATHS = ("/usr/sbin", "/sbin", "/usr/local/sbin") if os.name == "posix" else ()
"""Where firewall programs live; an ordinary user's PATH often lacks them."""
_REST = 1.0
"""Seconds for what is left in a pipe when the program has ended."""


class Output(Value, frozen=True, kw_only=True):
    """What a program printed."""

    status: int
    stdout: str
    stderr: str
    cut: bool = False
    """The bound on bytes was hit."""


def find(program: str) -> str | None:
    """Return the path of a program on PATH or in the system's own folders, or None."""
    folders = (os.environ.get("PATH", os.defpath), *_SYSTEM_PATHS)
    if os.name != "posix":
        import shutil  # which brings three kinds of compression along

        return shutil.which(program, path=os.pathsep.join(folders))
    named = [program] if "/" in program else [f"{each or '.'}/{program}" for each in ":".join(folders).split(":")]
    return next((path for path in named if os.path.isfile(path) and os.access(path, os.X_OK)), None)  # noqa: PTH113


def run(*argv: str, what: str, seconds: float = 2.0, limit: int = 4_000_000) -> Output | Unseen:
    """Run a program and return what it printed.

    Args:
        argv: the program and its arguments.
        what: what is looked for, as a noun phrase for the Unseen: "firewall rules".
        seconds: how long it may take.
        limit: how many bytes of its output are read; at one more it is ended.

    Returns:
        The output whatever the exit status; Unseen when the program is missing, took too long or could not start.
    """
    shown = " ".join(argv)
    path = find(argv[0])
    if path is None:
        return Unseen(what=what, reason=f"{argv[0]} is not installed", how_to_see="")
    try:
        done = _bounded((path, *argv[1:]), seconds, limit)
    except OSError as error:
        return Unseen(what=what, reason=printable(f"{argv[0]}: {error.strerror}"), how_to_see=shown)
    return done or Unseen(what=what, reason=f"{argv[0]} did not finish in {seconds:g} s", how_to_see=shown)


class _Stream:
    """What is read of one pipe while the program runs, in a thread of its own, as pipes of Windows cannot be polled."""

    def __init__(self, pipe: IO[bytes], limit: int, full: Callable[[], None]) -> None:
        self.data = b""
        self.over = False
        self._thread = threading.Thread(target=self._read, args=(pipe, limit, full), daemon=True)
        self._thread.start()

    def _read(self, pipe: IO[bytes], limit: int, full: Callable[[], None]) -> None:
        with pipe:
            while chunk := pipe.read(1 << 16):
                self.over = self.over or len(self.data) + len(chunk) > limit
                self.data += chunk[: limit - len(self.data)]
                if self.over:
                    full()

    def text(self, seconds: float) -> str:
        """Return what came; a program that the first one started may still hold the pipe, and is not waited for."""
        self._thread.join(seconds)
        self.over = self.over or self._thread.is_alive()
        return self.data.decode("utf-8", "replace")


def _bounded(argv: tuple[str, ...], seconds: float, limit: int) -> Output | None:
    """Run a program and read at most `limit` bytes of what it prints; None when it is not done in time.

    Raises:
        OSError: it could not be started.
    """
    import subprocess  # a look at a machine without rules starts no program

    child = subprocess.Popen(
        argv,
        bufsize=0,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    if child.stdout is None or child.stderr is None:
        raise OSError(errno.EPIPE, "no pipe to read from")
    said, complained = _Stream(child.stdout, limit, child.kill), _Stream(child.stderr, 10_000, lambda: None)
    try:
        child.wait(seconds)
        late = False
    except subprocess.TimeoutExpired:
        late = True
    finally:
        child.kill()
        child.wait()
    stdout, stderr = said.text(_REST), complained.text(_REST)
    if late:
        return None
    return Output(status=child.returncode, stdout=stdout, stderr=stderr, cut=said.over)

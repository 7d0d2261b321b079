"""Running another program to read something: bounded in time and bytes, never through a shell, never interactive."""

from __future__ import annotations

import os
import shutil
import subprocess

from porttui.model.base import Value
from porttui.model.facts import Unseen
from porttui.model.printable import printable

_SYSTEM_PATHS = ("/usr/sbin", "/sbin", "/usr/local/sbin") if os.name == "posix" else ()
"""Where firewall programs live; an ordinary user's PATH often lacks them."""


class Output(Value, frozen=True, kw_only=True):
    """What a program printed."""

    status: int
    stdout: str
    stderr: str
    cut: bool = False
    """The bound on bytes was hit."""


def find(program: str) -> str | None:
    """Return the path of a program on PATH or in the system's own folders, or None."""
    return shutil.which(program, path=os.pathsep.join((os.environ.get("PATH", os.defpath), *_SYSTEM_PATHS)))


def run(*argv: str, what: str, seconds: float = 2.0, limit: int = 4_000_000) -> Output | Unseen:
    """Run a program and return what it printed.

    Args:
        argv: the program and its arguments.
        what: what is looked for, as a noun phrase for the Unseen: "firewall rules".
        seconds: how long it may take.
        limit: how many characters of its output are kept.

    Returns:
        The output whatever the exit status; Unseen when the program is missing, took too long or could not start.
    """
    shown = " ".join(argv)
    path = find(argv[0])
    if path is None:
        return Unseen(what=what, reason=f"{argv[0]} is not installed", how_to_see="")
    try:
        done = subprocess.run(
            (path, *argv[1:]),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired:
        return Unseen(what=what, reason=f"{argv[0]} did not finish in {seconds:g} s", how_to_see=shown)
    except OSError as error:
        return Unseen(what=what, reason=printable(f"{argv[0]}: {error.strerror}"), how_to_see=shown)
    text = done.stdout.decode("utf-8", "replace")
    return Output(
        status=done.returncode,
        stdout=text[:limit],
        stderr=done.stderr[:10_000].decode("utf-8", "replace"),
        cut=len(text) > limit,
    )

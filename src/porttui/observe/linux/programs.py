"""The names of programs, in two small files a process: what lists of sockets need, and no more."""

from __future__ import annotations

import os

_CUT = 15
"""TASK_COMM_LEN of the kernel without its NUL: a longer name is cut in /proc/PID/comm (proc_pid_comm(5))."""


def program_name(pid: int, *, whole: bool = True) -> str | None:
    """Return the name of a process as `Process.name` has it; None when it is gone.

    The kernel cuts it to 15 bytes, and the first word of the command line may have the whole of it, when it is wanted.
    """
    comm = _read(f"/proc/{pid}/comm", 64)
    if comm is None:
        return None
    name = comm.removesuffix(b"\n")
    if whole and len(name) >= _CUT:
        first = (_read(f"/proc/{pid}/cmdline", 4096) or b"").partition(b"\0")[0].rpartition(b"/")[2]
        name = first if first.startswith(name) else name
    text = name.decode("utf-8", "backslashreplace")
    if " " in text:  # a title that the program has written for itself may be its whole command line
        from porttui.model.secrets import hide_in_text

        text = hide_in_text(text)
    if text.isascii() and text.isprintable():
        return text
    from porttui.model.printable import printable

    return printable(text)


def _read(path: str, size: int) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return os.read(descriptor, size)
    except OSError:  # it ended meanwhile
        return None
    finally:
        os.close(descriptor)

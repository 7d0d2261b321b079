"""TCP wrappers: /etc/hosts.allow and /etc/hosts.deny, and which programs are linked with libwrap (hosts_access(3))."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from porttui.model.facts import Access, AccessLine, Process, Unseen
from porttui.model.printable import printable
from porttui.observe import files
from porttui.reading.wrappers import logical_lines

_FILES = ("/etc/hosts.allow", "/etc/hosts.deny")
_MOST_LINES = 200
_MOST_BYTES = 1 << 20
_MOST_OF_A_PROGRAM = 16 << 20
_FOLDERS = ("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/sbin", "/bin")
_LIBRARY = b"libwrap.so."


def linux_access(processes: Iterable[Process]) -> Access | Unseen | None:
    """Read both files, and look which of the processes run a program that is linked with libwrap.

    Returns:
        None when neither file is there; Unseen when one of them may not be read.
    """
    lines: list[AccessLine] = []
    there = False
    for path in _FILES:
        try:
            text = files.read(path, _MOST_BYTES).decode("utf-8", "backslashreplace")
        except FileNotFoundError:
            continue
        except OSError as error:
            reason = printable(error.strerror or str(error))
            return Unseen(what=path, reason=reason, how_to_see=f"cat {path}", needs_root=True)
        there = True
        lines += [replace(each, text=printable(each.text, 200)) for each in logical_lines(path, text, _MOST_LINES)]
    if not there:
        return None
    linked = tuple(each.pid for each in processes if _is_linked(each)) if lines else ()
    return Access(lines=tuple(lines), linked=linked)


def _is_linked(process: Process) -> bool:
    """Tell whether the program's file names libwrap, as a program does that needs it (ld.so(8), DT_NEEDED)."""
    for path in _programs(process):
        try:
            return _LIBRARY in files.read(path, _MOST_OF_A_PROGRAM)
        except OSError:
            continue
    return False


def _programs(process: Process) -> Iterable[str]:
    """List where the program's file may be: what /proc tells its owner and root, then what its command line says."""
    yield f"/proc/{process.pid}/exe"
    words = [word for part in process.argv[:1] for word in part.split(" ")[:2]]
    for word in words:  # "sshd: /usr/sbin/sshd -D [listener]" is written over a command line
        if word.startswith("/") and word.rpartition("/")[2] == process.name:
            yield word
    if "/" not in process.name:
        yield from (f"{folder}/{process.name}" for folder in _FOLDERS)

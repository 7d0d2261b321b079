"""The hosts file: which of its lines name a host."""

from __future__ import annotations

import os
import sys

from porttui.model.facts import HostsLine, Unseen
from porttui.model.printable import printable
from porttui.observe import files

_BYTES = 4_000_000
"""Lists against advertising reach 3 MB."""
_LINES = 50
_NAMES = 20


def hosts_path() -> str:
    """Return where this system keeps its hosts file (hosts(5))."""
    if sys.platform == "win32":
        return os.environ.get("SYSTEMROOT", r"C:\Windows").rstrip("\\") + r"\System32\drivers\etc\hosts"
    return "/etc/hosts"


def lines_naming(host: str, path: str) -> tuple[HostsLine, ...] | Unseen:
    """Return the lines of a hosts file that name a host, at most 50.

    The address stands as it is written, made printable. A byte order mark before it shows as an escape, and makes it
    the unusable address that it is to the system's resolver too. A carriage return at a line's end is white space.

    Args:
        host: compared without regard to case (RFC 4343).
        path: the file.
    """
    try:
        data = files.read(path, _BYTES + 1)
    except OSError as error:
        return Unseen(what="hosts file", reason=printable(f"{path}: {error.strerror}"), how_to_see="")
    wanted = host.lower().encode("utf-8", "surrogateescape")
    found = []
    for number, line in enumerate(data[:_BYTES].split(b"\n"), 1):
        entry = line.partition(b"#")[0]
        if wanted not in entry.lower():  # words are made of few lines only: a line may have a million
            continue
        words = entry.decode("utf-8", "backslashreplace").split()
        if host.lower() in (word.lower() for word in words[1:]):
            names = tuple(printable(word, 253) for word in words[1 : _NAMES + 1])
            found.append(HostsLine(address=printable(words[0], 100), names=names, line=number))
            if len(found) == _LINES:
                break
    if not found and len(data) > _BYTES:
        return Unseen(what="hosts file", reason=f"only its first {_BYTES} bytes were read", how_to_see=f"less {path}")
    return tuple(found)

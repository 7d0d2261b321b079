"""Who besides this user could change a file that is about to be run.

A file is as safe as the folders that lead to it: whoever may write in one of them can put another file in its place,
unless the folder is sticky (sticky bit, inode(7)). In a sticky one, too, anybody may add a file: so no folder in which
files are looked for may be open to others, only those above it. Access lists need no look of their own: what they grant
at most is shown as the rights of the group (acl(5)).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from importlib.machinery import all_suffixes
from pathlib import Path

_MOST = 2000
"""Files of a folder of labs; more are no folder of labs."""


def others_write(folder: Path) -> str:
    """Tell who else may change what Python would read in a folder; empty when nobody may.

    Args:
        folder: the folder of labs.

    Returns:
        A reason that begins with a path: "/srv/labs: everybody may change it". For root, the group may not either;
        the files of an ordinary user are often open to a group of one (umask 002), which is let pass.

    Raises:
        OSError: the folder cannot be read.
    """
    if not hasattr(os, "geteuid"):
        return ""  # no labs run on Windows, so nothing is loaded for one
    me, known = os.geteuid(), set[tuple[Path, bool]]()
    for at, path in enumerate(_importable(folder)):
        if at > _MOST:
            return f"{folder}: it holds more than {_MOST} files"
        real = path.resolve()
        for one in (real, *real.parents):
            above = one is not real
            if (one, above) in known:
                continue
            known.add((one, above))
            if why := _reason(one.stat(), me, above=above):
                return f"{one}: {why}"
    return ""


def _importable(folder: Path) -> Iterator[Path]:
    """Yield a folder, the folders in it, and every file in them that an import may read; links that loop, too."""
    yield folder
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            yield from _importable(path)
        elif path.name.endswith(tuple(all_suffixes())) and path.exists():
            yield path


def _reason(found: os.stat_result, me: int, *, above: bool) -> str:
    """Tell who else may write one file or folder; whoever owns / is trusted by everybody on the machine.

    Args:
        found: of stat(2).
        me: the uid of this user.
        above: it only leads to what is read: in a sticky folder nobody takes the place of what is there.
    """
    if found.st_uid not in {0, me, Path("/").stat().st_uid}:
        return f"it belongs to uid {found.st_uid}"
    if above and stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX:
        return ""
    if found.st_mode & stat.S_IWOTH:
        return "everybody may change it"
    return "its group may change it" if me == 0 and found.st_mode & stat.S_IWGRP else ""

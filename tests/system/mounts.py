"""Hold a mount namespace in which everybody may reach the folders named on the command line.

Run as root inside a fresh namespace: ``unshare --mount --propagation=private python -I -S mounts.py FOLDER...``.
Every folder above them that others may not enter is covered by an empty tmpfs of mode 755, and the folders are mounted
back at their old paths. Writes "ready", then waits for the end of standard input. Uses the standard library alone.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from pathlib import Path

_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC = 2, 4, 4096, 16384  # mount(2), linux/mount.h


def open_up(folders: list[Path]) -> None:
    """Make the folders reachable for everybody; what else lies beside them is hidden."""
    kept: dict[Path, int] = {}
    for folder in folders:
        inside = [folder] if _public(folder) else list(folder.iterdir())
        kept |= {path: os.open(path, os.O_PATH) for path in inside}  # stays reachable below the covers
    for path in sorted(kept):
        while cover := next((above for above in reversed(path.parents) if not _public(above)), None):
            _mount("tmpfs", cover, "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=755")
            for hidden in sorted(kept):
                if cover in hidden.parents and not hidden.exists():
                    _mount_back(kept[hidden], hidden)


def _mount_back(descriptor: int, path: Path) -> None:
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        path.mkdir(parents=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    _mount(f"/proc/self/fd/{descriptor}", path, "", _MS_BIND | _MS_REC)


def _public(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def _mount(source: str, target: Path, kind: str, flags: int, data: str = "") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(source.encode(), bytes(target), kind.encode(), flags, data.encode()):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(target))


if __name__ == "__main__":
    os.umask(0o022)
    open_up([Path(argument) for argument in sys.argv[1:]])
    os.write(1, b"ready\n")
    sys.stdin.buffer.read()

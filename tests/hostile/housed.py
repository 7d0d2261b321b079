"""Run a module where nothing can be written: `python -m tests.hostile.housed STATE HOME MODULE ARGUMENT...`.

STATE is "read-only" or "full". HOME, /tmp and /var/tmp are so in a mount namespace of its own, and the current
directory is one in which nobody can make a file.
"""

from __future__ import annotations

import os
import shlex
import sys

from tests.ui.terminal import ROOT

OWN = ("unshare", "--mount", "--propagation=private") if os.geteuid() == 0 else ("unshare", "--user", "-r", "--mount")
_PLACES = ("/var/tmp", "/tmp")
_FILL = 'cat /dev/zero >"$each/.full" 2>/dev/null; n=0; while touch "$each/$n" 2>/dev/null; do n=$((n + 1)); done'
_END = {"read-only": 'mount -o remount,ro "$each" || exit 99', "full": _FILL}
_OPTIONS = {"read-only": "size=1m", "full": "size=4k,nr_inodes=64"}


def words(state: str, home: str) -> list[str]:
    """Return the words to put before a command."""
    script = [f"exec {number}<{shlex.quote(folder)}" for number, folder in enumerate(_needed(), 3)]
    script += [_covered(state, place) for place in ('"$1"', *_PLACES)]
    script.append('export HOME="$1"; shift; cd /sys && exec "$@"')
    return [*OWN, "sh", "-c", "\n".join(script), "sh", home]


def _needed() -> list[str]:
    """Return the folders that a command needs, and that one of the places may hold."""
    every = (str(ROOT), sys.prefix, sys.base_prefix)
    return [folder for folder in dict.fromkeys(every) if any(folder.startswith(f"{place}/") for place in _PLACES)]


def _covered(state: str, place: str) -> str:
    """Return the lines that cover a place, but for what is needed there."""
    lines = [f"each={place}", f'mount -t tmpfs -o {_OPTIONS[state]} none "$each" || exit 99']
    for number, folder in enumerate(_needed(), 3):
        if folder.startswith(f"{place}/"):
            own = shlex.quote(folder)
            lines.append(f"mkdir -p {own} && mount -c --bind /proc/self/fd/{number} {own} || exit 99")
    return "\n".join([*lines, _END[state]])


if __name__ == "__main__":
    own, state, home, *rest = sys.argv
    command = [*words(state, home), sys.executable, "-m", *rest]
    os.execvp(command[0], command)  # noqa: S606  # what it becomes is the point

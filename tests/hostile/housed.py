"""Run a module where nothing can be written: `python -m tests.hostile.housed STATE HOME MODULE ARGUMENT...`.

STATE is "read-only" or "full". HOME, /tmp and /var/tmp are so in a mount namespace of its own, and the current
directory is one in which nobody can make a file.
"""

from __future__ import annotations

import os
import sys

OWN = ("unshare", "--mount", "--propagation=private") if os.geteuid() == 0 else ("unshare", "--user", "-r", "--mount")
_SCRIPTS = {
    "read-only": 'mount -t tmpfs -o ro none "$1" || exit 99; mount -t tmpfs -o ro none /var/tmp || exit 99; '
    "mount -t tmpfs -o ro none /tmp || exit 99",
    "full": 'for each in "$1" /var/tmp /tmp; do mount -t tmpfs -o size=4k,nr_inodes=4 none "$each" || exit 99; '
    'cat /dev/zero >"$each/x" 2>/dev/null; done',
}


def words(state: str, home: str) -> list[str]:
    """Return the words to put before a command."""
    script = f'{_SCRIPTS[state]}; export HOME="$1"; shift; cd /sys && exec "$@"'
    return [*OWN, "sh", "-c", script, "sh", home]


if __name__ == "__main__":
    own, state, home, *rest = sys.argv
    command = [*words(state, home), sys.executable, "-m", *rest]
    os.execvp(command[0], command)  # noqa: S606  # what it becomes is the point

"""Going back to the shell for a while, with all that the shell started together with porttui.

A shell makes a group of each job and waits until its own child has stopped; `make run` and `sudo` are such a child, and
porttui is theirs. Where porttui alone stopped, they would go on waiting for it, and the terminal would be nobody's. So
the whole group is stopped, as the terminal does it for a program that has not taken the keys for itself (termios(3),
ISIG and SUSP).

Without a shell nothing would ever go on with a stopped job: one that is started by a multiplexer, by `ssh -t HOST
porttui` or as the command of a container is in the group that leads the session (setsid(2)), and all parents of that
group are outside of the session; POSIX calls it orphaned, and has the terminal leave it alone (credentials(7)).
"""

from __future__ import annotations

import os
import signal


def has_shell() -> bool:
    """Tell whether a shell keeps porttui as a job, which it can go on with."""
    return hasattr(os, "getpgrp") and os.getpgrp() != os.getsid(0)


def stop() -> None:
    """Stop the job that porttui is a part of, and return when it goes on (SIGCONT)."""
    os.kill(0, signal.SIGSTOP)  # 0: the group of the caller (kill(2))

"""Processes whose parent is gone: did they only inherit what they hold?"""

from __future__ import annotations

from porttui.model.facts import Facts, Process, Socket
from porttui.reading import kin, seen

_MAY_SERVE = frozenset("busybox docker podman git http ip kill".split())  # noqa: SIM905
"""Of `kin.NOT_SERVERS` those that do serve with some options, or whose name may be another program's."""
_WORKERS = ("--multiprocessing-fork", "multiprocessing.spawn", "multiprocessing.forkserver")
"""What Python writes into the command line of a child that works for its parent."""


def heads(facts: Facts, listener: Socket) -> tuple[Process, ...]:
    """Return the holders of a listener that no other holder has started."""
    owners = seen.owners(facts, listener)
    pids = {each.pid for each in owners}
    return tuple(each for each in owners if not any(above.pid in pids for above in each.ancestors))


def parent_is_gone(process: Process) -> bool | None:
    """Tell whether the parent that started a process has ended.

    Returns:
        None where that cannot be told from a daemon that init has started, or that began a session of its own.
    """
    if process.adopted is not None:
        return process.adopted
    above = kin.parent(process)
    if above is not None and above.pid > 1:
        return False
    return None


def unlike_a_server(process: Process) -> bool:
    """Tell whether a program by its name never opens a port itself: sleep, tail, sh."""
    return bool(kin.names(process) & (kin.NOT_SERVERS - _MAY_SERVE)) and not kin.names(process) & _MAY_SERVE


def is_worker(process: Process) -> bool:
    """Tell whether the command line is that of a worker, which a master starts and watches: "nginx: worker process"."""
    title = " ".join(process.argv[:1])
    if len(process.argv) == 1 and ": " in title and "worker" in title and "master" not in title:
        return True
    return any(mark in word for word in process.argv for mark in _WORKERS)


def is_copy_of_a_job(process: Process) -> bool:
    """Tell whether a process is a forked copy of the first process of a shell's job, which is gone.

    A daemon is a copy, too, but it leads its group or has its group and its session from the same process, the one that
    called setsid(2); a shell, which leads the session, gives each job a group that is named after its first process.
    """
    told = process.forked and process.group is not None and process.session is not None
    return bool(told and process.group not in (process.pid, process.session))

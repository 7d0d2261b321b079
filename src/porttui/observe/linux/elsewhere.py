"""Does anybody wait on a port in another network namespace? The quick question before a look around.

Each namespace is asked by sock_diag from within, for that port alone: a tenth of a millisecond.
"""

from __future__ import annotations

import contextlib
import os
import threading

from porttui.observe.linux.holders import pids_here

_CLONE_NEWNET = 0x40000000
_MOST = 50


def waits_elsewhere(ports: tuple[int, ...]) -> bool | None:
    """Tell whether something waits on one of the ports in a network namespace other than ours.

    Returns:
        None when it cannot be told this way: not root, or more than fifty namespaces.
    """
    others = _others()
    if not others:
        return False
    if os.geteuid() != 0 or len(others) > _MOST:
        return None
    answers: list[bool] = []
    # a thread may enter another namespace without taking the rest of porttui along (setns(2))
    thread = threading.Thread(target=_look, args=(others, ports, answers))
    thread.start()
    thread.join()
    return any(answers) or (False if len(answers) == len(others) else None)


def enter(pid: int) -> None:
    """Enter the network namespace of a process with the calling thread: setns(2), which Python has since 3.12.

    Raises:
        OSError: the process is gone, or this root may not.
    """
    descriptor = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if hasattr(os, "setns"):
            os.setns(descriptor, _CLONE_NEWNET)
            return
        import ctypes

        if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(descriptor)


def net_of(pid: int | str) -> int:
    """Return a number that is the same for all processes of one network namespace, and readable by everybody.

    It is the inode of /proc/PID/net/tcp, of which there is one in each namespace; /proc/PID/ns/net is readable for the
    owner alone. 0 when the process is gone.
    """
    try:
        return os.stat(f"/proc/{pid}/net/tcp").st_ino  # noqa: PTH116  one for every process
    except OSError:
        return 0


def _look(others: list[list[int]], ports: tuple[int, ...], answers: list[bool]) -> None:
    from porttui.observe.linux import dump

    for pids in others:
        for pid in pids[:8]:  # the first process may be one that nobody may look into, others may be gone by now
            rows = dump.Dump()
            with contextlib.suppress(OSError):
                enter(pid)
                for port in ports:
                    rows.read("tcp", dump.LISTENING, port)
                    rows.read("udp", dump.UNCONNECTED, port)
                answers.append(len(rows) > 0)
                break


def _others() -> list[list[int]]:
    """Return the processes of each other namespace.

    The link of a process that nobody may look into, such as pid 1 of a container, cannot be read: it is told by
    `net_of`, which takes three times as long.
    """
    found: dict[str, list[int]] = {}
    hidden: dict[int, list[int]] = {}
    for pid in pids_here():
        try:
            found.setdefault(os.readlink(f"/proc/{pid}/ns/net"), []).append(pid)  # noqa: PTH115
        except PermissionError:
            hidden.setdefault(net_of(pid), []).append(pid)
        except OSError:
            continue
    found.pop(os.readlink("/proc/self/ns/net"), None)  # noqa: PTH115
    known = {net_of(pid) for pids in found.values() for pid in pids[:8]} | {net_of("self"), 0} if hidden else set()
    return [*found.values(), *(pids for net, pids in hidden.items() if net not in known)]

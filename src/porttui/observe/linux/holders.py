"""Who holds which socket, from look to look: /proc/PID/fd (proc_pid_fd(5)) is read again only where something changed.

What is certain for one look is the same as in `owners.by_descriptor`. For repeated looks a process is read again when
it is new, when the number of its descriptors has changed (the size of /proc/PID/fd, Linux 6.2), when nobody is known
to hold a new socket, and in any case in one look of thirty.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from porttui.observe.linux.allowance import Allowance

_TURNS = 30
_SECONDS = 1.0
_NOTHING: AbstractSet[int] = frozenset()


class _Process:
    """What was seen of one process."""

    __slots__ = ("count", "denied", "folder", "sockets")

    def __init__(self, folder: int) -> None:
        self.folder = folder
        """Inode of /proc/PID/fd: another one when the number belongs to another process."""
        self.count = -1
        self.denied = False
        self.sockets: dict[str, int] = {}
        """Inodes of sockets by descriptor."""


class Holders:
    """The processes that hold sockets."""

    def __init__(self, seconds: float = _SECONDS) -> None:
        """Begin without knowledge.

        Args:
            seconds: how much of a processor one look may take; four times that by the clock.
        """
        self.pids: dict[int, tuple[int, ...]] = {}
        """Processes by the inode of the socket that they hold."""
        self.changed: set[int] = set()
        """Processes that were read in the last look."""
        self.cut = False
        """The last look took too long and was ended."""
        self._processes: dict[int, _Process] = {}
        self._nobodys: AbstractSet[int] = frozenset()
        self._turn = 0
        self._stale = False
        """A process was found to hold others than those of `pids`."""
        self._seconds = seconds

    @property
    def denied(self) -> int:
        """How many processes could not be read."""
        return sum(process.denied for process in self._processes.values())

    def folder(self, pid: int) -> int:
        """Return a number that is another one when a pid belongs to another process; 0 for an unknown one."""
        known = self._processes.get(pid)
        return known.folder if known is not None else 0

    def update(self, inodes: AbstractSet[int]) -> set[int]:
        """Look who holds sockets.

        Args:
            inodes: all sockets that exist now.

        Returns:
            Those that were never looked for before and that nobody was seen to hold.
        """
        allowance = Allowance(self._seconds, by_clock=4 * self._seconds)
        self.changed = set()
        self.cut = False
        self._turn = (self._turn + 1) % _TURNS
        fresh = self._look_for_changes(inodes, allowance)
        unknown = set(inodes - self.pids.keys() - self._nobodys - {0})
        if unknown and not fresh:
            for pid in [pid for pid in self._processes if pid not in self.changed]:
                if self._spent(allowance):
                    break
                self._read(pid, inodes)
            self._gather()
            unknown -= self.pids.keys()
        self._nobodys = (self._nobodys | unknown) & inodes
        return unknown

    def search(self, inodes: AbstractSet[int]) -> None:
        """Look once more for the holders of sockets, and trust nothing that was seen before."""
        allowance = Allowance(self._seconds, by_clock=4 * self._seconds)
        for pid in list(self._processes):
            if self._spent(allowance):
                break
            self._read(pid, _NOTHING)
        self._gather()
        self._nobodys -= inodes & self.pids.keys()

    def _look_for_changes(self, inodes: AbstractSet[int], allowance: Allowance) -> bool:
        """Read the processes that have changed; True when that were all of them."""
        before, self._processes = self._processes, {}
        for pid in pids_here():
            try:
                folder = os.stat(f"/proc/{pid}/fd")  # noqa: PTH116  one for every process
            except OSError:
                continue
            known = before.get(pid)
            if known is None or known.folder != folder.st_ino:
                known, trusted = _Process(folder.st_ino), _NOTHING
            elif known.count != folder.st_size:
                trusted = inodes
            elif pid % _TURNS == self._turn:
                trusted = _NOTHING
            else:
                self._processes[pid] = known
                continue
            self._processes[pid] = known
            if self._spent(allowance):
                continue
            known.count = folder.st_size
            self._read(pid, trusted)
        self._stale = self._stale or self._processes.keys() != before.keys()
        self._gather()
        return len(self.changed) == len(self._processes)

    def _read(self, pid: int, trusted: AbstractSet[int]) -> None:
        """Read the descriptors of a process; one that led to a socket that is `trusted` to exist still does."""
        process = self._processes[pid]
        folder = f"/proc/{pid}/fd"
        self.changed.add(pid)
        before, process.denied, process.sockets = process.sockets, False, {}
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:  # it has ended, or belongs to somebody else
            process.denied = isinstance(error, PermissionError)
        else:
            try:
                process.sockets = _sockets(descriptor, before, trusted)
            finally:
                os.close(descriptor)
        self._stale = self._stale or process.sockets != before

    def _gather(self) -> None:
        """Put the processes of each socket together, when something has changed."""
        if not self._stale:
            return
        self._stale = False
        one: dict[int, tuple[int, ...]] = {}
        for pid, process in self._processes.items():
            alone = (pid,)
            for inode in process.sockets.values():
                others = one.setdefault(inode, alone)
                if others is not alone and pid not in others:
                    one[inode] = tuple(sorted((*others, pid)))
        self.pids = one

    def _spent(self, allowance: Allowance) -> bool:
        self.cut = self.cut or allowance.spent()
        return self.cut


def pids_here() -> list[int]:
    """Return the processes that are visible here."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208


def _sockets(folder: int, before: dict[str, int], trusted: AbstractSet[int]) -> dict[str, int]:
    """Return the inodes of those descriptors that are sockets: their links read ``socket:[123]`` (proc_pid_fd(5)).

    Args:
        folder: the opened /proc/PID/fd; from there the way to each link is shorter.
        before: what was found the last time.
        trusted: a descriptor that led to one of these is not read again.
    """
    names: Iterable[str] = os.listdir(folder)
    found: dict[str, int] = {}
    if before and trusted:
        found = {name: before[name] for name in names if before.get(name) in trusted}
        names = [name for name in names if name not in found]
    readlink = os.readlink  # the hot loop: once for every open file of the machine
    for name in names:
        try:
            link = readlink(name, dir_fd=folder)
        except OSError:
            continue
        if link.startswith("socket:["):
            found[name] = int(link[8:-1])
    return found

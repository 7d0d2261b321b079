"""Control groups as a way to owners: cgroup id -> path -> systemd unit or container (cgroups(7)).

The kernel tells everybody in which cgroup a socket was made, and the directory of a cgroup lists its processes for
everybody. So the unit or container of a foreign socket is known without any right.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from porttui.model.printable import printable
from porttui.observe.linux.allowance import Allowance

Engine = Literal["docker", "podman", "containerd", "cri-o", "kubernetes", "lxc", "nspawn"]
"""As `Process.engine`."""
_MOST_FOLDERS = 20_000
_SECONDS = 0.2

_CONTAINER_ID = r"^(?:(.*)[-:])?([0-9a-f]{64})(?:\.scope)?$"
"""docker-ID.scope, libpod-ID.scope, cri-containerd-ID.scope, crio-ID.scope, containerd's "pod:cri-containerd:ID", or
the plain id under /docker, /kubepods, /ecs with the cgroupfs driver."""
_NAMED: tuple[tuple[str, str, Engine], ...] = (
    ("lxc.payload.", "", "lxc"),
    ("machine-", ".scope", "nspawn"),
    ("systemd-nspawn@", ".service", "nspawn"),
)
"""LXC and systemd-nspawn name a container instead."""
_BY_PREFIX: dict[str, Engine] = {
    "docker": "docker",
    "libpod": "podman",
    "libpod-payload": "podman",
    "cri-containerd": "containerd",
    "crio": "cri-o",
}
_ESCAPED = r"\\x([0-9a-f]{2})|\\([0-7]{3})"


class Place(NamedTuple):
    """What a cgroup path says."""

    unit: str | None = None
    """systemd unit: a service or a socket. Not the scopes of a session, nor a user's manager: to restart those would
    end the session."""
    container: str | None = None
    """The first 12 digits of a container's id, or its name."""
    engine: Engine | None = None
    """What runs the container; None where the path does not tell."""


def place_of(path: str) -> Place:
    """Read unit and container from a cgroup path.

    Args:
        path: "/system.slice/nginx.service", "/system.slice/docker-<64 hex digits>.scope" ...

    Returns:
        A unit inside a container is left out: systemctl here does not know it.
    """
    unit: str | None = None
    before = ""
    for part in path.split("/"):
        if "conmon" in part:  # podman's monitor of a container, which runs outside of it
            continue
        found = re.search(_CONTAINER_ID, part) if len(part) >= 64 else None
        if found:
            return Place(unit, found[2][:12], _engine(found[1], before))
        for begin, end, engine in _NAMED:
            named = _unescape(_between(part, begin, end))
            if named and not named.startswith("qemu-"):  # machinectl(1) has virtual machines, too
                return Place(None, printable(named, 64), engine)
        if (_between(part, "", ".service") or _between(part, "", ".socket")) and not _is_manager(part):
            unit = printable(part, 200)
        elif part.endswith(".scope"):
            unit = None
        before = f"{before}/{part}"
    return Place(unit)


def _engine(prefix: str | None, before: str) -> Engine | None:
    """Tell what runs a container by what stands before its id, and by the folders above."""
    known = _BY_PREFIX.get((prefix or "").rpartition(":")[2])
    if known is not None or prefix:
        return known
    if "kubepods" in before:
        return "kubernetes"
    return "docker" if before.rpartition("/")[2] == "docker" else None


def place_of_process(pid: int) -> Place:
    """Read unit and container of a process from /proc/PID/cgroup (world-readable); both None when it is gone."""
    return place_of_lines(read_lines(f"/proc/{pid}/cgroup"))


def place_of_lines(lines: Iterable[str]) -> Place:
    """Read the lines of /proc/PID/cgroup; with version 1, each hierarchy has one, and the first telling one counts."""
    places = [place_of(line.split(":", 2)[2]) for line in lines if line.count(":") >= 2]
    inside = next((place for place in places if place.container), Place())
    return Place(next((place.unit for place in places if place.unit), None), inside.container, inside.engine)


def version_2_path(pid: int | str) -> str | None:
    """Return the cgroup-v2 path of a process, or None when it has none or is gone."""
    return next((line[3:] for line in read_lines(f"/proc/{pid}/cgroup") if line.startswith("0::")), None)


def mount_point() -> tuple[str, str] | None:
    """Return where the cgroup-v2 hierarchy is mounted and which cgroup that is, or None (proc_pid_mountinfo(5)).

    The cgroup is "/" unless a container without a cgroup namespace sees only its own part. A mount that another one was
    mounted upon later is not reached by its path any more and does not count.
    """
    for line in read_lines("/proc/self/mountinfo"):
        fields, _, rest = line.partition(" - ")
        if rest.startswith("cgroup2 "):
            parts = fields.split(" ")
            folder = _unescape(parts[4])
            if _is_reached(folder, parts[2]):
                return folder, _unescape(parts[3]).rstrip("/")
    return None


def _is_reached(folder: str, device: str) -> bool:
    """Tell whether a path leads to the mount with a device number as mountinfo writes it."""
    try:
        number = os.stat(folder).st_dev  # noqa: PTH116  as in `find`
    except OSError:
        return False
    return f"{os.major(number)}:{os.minor(number)}" == device


def find(ids: Iterable[int]) -> dict[int, str]:
    """Find the directories of cgroups.

    Args:
        ids: cgroup ids as sock_diag tells them: the inode number of the directory.

    Returns:
        Paths as in /proc/PID/cgroup, "/" for the root, by id. An id is missing when its cgroup was removed, lies
        outside of this cgroup namespace, or the walk took more than 0.2 s of a processor or 20 000
        directories.
    """
    wanted = set(ids)
    mount = mount_point()
    if not wanted or mount is None:
        return {}
    root, top = mount
    found: dict[int, str] = {}
    allowance = Allowance(_SECONDS, by_clock=10 * _SECONDS)
    try:
        number = os.stat(root).st_ino  # noqa: PTH116
    except OSError:
        return {}
    pending = [(number, root)]
    seen = 0
    while pending and seen < _MOST_FOLDERS and not allowance.spent():
        number, path = pending.pop()
        seen += 1
        if number in wanted:
            found[number] = top + path[len(root) :] or "/"
            if len(found) == len(wanted):
                break
        pending += _folders(path)
    return found


def processes_in(path: str) -> tuple[int, ...]:
    """Return the pids in a cgroup itself, not below it; () when it is gone or cannot be read.

    Processes of another pid namespace are listed as 0 there (cgroups(7)) and left out.
    """
    mount = mount_point()
    if mount is None or not path.startswith(mount[1]):
        return ()
    lines = read_lines(f"{mount[0]}{path.removeprefix(mount[1]).rstrip('/')}/cgroup.procs")
    return tuple(int(line) for line in lines if line.isdigit() and line != "0")


def read_lines(path: str) -> list[str]:
    r"""Return the lines of a small file of the kernel; none when it is gone or cannot be read.

    Only ``\n`` ends a line. The kernel escapes it where a process may choose the text (proc_pid_status(5), Name). What
    str.splitlines and reading in text mode take for the end of a line as well, it leaves alone: with a carriage return
    or a file separator in its name, a process could write lines of its own.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123  pathlib costs a command that lists sockets half a start of Python
            text = file.read().decode("utf-8", "backslashreplace")
    except OSError:
        return []
    return text.removesuffix("\n").split("\n") if text else []


def _folders(path: str) -> list[tuple[int, str]]:
    """List sub-directories with their inode numbers, which the directory itself holds: no stat(2) each."""
    try:
        with os.scandir(path) as entries:
            return [(entry.inode(), entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _unescape(text: str) -> str:
    r"""Undo systemd's ``\x2d`` (systemd-escape(1)) and the ``\040`` of mountinfo."""
    if "\\" not in text:
        return text
    return re.sub(_ESCAPED, lambda found: chr(int(found[1], 16) if found[1] else int(found[2], 8)), text)


def _between(text: str, before: str, after: str) -> str:
    """Return what stands between a beginning and an end; empty when nothing does."""
    fits = text.startswith(before) and text.endswith(after) and len(text) > len(before) + len(after)
    return text[len(before) : len(text) - len(after)] if fits else ""


def _is_manager(part: str) -> bool:
    """Tell whether a unit is the manager of a user's own units: user@1000.service."""
    return _between(part, "user@", ".service").isdecimal()

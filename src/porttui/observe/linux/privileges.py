"""Who is looking, and with which rights."""

from __future__ import annotations

import os
import resource
from typing import TYPE_CHECKING

from porttui.model.facts import Privileges
from porttui.model.printable import printable
from porttui.observe import files
from porttui.observe.linux.cgroup import version_2_path
from porttui.observe.linux.proc import capability_names, user_name
from porttui.observe.linux.proc import status as status_of

if TYPE_CHECKING:
    from pathlib import Path

_USED = {"dac_read_search", "net_admin", "sys_ptrace"}
"""What porttui uses: other users' descriptors and folders, the firewall's rules, other users' processes."""
_MOST_TRIED = 4096


def linux_privileges(status: Path | str = "/proc/self/status", root: Path | str = "") -> Privileges:
    """Tell who is looking: the effective user, the effective capabilities of proc(5), CapEff, and what confines it.

    Args:
        status: the process's status file; another one in tests.
        root: where the settings of SELinux are; another folder in tests.

    Returns:
        The user's name is the number when no account has it, as in many containers.
    """
    uid = os.geteuid()
    told = status_of(str(status))
    held = set(capability_names(int(told.get("CapEff", "0"), 16)))
    user = user_name(uid) or str(uid)
    enforces = _text(f"{root}/sys/fs/selinux/enforce")
    return Privileges(
        user=user,
        uid=uid,
        gid=int(told["Gid"].split()[3]) if "Gid" in told else None,  # real, effective, saved, of files (proc(5))
        groups=tuple(map(int, told["Groups"].split())) if "Groups" in told else None,
        root=uid == 0 and held >= _USED,
        capabilities=tuple(sorted(held)),
        seccomp=int(told["Seccomp"]) if "Seccomp" in told else None,
        no_new_privs=told["NoNewPrivs"] == "1" if "NoNewPrivs" in told else None,
        label=_text(f"{root}/proc/self/attr/current"),
        selinux=enforces == "1" if enforces else None,
        cgroup=printable(version_2_path("self") or "", 200),
        open_files=_open_files(),
        open_files_limit=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
    )


def _open_files() -> int | None:
    """Count our own descriptors by the size of /proc/self/fd, which opens none (Linux 6.2); before that by trying."""
    try:
        size = os.stat("/proc/self/fd").st_size  # noqa: PTH116
    except OSError:
        return None
    if size:
        return size
    limit = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], _MOST_TRIED)
    return sum(_is_open(number) for number in range(limit))


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _text(path: str) -> str:
    """Return a short file as one printable line; empty when it is not there or not told."""
    try:
        return printable(files.read(path, 200).rstrip(b"\0\n").decode("utf-8", "replace"), 200)
    except OSError:
        return ""

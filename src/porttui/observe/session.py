"""The session that porttui runs in: SSH, as the environment tells it, and the processes that porttui runs under."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from msgspec.structs import replace

from porttui.model.facts import Privileges, Ssh
from porttui.model.printable import printable


def ssh_session(environment: Mapping[str, str]) -> Ssh | None:
    """Read SSH_CONNECTION: client address and port, server address and port (ssh(1), ENVIRONMENT).

    Args:
        environment: the variables of the process.

    Returns:
        The session; None when there is none, or the variable is not of that form.
    """
    parts = environment.get("SSH_CONNECTION", "").split()
    if len(parts) != 4 or not parts[3].isdecimal():
        return None
    return Ssh(client=printable(parts[0], 64), server=printable(parts[2], 64), server_port=int(parts[3]))


def sudo_uid(environment: Mapping[str, str]) -> int | None:
    """Return the uid of who became root by sudo, as SUDO_UID tells (sudo(8), ENVIRONMENT); None for root and nobody."""
    return _number(environment, "SUDO_UID") or None


def _number(environment: Mapping[str, str], name: str) -> int | None:
    """Return the number of a user or a group that a variable holds; None where it holds none."""
    told = environment.get(name, "")
    number = int(told) if told.isascii() and told.isdecimal() and len(told) <= 10 else None
    return number if number is not None and number < 2**32 - 1 else None  # the highest is nobody's (chown(2))


def with_sudo_user(rights: Privileges, environment: Mapping[str, str]) -> Privileges:
    """Add who became root by sudo to the rights of this process; as they are where nobody did."""
    uid = sudo_uid(environment) if rights.uid == 0 else None
    if uid is None:
        return rights
    name = printable(environment.get("SUDO_USER", ""), 64)
    return replace(rights, sudo_uid=uid, sudo_gid=_number(environment, "SUDO_GID"), sudo_user=name)


def own_folder() -> str | None:
    """Return the folder that porttui was started in; None when it is gone or may not be known."""
    try:
        return printable(os.getcwd())  # noqa: PTH109
    except OSError:
        return None


def own_pids() -> tuple[int, ...]:
    """Return porttui itself and its ancestors, nearest first: to end one of these ends porttui or its session."""
    if sys.platform != "linux":
        import psutil

        try:
            return (os.getpid(), *(parent.pid for parent in psutil.Process().parents()))
        except (psutil.Error, OSError):
            return (os.getpid(), os.getppid())
    from porttui.observe.linux.proc import uid_and_parent

    found: list[int] = []
    pid = os.getpid()
    while pid > 0 and pid not in found:
        found.append(pid)
        pid = uid_and_parent(pid)[1]
    return tuple(found)

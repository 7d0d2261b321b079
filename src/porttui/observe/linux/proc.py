"""What /proc/PID/status and the user database tell: small readings that several observers share."""

from __future__ import annotations

import pwd

from porttui.model.printable import printable
from porttui.observe.linux.cgroup import read_lines

CAPABILITIES = (
    "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
    "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
    "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
    "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
    "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
    "checkpoint_restore",
)  # fmt: skip
"""By bit number (include/uapi/linux/capability.h)."""


def status(path: str) -> dict[str, str]:
    """Return the fields of a status file of proc_pid_status(5) by their names; empty when it cannot be read.

    Args:
        path: "/proc/PID/status"; another file in tests.
    """
    return {name: value.strip() for name, _, value in (line.partition(":") for line in read_lines(path))}


def uid_and_parent(pid: int) -> tuple[int, int]:
    """Return effective uid and parent of a process by /proc/PID/status; (-1, 0) when it is gone."""
    uid, parent = -1, 0
    for line in read_lines(f"/proc/{pid}/status"):
        if line.startswith("PPid:"):
            parent = int(line[5:])
        elif line.startswith("Uid:"):
            uid = int(line.split()[2])
            break
    return uid, parent


def capability_names(mask: int) -> tuple[str, ...]:
    """Return the names of a capability set, "net_bind_service" ..., by its bits (capabilities(7)).

    A bit that is newer than this list is named by its number: "cap_41".
    """
    bits = [bit for bit in range(mask.bit_length()) if mask >> bit & 1]
    return tuple(CAPABILITIES[bit] if bit < len(CAPABILITIES) else f"cap_{bit}" for bit in bits)


def user_name(uid: int) -> str | None:
    """Return the name of a user, or None when the system knows none for this number."""
    try:
        return printable(pwd.getpwuid(uid).pw_name)
    except (KeyError, OverflowError):
        return None

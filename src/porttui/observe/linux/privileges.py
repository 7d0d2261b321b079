"""Who is looking, and with which rights."""

from __future__ import annotations

import os
from pathlib import Path

from porttui.model.facts import Privileges
from porttui.model.printable import printable

_CAPABILITIES = (
    "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
    "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
    "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
    "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
    "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
    "checkpoint_restore",
)  # fmt: skip
"""By bit, from linux/capability.h; see capabilities(7)."""
_USED = {"dac_read_search", "net_admin", "sys_ptrace"}
"""What porttui uses: other users' descriptors and folders, the firewall's rules, other users' processes."""


def linux_privileges(status: Path = Path("/proc/self/status")) -> Privileges:
    """Tell who is looking: the effective user, and the effective capabilities of proc(5), CapEff.

    Args:
        status: the process's status file; another one in tests.
    """
    uid = os.geteuid()
    held = decode_capabilities(_effective(status))
    return Privileges(user=_user(uid), uid=uid, root=uid == 0 and held >= _USED, capabilities=tuple(sorted(held)))


def decode_capabilities(mask: int) -> set[str]:
    """Return the names of a mask of capabilities; a bit that porttui has no name for is "cap_" and its number."""
    return {
        _CAPABILITIES[bit] if bit < len(_CAPABILITIES) else f"cap_{bit}"
        for bit in range(mask.bit_length())
        if mask >> bit & 1
    }


def _effective(status: Path) -> int:
    """Return CapEff, 0 when it cannot be read."""
    try:
        lines = status.read_text("utf-8", "replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff:")), 0)


def _user(uid: int) -> str:
    """Return the user's name; the number when no account has it, as in many containers."""
    import pwd  # not on Windows

    try:
        return printable(pwd.getpwuid(uid).pw_name, 64)
    except KeyError:
        return str(uid)

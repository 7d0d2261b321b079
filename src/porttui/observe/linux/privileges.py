"""Who is looking, and with which rights."""

from __future__ import annotations

import os
from pathlib import Path

from porttui.model.facts import Privileges
from porttui.observe.linux.proc import capability_names, user_name
from porttui.observe.linux.proc import status as status_of

_USED = {"dac_read_search", "net_admin", "sys_ptrace"}
"""What porttui uses: other users' descriptors and folders, the firewall's rules, other users' processes."""


def linux_privileges(status: Path = Path("/proc/self/status")) -> Privileges:
    """Tell who is looking: the effective user, and the effective capabilities of proc(5), CapEff.

    Args:
        status: the process's status file; another one in tests.

    Returns:
        The user's name is the number when no account has it, as in many containers.
    """
    uid = os.geteuid()
    held = set(capability_names(int(status_of(str(status)).get("CapEff", "0"), 16)))
    user = user_name(uid) or str(uid)
    return Privileges(user=user, uid=uid, root=uid == 0 and held >= _USED, capabilities=tuple(sorted(held)))

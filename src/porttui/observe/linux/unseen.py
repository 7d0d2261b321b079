"""What is said where owners of sockets could not be seen, and why."""

from __future__ import annotations

import os

from porttui.model.facts import Unseen


def unseen_owners(count: int, how_to_see: str, *, denied: bool, cut: bool) -> Unseen:
    """Say that sockets which a process holds have no owner here that was seen to hold them.

    Args:
        count: how many.
        how_to_see: the command that shows them.
        denied: descriptors of some processes could not be read.
        cut: the pass over the descriptors was ended.
    """
    root = os.geteuid() == 0
    if denied:
        lacking = "needs sys_ptrace and each capability of the owner: this root has less"
        reason = lacking if root else "needs root"
    elif cut:
        reason = "there are too many descriptors to read in a second"
    else:
        them = "them" if count > 1 else "it"
        reason = (
            f"no process that is visible here holds {them}: the kernel does, or a process outside of this container"
        )
    what = f"owners of {count} socket{'s' if count > 1 else ''}"
    return Unseen(what=what, reason=reason, how_to_see=how_to_see, needs_root=not root)


def not_in_proc(reason: str) -> Unseen:
    """Say what /proc/net does not tell, which is read where sock_diag(7) is refused for `reason`."""
    what = "accept queue limits, IPV6_V6ONLY, device bindings and sockets that are only bound"
    return Unseen(what=what, reason=reason, how_to_see="ss -ltne")

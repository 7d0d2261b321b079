"""The session that porttui runs in, as the environment tells it: SSH, tmux."""

from __future__ import annotations

from collections.abc import Mapping

from porttui.model.facts import Ssh
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

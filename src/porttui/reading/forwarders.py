"""Which programs only hand connections on, by their names alone; `porttui.reading.forwards` tells where to.

It imports nothing: the quick commands ask here first.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SSH = ("ssh", "autossh")
KUBECTL = ("kubectl", "oc", "k3s", "minikube")
TITLES = ("sshd:", "sshd-session:", "ssh:")
"""What OpenSSH writes over the command line of a session, and of a shared connection."""
_PROGRAMS = frozenset(
    {"docker-proxy", "socat", "systemd-socket-activate", "systemd-socket-proxyd", *SSH, *KUBECTL, *TITLES}
)
_EDITORS = ("/.vscode-server", "/.cursor-server", "/.windsurf-server", "/code-tunnel", "Code Helper", "/vscode/bin/")


def program(argv: Sequence[str]) -> str:
    """Return the name in a command line, which may be a title in one argument: "socat", "sshd:"; empty without one."""
    return argv[0].split(" ")[0].rpartition("/")[2].removesuffix(".exe").removeprefix("-") if argv else ""


def is_editor(argv: Sequence[str]) -> bool:
    """Tell whether it is the part of an editor that works on another machine."""
    return any(mark in word for word in argv[:2] for mark in _EDITORS)


def may_forward(argv: Sequence[str]) -> bool:
    """Tell whether a program may hand connections on; False is certain."""
    return program(argv) in _PROGRAMS or is_editor(argv)

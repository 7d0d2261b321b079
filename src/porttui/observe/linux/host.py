"""Which machine this is, and what stands between it and the user: SSH, tmux, a container, WSL."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from porttui.model.facts import Host
from porttui.model.printable import printable
from porttui.observe.session import ssh_session

_CGROUP_MARKS = (
    ("kubepods", "kubernetes"),
    ("docker", "docker"),
    ("libpod", "podman"),
    ("containerd", "container"),
    ("lxc", "container"),
)


def linux_host(root: Path = Path("/"), environment: Mapping[str, str] | None = None) -> Host:
    """Describe the machine.

    Args:
        root: the root folder; another one in tests.
        environment: the process's own when None.
    """
    env = os.environ if environment is None else environment
    system = os.uname()
    return Host(
        name=printable(system.nodename, 64),
        release=printable(system.release, 64),
        ssh=ssh_session(env),
        tmux=bool(env.get("TMUX")),
        container=_container(root, env),
        wsl="microsoft" in _text(root / "proc/version").lower(),
        systemd=(root / "run/systemd/system").is_dir(),
    )


def _container(root: Path, env: Mapping[str, str]) -> str | None:
    """Name the container by its marks; None when there are none."""
    if env.get("KUBERNETES_SERVICE_HOST"):
        return "kubernetes"
    if _exists(root / ".dockerenv"):
        return "docker"
    if _exists(root / "run/.containerenv"):
        return "podman"
    # Of pid 1's cgroup; with cgroup namespaces it is "/" and tells nothing (cgroup_namespaces(7)).
    cgroup = _text(root / "proc/1/cgroup")
    marked = next((name for mark, name in _CGROUP_MARKS if mark in cgroup), None)
    if marked is None and _exists(root / "run/systemd/container"):
        return printable(_text(root / "run/systemd/container").strip(), 64) or "container"
    return marked


def _exists(path: Path) -> bool:
    """Tell whether the file is there; False when its folder may not be entered."""
    try:
        return path.exists()
    except OSError:
        return False


def _text(path: Path) -> str:
    """Return the first bytes of a file; empty when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(4096).decode("utf-8", "replace")
    except OSError:
        return ""

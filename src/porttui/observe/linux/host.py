"""Which machine this is, and what stands between it and the user: SSH, tmux, a container, WSL."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from porttui.model.facts import Host
from porttui.model.printable import printable
from porttui.observe import files
from porttui.observe.session import ssh_session

if TYPE_CHECKING:
    from pathlib import Path

_CGROUP_MARKS = (
    ("kubepods", "kubernetes"),
    ("docker", "docker"),
    ("libpod", "podman"),
    ("containerd", "container"),
    ("lxc", "container"),
)


def linux_host(root: Path | str = "", environment: Mapping[str, str] | None = None) -> Host:
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
        wsl="microsoft" in _text(f"{root}/proc/version").lower(),
        systemd=files.is_folder(f"{root}/run/systemd/system"),
    )


def _container(root: Path | str, env: Mapping[str, str]) -> str | None:
    """Name the container by its marks; None when there are none."""
    if env.get("KUBERNETES_SERVICE_HOST"):
        return "kubernetes"
    if files.is_there(f"{root}/.dockerenv"):
        return "docker"
    if files.is_there(f"{root}/run/.containerenv"):
        return "podman"
    # Of pid 1's cgroup; with cgroup namespaces it is "/" and tells nothing (cgroup_namespaces(7)).
    cgroup = _text(f"{root}/proc/1/cgroup")
    marked = next((name for mark, name in _CGROUP_MARKS if mark in cgroup), None)
    if marked is None and files.is_there(f"{root}/run/systemd/container"):
        return printable(_text(f"{root}/run/systemd/container").strip(), 64) or "container"
    return marked


def _text(path: str) -> str:
    """Return the first bytes of a file; empty when it cannot be read."""
    try:
        return files.read(path, 4096).decode("utf-8", "replace")
    except OSError:
        return ""

"""The engines that run containers: how each is called, and the commands by which one of its containers is handled."""

from __future__ import annotations

from porttui.model.base import Value
from porttui.model.facts import Process


class Engine(Value, frozen=True):
    """What runs a container."""

    word: str
    """Before the word container: "podman"; empty where nothing is gained by it."""
    stop: tuple[str, ...] = ()
    """The command that ends a container, without its name; () where that is of no use, or not known."""
    start: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    """The command that shows the last lines that it printed, without its name."""
    keeper: str = ""
    """Who starts a container again that was ended by hand, whatever its engine does; empty for nobody."""


_KUBELET = "the kubelet"
_BY_CRI = {"logs": ("crictl", "logs", "--tail", "50"), "keeper": _KUBELET}
_ENGINES = {
    "docker": Engine("", ("docker", "stop"), ("docker", "start"), ("docker", "logs", "--tail", "50")),
    "podman": Engine("podman", ("podman", "stop"), ("podman", "start"), ("podman", "logs", "--tail", "50")),
    "containerd": Engine("containerd", **_BY_CRI),  # type: ignore[arg-type]  # both fields are of their kinds
    "cri-o": Engine("CRI-O", **_BY_CRI),  # type: ignore[arg-type]
    "kubernetes": Engine("Kubernetes", **_BY_CRI),  # type: ignore[arg-type]
    "lxc": Engine("LXC", ("lxc-stop", "-n"), ("lxc-start", "-n")),
    "nspawn": Engine("systemd-nspawn", ("machinectl", "poweroff"), ("machinectl", "start")),
}


def engine(process: Process) -> Engine:
    """Return the engine of a process's container; docker where that is not told, which may put it anywhere."""
    return _ENGINES[process.engine or "docker"]


def stop(process: Process) -> tuple[str, ...]:
    """Return the command that ends the container of a process; () where there is none that helps."""
    return _with_name(engine(process).stop, process)


def start(process: Process) -> tuple[str, ...]:
    """Return the command that starts it again."""
    return _with_name(engine(process).start, process)


def logs(process: Process) -> tuple[str, ...]:
    """Return the command that shows what it printed last."""
    return _with_name(engine(process).logs, process)


def named(process: Process) -> str:
    """Return what its container is called, with an engine other than docker: "podman container 3f2a1b9c0d11"."""
    return f"{engine(process).word} container {process.container}".lstrip()


def _with_name(command: tuple[str, ...], process: Process) -> tuple[str, ...]:
    return (*command, process.container) if command and process.container else ()

"""What systemd, docker or podman does when a process ends: asked of them once, for all processes of a look."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec.structs import replace

from porttui.model.facts import Process
from porttui.model.printable import printable
from porttui.observe import files
from porttui.observe.command import Output, run
from porttui.observe.linux import cgroup
from porttui.observe.linux.inspected import inspected

_BOOTED = "/run/systemd/system"
DOCKER = "/var/run/docker.sock"
_PROPERTIES = "Id,Names,Restart,NRestarts,MainPID,ActiveState,SubState"
_STANDS = "Id,LoadState,ActiveState,SubState,Result,Triggers,Accept,NConnections,NAccepted,ExecMainStatus,NRestarts"
_USER_MANAGER = r"/user@(\d+)\.service/"
_SECONDS = 0.7
_MOST = 16
"""Units or containers that are asked about in one look."""


def booted() -> bool:
    """Tell whether systemd is pid 1 (sd_booted(3)); without it its programs only say that they cannot connect."""
    return files.is_folder(_BOOTED)


def manager_of(pid: int) -> Literal["system", "user"] | None:
    """Tell which systemd started a process: the units of a user's own manager lie below user@UID.service.

    Args:
        pid: the process.

    Returns:
        None when the process is gone, or its cgroup has no name here.
    """
    lines = cgroup.read_lines(f"/proc/{pid}/cgroup")
    if not lines:
        return None
    return "user" if any(re.search(_USER_MANAGER, line) for line in lines) else "system"


def with_managers(processes: Iterable[Process]) -> tuple[Process, ...]:
    """Fill in `restart`, `restarts`, `main_pid`, `unit_state`, and of a container its name and image.

    Each where systemd, docker or podman tells this user.

    Args:
        processes: as `linux_processes` describes them.

    Returns:
        The same processes in the same order. A manager that does not answer within 0.7 s leaves its fields None.
    """
    found = list(processes)
    for manager in ("system", "user"):
        units = {each.unit for each in found if each.unit and not each.container and each.manager == manager}
        told = _ask_systemd(sorted(units)[:_MOST], manager) if units else {}
        found = [
            replace(each, **told[each.unit]) if each.unit in told and each.manager == manager else each
            for each in found
        ]
    if any(each.engine == "podman" for each in found):
        from porttui.observe.linux import podman

        known = podman.told(each for each in found if each.engine == "podman")
        found = [
            replace(each, **known.get(each.container or "", {})) if each.engine == "podman" else each for each in found
        ]
    containers = {each.container for each in found if each.container and each.engine in (None, "docker")}
    if not containers or not os.access(DOCKER, os.R_OK | os.W_OK):
        return tuple(found)
    policies = inspected("docker", ".Config.Image", sorted(containers)[:_MOST])
    return tuple(replace(each, **policies.get(each.container or "", {})) for each in found)


def _ask_systemd(units: Sequence[str], manager: Literal["system", "user"]) -> dict[str, dict[str, object]]:
    if not files.is_folder(_BOOTED):  # sd_booted(3): without it systemctl only says that it cannot connect
        return {}
    scope = ("--user",) if manager == "user" else ()
    output = run("systemctl", *scope, "show", "-p", _PROPERTIES, "--", *units, what="services", seconds=_SECONDS)
    return read_show(output.stdout, units) if isinstance(output, Output) and output.status == 0 else {}


def unit_properties(name: str) -> dict[str, str]:
    """Ask systemd how one unit of the machine stands, and what a socket unit starts (Triggers=).

    Returns:
        Properties by name, made printable; empty where systemd does not run or does not answer.
    """
    if not files.is_folder(_BOOTED):
        return {}
    output = run("systemctl", "show", "-p", _STANDS, "--", name, what="services", seconds=_SECONDS)
    if not isinstance(output, Output) or output.status != 0:
        return {}
    pairs = (line.partition("=") for line in output.stdout.splitlines())
    return {key: printable(value, 120) for key, equals, value in pairs if equals and value}


def socket_unit(port: int) -> str | None:
    """Ask systemd which of its socket units listens on a TCP port; None when none does, or it does not answer.

    The cgroup of the socket itself seldom tells: systemd makes it in its own, unless the unit asks for more.
    """
    if not files.is_folder(_BOOTED):
        return None
    output = run("systemctl", "show", "*.socket", "-p", "Id,Listen", what="services", seconds=_SECONDS)
    if not isinstance(output, Output) or output.status != 0:
        return None
    for block in output.stdout.strip().split("\n\n"):
        lines = block.splitlines()
        if any(re.search(rf"^Listen=(?:.*:)?{port} \(Stream\)$", line) for line in lines):
            return next((printable(line[3:], 200) for line in lines if line.startswith("Id=")), None)
    return None


def read_show(text: str, units: Sequence[str]) -> dict[str, dict[str, object]]:
    """Read `systemctl show -p Id,Names,Restart,... UNIT ...`: blocks of NAME=VALUE, parted by an empty line.

    Args:
        text: what it printed.
        units: the names that were asked for; an alias counts (Names=).

    Returns:
        Fields of Process by the name of the unit that was asked for. NRestarts is missing before systemd 235.
    """
    found: dict[str, dict[str, object]] = {}
    for block in text.strip().split("\n\n"):
        values = {name: value for name, _, value in (line.partition("=") for line in block.splitlines())}
        names = {values.get("Id", ""), *values.get("Names", "").split()}
        main, restarts = values.get("MainPID", ""), values.get("NRestarts", "")
        states = (values.get("ActiveState", ""), values.get("SubState", ""))
        fields: dict[str, object] = {
            "restart": printable(values["Restart"], 40) if values.get("Restart") else None,
            "restarts": int(restarts) if restarts.isdecimal() else None,
            "main_pid": int(main) if main.isdecimal() and main != "0" else None,
            "unit_state": printable(f"{states[0]} ({states[1]})", 80) if all(states) else None,
        }
        found.update({unit: fields for unit in units if unit in names})
    return found

"""Describing processes and who is looking, without all else that the eyes of a system are for."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from porttui.model.facts import Os, Process


def describe(pids: Iterable[int]) -> tuple[Process, ...]:
    """Describe processes as `Platform.processes` does; those that are gone are left out."""
    if sys.platform == "linux":
        from porttui.observe.linux.process import linux_processes

        found = linux_processes(pids)
    else:
        from porttui.observe import this_platform

        found = this_platform().processes(pids)
    return found


def looking_as() -> tuple[Os, bool]:
    """Tell on which system porttui looks, and whether with full rights (`Privileges.root`)."""
    found: tuple[Os, bool]
    if sys.platform == "linux":
        from porttui.observe.linux.privileges import linux_privileges

        found = "linux", linux_privileges().root
    else:
        from porttui.observe import this_platform

        eyes = this_platform()
        found = eyes.os, eyes.privileges().root
    return found

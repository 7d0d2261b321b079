"""One fault by its code, without the files of all the others; `porttui.faults.registry` has them all."""

from __future__ import annotations

from porttui.faults.beginnings import LISTED
from porttui.faults.fault import Fault


def fault_of(code: str) -> Fault | None:
    """Return the fault with a code; None when there is none."""
    return next((each.fault for each in LISTED if each.code == code), None)

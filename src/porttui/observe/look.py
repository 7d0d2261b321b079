"""How to look: the choices that the user has."""

from __future__ import annotations

from typing import Literal

from porttui.model.base import Value


class Look(Value, frozen=True, kw_only=True):
    """The bounds and choices of one look."""

    timeout: float = 4.0
    """Seconds after which a silent connection is given up; at least 1.2 are needed to believe a silence."""
    settle: float | None = None
    """Seconds to go on watching whether the port opens or closes, whatever it shows at first; 0 for not at all. None:
    at most five, and only when there is a reason (`porttui.observe.settle`)."""
    http: bool = True
    """Whether an application request may be sent; without it a look ends when the connection is open."""
    proxy: Literal["both", "direct", "proxy"] = "both"
    """Which way HTTP goes: directly, by the environment's proxy, or both, to compare."""

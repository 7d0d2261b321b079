"""What could not be looked at, and words that several facts share."""

from __future__ import annotations

from typing import Literal

from porttui.model.base import Value

Os = Literal["linux", "macos", "windows", "other"]
Counters = dict[str, int]
"""Differences of kernel counters by their documented names: "Tcp.OutRsts", "TcpExt.ListenOverflows"."""


class Unseen(Value, frozen=True, kw_only=True, tag="unseen"):
    """Something that could not be looked at. Never to be read as "no"."""

    what: str
    """The thing, as a short noun phrase: "firewall rules"."""
    reason: str
    """Why not: "needs root", "ss is not installed"."""
    how_to_see: str
    """The command or place that would show it, without sudo; empty when nothing here would."""
    needs_root: bool = False
    """Whether that command takes root."""

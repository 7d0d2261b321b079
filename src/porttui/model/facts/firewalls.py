"""Facts of the firewalls of a machine."""

from __future__ import annotations

from porttui.model.base import Value
from porttui.model.facts.absence import Unseen


class FirewallBackend(Value, frozen=True, kw_only=True):
    """One program or kernel interface that may hold firewall rules."""

    name: str
    """"nftables", "iptables", "iptables-legacy", "ufw", "firewalld", "pf", "windows-firewall"."""
    installed: bool
    rules: int | None = None
    """How many rules it has; None when they could not be read."""
    active: bool | None = None
    """What its own settings say (ufw.conf ENABLED=); None when they say nothing."""
    default_input: str | None = None
    """What its own settings do with a packet that no rule names: "DROP" (ufw's DEFAULT_INPUT_POLICY)."""
    unseen: Unseen | None = None

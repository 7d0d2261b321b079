"""The eyes of porttui on a system that it was not made for, FreeBSD for one: what psutil tells everywhere."""

from __future__ import annotations

from porttui.model.facts import Fate, FirewallBackend, Os, Route, Sockets, Unseen
from porttui.observe.macos import MacOS


class Other(MacOS):
    """Reads with psutil alone, and says what it cannot see. See `porttui.observe.platform.Platform`."""

    os: Os = "other"

    def sysctls(self) -> dict[str, str]:
        """Return nothing: the names of settings differ from system to system."""
        return {}

    def route(self, address: str) -> Route | Unseen:
        """Learn the source address that the system chooses for a destination."""
        from porttui.observe.psutil_tables import route_by_udp

        return route_by_udp(address)

    def sockets(self, port: int) -> Sockets | Unseen:
        """Read the socket tables by psutil."""
        from porttui.observe.psutil_tables import sockets_by_psutil

        return sockets_by_psutil(port, how_to_see="netstat -an")

    def fate(self, address: str, port: int, source: str, source_port: int) -> Fate:  # noqa: ARG002 - the Protocol's
        """Return "unknown": psutil does not tell whether a connection was accepted."""
        return Fate(row="unknown")

    def firewall(self) -> tuple[FirewallBackend, ...]:
        """Tell that no firewall of this system is known here; that is not to say that it has none."""
        unseen = Unseen(what="firewall rules", reason="porttui does not know this system's firewalls", how_to_see="")
        return (FirewallBackend(name="firewall", installed=False, unseen=unseen),)

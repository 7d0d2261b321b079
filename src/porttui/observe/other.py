"""The eyes of porttui on a system that it was not made for, FreeBSD for one: what psutil tells everywhere.

macOS and Windows begin with these and replace what their own programs tell better.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from porttui.model.facts import (
    Access,
    Counters,
    Doing,
    Fate,
    FirewallBackend,
    Host,
    Interface,
    Neighbour,
    Os,
    Privileges,
    Process,
    Route,
    RouteBlock,
    Socket,
    Sockets,
    Unseen,
)
from porttui.model.printable import printable
from porttui.observe.platform import Neighbourhood, RuleReader
from porttui.observe.session import ssh_session

if TYPE_CHECKING:
    from porttui.reading.inspected import Log


class Other:
    """Reads with psutil alone, and says what it cannot see. See `porttui.observe.platform.Platform`."""

    os: Os = "other"

    def privileges(self) -> Privileges:
        """Tell who is looking; full rights are uid 0."""
        import pwd  # not on Windows

        uid = os.geteuid()
        try:
            user = printable(pwd.getpwuid(uid).pw_name, 64)
        except KeyError:
            user = str(uid)
        return Privileges(user=user, uid=uid, root=uid == 0)

    def host(self) -> Host:
        """Tell which machine this is: its name and release, and whether SSH and tmux stand before it."""
        import platform

        return Host(
            name=printable(platform.node(), 64),
            release=printable(self.release(), 64),
            ssh=ssh_session(os.environ),
            tmux=bool(os.environ.get("TMUX")),
        )

    def release(self) -> str:
        """Return the version of the system."""
        import platform

        return platform.release()

    def interfaces(self) -> tuple[Interface, ...] | Unseen:
        """List the interfaces (getifaddrs(3), GetAdaptersAddresses)."""
        from porttui.observe.psutil_tables import interfaces_by_psutil

        return interfaces_by_psutil()

    def groups(self) -> tuple[tuple[str, str], ...]:
        """Return nothing: they only matter where rules are read."""
        return ()

    def sysctls(self) -> dict[str, str]:
        """Return nothing: the names of settings differ from system to system."""
        return {}

    def route(self, address: str) -> Route | Unseen:
        """Learn the source address and the interface that the system chooses for a destination."""
        from porttui.observe.psutil_tables import route_by_udp

        return route_by_udp(address)

    def route_blocks(self, addresses: Iterable[str]) -> tuple[RouteBlock, ...] | Unseen:  # noqa: ARG002 - the Protocol's
        """Return nothing: outside of Linux a route that refuses shows in `route` itself, and there are no rules."""
        return ()

    def neighbours(self, addresses: Iterable[str]) -> tuple[Neighbour, ...] | Unseen:  # noqa: ARG002 - the Protocol's
        """Tell that the neighbour table is not read here."""
        return Unseen(what="neighbour table", reason="porttui does not read it on this system", how_to_see="arp -a")

    def sockets(self, port: int) -> Sockets | Unseen:
        """Read the socket tables by psutil."""
        from porttui.observe.psutil_tables import sockets_by_psutil

        return sockets_by_psutil(port, how_to_see="netstat -an")

    def inside(self, address: str) -> tuple[Neighbourhood, ...]:  # noqa: ARG002 - the Protocol's
        """Return nothing: network namespaces are a thing of Linux."""
        return ()

    def listeners(self, port: int) -> tuple[Socket, ...] | Unseen:
        """Read the listeners on the port; there is no cheaper view of one than the whole table."""
        from porttui.observe.psutil_tables import listeners_among

        return listeners_among(self.sockets(port), port)

    def starting(self, port: int) -> tuple[Process, ...]:
        """Describe young processes that name the port in their command line, by psutil."""
        from porttui.observe.psutil_tables import starting_by_psutil

        return starting_by_psutil(port)

    def processes(self, pids: Iterable[int]) -> tuple[Process, ...]:
        """Describe processes by psutil."""
        from porttui.observe.psutil_tables import processes_by_psutil

        return processes_by_psutil(pids)

    def doing(self, pids: Iterable[int]) -> tuple[Doing, ...]:
        """Tell what processes do, by psutil."""
        from porttui.observe.psutil_tables import doing_by_psutil

        return doing_by_psutil(pids)

    def managed(self, processes: Iterable[Process]) -> tuple[Process, ...]:
        """Return them as they are: launchd, the service manager of Windows and others are not asked."""
        return tuple(processes)

    def log(self, process: Process) -> Log | Unseen | None:  # noqa: ARG002 - the Protocol's
        """Return None: logs are read on Linux alone."""
        return None

    def socket_unit(self, port: int) -> str | None:  # noqa: ARG002 - the Protocol's
        """Return None: systemd is a thing of Linux."""
        return None

    def unit(self, name: str) -> dict[str, str]:  # noqa: ARG002 - the Protocol's
        """Return nothing: systemd is a thing of Linux."""
        return {}

    def access(self, processes: Iterable[Process]) -> Access | Unseen | None:  # noqa: ARG002 - the Protocol's
        """Return None: porttui reads the files of TCP wrappers on Linux alone."""
        return None

    def counters(self) -> Counters:
        """Return nothing: no counters that porttui reads tell what became of one packet here."""
        return {}

    def fate(self, address: str, port: int, source: str, source_port: int) -> Fate:  # noqa: ARG002 - the Protocol's
        """Return "unknown": psutil does not tell whether a connection was accepted."""
        return Fate(row="unknown")

    def tracked(self, families: Iterable[int]) -> bool | None:  # noqa: ARG002 - the Protocol's
        """Return None: this system does not tell."""
        return None

    def rules(self) -> RuleReader | Unseen:
        """Tell that the rules of this system's firewalls are not read."""
        return Unseen(what="firewall rules", reason="porttui does not read them on this system", how_to_see="")

    def firewall(self) -> tuple[FirewallBackend, ...]:
        """Tell that no firewall of this system is known here; that is not to say that it has none."""
        unseen = Unseen(what="firewall rules", reason="porttui does not know this system's firewalls", how_to_see="")
        return (FirewallBackend(name="firewall", installed=False, unseen=unseen),)

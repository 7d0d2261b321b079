"""What differs from system to system, as one Protocol; linux.py, macos.py and windows.py stand behind it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from porttui.model.base import Value
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

if TYPE_CHECKING:
    from porttui.firewall.journey import Judgement
    from porttui.firewall.packet import Packet, World
    from porttui.reading.inspected import Log


class Neighbourhood(Value, frozen=True):
    """Another network namespace of this machine."""

    namespace: int
    """As in Socket."""
    container: str | None
    listeners: tuple[Socket, ...]
    """Every TCP listener in it, with its owners as far as this user may know them."""


class RuleReader(Protocol):
    """The rules of all firewalls of this machine, as they were read."""

    @property
    def unseen(self) -> tuple[Unseen, ...]:
        """What of them could not be read."""

    @property
    def lead_on(self) -> bool:
        """Whether NAT may lead connections from elsewhere on: there are rules for them."""

    def judge(self, packet: Packet, world: World, *, server_uid: int | None = None) -> Judgement:
        """Tell what they do with a connection; see `porttui.firewall.journey.judge`."""


class Platform(Protocol):
    """The eyes of porttui on one operating system. Nothing here changes anything; every call is bounded in time."""

    os: Os

    def privileges(self) -> Privileges:
        """Tell who is looking, and with which rights."""

    def host(self) -> Host:
        """Tell which machine this is, and what stands between it and the user."""

    def interfaces(self) -> tuple[Interface, ...] | Unseen:
        """List the network interfaces."""

    def groups(self) -> tuple[tuple[str, str], ...]:
        """List the multicast groups that interfaces have joined, as (interface, address); () where it is not told."""

    def sysctls(self) -> dict[str, str]:
        """Read the kernel settings that matter for ports; those that do not exist here are left out."""

    def route(self, address: str) -> Route | Unseen:
        """Ask the kernel which way a packet to `address` would go."""

    def route_blocks(self, addresses: Iterable[str]) -> tuple[RouteBlock, ...] | Unseen:
        """Read the entries of the routing policy that send packets to one of `addresses` nowhere."""

    def neighbours(self, addresses: Iterable[str]) -> tuple[Neighbour, ...] | Unseen:
        """Read what the kernel knows of `addresses` on its own networks; those that it does not know are left out."""

    def sockets(self, port: int) -> Sockets | Unseen:
        """Read all listeners and every socket that has `port` on either side, with their owners as far as allowed."""

    def inside(self, address: str) -> tuple[Neighbourhood, ...]:
        """Find the other network namespaces that have an address, with their listeners; () where there are none."""

    def listeners(self, port: int) -> tuple[Socket, ...] | Unseen:
        """Read the TCP listeners on one port, or on all (0), as cheaply as the system can, perhaps without owners."""

    def starting(self, port: int) -> tuple[Process, ...]:
        """Describe processes that may be servers and name `port` in their command line; () where none can be told."""

    def processes(self, pids: Iterable[int]) -> tuple[Process, ...]:
        """Describe processes; those that are gone are left out."""

    def doing(self, pids: Iterable[int]) -> tuple[Doing, ...]:
        """Tell what processes do, over a tenth of a second; those that are gone are left out."""

    def managed(self, processes: Iterable[Process]) -> tuple[Process, ...]:
        """Fill in what the managers of these processes (systemd, docker) do when they end, as far as they tell."""

    def log(self, process: Process) -> Log | Unseen | None:
        """Read the last lines that the unit or container of a process wrote; None where there is no log to read."""

    def socket_unit(self, port: int) -> str | None:
        """Ask systemd which of its socket units listens on a port; None where it is not told."""

    def unit(self, name: str) -> dict[str, str]:
        """Ask systemd how a unit stands: properties of systemctl(1) by name; empty where it is not told."""

    def access(self, processes: Iterable[Process]) -> Access | Unseen | None:
        """Read the files of TCP wrappers, and which programs are linked with them; None where there are none."""

    def counters(self) -> Counters:
        """Read the kernel's network counters as absolute numbers; empty where the system has none."""

    def fate(self, address: str, port: int, source: str, source_port: int) -> Fate:
        """Look up the server's side of a connection of ours from `source` to `address`."""

    def tracked(self, families: Iterable[int]) -> bool | None:
        """Tell whether connections from this machine to itself are tracked, in each of the families 4 and 6 asked for.

        Returns:
            False: they are not, so that no NAT rule is in force; None: not told.
        """

    def rules(self) -> RuleReader | Unseen:
        """Read the rules of all firewalls, as far as this user may."""

    def firewall(self) -> tuple[FirewallBackend, ...]:
        """Tell which firewalls are installed, and whether their rules can be read."""

"""The eyes of porttui on Linux."""

from __future__ import annotations

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
from porttui.observe.linux.access import linux_access
from porttui.observe.linux.conntrack import tracked
from porttui.observe.linux.counters import read_counters
from porttui.observe.linux.firewall import has_no_rules, linux_firewall, no_right_to_rules
from porttui.observe.linux.glimpse import linux_listeners, linux_starting
from porttui.observe.linux.host import linux_host
from porttui.observe.linux.interfaces import linux_interfaces
from porttui.observe.linux.managers import socket_unit, unit_properties, with_managers
from porttui.observe.linux.neighbours import linux_neighbours
from porttui.observe.linux.privileges import linux_privileges
from porttui.observe.linux.process import linux_processes
from porttui.observe.linux.route import linux_route
from porttui.observe.linux.route_blocks import linux_route_blocks
from porttui.observe.linux.sockets import linux_fate, linux_sockets
from porttui.observe.linux.sysctls import linux_sysctls
from porttui.observe.no_rules import NoRules
from porttui.observe.platform import Neighbourhood, RuleReader

if TYPE_CHECKING:
    from porttui.reading.inspected import Log


class Linux:
    """Reads /proc and the kernel's netlink sockets. See `porttui.observe.platform.Platform`."""

    os: Os = "linux"

    def privileges(self) -> Privileges:
        """Tell who is looking, from /proc/self/status."""
        return linux_privileges()

    def host(self) -> Host:
        """Tell which machine this is, and the marks of containers, WSL and SSH."""
        return linux_host()

    def interfaces(self) -> tuple[Interface, ...] | Unseen:
        """List the interfaces of this network namespace (rtnetlink(7))."""
        return linux_interfaces()

    def groups(self) -> tuple[tuple[str, str], ...]:
        """Read /proc/net/igmp and igmp6."""
        from porttui.observe.linux.groups import linux_groups

        return linux_groups()

    def sysctls(self) -> dict[str, str]:
        """Read the settings under /proc/sys/net that matter for ports."""
        return linux_sysctls()

    def route(self, address: str) -> Route | Unseen:
        """Ask the kernel for the route (rtnetlink(7), RTM_GETROUTE)."""
        return linux_route(address)

    def route_blocks(self, addresses: Iterable[str]) -> tuple[RouteBlock, ...] | Unseen:
        """Read the routes and the rules that refuse (rtnetlink(7), RTM_GETROUTE and RTM_GETRULE)."""
        return linux_route_blocks(addresses)

    def neighbours(self, addresses: Iterable[str]) -> tuple[Neighbour, ...] | Unseen:
        """Read the neighbour table (rtnetlink(7), RTM_GETNEIGH)."""
        return linux_neighbours(addresses)

    def sockets(self, port: int) -> Sockets | Unseen:
        """Read the socket tables (sock_diag(7)) and their owners."""
        return linux_sockets(port)

    def inside(self, address: str) -> tuple[Neighbourhood, ...]:
        """Find the network namespaces with this address by /proc/PID/net, which is readable by everybody."""
        from porttui.observe.linux.inside import inside

        return inside(address)

    def listeners(self, port: int) -> tuple[Socket, ...] | Unseen:
        """Read the listeners on one port (sock_diag(7)), without their owners: a fraction of a millisecond."""
        return linux_listeners(port)

    def starting(self, port: int) -> tuple[Process, ...]:
        """Describe processes that may be servers and name the port in their command line (proc_pid_cmdline(5))."""
        return linux_starting(port)

    def processes(self, pids: Iterable[int]) -> tuple[Process, ...]:
        """Describe processes, from /proc/PID."""
        return linux_processes(pids)

    def doing(self, pids: Iterable[int]) -> tuple[Doing, ...]:
        """Tell what processes do, from two readings of /proc/PID/task."""
        from porttui.observe.linux.doing import linux_doing

        return linux_doing(pids)

    def managed(self, processes: Iterable[Process]) -> tuple[Process, ...]:
        """Ask systemd and docker what they do when these end."""
        return with_managers(processes)

    def log(self, process: Process) -> Log | Unseen | None:
        """Ask journalctl or docker."""
        from porttui.observe.linux.log import linux_log

        return linux_log(process)

    def socket_unit(self, port: int) -> str | None:
        """Ask systemctl show of all socket units."""
        return socket_unit(port)

    def unit(self, name: str) -> dict[str, str]:
        """Ask systemctl show."""
        return unit_properties(name)

    def access(self, processes: Iterable[Process]) -> Access | Unseen | None:
        """Read /etc/hosts.allow and /etc/hosts.deny."""
        return linux_access(processes)

    def counters(self) -> Counters:
        """Read /proc/net/snmp, netstat and snmp6."""
        return read_counters()

    def fate(self, address: str, port: int, source: str, source_port: int) -> Fate:
        """Look up the reverse row of a connection of ours."""
        return linux_fate(address, port, source, source_port)

    def tracked(self, families: Iterable[int]) -> bool | None:
        """Ask connection tracking (nf_conntrack_count), by a datagram to ourselves."""
        return tracked(families)

    def rules(self) -> RuleReader | Unseen:
        """Read the rules of nftables and of both kinds of iptables; changes nothing."""
        who = linux_privileges()
        if "net_admin" not in who.capabilities:
            return no_right_to_rules()
        if has_no_rules():
            return NoRules()
        from porttui.observe.linux.rules import linux_rules

        return linux_rules(who)

    def firewall(self) -> tuple[FirewallBackend, ...]:
        """Tell which firewalls are installed and readable; changes nothing."""
        return linux_firewall(linux_privileges())

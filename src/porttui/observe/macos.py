"""The eyes of porttui on macOS: psutil, and the system's own programs where psutil needs root."""

from __future__ import annotations

import os
import re
import time

from porttui.model.address import same_address
from porttui.model.facts import (
    Fate,
    FirewallBackend,
    Os,
    Route,
    Sockets,
    Unseen,
)
from porttui.model.printable import printable
from porttui.observe.command import Output, find, run
from porttui.observe.netstat_macos import sockets_of_lsof, sockets_of_netstat
from porttui.observe.other import Other

_SYSCTLS = (
    "net.inet.ip.portrange.first",
    "net.inet.ip.portrange.last",
    "net.inet.ip.portrange.hifirst",
    "net.inet.ip.portrange.hilast",
    "net.inet.tcp.msl",
    "kern.ipc.somaxconn",
    "kern.maxfilesperproc",
)
_APPLICATION_FIREWALL = "/usr/libexec/ApplicationFirewall/socketfilterfw"


class MacOS(Other):
    """Reads with psutil, netstat, lsof, route, sysctl and pfctl. See `porttui.observe.platform.Platform`."""

    os: Os = "macos"

    def release(self) -> str:
        """Return the version of macOS, not that of its kernel."""
        import platform

        return platform.mac_ver()[0] or platform.release()

    def sysctls(self) -> dict[str, str]:
        """Read the range of source ports, the largest backlog and the like (sysctl(8))."""
        output = run("sysctl", *_SYSCTLS, what="kernel settings")
        return sysctl_values(output.stdout) if isinstance(output, Output) else {}

    def route(self, address: str) -> Route | Unseen:
        """Ask the kernel for the route (route(8), get)."""
        family = ("-inet6",) if ":" in address else ()
        output = run("route", "-n", "get", *family, address, what=f"route to {address}")
        if isinstance(output, Unseen):
            from porttui.observe.psutil_tables import route_by_udp

            return route_by_udp(address)
        return route_of(address, output.stdout, output.stderr)

    def sockets(self, port: int) -> Sockets | Unseen:
        """Read the socket tables: as root by psutil, else by netstat, which shows them all, else by lsof."""
        from porttui.observe.psutil_tables import sockets_by_psutil

        shown = f"lsof -nP -iTCP:{port}" if port else "lsof -nP -iTCP -sTCP:LISTEN"
        if os.geteuid() == 0:
            found = sockets_by_psutil(port, how_to_see=shown)
            if isinstance(found, Sockets):
                return found
        return _by_programs(port, shown)

    def fate(self, address: str, port: int, source: str, source_port: int) -> Fate:
        """Tell whether a process has accepted a connection of ours, when the table shows one that holds it."""
        output = run("netstat", "-anvW", "-p", "tcp", what="the server's side of the connection")
        if isinstance(output, Unseen):
            return Fate(row="unknown")
        for row in sockets_of_netstat(output.stdout):
            ends = (row.port, row.peer_port) == (port, source_port)
            if ends and same_address(row.address, address) and same_address(row.peer, source):
                return Fate(row="accepted" if row.pids else "unknown", unread=row.queue)
        return Fate(row="unknown")

    def firewall(self) -> tuple[FirewallBackend, ...]:
        """Tell of the two firewalls of macOS: pf (pf.conf(5)) and the one of applications."""
        return (_pf(), _application_firewall())


def sysctl_values(text: str) -> dict[str, str]:
    """Read the "name: value" lines of sysctl(8)."""
    pairs = (line.split(": ", 1) for line in text.splitlines() if ": " in line)
    return {name.strip(): printable(value.strip(), 100) for name, value in pairs}


def route_of(address: str, text: str, errors: str = "") -> Route | Unseen:
    """Read `route -n get ADDRESS`.

    Args:
        address: what was asked for.
        text: what it printed: "name: value" lines.
        errors: what it printed to stderr, such as "route: writing to routing socket: not in table".

    Returns:
        The route; its kind is "local", "unicast", "blackhole" or "unreachable" by the flags LOCAL, BLACKHOLE, REJECT.
    """
    if "not in table" in errors + text:
        return Route(destination=address, error="ENETUNREACH")
    values = dict(re.findall(r"^\s*([\w ]+): (.+?)\s*$", text, re.MULTILINE))
    if "interface" not in values:
        reason = printable(errors.strip() or "route printed no interface", 200)
        return Unseen(what=f"route to {address}", reason=reason, how_to_see=f"route -n get {address}")
    flags = set(values.get("flags", "").strip("<>").split(","))
    kinds = {"BLACKHOLE": "blackhole", "REJECT": "unreachable", "LOCAL": "local", "BROADCAST": "broadcast"}
    return Route(
        destination=address,
        kind=next((kind for flag, kind in kinds.items() if flag in flags), "unicast"),
        interface=printable(values["interface"], 64),
        gateway=printable(values["gateway"], 80) if "gateway" in values else None,
    )


def application_firewall_state(text: str) -> bool | None:
    """Read `socketfilterfw --getglobalstate`: "Firewall is enabled. (State = 1)"; 2 blocks all incoming."""
    match = re.search(r"State = (\d)", text)
    return match[1] != "0" if match else None


def pf_rules(text: str) -> int:
    """Count the rules in what `pfctl -sr` prints; anchors hold rules of their own and count as one."""
    return sum(1 for line in text.splitlines() if line.strip() and not line.startswith(("No ALTQ", "ALTQ")))


def _by_programs(port: int, shown: str) -> Sockets | Unseen:
    from porttui.observe.psutil_tables import sockets, wanted

    began = time.perf_counter()
    unseen = [Unseen(what="unix sockets", reason="not read on macOS", how_to_see="netstat -an -f unix")]
    tcp = run("netstat", "-anvW", "-p", "tcp", what="TCP sockets")
    rows = sockets_of_netstat(tcp.stdout) if isinstance(tcp, Output) else []
    if rows:
        udp = run("netstat", "-anvW", "-p", "udp", what="UDP sockets")
        if isinstance(udp, Output):
            rows += sockets_of_netstat(udp.stdout)
        else:
            unseen.append(udp)
    else:
        listed = run("lsof", "-nP", "-iTCP", "-FpcuLtPnT", what="socket tables")
        if isinstance(listed, Unseen):
            return Unseen(what="socket tables", reason=listed.reason, how_to_see=shown, needs_root=True)
        rows = sockets_of_lsof(listed.stdout)
        reason = "netstat printed no table"
        unseen.append(Unseen(what="sockets of other users", reason=reason, how_to_see=shown, needs_root=True))
        unseen.append(Unseen(what="UDP sockets", reason=reason, how_to_see="netstat -an -p udp"))
    kept = [row for row in rows if wanted(row, port)]
    return sockets(kept, total=len(rows), source="command", began=began, unseen=unseen, owners=shown)


def _pf() -> FirewallBackend:
    """Read pf's rules; only root may open /dev/pf."""
    how = "pfctl -sr -a '*'"
    what = "pf rules"
    if os.geteuid() != 0:
        hidden = Unseen(what=what, reason="needs root", how_to_see=how, needs_root=True)
        return FirewallBackend(name="pf", installed=True, unseen=hidden)
    status = run("pfctl", "-si", what=what, seconds=1.5)
    rules = run("pfctl", "-sr", "-a", "*", what=what, seconds=1.5)
    if isinstance(status, Unseen) or isinstance(rules, Unseen) or status.status or rules.status:
        hidden = Unseen(what=what, reason="pfctl failed", how_to_see=how, needs_root=True)
        return FirewallBackend(name="pf", installed=True, unseen=hidden)
    match = re.search(r"^Status: (Enabled|Disabled)", status.stdout, re.MULTILINE)
    active = match[1] == "Enabled" if match else None
    return FirewallBackend(name="pf", installed=True, rules=pf_rules(rules.stdout), active=active)


def _application_firewall() -> FirewallBackend:
    """Read whether the firewall of applications is on; it filters what comes from other machines, not loopback."""
    name, what = "application-firewall", "application firewall"
    output = run(_APPLICATION_FIREWALL, "--getglobalstate", what=what, seconds=1.5)
    if isinstance(output, Unseen):
        return FirewallBackend(name=name, installed=find(_APPLICATION_FIREWALL) is not None, unseen=output)
    active = application_firewall_state(output.stdout)
    how = f"{_APPLICATION_FIREWALL} --listapps"
    unseen = (
        Unseen(what=f"{what} rules", reason="porttui does not read them", how_to_see=how)
        if active is not False
        else None
    )
    return FirewallBackend(name=name, installed=True, active=active, unseen=unseen)

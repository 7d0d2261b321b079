"""Whether a port that is free now is likely to stay so: what this machine, and its users, keep ports for.

A port below the range of source ports is never taken by an outgoing connection of another program; one that no service
is known by is not taken by the next package that is installed.
"""

from __future__ import annotations

from porttui.model.base import Value
from porttui.model.services import SERVICE_PORTS

_SOURCE_PORTS = {"linux": (32768, 60999), "macos": (49152, 65535), "windows": (49152, 65535)}
"""Source ports of outgoing connections where the system was not asked: ip(7); RFC 6335, 8.1.2."""
_NOT_BY_BROWSERS = frozenset((*(1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6679, 6697, 10080),
                              *range(6665, 6670)))  # fmt: skip
"""Ports over 1023 that browsers refuse to open (Fetch Standard, "Port blocking")."""
_STAND_INS = frozenset((8080, 8443))
"""What people put in the place of 80 and 443: known, and known to be for anybody."""
_SERVICES = {port: name for name, port in reversed(SERVICE_PORTS.items())}
"""Services by port; of several names the first."""
_MOST_RESERVED = 1000


class Keeping(Value, frozen=True, kw_only=True):
    """What this machine keeps ports for."""

    source_ports: tuple[int, int]
    """First and last port that outgoing connections take by themselves."""
    reserved: frozenset[int] = frozenset()
    """Ports that they leave out, because the administrator keeps them for a service (ip_local_reserved_ports)."""


def keeping(os: str, sysctls: dict[str, str]) -> Keeping:
    """Return what a system with these settings keeps ports for."""
    return Keeping(
        source_ports=source_ports(os, sysctls),
        reserved=reserved(sysctls.get("net.ipv4.ip_local_reserved_ports", "")),
    )


def doubts(port: int, keeps: Keeping, *, wanted: bool = False) -> tuple[str, ...]:
    """Return why a port that is free now may not stay so, or may not serve; () when nothing speaks against it.

    Args:
        port: 1 to 65535.
        keeps: what the machine keeps ports for.
        wanted: somebody named this very port: that a service is known by it is then no surprise.
    """
    first, last = keeps.source_ports
    found = []
    if first <= port <= last and port not in keeps.reserved:
        found.append(f"it is among the source ports of outgoing connections ({first} to {last}), and one may take it")
    if port in keeps.reserved:
        found.append("it is reserved for a service (net.ipv4.ip_local_reserved_ports)")
    service = None if wanted or port in _STAND_INS else service_of(port)
    if service:
        found.append(f"it is the usual port of {service}")
    if port in _NOT_BY_BROWSERS:
        found.append("browsers refuse to open it")
    return tuple(found)


def service_of(port: int) -> str | None:
    """Return the name of the service that a port is known by; the first of several."""
    return _SERVICES.get(port)


def source_ports(os: str, sysctls: dict[str, str]) -> tuple[int, int]:
    """Return the range from which outgoing connections take their ports, as the system says or usually has it."""
    pair = sysctls.get("net.ipv4.ip_local_port_range", "").split()
    if len(pair) != 2:
        names = ("net.inet.ip.portrange.first", "net.inet.ip.portrange.last")
        pair = [sysctls[name] for name in names if name in sysctls]
    if len(pair) == 2 and all(each.isdigit() for each in pair):
        return int(pair[0]), int(pair[1])
    return _SOURCE_PORTS.get(os, _SOURCE_PORTS["linux"])


def reserved(text: str) -> frozenset[int]:
    """Read ip_local_reserved_ports, "8081,9000-9002": somebody keeps them for a service (ip-sysctl.rst)."""
    ports: set[int] = set()
    for part in text.split(",")[:_MOST_RESERVED]:
        low, _, high = part.partition("-")
        if low.isdigit() and (not high or high.isdigit()):
            ports.update(range(int(low), min(65535, int(high or low)) + 1))
    return frozenset(ports)

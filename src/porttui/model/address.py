"""IP addresses as text: what family they are, what they stand for, how they are written beside a port.

Addresses travel as text because that is what people type and read. An IPv6 address may carry its scope after a
percent sign, as in ``fe80::1%eth0`` (RFC 4007, section 11).
"""

from __future__ import annotations

import ipaddress

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def parse_ip(text: str) -> IPAddress | None:
    """Return the address that `text` spells, without its scope, or None when it is a name.

    IPv4 has no scopes (RFC 4007, 11): "127.0.0.1%x.example" is a name, which a socket call would look up.
    """
    plain, scoped, _ = text.partition("%")
    try:
        ip = ipaddress.ip_address(plain)
    except ValueError:
        return None
    return None if scoped and ip.version == 4 else ip


def family(address: str) -> int:
    """Return 6 for an IPv6 address and 4 for anything else."""
    return 6 if ":" in address else 4


def family_name(address: str) -> str:
    """Return "IPv4" or "IPv6"."""
    return f"IPv{family(address)}"


def is_loopback(address: str) -> bool:
    """Tell whether the address never leaves the machine: 127.0.0.0/8 (RFC 1122, 3.2.1.3) or ::1 (RFC 4291, 2.5.3)."""
    ip = parse_ip(address)
    if ip is None:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return bool((mapped or ip).is_loopback)


def is_wildcard(address: str) -> bool:
    """Tell whether the address stands for every address of its family: 0.0.0.0 or ::."""
    ip = parse_ip(address)
    return ip is not None and ip.is_unspecified


def destination(address: str) -> str:
    """Return where a connection to an address goes: one to a wildcard goes to loopback, as Linux takes it (ip(7))."""
    if not is_wildcard(address):
        return address
    return "127.0.0.1" if family(address) == 4 else "::1"


def same_address(one: str, other: str) -> bool:
    """Compare two addresses by value: ``::1`` and ``0:0:0:0:0:0:0:1`` are the same, scopes count when both have one."""
    scopes = (one.partition("%")[2], other.partition("%")[2])
    if all(scopes) and scopes[0] != scopes[1]:
        return False
    left, right = parse_ip(one), parse_ip(other)
    return one == other if left is None else left == right


def endpoint(address: str, port: int) -> str:
    """Write address and port as in a URL: ``127.0.0.1:80``, ``[::1]:80`` (RFC 3986, 3.2.2)."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def can_listen(address: str) -> bool:
    """Tell whether a TCP server can listen on an address at all: not on 255.255.255.255, nor on a multicast address."""
    ip = parse_ip(address)
    return ip is None or not (ip.is_multicast or str(ip) == "255.255.255.255")

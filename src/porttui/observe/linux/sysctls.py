"""The kernel settings that decide about ports, from /proc/sys/net: those of our own namespace, readable by everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from porttui.model.printable import printable
from porttui.observe import files

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = (
    "net/core/somaxconn",
    "net/ipv4/ip_forward",
    "net/ipv4/ip_local_port_range",
    "net/ipv4/ip_local_reserved_ports",
    "net/ipv4/ip_nonlocal_bind",
    "net/ipv4/ip_unprivileged_port_start",
    "net/ipv4/tcp_abort_on_overflow",
    "net/ipv4/tcp_fin_timeout",
    "net/ipv4/tcp_max_syn_backlog",
    "net/ipv4/tcp_syn_linear_timeouts",
    "net/ipv4/tcp_syn_retries",
    "net/ipv4/tcp_syncookies",
    "net/ipv4/tcp_tw_reuse",
    "net/ipv6/bindv6only",
    "net/ipv6/ip_nonlocal_bind",
    "net/netfilter/nf_conntrack_count",
    "net/netfilter/nf_conntrack_max",
)
"""Explained in the kernel's Documentation/networking/ip-sysctl.rst and nf_conntrack-sysctl.rst."""
_OF_INTERFACE = (("ipv4", "route_localnet"), ("ipv4", "rp_filter"), ("ipv6", "disable_ipv6"))
_INTERFACES = 16
"""More interfaces than this are not asked."""


def linux_sysctls(root: Path | str = "/proc/sys") -> dict[str, str]:
    """Read the kernel settings that matter for ports.

    Args:
        root: where sysctls are; another folder in tests.

    Returns:
        Values by their sysctl(8) names, "net.ipv4.ip_local_port_range": "32768 60999"; a dot in an interface's name
        is written as a slash. Those that this kernel does not have, or does not show, are left out.
    """
    found: dict[str, str] = {}
    for name in _NAMES:
        _read(found, root, name)
    for version, setting in _OF_INTERFACE:
        for interface in _interfaces(f"{root}/net/{version}/conf"):
            _read(found, root, f"net/{version}/conf/{interface}/{setting}")
    return found


def _interfaces(folder: str) -> list[str]:
    """Return "all", "default" and "lo" first, then the other interfaces."""
    try:
        names = set(files.names_in(folder))
    except OSError:
        return []
    first = ["all", "default", "lo"]
    return [name for name in (*first, *sorted(names.difference(first))) if name in names][:_INTERFACES]


def _read(found: dict[str, str], root: Path | str, name: str) -> None:
    try:
        text = files.read(f"{root}/{name}")
    except OSError:
        return
    key = name.replace(".", "\0").replace("/", ".").replace("\0", "/")
    found[key] = printable(b" ".join(text.split()))

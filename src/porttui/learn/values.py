"""Values of this machine for the lessons, in words; what was not seen is said so, and never left out."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network

from porttui.model.address import family_name, is_loopback, is_wildcard, parse_ip
from porttui.model.facts import Facts, Socket, Sockets, Unseen
from porttui.reading import columns, lasting, source_ports, words
from porttui.reading.seen import sockets_seen

__all__ = [
    "addresses",
    "by_os",
    "lan_address",
    "listeners",
    "localhost",
    "one_of",
    "places",
    "range_seen",
    "range_text",
    "setting",
]

_MOST = 3
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
"""RFC 1918, RFC 4193."""
_DOCUMENTATION = tuple(map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")))
"""RFC 5737, RFC 3849: for examples in texts; here somebody has taken them all the same."""


def by_os(facts: Facts, linux: str, macos: str, windows: str = "") -> str:
    """Return the command of this system; that of macOS where Windows has none of its own."""
    return {"macos": macos, "windows": windows or macos}.get(facts.os, linux)


def setting(facts: Facts, name: str) -> str:
    """Return a kernel setting, "4096"; "can't see" where this system has none or does not show it."""
    return facts.sysctls.get(name) or "can't see"


def localhost(facts: Facts) -> str:
    """Tell what the name localhost leads to here: "::1, then 127.0.0.1"."""
    if facts.name is None:
        return "not looked up"
    return ", then ".join(facts.name.localhost) or "no address"


def range_text(facts: Facts) -> str:
    """Tell the source ports of outgoing connections: "32768 to 60999", and whether the kernel said so itself."""
    first, last = lasting.source_ports(facts.os, facts.sysctls)
    return f"{first} to {last}" + ("" if range_seen(facts) else " (usual; here: can't see)")


def range_seen(facts: Facts) -> bool:
    """Tell whether the kernel said its range of source ports itself."""
    return source_ports.source_range(facts) is not None or any("portrange" in name for name in facts.sysctls)


def addresses(facts: Facts, most: int = 4) -> tuple[tuple[str, ...], ...]:
    """Return rows of interface, address, family and kind; loopback first, one address of each other before a second."""
    if facts.interfaces is None or isinstance(facts.interfaces, Unseen):
        why = facts.interfaces.reason if facts.interfaces else "not looked at"
        return ((f"can't see: {why}",),)
    rows = [
        (card.name, address, family_name(address), _kind(address) + ("" if card.up else ", down"))
        for card in sorted(facts.interfaces, key=lambda card: not card.loopback)
        for address in card.addresses
    ]
    shown = rows[: most if len(rows) <= most else most - 1]
    left = len(rows) - len(shown)
    return (
        *shown,
        *(((f"and {words.count(left, 'more address').replace('addresss', 'addresses')}",),) if left else ()),
    )


def _kind(address: str) -> str:
    ip = parse_ip(address)
    if ip is None:
        return ""
    if ip.is_loopback:
        return "loopback: this machine only"
    if ip.is_link_local:
        return "link-local: this network only"
    if ip.is_global:
        return "public"
    for networks, kind in ((_PRIVATE, "private"), (_DOCUMENTATION, "reserved for documentation")):
        if any(ip in network for network in networks if network.version == ip.version):
            return kind
    return "reserved, not for the internet"


def lan_address(facts: Facts) -> str | None:
    """Return an IPv4 address of this machine that others may know it by; None where there is none, or none was seen."""
    cards = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    own = [address for card in cards if card.up and not card.loopback for address in card.addresses]
    return next((address for address in own if ":" not in address and not is_loopback(address)), None)


def listeners(facts: Facts) -> tuple[Socket, ...] | None:
    """Return the TCP listeners of this machine's own network namespace; None where they could not be read."""
    if not sockets_seen(facts) or not isinstance(facts.sockets, Sockets):
        return None
    rows = facts.sockets.rows
    return tuple(row for row in rows if row.protocol == "tcp" and row.state == "LISTEN" and row.namespace is None)


def places(
    facts: Facts, rows: Iterable[Socket] | None, most: int = _MOST, *, none: str = "nothing listens here now"
) -> tuple[tuple[str, ...], ...]:
    """Return rows of place, program, pid, user and who reaches it, with how many more there are."""
    if rows is None:
        return (("can't see the socket tables",),)
    known = {process.pid: process for process in facts.processes or ()}
    told = [
        (columns.local(row), columns.program(row, known), columns.pid(row), columns.user(row, known), reach(row))
        for row in rows
    ]
    if not told:
        return ((none,),)
    shown = told[: most if len(told) <= most else most - 1]
    left = len(told) - len(shown)
    return (*shown, *(((f"and {words.count(left, 'more listener')}",),) if left else ()))


def reach(row: Socket) -> str:
    """Tell who can reach a listener by its address alone."""
    if is_wildcard(row.address):
        return "all its addresses"
    return "this machine" if is_loopback(row.address) else "that address"


def one_of(facts: Facts) -> Socket | None:
    """Return a listener to take as an example: one on loopback, else any; None where none was seen."""
    rows = listeners(facts) or ()
    return next((row for row in rows if is_loopback(row.address)), rows[0] if rows else None)

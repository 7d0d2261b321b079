"""Addresses: what one is, the name localhost, the two families, and loopback."""

from __future__ import annotations

from porttui.learn import values as v
from porttui.learn.page import Page
from porttui.model.address import endpoint
from porttui.model.facts import Facts, HostsLine
from porttui.reading import seen
from porttui.reading.words import machine, who_short


def addresses(facts: Facts) -> Page:
    """What an IP address is."""
    name = machine(facts)
    return Page(
        idea="Machines exchange data in packets: small pieces, each marked with an IP address, that of the machine it "
        "is for. An address belongs to a network interface (where packets leave and arrive: a card such as eth0, "
        "or lo, made of software), so a machine has several. There are two kinds: IPv4, four numbers (192.0.2.7), "
        "and IPv6, in hexadecimal, with :: for zeros (2001:db8::7).",
        here=(("INTERFACE", "ADDRESS", "FAMILY", "MEANT FOR"), *v.addresses(facts)),
        then=f"A packet reaches a program on {name} only at an address that {name} has. Private ones (10.*, 172.16.* "
        "to 172.31.*, 192.168.*, IPv6 fc* and fd*) are for networks of your own.",
        tries=((v.by_os(facts, "ip address", "ifconfig", "ipconfig"), "all of them, with their networks"),),
        sources="RFC 791 (IPv4), RFC 4291 2 (IPv6), RFC 1918 and RFC 4193 (private)",
    )


def localhost(facts: Facts) -> Page:
    """What the name localhost leads to."""
    name = machine(facts)
    path = facts.name.hosts_path if facts.name and facts.name.hosts_path else "the hosts file"
    return Page(
        idea="localhost is a name, not an address. A program that is given a name first asks the system for its "
        "addresses; the system looks into the hosts file (a list of names on this machine), and then asks a name "
        "server (DNS). For localhost the answer has to be 127.0.0.1 or ::1 or both: the machine that the program "
        "runs on.",
        here=(
            ("ON " + name, "LEADS TO"),
            ("localhost", v.localhost(facts)),
            *_hosts_rows(facts, path),
        ),
        then="The order matters: most clients (programs that connect, such as a browser) try the first address, then "
        "the next one; a server (a program that waits for them) often takes the first alone. And when you are logged "
        "in to a far machine by SSH, localhost is that machine, not the computer you type on.",
        tries=(
            (
                v.by_os(facts, "getent ahosts localhost", "dscacheutil -q host -a name localhost", "ping localhost"),
                "the addresses above",
            ),
        ),
        sources="RFC 6761 6.3 (localhost), RFC 6724 6 (which is first), getaddrinfo(3), hosts(5)",
    )


def _hosts_rows(facts: Facts, path: str) -> tuple[tuple[str, str], ...]:
    """Return the lines of the hosts file for localhost, where the look was about that name."""
    if facts.name is None or facts.name.host != "localhost":
        return ()
    if not isinstance(facts.name.hosts, tuple):
        return ((path, f"can't see: {facts.name.hosts.reason}"),)
    lines: tuple[HostsLine, ...] = facts.name.hosts[:2]
    rows = tuple((f"{path}, line {one.line}", f"{one.address}  {' '.join(one.names[:3])}") for one in lines)
    return rows or ((path, "does not name it"),)


def two_addresses(facts: Facts) -> Page:
    """Why 127.0.0.1 and ::1 are two."""
    name = machine(facts)
    return Page(
        idea='127.0.0.1 and ::1 both mean "this machine": one is its IPv4 address for that, the other its IPv6 '
        "address. Each is a door of its own: a server listens (waits for clients) at one of them, or at both. "
        "Where it does not, a client is refused: told no, at once, although the port (the number after the "
        "address) is the same.",
        here=(("DOOR ON " + name, "WHO LISTENS THERE"), *_doors(facts)),
        then=f"Here localhost leads to {v.localhost(facts)}. A server at :: (every address) takes IPv4 too, unless "
        "it has set IPV6_V6ONLY. Brackets part an IPv6 address from its port: [::1]:62893.",
        tries=(
            ("python3 -m http.server 62893 --bind ::1", "a server on IPv6 only"),
            ("curl http://127.0.0.1:62893", "in a second one: refused"),
        ),
        sources="RFC 1122 3.2.1.3, RFC 4291 2.5.3, RFC 3986 3.2.2 (brackets), ipv6(7)",
    )


def _doors(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return who listens at each of the two, on the port asked for; and how many listeners there are of each kind."""
    port = facts.asked.target.port
    rows = v.listeners(facts)
    if rows is None:
        return (("can't see the socket tables", "-"),)
    told = tuple((endpoint(one, port), _who(facts, one)) for one in ("127.0.0.1", "::1"))
    both = sum(row.address == "::" and row.v6only is not True for row in rows)
    four = sum(":" not in row.address for row in rows)
    unsure = any(row.address == "::" and row.v6only is None for row in rows)
    kinds = f"{four} on IPv4, {len(rows) - four - both} on IPv6, {both} at :: for both"
    return (*told, ("all ports", kinds + (" (can't see: v6only)" if unsure else "")))


def _who(facts: Facts, address: str) -> str:
    row = seen.accepting(facts, address)
    if row is None:
        return "nobody"
    return ("" if seen.would_accept(row, address) else "can't see; perhaps ") + who_short(facts, row)


def loopback(facts: Facts) -> Page:
    """What happens to a packet for this machine itself."""
    name = machine(facts)
    other = v.lan_address(facts)
    own = f" On Linux the same is true of {other}, which others know {name} by: that goes by lo too." if other else ""
    return Page(
        idea="A packet for a loopback address never meets a cable. The kernel (the core of the system) puts it on the "
        "interface lo, and takes it from there as if it had arrived: it passes the firewall (rules for packets) on "
        "the way out and on the way in, and then finds its socket (the program's end of a connection). All addresses "
        "from 127.0.0.0 to 127.255.255.255 are loopback (127.0.0.0/8); of IPv6 only ::1 is.",
        here=(("INTERFACE", "STATE", "ADDRESSES"), *_cards(facts)),
        then=f"So a fault of the network card or of the cable cannot be why 127.0.0.1 fails; a firewall can.{own}",
        tries=(
            (
                v.by_os(facts, f"ip route get {other or '127.0.0.2'}", "route get 127.0.0.1", "ping 127.0.0.2"),
                v.by_os(facts, '"local ... dev lo": it stays here', "interface: lo0", "this machine answers"),
            ),
        ),
        sources="RFC 1122 3.2.1.3 (127/8), RFC 4291 2.5.3 (::1), ip-route(8)",
    )


def _cards(facts: Facts) -> tuple[tuple[str, ...], ...]:
    if not isinstance(facts.interfaces, tuple):
        return ((f"can't see: {facts.interfaces.reason if facts.interfaces else 'not looked at'}",),)
    rows = tuple(
        (card.name, "up" if card.up else "DOWN", ", ".join(card.addresses) or "none")
        for card in facts.interfaces
        if card.loopback
    )
    return rows or (("there is no loopback interface",),)

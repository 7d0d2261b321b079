"""Listeners that could be what the user meant: the same port at another address, or a port nearby."""

from __future__ import annotations

from porttui.model.address import destination, family, is_loopback, is_wildcard
from porttui.model.facts import Facts, Socket
from porttui.reading import packets, seen

NEAR = 10
"""Servers that find their port taken try the next ones: vite, next, jupyter and others go up by one at a time."""

_MOST_FOREIGN = 4

_TWINS = (
    (80, 8080), (80, 8000), (443, 8443), (3000, 3001), (5173, 5174), (5432, 5433), (8000, 8080), (8080, 8081),
    (8080, 8443), (6379, 6380), (3306, 3307), (5000, 5001), (22, 2222), (4200, 4201), (1433, 1434), (9000, 9001),
)  # fmt: skip
"""Ports that stand in for one another, by custom."""

_OTHER_SERVICES = {
    "sshd", "ssh", "systemd-resolve", "systemd-resolved", "cupsd", "dnsmasq", "master", "exim4", "chronyd", "rpcbind",
    "avahi-daemon", "containerd", "tailscaled", "named",
}  # fmt: skip
"""Programs of the system itself: nobody means them by mistake, unless the port is their twin."""


def is_twin(one: int, other: int) -> bool:
    """Tell whether two ports stand in for one another by custom."""
    return (one, other) in _TWINS or (other, one) in _TWINS


def may_be_meant(row: Socket, port: int) -> bool:
    """Tell whether a socket is on a port, near it or on its twin."""
    return abs(row.port - port) <= NEAR or is_twin(port, row.port)


def same_port(facts: Facts) -> tuple[Socket, ...]:
    """Return the listeners on the target's port, none of which accepts the target's addresses."""
    asked = seen.addresses(facts)
    found = seen.listeners(facts)
    if any(seen.would_accept(socket, address) is not False for socket in found for address in asked):
        return ()
    return found


def foreign(facts: Facts) -> tuple[str, ...]:
    """Return the addresses of listeners on the port that no interface has.

    The machine has lost them, or its routing calls them its own (``ip route add local``, ip-route(8)).
    """
    addresses = dict.fromkeys(socket.address for socket in seen.listeners(facts))
    return tuple(each for each in addresses if not is_wildcard(each) and not seen.is_local(facts, each))[:_MOST_FOREIGN]


def neighbours(facts: Facts) -> tuple[Socket, ...]:
    """Return listeners on other ports that would accept the target's address and could be the service meant.

    Nearest first. Services of the system itself are left out unless the two ports are twins.
    """
    port = facts.asked.target.port
    if seen.listeners(facts):
        return ()
    found = [
        socket
        for socket in seen.all_listeners(facts)
        if socket.port != port
        and may_be_meant(socket, port)
        and any(seen.would_accept(socket, address) for address in seen.addresses(facts))
        and (is_twin(port, socket.port) or seen.program_of(facts, socket) not in _OTHER_SERVICES)
    ]
    found.sort(key=lambda socket: (abs(socket.port - port) > NEAR, abs(socket.port - port), socket.port))
    return tuple({socket.port: socket for socket in reversed(found)}.values())[::-1]


def beside(facts: Facts) -> tuple[Socket, ...]:
    """Return the listeners on the target's port that take none of its addresses, while another one does.

    They are of interest only where the owners cannot be seen: what they answer may tell whether it is one server.
    """
    found = seen.listeners(facts)
    if all(socket.owner_by == "descriptor" for socket in found):
        return ()
    asked = seen.addresses(facts)
    return tuple(socket for socket in found if all(seen.would_accept(socket, each) is False for each in asked))


def sidesteps(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return a loopback address that was asked, and another address of this machine from which to ask it again.

    Its packets did not even leave. A rule drops them from anywhere; but where NAT leads them out of this machine, only
    those that come from a loopback address may not go there.
    """
    silent = [each for each in seen.failed(facts) if each.outcome == "timeout" and is_loopback(each.address)]
    stuck = [each.address for each in silent if family(each.address) == 4 and packets.dropped_outwards(each)]
    if facts.tracked is False or not stuck:
        return ()
    return tuple((stuck[0], source) for source in _lan_addresses(facts)[:1])


def _lan_addresses(facts: Facts) -> tuple[str, ...]:
    """Return this machine's IPv4 addresses that are none of loopback."""
    return tuple(each for each in seen.own_addresses(facts) if family(each) == 4 and not is_loopback(each))


def twins_of_loopback(facts: Facts) -> tuple[str, ...]:
    """Return this machine's other IPv4 addresses, when packets to a loopback address did not even leave.

    A port that is served there though nothing listens here is led on by NAT, and so may the loopback address be.
    """
    silent = [each for each in seen.failed(facts) if each.outcome == "timeout" and is_loopback(each.address)]
    if seen.listeners(facts) or facts.tracked is False or not any(packets.dropped_outwards(each) for each in silent):
        return ()
    return _lan_addresses(facts)[:1]


def address_to_ask(facts: Facts, socket: Socket) -> str:
    """Return the address at which a client on this machine reaches a listener."""
    if not is_wildcard(socket.address):
        return socket.address
    fitting = [address for address in seen.addresses(facts) if seen.would_accept(socket, address)]
    if fitting:
        return fitting[0]
    return destination(socket.address)

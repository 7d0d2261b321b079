"""Who keeps a port from being bound: a listener, or connections that are left where nobody listens any more."""

from __future__ import annotations

from porttui.model.address import endpoint, family, is_wildcard, same_address
from porttui.model.facts import Facts, Socket, Sockets
from porttui.model.services import SERVICE_PORTS
from porttui.model.target import Question
from porttui.reading import seen, source_ports

_NO_CONNECTION = {"LISTEN", "BOUND", "UNCONN"}
_USUAL_RANGE = {"linux": (32768, 60999)}
_OTHER_RANGE = (49152, 65535)
"""Source ports of outgoing connections where the system did not tell: ip(7); RFC 6335, 8.1.2."""


def in_the_way(socket: Socket, address: str) -> bool:
    """Tell whether a socket keeps another one from being bound to `address` on the same port (ip(7), ipv6(7))."""
    if family(socket.address) == family(address):
        return is_wildcard(socket.address) or is_wildcard(address) or same_address(socket.address, address)
    if family(socket.address) == 6:
        return is_wildcard(socket.address) and socket.v6only is not True
    return is_wildcard(address)


def taken(facts: Facts) -> tuple[str, ...]:
    """Return the addresses that are "in use" for a bind without SO_REUSEADDR, or even for one with it."""
    tries = facts.binds if isinstance(facts.binds, tuple) else ()
    return tuple(dict.fromkeys(each.address for each in tries if each.error == "EADDRINUSE"))


def taken_for_all(facts: Facts) -> bool:
    """Tell whether an address is "in use" even for a bind with SO_REUSEADDR."""
    return any(each.error == "EADDRINUSE" for each in seen.binds_that_count(facts))


def holders(facts: Facts) -> tuple[Socket, ...]:
    """Return the listeners and the bound sockets that are in the way of a bind that failed."""
    return tuple(row for row in _in_the_way(facts) if row.state in {"LISTEN", "BOUND"})


def connections(facts: Facts) -> tuple[Socket, ...]:
    """Return the connections whose own end is on the port: where a bind failed those in its way, else all."""
    return tuple(row for row in _in_the_way(facts) if row.state not in _NO_CONNECTION)


def _in_the_way(facts: Facts) -> tuple[Socket, ...]:
    port = facts.asked.target.port
    wanted = taken(facts) if facts.asked.question is Question.BIND else seen.addresses(facts)
    return tuple(
        row
        for row in seen.rows(facts)
        if row.protocol == "tcp"
        and row.port == port
        and row.namespace is None
        and any(in_the_way(row, each) for each in wanted)
    )


def waits(row: Socket) -> bool:
    """Tell whether a connection is over and only its memory is left (RFC 9293, 3.3.2, TIME-WAIT)."""
    return row.state == "TIME_WAIT"


def free_in(rows: tuple[Socket, ...]) -> float | None:
    """Return in how many seconds the kernel has forgotten the last of some connections; None when it is not told."""
    known = [row.expires for row in rows if row.expires is not None]
    return max(known) if known and len(known) == len(rows) else None


def outgoing(facts: Facts, row: Socket) -> bool | None:
    """Tell whether a connection was begun by its end on the port, whose number is then a mere source port.

    It was when something listens at its other end, or that is the port of a well-known service; or when its own end is
    in the range from which the kernel takes source ports, and the other is not. It was accepted here when it is the
    other way round.

    Returns:
        None when the ports do not tell.
    """
    if _to_itself(row) or _is_listened_to(facts, row):
        return True
    ours, theirs = is_service(row.port), is_service(row.peer_port)
    if ours != theirs:
        return theirs
    if not _is_source_port(facts, row.port):
        return False
    return None if _is_source_port(facts, row.peer_port) else True


def began(facts: Facts, row: Socket) -> bool | None:
    """Tell whether a connection was begun here, by its ports, and by SO_REUSEADDR where these do not tell.

    An accepted socket has the options of its listener, and hardly a client sets this one: when a bind with it passes
    the connection by, that came in.
    """
    told = outgoing(facts, row)
    return False if told is None and not taken_for_all(facts) else told


def certainly_outgoing(facts: Facts, row: Socket) -> bool:
    """Tell whether both ends say so: a server at the other one, and a source port at this one."""
    served = is_service(row.peer_port) or _is_listened_to(facts, row)
    return (served and _is_source_port(facts, row.port)) or _to_itself(row)


def _is_source_port(facts: Facts, port: int) -> bool:
    first, last = source_ports.source_range(facts) or _USUAL_RANGE.get(facts.os, _OTHER_RANGE)
    return first <= port <= last and port not in source_ports.reserved(facts)


def other_end(facts: Facts, row: Socket) -> Socket | None:
    """Return the row of a connection's other end, when that is on this machine too."""
    return next(
        (
            each
            for each in seen.rows(facts)
            if (each.port, each.peer_port) == (row.peer_port, row.port)
            and same_address(each.address, row.peer)
            and same_address(each.peer, row.address)
            and each.state not in _NO_CONNECTION
        ),
        None,
    )


def pair(row: Socket) -> str:
    """Write both ends of a connection: "127.0.0.1:8080 - 127.0.0.1:40112"."""
    return f"{endpoint(row.address, row.port)} - {endpoint(row.peer, row.peer_port)}"


def all_seen(facts: Facts) -> bool:
    """Tell whether every kind of socket that can hold a port was listed, those that are only bound among them."""
    sockets = facts.sockets
    return (
        isinstance(sockets, Sockets)
        and sockets.source == "netlink"
        and not any(each.what.startswith("sockets that are bound") for each in sockets.unseen)
    )


def _to_itself(row: Socket) -> bool:
    """Tell whether both ends are the same one, which a client alone can come to (RFC 9293, 3.5)."""
    return row.port == row.peer_port and row.address == row.peer


def _is_listened_to(facts: Facts, row: Socket) -> bool:
    local = seen.is_local(facts, row.peer)
    return local and seen.accepting(facts, row.peer, row.peer_port) is not None


def is_service(port: int) -> bool:
    """Tell whether a port is a privileged one or that of a well-known service, and so hardly a client's."""
    return port < 1024 or port in SERVICE_PORTS.values()

"""Questions that several readers ask of the facts: who listens, would it accept, did the packet get there."""

from __future__ import annotations

from collections.abc import Iterable

from porttui.model.address import destination, family, is_loopback, is_wildcard, parse_ip, same_address
from porttui.model.facts import Attempt, BindTry, Exchange, Facts, Process, Route, Socket, Sockets, Unseen


def addresses(facts: Facts) -> tuple[str, ...]:
    """Return the addresses that the target's name led to; () when it led nowhere or was not looked up yet."""
    return facts.name.addresses if facts.name else ()


def own_addresses(facts: Facts) -> tuple[str, ...]:
    """Return the addresses of this machine's interfaces; () also when they could not be read."""
    if not isinstance(facts.interfaces, tuple):
        return ()
    return tuple(address for interface in facts.interfaces for address in interface.addresses)


def is_local(facts: Facts, address: str) -> bool:
    """Tell whether a packet to `address` stays on this machine.

    All of 127.0.0.0/8 does, whatever the interfaces say; other addresses when an interface has them or the kernel's
    routing calls them local.
    """
    if is_loopback(address) or is_wildcard(address):
        return True
    if any(same_address(address, own) for own in own_addresses(facts)):
        return True
    routes = facts.routes if isinstance(facts.routes, tuple) else ()
    return any(route.kind == "local" and same_address(route.destination, address) for route in routes)


def target_is_local(facts: Facts) -> bool:
    """Tell whether every address of the target is this machine's; False when it has none."""
    return bool(addresses(facts)) and all(is_local(facts, address) for address in addresses(facts))


def rows(facts: Facts) -> tuple[Socket, ...]:
    """Return the socket rows that were read; () also when there was no look. Ask `sockets_seen` which."""
    return facts.sockets.rows if isinstance(facts.sockets, Sockets) else ()


def sockets_seen(facts: Facts) -> bool:
    """Tell whether the socket tables were read."""
    return isinstance(facts.sockets, Sockets)


def sockets_unseen(facts: Facts) -> tuple[Unseen, ...]:
    """Return why the socket tables could not be read; () when they were, or when nobody looked yet."""
    return (facts.sockets,) if isinstance(facts.sockets, Unseen) else ()


def sockets_left_out(facts: Facts) -> tuple[Unseen, ...]:
    """Return what the reading of the socket tables left out."""
    return facts.sockets.unseen if isinstance(facts.sockets, Sockets) else ()


def listeners(facts: Facts, port: int | None = None) -> tuple[Socket, ...]:
    """Return the TCP listeners of this network namespace, on `port` or on the target's port."""
    wanted = facts.asked.target.port if port is None else port
    return tuple(row for row in all_listeners(facts) if row.port == wanted)


def all_listeners(facts: Facts) -> tuple[Socket, ...]:
    """Return every TCP listener of this network namespace."""
    return tuple(
        row for row in rows(facts) if row.protocol == "tcp" and row.state == "LISTEN" and row.namespace is None
    )


def would_accept(socket: Socket, address: str) -> bool | None:
    """Tell whether a listener takes connections to `address`, by family, address and IPV6_V6ONLY (ipv6(7)).

    Returns:
        None when that depends on something that is not known: the V6ONLY bit, or the interface of a bound device.
    """
    if not _address_fits(socket, address):
        return False
    if family(address) == 4 and family(socket.address) == 6 and socket.v6only is None and is_wildcard(socket.address):
        return None
    return None if socket.device else True


def _address_fits(socket: Socket, address: str) -> bool:
    listening = parse_ip(socket.address)
    address = destination(address)
    if family(socket.address) == family(address):
        return is_wildcard(socket.address) or same_address(socket.address, address)
    if family(address) == 4 and listening is not None:
        mapped = getattr(listening, "ipv4_mapped", None)
        if mapped is not None:
            return same_address(str(mapped), address)
        return is_wildcard(socket.address) and socket.v6only is not True
    return False


def accepting(facts: Facts, address: str, port: int | None = None) -> Socket | None:
    """Return the listener that gets connections to `address`: the most specific one that would accept them."""
    fitting = [socket for socket in listeners(facts, port) if would_accept(socket, address) is not False]
    fitting.sort(key=lambda socket: (is_wildcard(socket.address), family(socket.address) != family(address)))
    return fitting[0] if fitting else None


def asked_attempts(facts: Facts) -> tuple[Attempt, ...]:
    """Return the connection attempts to the target's own addresses."""
    return tuple(attempt for attempt in facts.attempts or () if attempt.role == "asked")


def opened(facts: Facts) -> bool:
    """Tell whether a connection to one of the target's addresses opened, and not to itself."""
    return any(attempt.outcome == "open" and not attempt.self_connected for attempt in asked_attempts(facts))


def failed(facts: Facts) -> tuple[Attempt, ...]:
    """Return the attempts at the target when none of them opened; () when one did or nobody tried yet."""
    return () if opened(facts) else asked_attempts(facts)


def route(facts: Facts, address: str) -> Route | None:
    """Return the kernel's answer to the question for the way to an address; None when it was not had."""
    routes = facts.routes if isinstance(facts.routes, tuple) else ()
    return next((each for each in routes if same_address(each.destination, address)), None)


def next_hops(facts: Facts, attempts: Iterable[Attempt]) -> tuple[str, ...]:
    """Return the machines that packets to addresses of other machines are handed to: gateways, or those themselves."""
    found = [
        way.gateway or each.address
        for each in attempts
        if not each.immediate
        and not is_local(facts, each.address)
        and (way := route(facts, each.address)) is not None
        and way.kind == "unicast"
    ]
    return tuple(dict.fromkeys(found))


def stopped_here(facts: Facts) -> tuple[Attempt, ...]:
    """Return the attempts that connect(2) refused before a packet left, when that is what keeps the user out.

    Of several addresses the one that got furthest counts: where another one was refused by a machine, it says nothing
    that this machine has no way to this one. Unless it is known that the server listens at this one, and not there.
    """
    attempts = failed(facts)
    here = tuple(each for each in attempts if each.immediate)
    if len(here) == len(attempts):
        return here
    others = [each for each in attempts if not each.immediate]
    if any(each.outcome != "ECONNREFUSED" or accepting(facts, each.address) is not None for each in others):
        return ()
    return tuple(each for each in here if accepting(facts, each.address) is not None)


def refused(facts: Facts) -> tuple[Attempt, ...]:
    """Return the failed attempts that ended in a plain refusal (a TCP reset, no ICMP error)."""
    return tuple(each for each in failed(facts) if each.outcome == "ECONNREFUSED" and each.icmp is None)


def binds_that_count(facts: Facts) -> tuple[BindTry, ...]:
    """Return the tries to bind by which a server is judged: with SO_REUSEADDR, as servers do, where it was tried.

    On Windows that option means something else (it steals ports), so there the plain tries count.
    """
    tries = facts.binds if isinstance(facts.binds, tuple) else ()
    return tuple(each for each in tries if each.reuse_address) or tries


def exchanges(facts: Facts, role: str = "asked") -> tuple[Exchange, ...]:
    """Return what was said on connections to the target ("asked"), to its neighbours or to the proxy."""
    return tuple(exchange for exchange in facts.exchanges or () if exchange.role == role)


def talk_failed(facts: Facts) -> bool:
    """Tell whether porttui itself failed at talking to the server, so that what was not said there says nothing."""
    return any(each.what in {"probe", "rest of the look"} for each in facts.failures)


def owners_unseen(facts: Facts) -> tuple[Unseen, ...]:
    """Return what the reading of the socket tables left out, the owners of sockets above all."""
    return facts.sockets.unseen if isinstance(facts.sockets, Sockets) else ()


def process(facts: Facts, pid: int) -> Process | None:
    """Return the description of a process, when it was read."""
    return next((each for each in facts.processes or () if each.pid == pid), None)


def owners(facts: Facts, socket: Socket) -> tuple[Process, ...]:
    """Return the processes that hold a socket, or seem to (`socket.owner_by`); () when that is not known."""
    found = (process(facts, pid) for pid in socket.pids)
    return tuple(each for each in found if each is not None)


def program_of(facts: Facts, socket: Socket) -> str | None:
    """Return the name of the program behind a socket: by its process, else by its unit; None when not known."""
    holding = owners(facts, socket)
    if holding:
        return holding[0].name
    return socket.unit.removesuffix(".service").removesuffix(".socket") if socket.unit else None


def wants_http(facts: Facts) -> bool:
    """Tell whether the target is asked in HTTP, with or without TLS."""
    return facts.asked.target.scheme in {"http", "https"}

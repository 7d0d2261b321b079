"""Outside of the container that porttui runs in: is the port open there?

Asked only where the marks of a container are there, the target is loopback, the kernel itself refused, and nothing
listens on the port inside. Only addresses behind a virtual interface (veth, tun) are connected to: the machine that
runs the container, and its neighbours on the same bridge; never a router on a network.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from porttui.model.address import is_loopback, parse_ip
from porttui.model.facts import Facts, Outside, Route
from porttui.model.printable import printable
from porttui.observe import files
from porttui.observe.errors import errno_name
from porttui.observe.hosts_file import hosts_path
from porttui.observe.platform import Platform
from porttui.reading import seen

_SOMEWHERE = "192.0.2.1"
"""An address that is nobody's (RFC 5737): the way to it is the default route. Nothing is sent there."""
_VIRTUAL = {"veth", "tun"}
"""How containers are tied to their machine: Docker and Podman by veth, rootless ones by tun (slirp4netns, pasta)."""
_SECONDS = 0.6
_MOST = 4


def worth_it(facts: Facts) -> bool:
    """Tell whether the outside has to be asked at all."""
    asked = seen.addresses(facts)
    return bool(
        facts.host.container
        and asked
        and all(is_loopback(address) for address in asked)
        and seen.sockets_seen(facts)
        and not seen.listeners(facts)
        and len(seen.refused(facts)) == len(asked)
    )


def look_outside(facts: Facts, eyes: Platform) -> tuple[Outside, ...]:
    """Try the port at the default gateway and at the names of the hosts file, at most four, 0.6 s each.

    Returns:
        What was tried; () when no virtual interface leads out of here.
    """
    found: list[Outside] = []
    for name, address in _places(facts, eyes):
        interface = _leads_out(facts, eyes.route(address))
        if interface is None or any(each.address == address for each in found):
            continue
        began = time.perf_counter()
        outcome = _connect(address, facts.asked.target.port)
        ms = round((time.perf_counter() - began) * 1000, 3)
        found.append(Outside(name=name, address=address, interface=interface, outcome=outcome, ms=ms))
        if outcome == "open" or len(found) == _MOST:
            break
    return tuple(found)


def _places(facts: Facts, eyes: Platform) -> Iterator[tuple[str, str]]:
    """List names first, because a name is better advice than an address: those of the machine, then of neighbours."""
    listed = list(_listed())
    yield from ((name, address) for name, address in listed if name.endswith(".internal"))
    way = eyes.route(_SOMEWHERE)
    gateway = way.gateway if isinstance(way, Route) else None
    if gateway:
        yield "the default gateway", gateway
    own = seen.own_addresses(facts)
    yield from ((name, address) for name, address in listed if address not in own and not name.endswith(".internal"))


def _listed() -> Iterator[tuple[str, str]]:
    try:
        lines = files.read(hosts_path(), 65536).decode("utf-8", "replace").splitlines()
    except OSError:
        return
    for line in lines[:200]:
        words = line.partition("#")[0].split()
        ip = parse_ip(words[0]) if len(words) > 1 else None
        if ip is not None and not (ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified):
            yield printable(words[1], 253), words[0]


def _leads_out(facts: Facts, way: object) -> str | None:
    """Return the virtual interface by which an address is a neighbour; None for any other address."""
    if not isinstance(way, Route) or way.kind != "unicast" or way.gateway is not None:
        return None
    cards = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    card = next((each for each in cards if each.name == way.interface), None)
    return card.name if card is not None and card.kind in _VIRTUAL else None


def _connect(address: str, port: int) -> str:
    import socket

    try:
        with socket.create_connection((address, port), timeout=_SECONDS):
            return "open"
    except TimeoutError:
        return "timeout"
    except OSError as error:
        return errno_name(error)

"""Is an address one that stands for many machines, so that no TCP connection can be made to it?"""

from __future__ import annotations

from typing import Literal

from porttui.model.address import can_listen, parse_ip
from porttui.model.facts import Facts
from porttui.reading import seen

Kind = Literal["broadcast", "multicast"]


def kind(facts: Facts, address: str) -> Kind | None:
    """Tell whether an address is a broadcast or a multicast address; None when it is neither, or nobody can say.

    A multicast address and 255.255.255.255 are known by their number; the broadcast address of a network only by the
    kernel's routing, since it follows from the length of the prefix (RFC 1122, 3.2.1.3).
    """
    route = seen.route(facts, address)
    if route is not None and route.kind == "broadcast":
        return "broadcast"
    if can_listen(address):
        return None
    ip = parse_ip(address)
    return "multicast" if ip is not None and ip.is_multicast else "broadcast"


def first(facts: Facts) -> tuple[str, Kind] | None:
    """Return the first address of the target that is a broadcast or a multicast address, and which of both."""
    found = ((each, kind(facts, each)) for each in seen.addresses(facts))
    return next(((address, one) for address, one in found if one is not None), None)

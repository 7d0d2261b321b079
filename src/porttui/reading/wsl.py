"""Whether localhost here is that of Windows as well: WSL1 and mirrored networking share it, WSL2 by itself does not."""

from __future__ import annotations

from porttui.model.address import is_loopback
from porttui.model.facts import Facts, Route
from porttui.reading import seen

_MIRRORED = "loopback0"
"""The interface by which a WSL with mirrored networking reaches Windows' loopback."""


def shared(facts: Facts) -> str | None:
    """Tell why localhost is no other one than Windows' here; None in a WSL2 with a localhost of its own."""
    if not facts.host.wsl:
        return "this is not WSL"
    if facts.host.release.endswith("-Microsoft"):  # WSL2: "5.15.167.4-microsoft-standard-WSL2"
        return "this is WSL1, which shares the network of Windows"
    if isinstance(facts.interfaces, tuple) and any(each.name == _MIRRORED for each in facts.interfaces):
        return "the networking is mirrored, so localhost is shared"
    return None


def localhost_was_asked(facts: Facts) -> bool:
    """Tell whether all addresses of the target are loopback's."""
    return bool(seen.addresses(facts)) and all(is_loopback(each) for each in seen.addresses(facts))


def windows_may_have_it(facts: Facts) -> bool:
    """Tell whether localhost refused in a WSL2 where nothing has the port: then a server in Windows may be meant."""
    if shared(facts) is not None or not localhost_was_asked(facts):
        return False
    return bool(seen.refused(facts)) and seen.sockets_seen(facts) and not seen.listeners(facts)


def leads_out_of_a_container(facts: Facts, route: Route) -> bool:
    """Tell whether a default gateway is the machine of a container, and not Windows: WSL itself has a network card.

    systemd calls WSL a container as well (/run/systemd/container).
    """
    if facts.host.container in {None, "wsl"} or not isinstance(facts.interfaces, tuple):
        return False
    return any(each.name == route.interface and each.kind in {"veth", "tun"} for each in facts.interfaces)

"""Whether IPv6 is switched off on this machine, by its settings and its addresses."""

from __future__ import annotations

from porttui.model.address import family, is_loopback, is_wildcard
from porttui.model.facts import Facts


def setting(address: str) -> str:
    """Return the name of the kernel setting that decides about IPv6 for an address (ip-sysctl.rst, disable_ipv6)."""
    scope = "lo" if is_loopback(address) or is_wildcard(address) else "all"
    return f"net.ipv6.conf.{scope}.disable_ipv6"


def is_off(facts: Facts, address: str) -> bool | None:
    """Tell whether IPv6 is off for packets to an IPv6 address.

    Returns:
        None when that is not known: there is no IPv6 address, and no setting that says why. An interface loses its IPv6
        addresses when disable_ipv6 is set, so one that has an address is not off, whatever "all" says.
    """
    if not isinstance(facts.interfaces, tuple):
        return None
    inside = is_loopback(address) or is_wildcard(address)
    concerned = [each for each in facts.interfaces if each.loopback or not inside]
    if any(family(own) == 6 for each in concerned for own in each.addresses):
        return False
    return True if facts.sysctls.get(setting(address)) == "1" else None

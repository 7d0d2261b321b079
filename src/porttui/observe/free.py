"""Finding a port that a server can have: one that really binds, near the one that was asked for.

bind(2) without listen(2), given back at once: nothing is left behind. Another program may take the port a moment
later, so this says what was free at the time of the look.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from porttui.model.services import SERVICE_PORTS
from porttui.observe.bind import try_binds

EVERYWHERE = ("0.0.0.0", "::")
USUAL = range(20_000, 32_768)
"""Where a port is looked for when none is asked: over the well-known ones, and under the range from which Linux takes
the source ports of outgoing connections (ip_local_port_range, ip(7): 32768 to 60999), so that none of those can take
it later."""
_NOT_HERE = ("EADDRNOTAVAIL", "EAFNOSUPPORT")
"""Errors that say that the machine lacks the address or its family, not that the port is taken."""
_EPHEMERAL = {"linux": (32768, 60999), "macos": (49152, 65535), "windows": (49152, 65535)}
"""Source ports of outgoing connections where the system was not asked: ip(7); RFC 6335, 8.1.2."""
_NOT_BY_BROWSERS = frozenset((*(1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6679, 6697, 10080),
                              *range(6665, 6670)))  # fmt: skip
"""Ports over 1023 that browsers refuse to open (Fetch Standard, "Port blocking")."""
_USUAL_TWINS = {80: 8080, 443: 8443, 22: 2222}
_MOST_TRIED = 200
_BLOCK = 100
"""How far from the asked port is still near."""


def port_error(port: int, addresses: Iterable[str] = EVERYWHERE, *, strict: bool = False) -> str | None:
    """Return the name of the errno that keeps a server from a port on any of the addresses, or None when it binds.

    Args:
        port: 1 to 65535.
        addresses: where the server would listen; those that this machine has not are no obstacle, unless it has none.
        strict: bind without SO_REUSEADDR, too. Most servers set it, for connections in TIME_WAIT are no obstacle then.
    """
    tries = try_binds(addresses, port)
    counted = tries if strict else [each for each in tries if each.reuse_address] or list(tries)
    errors = [each.error for each in counted if each.error not in (None, *_NOT_HERE)]
    if errors:
        return errors[0]
    return None if any(each.error is None for each in counted) or not counted else counted[0].error


def first_free(ports: Iterable[int], addresses: Iterable[str] = EVERYWHERE) -> tuple[int | None, str | None]:
    """Return the first port that binds on every address, and the error of the last one that did not."""
    wanted = tuple(addresses)
    why: str | None = None
    for port in ports:
        error = port_error(port, wanted)
        if error is None:
            return port, None
        why = error
    return None, why


def free_ports(  # noqa: PLR0913 - what is known of the machine, each part by itself
    asked: int,
    addresses: Iterable[str],
    *,
    os: str = "linux",
    sysctls: dict[str, str] | None = None,
    used: Iterable[int] = (),
    most: int = 3,
) -> tuple[int, ...]:
    """Find ports that a server can have instead of the one that was asked for, nearest first.

    Args:
        asked: the port that cannot be had.
        addresses: where the server would listen: each port binds on all of them, with and without SO_REUSEADDR.
        os: the system, for its range of source ports.
        sysctls: the kernel's settings, for that range and for the end of the reserved ports.
        used: ports that somebody listens on at any address: not in the way of a bind, but of clarity.
        most: how many to find.

    Returns:
        At most `most` ports; () when none of the 200 that are tried can be had.
    """
    wanted = tuple(addresses)
    taken = {asked, *used, *SERVICE_PORTS.values()} - {8080, 8443}
    found: list[int] = []
    candidates = (port for port in _candidates(asked, os, sysctls or {}) if port not in taken)
    for port in itertools.islice(candidates, _MOST_TRIED):
        if port_error(port, wanted, strict=True) is None:
            found.append(port)
            if len(found) == most:
                break
    return tuple(found)


def _candidates(asked: int, os: str, sysctls: dict[str, str]) -> Iterator[int]:
    """Yield ports from near to far: the usual stand-in, the next ones, the same digits over 8000, then any."""
    lowest = _number(sysctls.get("net.ipv4.ip_unprivileged_port_start", ""), 1024)
    first, last = _ephemeral(os, sysctls)
    reserved = _reserved(sysctls.get("net.ipv4.ip_local_reserved_ports", ""))
    far = USUAL.start + asked % 10_000
    near = itertools.chain(
        (_USUAL_TWINS[asked],) if asked in _USUAL_TWINS else (),
        range(asked + 1, asked + _BLOCK) if asked >= 1024 else range(8000 + asked, 8000 + asked + _BLOCK),
        range(far, far + _BLOCK),
        range(8081, 8081 + _BLOCK),
    )
    for port in dict.fromkeys(near):
        kept = first <= port <= last or port in reserved or port in _NOT_BY_BROWSERS
        if max(1024, lowest) <= port <= 65535 and not kept:
            yield port


def _ephemeral(os: str, sysctls: dict[str, str]) -> tuple[int, int]:
    pair = sysctls.get("net.ipv4.ip_local_port_range", "").split()
    if len(pair) != 2:
        names = ("net.inet.ip.portrange.first", "net.inet.ip.portrange.last")
        pair = [sysctls[name] for name in names if name in sysctls]
    if len(pair) == 2 and all(each.isdigit() for each in pair):
        return int(pair[0]), int(pair[1])
    return _EPHEMERAL.get(os, _EPHEMERAL["linux"])


def _reserved(text: str) -> set[int]:
    """Read ip_local_reserved_ports, "8081,9000-9002": somebody keeps them for a service (ip-sysctl.rst)."""
    ports: set[int] = set()
    for part in text.split(",")[:1000]:
        low, _, high = part.partition("-")
        if low.isdigit() and (not high or high.isdigit()):
            ports.update(range(int(low), min(65535, int(high or low)) + 1))
    return ports


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdigit() else otherwise

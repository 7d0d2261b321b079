"""Finding a port that a server can have: one that really binds, near the one that was asked for.

bind(2) without listen(2), given back at once: nothing is left behind. Another program may take the port a moment
later, so this says what was free at the time of the look.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from porttui.model.services import SERVICE_PORTS
from porttui.observe.bind import try_binds
from porttui.reading import lasting

EVERYWHERE = ("0.0.0.0", "::", "127.0.0.1", "::1")
"""Where servers listen. On Linux a wildcard stands for the others too; elsewhere it may bind beside one of them."""
USUAL = range(20_000, 32_768)
"""Where a port is looked for when none is asked: over the well-known ones, and under the range from which Linux takes
the source ports of outgoing connections (ip_local_port_range, ip(7): 32768 to 60999), so that none of those can take
it later."""
_NOT_HERE = ("EADDRNOTAVAIL", "EAFNOSUPPORT")
"""Errors that say that the machine lacks the address or its family, not that the port is taken."""
OF_PORTS = ("EADDRINUSE", "EACCES", "EPERM")
"""Errors of bind(2) that another port may not meet: taken, or not for this user."""
_USUAL_TWINS = {80: 8080, 443: 8443, 22: 2222}
_MOST_TRIED = 200
_BLOCK = 100
"""How far from the asked port is still near."""


def port_error(
    port: int, addresses: Iterable[str] = EVERYWHERE, *, strict: bool = False, each_one: bool = False
) -> str | None:
    """Return the name of the errno that keeps a server from a port on any of the addresses, or None when it binds.

    Args:
        port: 1 to 65535.
        addresses: where the server would listen; those that this machine has not are no obstacle, unless it has none.
        strict: bind without SO_REUSEADDR, too. Most servers set it, for connections in TIME_WAIT are no obstacle then.
        each_one: an address that this machine has not is an obstacle, too.
    """
    tries = try_binds(addresses, port)
    counted = tries if strict else [each for each in tries if each.reuse_address] or list(tries)
    excused = () if each_one else _NOT_HERE
    errors = [each.error for each in counted if each.error not in (None, *excused)]
    if errors:
        return errors[0]
    return None if any(each.error is None for each in counted) or not counted else counted[0].error


def first_free(
    ports: Iterable[int],
    addresses: Iterable[str] = EVERYWHERE,
    *,
    most: int = 1,
    strict: bool = False,
    each_one: bool = False,
) -> tuple[tuple[int, ...], str | None]:
    """Find the first ports that bind on every address.

    Args:
        ports: which to try, in this order.
        addresses: as in `port_error`, like `strict` and `each_one`.
        most: how many to find.
        strict: as in `port_error`.
        each_one: as in `port_error`.

    Returns:
        The ports, and the error of the last one that could not be bound. The search ends early at an error that every
        other port would meet, too: the address is missing, or no socket can be made (EMFILE, ENOBUFS).
    """
    wanted = tuple(addresses)
    found: list[int] = []
    why: str | None = None
    for port in ports:
        error = port_error(port, wanted, strict=strict, each_one=each_one)
        if error is None:
            found.append(port)
            if len(found) == most:
                break
            continue
        why = error
        if error not in OF_PORTS:
            break
    return tuple(found), why


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
    candidates = (port for port in near(asked, os, sysctls or {}) if port not in taken)
    for port in itertools.islice(candidates, _MOST_TRIED):
        if port_error(port, wanted, strict=True) is None:
            found.append(port)
            if len(found) == most:
                break
    return tuple(found)


def near(asked: int, os: str, sysctls: dict[str, str]) -> Iterator[int]:
    """Yield ports from near to far: the usual stand-in, the next ones, the same digits over 8000, then any."""
    lowest = _number(sysctls.get("net.ipv4.ip_unprivileged_port_start", ""), 1024)
    keeps = lasting.keeping(os, sysctls)
    far = USUAL.start + asked % 10_000
    around = itertools.chain(
        (_USUAL_TWINS[asked],) if asked in _USUAL_TWINS else (),
        range(asked + 1, asked + _BLOCK) if asked >= 1024 else range(8000 + asked, 8000 + asked + _BLOCK),
        range(far, far + _BLOCK),
        range(8081, 8081 + _BLOCK),
        range(max(lowest, USUAL.start), max(lowest, USUAL.start) + _BLOCK),
    )
    for port in dict.fromkeys(around):
        if max(1024, lowest) <= port <= 65535 and not lasting.doubts(port, keeps, wanted=True):
            yield port


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdigit() else otherwise

"""What the name of the target leads to, as programs on this machine get it: from getaddrinfo(3)."""

from __future__ import annotations

import _socket as socket  # see netlink
import threading
import time

from porttui.model.address import parse_ip
from porttui.model.base import Value
from porttui.model.facts import Name, Resolver, Unseen
from porttui.observe.errors import errno_name
from porttui.observe.hosts_file import hosts_path, lines_naming
from porttui.observe.sockaddr import address_text


class _Answer(Value, frozen=True, kw_only=True):
    """What one call of getaddrinfo gave."""

    addresses: tuple[str, ...] = ()
    error: str | None = None
    ms: float = 0.0


class _Lookup:
    """A getaddrinfo call in a thread of its own: nothing can end one that waits for a silent resolver."""

    def __init__(self, host: str) -> None:
        self.began = time.monotonic()
        self._answer: _Answer | None = None
        self._thread = threading.Thread(target=self._run, args=(host,), name="look-getaddrinfo", daemon=True)
        self._thread.start()

    def wait(self, until: float) -> _Answer | None:
        """Return the answer; None when there is none by then (`time.monotonic`)."""
        self._thread.join(max(0.0, until - time.monotonic()))
        return self._answer

    def _run(self, host: str) -> None:
        self._answer = _ask(host, self.began)


def look_up(host: str, timeout: float = 4.0) -> Name:
    """Tell which addresses a host name leads to, and what "localhost" leads to here.

    Args:
        host: a name, or an address, which is not looked up.
        timeout: seconds for both lookups together; a resolver that is silent for longer is given up. The name servers
            are then asked once more, for at most a second.

    Returns:
        The addresses in the order of getaddrinfo(3), each once, link-local ones with their scope. When the time was
        over, the error is EAI_AGAIN, which getaddrinfo itself would end with, and `timed_out` is set.
    """
    until = time.monotonic() + timeout
    localhost = _Lookup("localhost")
    literal = _literal(host)
    path = hosts_path()
    if literal is not None:
        local = localhost.wait(until) or _Answer()
        return Name(host=host, literal=True, addresses=(literal,), hosts_path=path, localhost=local.addresses)
    asked = localhost if host == "localhost" else _Lookup(host)
    hosts = lines_naming(host, path)
    answer = asked.wait(until)
    local = localhost.wait(until) or _Answer()
    timed_out = answer is None
    if answer is None:
        answer = _Answer(error="EAI_AGAIN", ms=(time.monotonic() - asked.began) * 1000)
    return Name(
        host=host,
        literal=False,
        addresses=answer.addresses,
        error=answer.error,
        timed_out=timed_out,
        hosts=hosts,
        hosts_path=path,
        localhost=local.addresses,
        resolver=_resolver(host, answer.error, min(1.0, timeout)),
        ms=round(answer.ms, 3),
    )


def _resolver(host: str, error: str | None, seconds: float) -> Resolver | Unseen | None:
    """See who did not answer, when getaddrinfo says so. localhost is a matter of the hosts file."""
    if error not in {"EAI_AGAIN", "EAI_FAIL"} or host == "localhost":
        return None
    from porttui.observe.resolver import read_resolver

    return read_resolver(host, seconds)


def _ask(host: str, began: float) -> _Answer:
    """Call getaddrinfo as clients do: both families, stream sockets, no flags."""
    addresses: tuple[str, ...] = ()
    error = None
    try:
        addresses = _addresses(host, 0)
    except socket.gaierror as failure:
        error = _eai_name(failure.errno)
    except OSError as failure:  # EAI_SYSTEM: EMFILE when no descriptor is left
        error = errno_name(failure)
    except ValueError:  # UnicodeError: a label that no resolver would take (RFC 1035, 2.3.4); or a null character
        error = "EAI_NONAME"
    return _Answer(addresses=addresses, error=error, ms=(time.monotonic() - began) * 1000)


def _addresses(host: str, flags: int) -> tuple[str, ...]:
    # Python takes a str through its IDNA codec, whose tables are needed for other than ASCII letters alone. What the
    # codec would refuse (RFC 1035, 2.3.4: a label of 1 to 63 letters) is left to it.
    plain = host.isascii() and host.isprintable() and all(0 < len(label) < 64 for label in host.split("."))
    name = host.encode("ascii") if plain else host
    found = socket.getaddrinfo(name, None, socket.AF_UNSPEC, socket.SOCK_STREAM, 0, flags)
    return tuple(dict.fromkeys(address_text(name) for _, _, _, _, name in found))


def _literal(host: str) -> str | None:
    """Return the address that the host spells, or None for a name.

    The short forms of inet_aton(3) are addresses too: 127.1, 0x7f.1, 2130706433, 0.
    """
    ip = parse_ip(host)
    if ip is not None:
        mapped = getattr(ip, "ipv4_mapped", None)
        return str(mapped) if mapped else host  # ::ffff:127.0.0.1 is reached by IPv4 (RFC 4291, 2.5.5.2)
    try:
        found = _addresses(host, socket.AI_NUMERICHOST)
    except (OSError, ValueError):
        return None
    return found[0] if found else None


def _eai_name(number: int | None) -> str:
    """Return the name of a getaddrinfo error: "EAI_NONAME". Where two share a number the common one is taken."""
    for name in ("EAI_NONAME", "EAI_AGAIN", "EAI_FAIL"):
        if getattr(socket, name, None) == number:
            return name
    return next((name for name in sorted(dir(socket)) if name.startswith("EAI_") and getattr(socket, name) == number),
                f"EAI?{number}")  # fmt: skip

"""One place, as people write it: a port, a host, host and port, or a URL. Only the spelling is judged here.

RFC 3986 (URI syntax), RFC 6874 (IPv6 zones in URLs), RFC 1123 2.1 and RFC 1035 2.3.4 (names), RFC 5952 6 (IPv6 with
a port).
"""

from __future__ import annotations

import re
from typing import NoReturn

from porttui.model.address import is_loopback, is_wildcard, parse_ip
from porttui.model.base import Value
from porttui.model.printable import is_printable, printable
from porttui.model.services import SCHEME_PORTS, TRANSPORTS, scheme_name, service_port, service_scheme
from porttui.model.target import TargetError

_URL = r"(?:jdbc:)?([A-Za-z][A-Za-z0-9+.-]*)://(.*)"
_NO_HOST = {"file", "unix", "data", "about", "npipe", "chrome", "blob", "unixgram"}
_SOCKET_ONLY = {"postgresql"}
"""Schemes whose URL may leave the host out (libpq, 34.1.1.2); the client then asks this machine."""


class Place(Value, frozen=True, kw_only=True):
    """Where something listens or should: `parse` makes a target of it."""

    host: str | None
    """None: only a port was named."""
    port: int
    scheme: str | None = None
    path: str = "/"


def read_place(text: str) -> Place:
    """Read one word that names a place.

    Args:
        text: a word without quotes around it, already cleaned (`porttui.model.clean`).

    Returns:
        The place; a host without a port gets 80 and ``http``, a URL the port of its scheme.

    Raises:
        TargetError: it names none; the message says why and gives an example.
    """
    if not text or text.isspace():
        fail("nothing was typed")
    if any(char.isspace() for char in text):
        fail(f"{quoted(text)} has a space in it")
    url = re.fullmatch(_URL, text, re.DOTALL)
    if url:
        return _read_url(url[1], url[2], text)
    if text.startswith("//"):
        return _read_url("http", text[2:], text)
    if re.search(r"[0-9]/(?:tcp|udp)$", text):
        return _container_port(text)
    slashes = re.match(r"(https?|wss?):(?![0-9]+$)", text, re.IGNORECASE)
    if slashes:
        fail(f'{quoted(text)} needs two slashes after "{slashes[0]}"', "http://localhost:3000")
    authority, path = _split_path(text)
    if path is not None:
        return _read_url("http", text, text)
    host, port = _split_port(authority.rpartition("@")[2])
    if host is None:
        return Place(host=None, port=read_port(port or ""))
    if port is not None:
        return Place(host=read_host(host), port=read_port(port), scheme=_scheme_of_port(port))
    if re.fullmatch(r"[+-]?[0-9]+", host):
        return Place(host=None, port=read_port(host))
    known = service_port(host)
    if known is not None:
        return Place(host=None, port=known, scheme=service_scheme(host))
    return Place(host=read_host(host), port=80, scheme="http")


def read_port(text: str) -> int:
    """Read a port, as a number from 1 to 65535 or as the name of a service.

    Raises:
        TargetError: it is neither.
    """
    if not text:
        fail("there is no port after the colon")
    if re.fullmatch(r"[0-9]+", text):
        digits = text.lstrip("0")
        if not digits:
            fail("port 0 means any free port, so there is nothing to look at")
        if len(digits) <= 5 and int(digits) <= 65535:
            return int(digits)
        fail(f"{quoted(text)} is no port: ports go from 1 to 65535")
    if re.fullmatch(r"[+-][0-9]+", text):
        fail(f"{quoted(text)} is no port: ports go from 1 to 65535")
    known = service_port(text)
    if known is None:
        fail(f"{quoted(text)} is neither a port nor the name of a service that porttui knows")
    return known


def read_host(text: str) -> str:
    """Check a name or an address, and return it in lower case; a zone keeps its case.

    Whatever getaddrinfo(3) may resolve stays as it is, also ``127.1``, ``0x7f.1`` and ``2130706433`` (inet_aton(3)).

    Raises:
        TargetError: it can be neither.
    """
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    address, mark, zone = text.partition("%")
    if ":" in address:
        return _read_ipv6(text, address.lower(), zone, zoned=bool(mark))
    if mark:
        fail(f"{quoted(text)} has a % in it, which only an IPv6 address may have", "[fe80::1%eth0]:80")
    host = text.lower()
    bare = host.removesuffix(".")
    if not bare:
        fail("there is no host")
    if not re.fullmatch(r"[\w.-]+", bare) or not is_printable(bare):
        fail(f"{quoted(text)} is no name of a host")
    if bare.startswith("-"):
        fail(f"{quoted(text)} starts with a hyphen, which no name of a host does")
    if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9}){3}", bare) and any(int(part) > 255 for part in bare.split(".")):
        fail(f"{quoted(text)} is no IPv4 address: its parts go from 0 to 255", "127.0.0.1:3000")
    if len(bare) > 253 or any(not 1 <= len(label) <= 63 for label in bare.split(".")):
        fail(f"{quoted(text)} is no name of a host: its parts have 1 to 63 characters, 253 in all")
    if not bare.isascii():
        try:
            bare.encode("idna")
        except UnicodeError:
            fail(f"{quoted(text)} is no international name of a host (IDNA)")
    return host


def quoted(text: str) -> str:
    """Return the text for a message: printable, short, in quotes."""
    return f'"{printable(text, 60)}"'


def fail(what: str, example: str = "localhost:3000") -> NoReturn:
    """Raise a TargetError that says what is wrong and gives an example that works."""
    raise TargetError(f"{what}. Example: {example}")


def _read_ipv6(text: str, address: str, zone: str, *, zoned: bool) -> str:
    if parse_ip(address) is None:
        fail(f"{quoted(text)} is no IPv6 address", "[::1]:3000")
    if not zoned:
        return address
    # RFC 6874 writes the % of a zone as %25 in a URL. A zone may also be a number (Windows): %25 alone is zone 25.
    zone = re.sub(r"^25(?=.)", "", zone) if not zone.isdigit() else zone
    if not re.fullmatch(r"[\w.@~-]{1,64}", zone) or not is_printable(zone):
        fail(f"{quoted(text)} names no interface after the %", "[fe80::1%eth0]:80")
    return f"{address}%{zone}"


def _read_url(word: str, rest: str, text: str) -> Place:
    if word.lower() == "udp":
        fail(f"{quoted(text)} is about UDP, and porttui looks at TCP", "tcp://localhost:3000")
    if word.lower() in _NO_HOST:
        fail(f"{quoted(text)} names a file or a socket in the file system, not a port")
    authority, path = _split_path(rest)
    authority = re.split(r"[,;]", authority.rpartition("@")[2])[0]
    scheme = None if word.lower() in TRANSPORTS else scheme_name(word)
    host, port = _split_port(authority) if authority else (None, None)
    if port is None:
        known = SCHEME_PORTS.get(scheme or "")
        if host is None and scheme not in _SOCKET_ONLY:
            fail(f"{quoted(text)} names no host")
        if known is None:
            fail(f"{quoted(text)} names no port, and {quoted(word)} has none of its own")
        number = known
    else:
        number = SCHEME_PORTS.get(scheme or "", 0) if port == "" else 0
        number = number or read_port(port)
    return Place(
        host=None if host is None else read_host(host),
        port=number,
        scheme=scheme,
        path=printable(path or "/", 2000) if scheme else "/",
    )


def _split_path(text: str) -> tuple[str, str | None]:
    """Part authority and path; the fragment is dropped, since it is never sent (RFC 9110, 4.2.5)."""
    match = re.search(r"[/?#]", text)
    if not match:
        return text, None
    path = text[match.start() :].partition("#")[0]
    return text[: match.start()], path if path.startswith("/") else f"/{path}"


def _split_port(text: str) -> tuple[str | None, str | None]:
    """Part host and port. The host is None when only a port is there; the port is None without a colon before it."""
    if text.startswith("["):
        inside, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            fail(f"{quoted(text)} is no IPv6 address in brackets with a port", "[::1]:3000")
        return inside, rest[1:] if rest else None
    head, colon, tail = text.rpartition(":")
    if not colon:
        return (None, None) if text == "*" else (text, None)
    if ":" in head and parse_ip(text) is not None and not _is_ipv6_and_port(head, tail):
        return text, None
    _refuse_mapping(text)
    return None if head in ("", "*") else head, tail


def _refuse_mapping(text: str) -> None:
    """Refuse "8080:80" and "127.0.0.1:8080:80", as `docker run -p` takes them: the first port is the one to ask."""
    match = re.fullmatch(r"(?:([A-Za-z][\w.-]*|[0-9]+(?:\.[0-9]+){1,3}):)?([0-9]{1,5}):[0-9]{1,5}", text)
    if match and 0 < int(match[2]) <= 65535:
        what = f"{quoted(text)} looks like a port mapping of a container: type the published port"
        fail(what, f"localhost:{int(match[2])}")


def _is_ipv6_and_port(head: str, tail: str) -> bool:
    """Tell whether ``::1:3000`` means ``[::1]:3000``: it spells an address too, which nobody has."""
    return "%" in head or (tail.isdigit() and len(tail) > 1 and (is_loopback(head) or is_wildcard(head)))


def _container_port(text: str) -> Place:
    """Read "8080/tcp" and "127.0.0.1:8080/tcp", as `docker port` prints them."""
    place, _, protocol = text.rpartition("/")
    if protocol == "udp":
        fail(f"{quoted(text)} is about UDP, and porttui looks at TCP")
    return read_place(place)


def _scheme_of_port(port: str) -> str | None:
    return None if port.isdigit() else service_scheme(port)

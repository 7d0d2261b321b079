"""What an HTTP request says."""

from __future__ import annotations

import re
from typing import NamedTuple

from porttui import __version__
from porttui.model.address import parse_ip
from porttui.model.base import Value


class Way(Value, frozen=True, kw_only=True):
    """In what way a request differs from a plain one."""

    host_header: str | None = None
    """A Host header that differs from the URL."""
    via: str | None = None
    """The URL of the proxy that the call leads to, with its password."""
    cookie: str = ""
    """The value of a Cookie header."""
    preamble: bytes = b""
    """What is sent before the request, and before the TLS handshake: a line of the PROXY protocol."""


PLAINLY = Way()
_PLAIN_URL = re.compile(
    r"http://(?P<host>[a-z][a-z0-9.-]*|\d+(?:\.\d+){3}|\[[0-9a-f:]+\])(?::(?P<port>[1-9]\d{0,4}))?"
    r"(?P<target>(?:/(?!\.)[A-Za-z0-9._~-]*)*)"
)
"""What httpx sends as it stands: nothing in it is escaped, and no segment of its path is "." or ".."."""


class Place(NamedTuple):
    """What a request names."""

    host: str
    """The Host header."""
    target: str
    """The path."""


def plain_place(url: str, way: Way) -> Place | None:
    """Return what a request has to name, if that stands in the URL as it is; None when it takes a library to tell."""
    found = _PLAIN_URL.fullmatch(url)
    said = f"{way.host_header or ''}{way.cookie}"
    if found is None or way.via is not None or not (said.isascii() and said.isprintable()):
        return None
    host, port = found["host"], int(found["port"] or 80)
    if port > 65535 or "xn--" in host or (not host[0].isalpha() and parse_ip(host.strip("[]")) is None):
        return None
    return Place(way.host_header or (host if port == 80 else f"{host}:{port}"), found["target"] or "/")


def headers_of(way: Way) -> dict[str, str]:
    """Return what is sent beside the request line; the Host header only when it is not that of the URL."""
    headers = {
        "User-Agent": f"porttui/{__version__}",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    if way.cookie:
        headers["Cookie"] = way.cookie
    return headers if way.host_header is None else {"Host": way.host_header, **headers}

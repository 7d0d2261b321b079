"""The same server asked once more and differently, when its answer leaves open what it minds.

Each variant is one connection, and none is tried on a server that has shown to speak anything else than HTTP: a server
that objects to the request is asked under the name localhost, and one that closes on every word is given the
beginnings on which servers insist without a word about it: that of HTTP/2, that of SOCKS (the proxy that ssh -D opens),
and that of the PROXY protocol.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from porttui.model.address import endpoint, family, parse_ip
from porttui.model.facts import Exchange
from porttui.observe.talk.banner import BANNER_SECONDS, greet
from porttui.observe.talk.wire import Call, Said

OBJECTS = frozenset({400, 403, 421})
"""How servers refuse a Host header (RFC 9110, 7.4: 421; Django 400; vite, webpack-dev-server and Rails 403)."""
_HELLOS: tuple[Said, ...] = ("http2", "socks")
_VARIANT_SECONDS = 1.0
_SOURCE_PORT = 56324
"""Any port will do in a PROXY header; this is the one in the examples of its specification."""


def variants(call: Call, url: str, done: Sequence[Exchange], deadline: float) -> Iterator[Exchange]:
    """Ask once more, differently, where that would tell more.

    Args:
        call: whom to.
        url: what was asked for.
        done: what was said so far.
        deadline: when all of it has to be over (`time.monotonic`).

    Yields:
        Each exchange as it ends; () where nothing is to be learnt so.
    """
    if _objected(done):
        host = url.partition("://")[2].partition("/")[0]
        name = "localhost" if not _is_localhost(host, call.port) else ""
        left = deadline - time.monotonic()
        if name and left > 0.02:
            yield _asked_as(call, url, endpoint(name, call.port), min(_VARIANT_SECONDS, left))
    elif _closed_on_every_word(done):
        yield from _other_beginnings(call, url, deadline)


def _objected(done: Sequence[Exchange]) -> bool:
    """Tell whether the server answered the request with a refusal, and nothing said that it wants TLS instead."""
    if any(each.tls is not None and each.sent == "tls" for each in done):
        return False
    return any(each.http is not None and each.protocol == "http" and each.http.status in OBJECTS for each in done)


def _is_localhost(host: str, port: int) -> bool:
    return host.lower() in {"localhost", endpoint("localhost", port)}


def _asked_as(call: Call, url: str, host_header: str, seconds: float) -> Exchange:
    from porttui.observe.talk.http import get
    from porttui.observe.talk.request import Way

    return get(replace(call, role="variant"), url, seconds, Way(host_header=host_header))


def _closed_on_every_word(done: Sequence[Exchange]) -> bool:
    requests = [each for each in done if each.sent in {"http", "https"}]
    return (
        bool(requests)
        and all(each.outcome in {"closed", "reset"} for each in requests)
        and all(each.protocol is None and each.outcome in {"closed", "reset", "silent"} for each in done)
    )


def _other_beginnings(call: Call, url: str, deadline: float) -> Iterator[Exchange]:
    left = deadline - time.monotonic()
    if left < 0.02:
        return
    for hello in _HELLOS:
        begun = greet(call, hello, min(BANNER_SECONDS, left))
        yield begun
        left = deadline - time.monotonic()
        if begun.protocol is not None or left < 0.02:
            return
    from porttui.observe.talk.http import get
    from porttui.observe.talk.request import Way

    way = Way(preamble=proxy_header(call.address, call.port))
    yield get(replace(call, role="variant"), url, min(_VARIANT_SECONDS, left), way)


def proxy_header(address: str, port: int) -> bytes:
    """Return a PROXY header of version 1 for a client on the same address (haproxy.org, proxy-protocol.txt, 2.1)."""
    bare = str(parse_ip(address) or "127.0.0.1")
    return f"PROXY TCP{family(bare)} {bare} {bare} {_SOURCE_PORT} {port}\r\n".encode()

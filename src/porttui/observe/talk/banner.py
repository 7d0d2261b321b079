"""Saying nothing, or a few safe bytes, and listening to what the server says."""

from __future__ import annotations

from porttui.model.facts import Exchange
from porttui.observe.talk.hello import (
    HTTP2_PREFACE,
    MEMCACHED_VERSION,
    POSTGRESQL_SSL_REQUEST,
    POSTGRESQL_STARTUP,
    REDIS_PING,
    SOCKS_GREETING,
    is_socks,
    recognise,
)
from porttui.observe.talk.wire import Call, Said, Wire

BANNER_SECONDS = 0.3
"""Servers that speak first do so within 10 ms on one machine; a busy one is given thirty times that."""
HELLOS: dict[Said, bytes] = {
    "nothing": b"",
    "redis": REDIS_PING,
    "postgresql": POSTGRESQL_SSL_REQUEST,
    "postgresql-startup": POSTGRESQL_STARTUP,
    "memcached": MEMCACHED_VERSION,
    "http2": HTTP2_PREFACE,
    "socks": SOCKS_GREETING,
}
_ENOUGH = 4096


def listen(call: Call, seconds: float = BANNER_SECONDS) -> Exchange:
    """Open a connection, say nothing and wait for a banner.

    Args:
        call: whom to listen to.
        seconds: how long.

    Returns:
        What came; "silent" is the usual outcome of a server that waits for its client to speak first.
    """
    return greet(call, "nothing", seconds)


def greet(call: Call, sent: Said, seconds: float) -> Exchange:
    """Say one of the safe `HELLOS` on a connection of its own, and listen until the answer is recognised.

    Args:
        call: whom to greet.
        sent: a key of `HELLOS`.
        seconds: how long the whole conversation may take.

    Returns:
        What came. Its fate was read when something was said, or waited for at least a second, in vain.
    """
    payload = HELLOS[sent]
    fate = call.fate if payload or seconds >= 1 else None
    wire = Wire(call.address, call.port, seconds=seconds, fate=fate)
    data = b""
    try:
        wire.open()
        if payload:
            wire.send(payload)
        while _recognise(sent, data) is None and len(data) < _ENOUGH:
            more = wire.receive()
            if not more:
                break
            data += more
    except OSError:
        pass  # the wire knows how it ended
    finally:
        wire.close()
    return call.exchange(wire, sent, _recognise(sent, wire.first))


def _recognise(sent: Said, data: bytes) -> str | None:
    """Name the protocol of an answer; two bytes are that of SOCKS only where its greeting was sent."""
    return "socks" if sent == "socks" and is_socks(data) else recognise(data)

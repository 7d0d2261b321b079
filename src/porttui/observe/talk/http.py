"""One HTTP request, sent to exactly one address, as the user's programs would send it.

The connection is a `Wire`, so that the address is the one looked at, all of it has one deadline, and the bytes of a
server that speaks no HTTP are seen. `porttui.observe.talk.through_httpx` makes the request and reads the answer. Its
import costs half as much as all of a look, so that `porttui.observe.talk.plain_http` does the same where nothing of
the URL has to be interpreted: no TLS, no proxy, no query, no escapes.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Iterable
from itertools import islice
from typing import Literal, NamedTuple

import msgspec

from porttui import __version__
from porttui.model.address import parse_ip
from porttui.model.base import Value
from porttui.model.facts import Exchange, HttpAnswer, TlsAnswer
from porttui.model.printable import printable
from porttui.observe.talk.hello import recognise
from porttui.observe.talk.tls import (
    Pipe,
    alert_name,
    error_words,
    failed_handshake,
    no_trust,
    users_trust,
    with_refusal,
)
from porttui.observe.talk.wire import SHOWN, Call, Said, Wire

BODY_BYTES = 65536
"""The most of a body that is read."""
BODY_SECONDS = 1.0
"""How long the body may take once the headers are here; a stream of events never ends."""
_BODY_SHOWN = 2000
_HEADERS_SHOWN = 60
_HEAD = 4096
Cut = Literal["bytes", "time"]
"""Which bound ended the reading of a body."""
_MONGODB = "It looks like you are trying to access MongoDB over HTTP"


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


_PLAINLY = Way()
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


class NoAnswerError(Exception):
    """No HTTP answer came. `str(error)` says why, printable."""


def load(url: str, way: Way = _PLAINLY) -> None:
    """Import what a request takes; it may take longer than the request."""
    if plain_place(url, way) is not None:
        import porttui.observe.talk.plain_http
    else:
        import porttui.observe.talk.through_httpx  # noqa: F401


def get(call: Call, url: str, seconds: float, way: Way = _PLAINLY) -> Exchange:
    """Send a GET request and read at most 64 kB of the answer. Redirects are not followed.

    Args:
        call: whom to connect to, whatever the URL says.
        url: what to ask for; its host is the Host header and the name that a certificate has to carry.
        seconds: how long all of it may take.
        way: what is special about the request.

    Returns:
        "answer" with `http` when an HTTP response came (`tls.trusted` tells whether the certificate was accepted; when
        it was not, the request was repeated without verifying); "answer" without `http` when other bytes came;
        "error" for broken HTTP and for TLS alerts; else how it ended without a byte.
    """
    load(url, way)
    deadline = time.monotonic() + seconds
    secure = url.startswith("https:")
    talk = Talk(call.wire(seconds), call, "https" if secure else "http", way)
    exchange = talk.run(url, users_trust() if secure else None)
    if talk.refused is None:
        return exchange
    again = Talk(call.wire(max(0.1, deadline - time.monotonic())), call, "https", way)
    return with_refusal(again.run(url, no_trust()), talk.refused)


class Talk:
    """One request under way, and what was learnt on the way to its outcome."""

    def __init__(self, wire: Wire, call: Call, sent: Said, way: Way) -> None:
        self.wire = wire
        self.call = call
        self.sent = sent
        self.way = way
        self.host = ""
        """The Host header, as it is sent."""
        self.head = b""
        """The first bytes that came as the answer, after decryption."""
        self.tls: TlsAnswer | None = None
        """What the last handshake showed, when it completed. Kept, because OpenSSL forgets it with a fatal alert."""
        self.handshake_error: OSError | None = None
        self.read_error: OSError | None = None
        self.ended = False
        """The server has said that it will send nothing more: by TCP, or inside TLS (close_notify, RFC 8446, 6.1)."""

    @property
    def refused(self) -> ssl.SSLCertVerificationError | None:
        """What was wrong with the certificate, when that ended the handshake."""
        error = self.handshake_error
        return error if isinstance(error, ssl.SSLCertVerificationError) else None

    def run(self, url: str, context: ssl.SSLContext | None) -> Exchange:
        """Send the request, read the answer, close the connection; the context is for https."""
        answer, words = None, ""
        self.host = self.way.host_header or ""
        try:
            answer = self._asked(url, context)
        except NoAnswerError as error:
            words = str(error)
        finally:
            self.wire.close()
        preamble = printable(self.way.preamble.rstrip(), 120)
        return msgspec.structs.replace(self._exchange(answer, words), host=printable(self.host, 300), preamble=preamble)

    def _asked(self, url: str, context: ssl.SSLContext | None) -> HttpAnswer:
        place = plain_place(url, self.way)
        if place is not None:
            from porttui.observe.talk.plain_http import ask

            return ask(self, place)
        from porttui.observe.talk.through_httpx import ask_by_httpx

        return ask_by_httpx(self, url, context)

    def receive(self, pipe: Pipe, most: int) -> bytes:
        """Receive from the server, and keep what is needed to tell what it was.

        Raises:
            OSError: the connection broke; TimeoutError: time is over.
        """
        try:
            data = pipe.receive(most)
        except TimeoutError:
            raise
        except OSError as error:
            self.read_error = error
            raise
        self.ended = self.ended or not data
        self.head += data[: max(0, _HEAD - len(self.head))]
        return data

    def _exchange(self, answer: HttpAnswer | None, words: str) -> Exchange:
        protocol = recognise(self.head or self.wire.first)
        if self.head and b"HTTP/".startswith(self.head):
            protocol = "http"  # time was over in the middle of the word
        exchange = self.call.exchange(self.wire, self.sent, protocol)
        if self.handshake_error is not None:
            return failed_handshake(exchange, self.handshake_error, self.wire.first)
        if self.tls is not None:
            alert = alert_name(self.read_error) if self.read_error else ""
            tls = msgspec.structs.replace(self.tls, alert=alert)
            exchange = msgspec.structs.replace(exchange, tls=tls, data=printable(self.head, SHOWN))
        if answer is not None:
            return msgspec.structs.replace(
                exchange,
                outcome="answer",
                protocol="mongodb" if answer.body.startswith(_MONGODB) else "http",
                http=answer,
                error="",
                fate=None,
            )
        if self.head:
            # Bytes that are not HTTP are an answer in another protocol; HTTP that breaks its own rules is an error.
            return msgspec.structs.replace(exchange, outcome="error" if protocol == "http" else "answer", error=words)
        if self.read_error is not None and exchange.tls is not None and exchange.tls.alert:
            return msgspec.structs.replace(exchange, outcome="error", error=error_words(self.read_error))
        return msgspec.structs.replace(
            exchange,
            outcome=self.wire.ending or ("closed" if self.ended else "error"),
            error="" if self.wire.ending == "silent" else words,
        )


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


def answer_of(
    head: tuple[int, bytes, bytes], headers: Iterable[tuple[bytes, bytes]], body: bytes, cut: Cut | None, broke: str
) -> HttpAnswer:
    """Put together what was read.

    Args:
        head: status, reason phrase, and version as in b"HTTP/1.1".
        headers: as they came.
        body: what was read of it.
        cut: which bound ended that.
        broke: what broke it.
    """
    status, reason, version = head
    return HttpAnswer(
        status=status,
        reason=printable(reason, 100),
        version=printable(version, 20),
        headers=tuple(
            (printable(name.lower(), 100), printable(value, 1000)) for name, value in islice(headers, _HEADERS_SHOWN)
        ),
        body=printable(body, _BODY_SHOWN),
        complete=not broke,
        cut=cut,
        received=len(body),
        broke=broke,
    )

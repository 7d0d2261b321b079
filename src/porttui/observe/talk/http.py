"""One HTTP request, sent to exactly one address, as the user's programs would send it.

httpx makes the request and reads the answer; the connection is a `Wire`, put under it as a network back end, so that
the address is the one looked at, all of it has one deadline, and the bytes of a server that speaks no HTTP are seen.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from typing import Any, Literal

import httpcore
import httpx
import msgspec

from porttui import __version__
from porttui.model.base import Value
from porttui.model.facts import Exchange, HttpAnswer, TlsAnswer
from porttui.model.printable import printable
from porttui.observe.talk.hello import recognise
from porttui.observe.talk.tls import (
    Pipe,
    TlsStream,
    alert_name,
    error_words,
    failed_handshake,
    no_trust,
    tls_answer,
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
    deadline = time.monotonic() + seconds
    secure = url.startswith("https:")
    talk = _Talk(call.wire(seconds), call, "https" if secure else "http", way)
    exchange = talk.run(url, users_trust() if secure else None)
    if talk.refused is None:
        return exchange
    again = _Talk(call.wire(max(0.1, deadline - time.monotonic())), call, "https", way)
    return with_refusal(again.run(url, no_trust()), talk.refused)


class _Talk:
    """One request under way, and what was learnt on the way to its outcome."""

    def __init__(self, wire: Wire, call: Call, sent: Said, way: Way) -> None:
        self.wire = wire
        self.call = call
        self.sent = sent
        self.way = way
        self.head = b""
        """The first bytes that came as the answer, after decryption."""
        self.tls: TlsAnswer | None = None
        """What the last handshake showed, when it completed. Kept, because OpenSSL forgets it with a fatal alert."""
        self.handshake_error: OSError | None = None
        self.read_error: OSError | None = None

    @property
    def refused(self) -> ssl.SSLCertVerificationError | None:
        """What was wrong with the certificate, when that ended the handshake."""
        error = self.handshake_error
        return error if isinstance(error, ssl.SSLCertVerificationError) else None

    def run(self, url: str, context: ssl.SSLContext | None) -> Exchange:
        answer, words, host = None, "", self.way.host_header or ""
        try:
            with httpx.Client(
                transport=_Transport(self, context, self.way.via), trust_env=False, follow_redirects=False
            ) as client:
                request = client.build_request("GET", url, headers=_headers(self.way))
                host = request.headers["host"]
                response = client.send(request, stream=True)
                try:
                    answer = self._read(response)
                finally:
                    response.close()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            words = error_words(error)
        finally:
            self.wire.close()
        preamble = printable(self.way.preamble.rstrip(), 120)
        return msgspec.structs.replace(self._exchange(answer, words), host=printable(host, 300), preamble=preamble)

    def _read(self, response: httpx.Response) -> HttpAnswer:
        body, broke = b"", ""
        cut: Literal["bytes", "time"] | None = None
        self.wire.shorten(BODY_SECONDS)
        try:
            for chunk in response.iter_raw():
                body += chunk
                if len(body) >= BODY_BYTES:
                    cut = "bytes"
                    break
        except httpx.TimeoutException:
            cut = "time"
        except httpx.HTTPError as error:
            broke = error_words(error) or type(error).__name__
        headers = response.headers.raw[:_HEADERS_SHOWN]
        return HttpAnswer(
            status=response.status_code,
            reason=printable(response.extensions.get("reason_phrase", b""), 100),
            version=printable(response.http_version, 20),
            headers=tuple((printable(name.lower(), 100), printable(value, 1000)) for name, value in headers),
            body=printable(body, _BODY_SHOWN),
            complete=not broke,
            cut=cut,
            received=len(body),
            broke=broke,
        )

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
            exchange, outcome=self.wire.ending or "error", error="" if self.wire.ending == "silent" else words
        )


class _Transport(httpx.HTTPTransport):
    """httpx's own transport, on our wire."""

    def __init__(self, talk: _Talk, context: ssl.SSLContext | None, via: str | None) -> None:
        context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used; spares reading the trust store
        super().__init__(verify=context, trust_env=False)
        backend = _Backend(talk)
        if via is None:
            self._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=backend)
            return
        proxy = httpx.Proxy(via)
        self._pool = httpcore.HTTPProxy(
            proxy_url=httpcore.URL(
                scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=proxy.url.raw_path
            ),
            proxy_auth=proxy.raw_auth,
            ssl_context=context,
            proxy_ssl_context=users_trust() if via.startswith("https:") else None,
            network_backend=backend,
        )


class _Backend(httpcore.NetworkBackend):
    """Opens the one wire, wherever httpcore wants to connect."""

    def __init__(self, talk: _Talk) -> None:
        self._talk = talk

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the address to look at was chosen before
        port: int,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ARG002 - the wire has a deadline for all of it
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        try:
            self._talk.wire.open()
            self._talk.wire.send(self._talk.way.preamble)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return _Stream(self._talk, self._talk.wire)


class _Stream(httpcore.NetworkStream):
    """A pipe as httpcore wants it, which tells the talk what passes."""

    def __init__(self, talk: _Talk, pipe: Pipe) -> None:
        self._talk = talk
        self._pipe = pipe

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        try:
            data = self._pipe.receive(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            self._talk.read_error = error
            raise httpcore.ReadError(str(error)) from error
        self._talk.head += data[: max(0, _HEAD - len(self._talk.head))]
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        try:
            self._pipe.send(buffer)
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._pipe.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        try:
            stream = TlsStream(self._pipe, ssl_context, server_hostname or "")
            stream.handshake()
        except OSError as error:
            self._talk.handshake_error = error
            raise httpcore.ConnectError(str(error)) from error
        self._talk.tls = tls_answer(stream)
        self._talk.head = b""  # before it there was at most a proxy's answer to CONNECT
        return _Stream(self._talk, stream)

    def get_extra_info(self, info: str) -> Any:
        """Tell httpcore nothing; it then takes the connection for HTTP/1.1, which is all that was offered."""


def _headers(way: Way) -> dict[str, str]:
    headers = {
        "User-Agent": f"porttui/{__version__}",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    if way.cookie:
        headers["Cookie"] = way.cookie
    return headers if way.host_header is None else {"Host": way.host_header, **headers}

"""A request by httpx, which knows all URLs, TLS and proxies; the connection is put under it as a network back end."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from porttui.model.facts import HttpAnswer
from porttui.observe.talk.request import headers_of
from porttui.observe.talk.talk import BODY_BYTES, BODY_SECONDS, Cut, NoAnswerError, Talk, answer_of, why_no_answer
from porttui.observe.talk.tls import Pipe, TlsStream, error_words, tls_answer, users_trust


def ask_by_httpx(talk: Talk, url: str, context: ssl.SSLContext | None) -> HttpAnswer:
    """Send the request and read the answer.

    Raises:
        NoAnswerError: there was none.
    """
    try:
        with httpx.Client(
            transport=_Transport(talk, context, talk.way.via), trust_env=False, follow_redirects=False
        ) as client:
            request = client.build_request("GET", url, headers=headers_of(talk.way))
            talk.host = request.headers["host"]
            response = client.send(request, stream=True)
            try:
                return _read(talk, response)
            finally:
                response.close()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise NoAnswerError(why_no_answer(error)) from error


def _read(talk: Talk, response: httpx.Response) -> HttpAnswer:
    body, broke = b"", ""
    cut: Cut | None = None
    talk.wire.shorten(BODY_SECONDS)
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
    reason = response.extensions.get("reason_phrase", b"")
    head = (response.status_code, reason, response.http_version.encode("ascii", "replace"))
    return answer_of(head, response.headers.raw, body, cut, broke)


class _Transport(httpx.HTTPTransport):
    """httpx's own transport, on our wire."""

    def __init__(self, talk: Talk, context: ssl.SSLContext | None, via: str | None) -> None:
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

    def __init__(self, talk: Talk) -> None:
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

    def __init__(self, talk: Talk, pipe: Pipe) -> None:
        self._talk = talk
        self._pipe = pipe

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        try:
            return self._talk.receive(self._pipe, max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

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

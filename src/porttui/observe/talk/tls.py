"""TLS on a `Wire`: is it TLS at all, would the user's programs trust it, and if not, what is in the certificate.

The handshake runs over memory buffers, so that the raw bytes of a server that speaks something else are seen.
"""

from __future__ import annotations

import contextlib
import re
import ssl
import time
from typing import Protocol

import msgspec

from porttui.model.facts import Exchange, TlsAnswer
from porttui.model.printable import printable
from porttui.observe.talk.banner import BANNER_SECONDS
from porttui.observe.talk.certificate import read_certificate
from porttui.observe.talk.hello import recognise
from porttui.observe.talk.wire import SHOWN, Call

_ALERT = r"(?:SSLV3|TLSV1|TLSV13)_(?:ALERT_)?(\w+)"
"""How OpenSSL names an error that is an alert of the peer: "TLSV1_ALERT_PROTOCOL_VERSION" (ERR_LIB_SSL reasons)."""
_RECORD = 16384
_ALERT_SECONDS = 0.1
"""How long an alert that follows the handshake is waited for."""


class Pipe(Protocol):
    """What TLS runs over: a `Wire`, or another TLS stream."""

    def send(self, data: bytes) -> None:
        """Send all of `data`; raises OSError."""

    def receive(self, limit: int = _RECORD) -> bytes:
        """Wait for the next bytes; empty when the peer has closed; raises OSError."""

    def close(self) -> None:
        """Close the connection."""


class TlsStream:
    """The encrypted side of a connection."""

    def __init__(self, pipe: Pipe, context: ssl.SSLContext, server_name: str) -> None:
        """Prepare a client.

        Args:
            pipe: an open connection.
            context: whom to trust.
            server_name: the name or address that the certificate has to carry; a name is also sent as SNI.

        Raises:
            ValueError: the name cannot be one (too long a label, a leading dot).
        """
        self._pipe = pipe
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)

    def handshake(self) -> None:
        """Run the handshake.

        Raises:
            ssl.SSLError: it failed (SSLCertVerificationError: for the certificate).
            OSError: the connection broke, or time was over.
        """
        while True:
            try:
                self.object.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except ssl.SSLError:
                # The alert that tells the server why; a server that is gone already does not matter.
                with contextlib.suppress(OSError):
                    self._flush()
                raise
            else:
                return self._flush()

    def send(self, data: bytes) -> None:
        """Send all of `data`; raises OSError."""
        while data:
            data = data[self.object.write(data) :]
            self._flush()

    def receive(self, limit: int = _RECORD) -> bytes:
        """Wait for the next bytes; empty when the server has closed. Raises OSError (ssl.SSLError for an alert)."""
        while True:
            try:
                return self.object.read(limit)
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    def close(self) -> None:
        """Close the connection, without waiting for the server's close_notify."""
        self._pipe.close()

    def _flush(self) -> None:
        pending = self._outgoing.read()
        if pending:
            self._pipe.send(pending)

    def _fill(self) -> None:
        data = self._pipe.receive(_RECORD)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()


def users_trust() -> ssl.SSLContext:
    """Return a context that trusts what the user's programs trust.

    OpenSSL reads SSL_CERT_FILE and SSL_CERT_DIR, else the system's store (SSL_CTX_set_default_verify_paths(3)).
    """
    return ssl.create_default_context()


def no_trust() -> ssl.SSLContext:
    """Return a context that accepts any certificate, to read the one that was refused. Never used first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with contextlib.suppress(ssl.SSLError):
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # a key that is too small is still worth reading
    return context


def handshake(call: Call, server_name: str, seconds: float, *, web: bool = False) -> Exchange:
    """Send a ClientHello and see what comes of it.

    Args:
        call: whom to.
        server_name: see `TlsStream`.
        seconds: how long all of it may take.
        web: offer HTTP/1.1 (ALPN, RFC 7301); otherwise nothing is offered, and a banner is waited for.

    Returns:
        "answer" with `tls` when the handshake completed, trusted or not; "error" with `tls.alert` when an alert
        ended it; "answer" without `tls` when the server answered in another protocol; else how it ended.
    """
    deadline = time.monotonic() + seconds
    exchange, refused = _attempt(call, users_trust(), server_name, seconds, web)
    if refused is None:
        return exchange
    again, _ = _attempt(call, no_trust(), server_name, max(0.1, deadline - time.monotonic()), web)
    return with_refusal(again, refused)


def with_refusal(exchange: Exchange, refused: ssl.SSLCertVerificationError) -> Exchange:
    """Write into an exchange that was made without verifying, why the first one did not verify."""
    tls = msgspec.structs.replace(
        exchange.tls or TlsAnswer(),
        trusted=False,
        verify_code=refused.verify_code,
        verify_message=printable(refused.verify_message, 200),
    )
    return msgspec.structs.replace(exchange, tls=tls)


def tls_answer(stream: TlsStream) -> TlsAnswer:
    """Tell what a completed handshake showed; `trusted` is None when the context did not verify."""
    der = stream.object.getpeercert(binary_form=True)
    verified = stream.object.context.verify_mode is ssl.CERT_REQUIRED
    answer = TlsAnswer(version=stream.object.version() or "", trusted=True if verified else None)
    if der is None:
        return answer
    try:
        certificate = read_certificate(der)
    except ValueError:
        return answer
    return msgspec.structs.replace(
        answer,
        subject=certificate.subject,
        issuer=certificate.issuer,
        names=certificate.names,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
    )


def failed_handshake(exchange: Exchange, error: OSError, first: bytes) -> Exchange:
    """Tell a server that speaks TLS and refused (an alert) from one that speaks something else.

    Args:
        exchange: the conversation as the wire saw it.
        error: what ended the handshake.
        first: the first bytes that came, before any decryption.
    """
    if exchange.outcome != "answer":
        told = exchange.error or (error_words(error) if exchange.outcome == "error" else "")
        return msgspec.structs.replace(exchange, error=told)
    words = "the TLS handshake did not end in time" if isinstance(error, TimeoutError) else error_words(error)
    if exchange.protocol != "tls":
        return msgspec.structs.replace(exchange, error=words)
    return msgspec.structs.replace(
        exchange,
        outcome="error",
        error=words,
        tls=TlsAnswer(alert=alert_name(error), wants_certificate=asks_for_certificate(first)),
    )


def asks_for_certificate(data: bytes) -> bool:
    """Tell whether a server's first flight holds a CertificateRequest (RFC 5246, 7.4.4; encrypted in TLS 1.3).

    Args:
        data: TLS records as they came: type, version and length, then handshake messages: type and length (RFC 5246,
            6.2.1 and 7.4). It may end anywhere.
    """
    messages = b""
    while len(data) >= 5 and data[0] == 22:  # handshake records
        length = int.from_bytes(data[3:5])
        messages += data[5 : 5 + length]
        data = data[5 + length :]
    while len(messages) >= 4:
        if messages[0] == 13:
            return True
        messages = messages[4 + int.from_bytes(messages[1:4]) :]
    return False


def alert_name(error: BaseException) -> str:
    """Return the alert that an error stands for, "certificate_required" (RFC 8446, 6), or an empty string."""
    reason = error.reason if isinstance(error, ssl.SSLError) else None
    match = re.fullmatch(_ALERT, reason or "")
    if match is None and isinstance(error, ssl.SSLError):
        # Python has no name for the newer alerts; OpenSSL's words are there all the same.
        words = re.search(r"\b(?:sslv3|tlsv1|tlsv13) alert ([a-z ]+[a-z])", str(error))
        return words[1].replace(" ", "_") if words else ""
    return match[1].lower() if match else ""


def error_words(error: BaseException) -> str:
    """Return what OpenSSL said, without the place in Python's source."""
    return printable(re.sub(r" \(_ssl\.c:\d+\)$", "", str(error)), 300)


def _attempt(
    call: Call, context: ssl.SSLContext, server_name: str, seconds: float, web: bool
) -> tuple[Exchange, ssl.SSLCertVerificationError | None]:
    if web:
        context.set_alpn_protocols(["http/1.1"])
    wire = call.wire(seconds)
    refused = None
    try:
        wire.open()
        stream = TlsStream(wire, context, server_name)
        stream.handshake()
        shown = tls_answer(stream)
        wire.shorten(_ALERT_SECONDS if web else BANNER_SECONDS)
        alert, banner = _first_words(stream)
        seen = call.exchange(wire, "tls", "tls")
        shown = msgspec.structs.replace(shown, alert=alert)
        exchange = msgspec.structs.replace(seen, data=printable(banner, SHOWN), fate=None, tls=shown)
        if alert:
            exchange = msgspec.structs.replace(exchange, outcome="error", error=f"TLS alert {alert}")
    except ssl.SSLCertVerificationError as error:
        refused = error
        exchange = failed_handshake(call.exchange(wire, "tls", "tls"), error, wire.first)
    except (OSError, ValueError) as error:
        exchange = call.exchange(wire, "tls", recognise(wire.first))
        told = error if isinstance(error, OSError) else OSError(str(error))
        exchange = failed_handshake(exchange, told, wire.first)
    finally:
        wire.close()
    return exchange, refused


def _first_words(stream: TlsStream) -> tuple[str, bytes]:
    """Listen after the handshake: for a banner, or for the alert that refuses a client without a certificate.

    With TLS 1.3 that alert comes after the client's Finished (RFC 8446, 4.4.2.4), so the handshake looks complete.
    """
    try:
        return "", stream.receive()
    except OSError as error:
        return alert_name(error), b""

"""An HTTP request under way, whoever makes it and reads the answer: what is learnt, and how much is read."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from itertools import islice
from typing import Literal

import msgspec

from porttui.model.facts import Exchange, HttpAnswer, TlsAnswer
from porttui.model.printable import printable
from porttui.observe.talk.hello import recognise
from porttui.observe.talk.request import Way
from porttui.observe.talk.tls import Pipe, alert_name, error_words, failed_handshake
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


LONGEST_HEAD = 100 * 1024
"""Bytes of a status line with its headers; as httpx has it."""
_TOO_LONG = "Receive buffer too long"
"""h11's words for more than that."""


class NoAnswerError(Exception):
    """No HTTP answer came. `str(error)` says why, printable."""


def why_no_answer(error: BaseException) -> str:
    """Return what kept the head of an answer from being read, in words that tell about the server."""
    told = error_words(error)
    return f"its headers do not end within {LONGEST_HEAD // 1024} KiB" if told == _TOO_LONG else told


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

    def exchange(self, answer: HttpAnswer | None, words: str) -> Exchange:
        """Tell what became of it: the answer, or in words why there is none."""
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

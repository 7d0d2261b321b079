"""A request without TLS and without a proxy, by h11 alone: the same bytes, and the same answer, as by httpx.

h11 is what httpx itself reads HTTP/1.1 with; what httpx imports beside it takes half as long as a whole look.
"""

from __future__ import annotations

from collections.abc import Iterator

import h11

from porttui.model.facts import HttpAnswer
from porttui.observe.talk.request import Place, headers_of
from porttui.observe.talk.talk import (
    BODY_BYTES,
    BODY_SECONDS,
    LONGEST_HEAD,
    Cut,
    NoAnswerError,
    Talk,
    answer_of,
    why_no_answer,
)
from porttui.observe.talk.tls import error_words

_AT_ONCE = 65536


def ask(talk: Talk, place: Place) -> HttpAnswer:
    """Send the request and read the answer.

    Raises:
        NoAnswerError: there was none.
    """
    talk.host = place.host
    parser = h11.Connection(our_role=h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
    try:
        _send(talk, parser, place)
        head = _head(talk, parser)
    except (OSError, h11.LocalProtocolError, h11.RemoteProtocolError) as error:
        raise NoAnswerError(why_no_answer(error)) from error
    talk.wire.shorten(BODY_SECONDS)
    body, broke = b"", ""
    cut: Cut | None = None
    try:
        for chunk in _body(talk, parser):
            body += chunk
            if len(body) >= BODY_BYTES:
                cut = "bytes"
                break
    except TimeoutError:
        cut = "time"
    except (OSError, h11.RemoteProtocolError) as error:
        broke = error_words(error) or type(error).__name__
    version = b"HTTP/" + head.http_version
    return answer_of((head.status_code, head.reason, version), head.headers.raw_items(), body, cut, broke)


def _send(talk: Talk, parser: h11.Connection, place: Place) -> None:
    headers = {"Host": place.host, **headers_of(talk.way)}
    talk.wire.open()
    talk.wire.send(talk.way.preamble)
    request = parser.send(h11.Request(method="GET", target=place.target, headers=list(headers.items()))) or b""
    try:
        talk.wire.send(request)
        parser.send(h11.EndOfMessage())
    except TimeoutError:
        raise
    except OSError:
        return  # a server may answer, and close, before it has read anything


def _head(talk: Talk, parser: h11.Connection) -> h11.Response | h11.InformationalResponse:
    while True:
        event = _event(talk, parser)
        if isinstance(event, h11.Response):
            return event
        if isinstance(event, h11.InformationalResponse) and event.status_code == 101:
            return event


def _body(talk: Talk, parser: h11.Connection) -> Iterator[bytes]:
    while True:
        event = _event(talk, parser)
        if isinstance(event, h11.Data):
            yield bytes(event.data)
        elif isinstance(event, h11.EndOfMessage) or event is h11.PAUSED:
            return


def _event(talk: Talk, parser: h11.Connection) -> h11.Event | type[h11.PAUSED]:
    """Return what comes next of the answer.

    Raises:
        OSError: the connection broke, or time is over.
        h11.RemoteProtocolError: the answer breaks the rules of HTTP, or ended too early.
    """
    while (event := parser.next_event()) is h11.NEED_DATA:
        data = talk.receive(talk.wire, _AT_ONCE)
        if not data and parser.their_state is h11.SEND_RESPONSE:
            raise h11.RemoteProtocolError("Server disconnected without sending a response.")
        parser.receive_data(data)
    return event  # type: ignore[return-value]  # NEED_DATA is none of what is left

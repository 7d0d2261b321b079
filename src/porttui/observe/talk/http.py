"""One HTTP request, sent to exactly one address, as the user's programs would send it.

The connection is a `Wire`, so that the address is the one looked at, all of it has one deadline, and the bytes of a
server that speaks no HTTP are seen. `porttui.observe.talk.through_httpx` makes the request and reads the answer. Its
import costs half as much as all of a look, so that `porttui.observe.talk.plain_http` does the same where nothing of
the URL has to be interpreted: no TLS, no proxy, no query, no escapes.
"""

from __future__ import annotations

import ssl
import time

import msgspec

from porttui.model.facts import Exchange, HttpAnswer
from porttui.model.printable import printable
from porttui.observe.talk.request import PLAINLY, Way, plain_place
from porttui.observe.talk.talk import NoAnswerError, Talk
from porttui.observe.talk.tls import no_trust, users_trust, with_refusal
from porttui.observe.talk.wire import Call


def load(url: str, way: Way = PLAINLY) -> None:
    """Import what a request takes; it may take longer than the request."""
    if plain_place(url, way) is not None:
        import porttui.observe.talk.plain_http
    else:
        import porttui.observe.talk.through_httpx  # noqa: F401


def get(call: Call, url: str, seconds: float, way: Way = PLAINLY) -> Exchange:
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
    exchange = _run(talk, url, users_trust() if secure else None)
    if talk.refused is None:
        return exchange
    again = Talk(call.wire(max(0.1, deadline - time.monotonic())), call, "https", way)
    return with_refusal(_run(again, url, no_trust()), talk.refused)


def _run(talk: Talk, url: str, context: ssl.SSLContext | None) -> Exchange:
    """Send the request, read the answer, close the connection; the context is for https."""
    answer, words = None, ""
    talk.host = talk.way.host_header or ""
    try:
        answer = _asked(talk, url, context)
    except NoAnswerError as error:
        words = str(error)
    finally:
        talk.wire.close()
    preamble = printable(talk.way.preamble.rstrip(), 120)
    return msgspec.structs.replace(talk.exchange(answer, words), host=printable(talk.host, 300), preamble=preamble)


def _asked(talk: Talk, url: str, context: ssl.SSLContext | None) -> HttpAnswer:
    place = plain_place(url, talk.way)
    if place is not None:
        from porttui.observe.talk.plain_http import ask

        return ask(talk, place)
    from porttui.observe.talk.through_httpx import ask_by_httpx

    return ask_by_httpx(talk, url, context)

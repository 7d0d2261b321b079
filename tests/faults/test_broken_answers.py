"""Answers to a web request that are none, or that end in the middle of their headers."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.model import facts as f
from porttui.model.report import Verdict
from tests import worlds as w
from tests.faults.by_code import BY_CODE

READ = f.Fate(row="accepted", unread=0, received=127, unsent=0)
HEAD = "HTTP/1.1 200 OK\\r\\nContent-Ty"


def verdict(*exchanges: f.Exchange, scheme: str = "http") -> Verdict:
    facts: dict[str, Any] = {"sockets": w.sockets(w.listener()), "processes": (w.node(),), "attempts": (w.opened(),)}
    return diagnose(w.world(scheme=scheme, exchanges=exchanges, **facts)).verdict


def broken(error: str, data: str = HEAD, **fields: Any) -> f.Exchange:
    return w.said("http", "error", protocol="http", data=data, error=error, **fields)


def test_headers_that_break_off() -> None:
    ended = "Server disconnected without sending a response."
    told = verdict(broken(ended)), verdict(broken("ECONNRESET: Connection reset by peer", "HTTP/1.1 100 Continue"))
    assert [each.code for each in told] == ["truncated-response"] * 2
    assert told[0].summary.endswith("ends its answer too soon: in the middle of its headers.")
    assert told[1].summary.endswith("ends its answer too soon: HTTP 100 came, and no answer after it.")
    assert verdict(broken("conflicting Content-Length headers")).code == "undetermined"


def test_a_body_without_a_length_that_is_reset() -> None:
    """It would end with the connection (RFC 9112, 6.3), so nobody knows whether it is whole."""
    answer = f.HttpAnswer(status=200, complete=False, received=2, broke="[Errno 104] Connection reset by peer")
    told = verdict(w.said("http", protocol="http", http=answer))
    assert (told.code, "2 bytes came, and then the connection broke" in told.summary) == ("truncated-response", True)


def test_headers_that_never_end() -> None:
    told = verdict(broken("timed out", fate=READ, ms=3000))
    assert told.code == "handler-hangs"
    assert "has begun its answer on port 8080, and has not come to its end in 3.0 s" in told.summary


def test_a_server_that_waits_for_the_end_of_a_request_does_not_hang_at_a_greeting_in_tls() -> None:
    plain = broken("Server disconnected without sending a response.")
    assert verdict(w.said("https", "silent", fate=READ), plain, scheme="https").code == "tls-to-plain"


def test_an_answer_that_no_http_client_can_read_is_not_http() -> None:
    told = verdict(w.said(data="Sun Nov 22 17:50:23 2026\\r\\n"))
    assert (told.code, told.summary) == ("not-http", "Port 8080 answers in an unknown protocol, not HTTP.")
    for unclear in ("", "\\r\\n", "GET / HTTP/1.1\\r\\nHost: 127.0.0.1:8080"):
        assert verdict(w.said(data=unclear)).code == "undetermined"


def test_a_server_that_ends_again_and_again_closes_its_connections_by_that() -> None:
    cut = w.said("nothing", "reset")
    serving: dict[str, Any] = {"sockets": w.sockets(w.listener()), "processes": (w.node(),), "attempts": (w.opened(),)}
    report = diagnose(replace(BY_CODE["crash-loop"], exchanges=(cut,), **serving))
    assert (report.verdict.code, report.also) == ("crash-loop", ())

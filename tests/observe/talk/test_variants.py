"""Asking once more and differently: only where that tells more, and never often."""

from __future__ import annotations

import socket
import time

import pytest

from porttui.model.facts import Exchange
from porttui.observe.talk.http import get
from porttui.observe.talk.variants import proxy_header, variants
from porttui.observe.talk.wire import Call
from tests.servers import HTTP_OK, Script, answers, closes, hear


def refuses(status: int) -> bytes:
    return f"HTTP/1.1 {status} No\r\nContent-Length: 2\r\n\r\nno".encode()


def minds_the_name(connection: socket.socket) -> None:
    known = b"Host: localhost" in hear(connection, b"\r\n\r\n")
    connection.sendall(HTTP_OK if known else refuses(403))


def ask(server: Script, name: str = "shop.test") -> tuple[Exchange, list[Exchange]]:
    call, url = Call(address="127.0.0.1", port=server.port), f"http://{name}:{server.port}/"
    first = get(call, url, 2)
    return first, list(variants(call, url, [first], time.monotonic() + 2))


def test_a_name_that_is_refused_is_asked_again_as_localhost() -> None:
    with Script(minds_the_name) as server:
        first, more = ask(server)
    assert first.http is not None
    assert first.http.status == 403
    (again,) = more
    assert (again.role, again.host) == ("variant", f"localhost:{server.port}")
    assert again.http is not None
    assert again.http.status == 200
    assert server.connections == 2


@pytest.mark.parametrize("status", [200, 401, 404, 500])
def test_other_answers_are_taken_as_they_are(status: int) -> None:
    with Script(answers(refuses(status))) as server:
        assert ask(server)[1] == []


def test_localhost_itself_is_not_asked_twice() -> None:
    with Script(answers(refuses(403))) as server:
        assert ask(server, "localhost")[1] == []


def test_a_server_that_closes_gets_three_more_beginnings() -> None:
    with Script(closes) as server:
        first, more = ask(server)
    assert first.outcome == "closed"
    assert [(each.sent, each.role) for each in more] == [("http2", "asked"), ("socks", "asked"), ("http", "variant")]
    assert server.connections == 4


def test_no_time_no_variant() -> None:
    with Script(closes) as server:
        call = Call(address="127.0.0.1", port=server.port)
        first = get(call, f"http://127.0.0.1:{server.port}/", 2)
        assert list(variants(call, f"http://127.0.0.1:{server.port}/", [first], time.monotonic())) == []


def test_what_was_recognised_is_left_alone() -> None:
    said = [
        Exchange(address="127.0.0.1", port=1, sent="http", outcome="closed"),
        Exchange(address="127.0.0.1", port=1, sent="redis", outcome="answer", protocol="redis"),
    ]
    assert list(variants(Call(address="127.0.0.1", port=1), "http://127.0.0.1:1/", said, time.monotonic() + 2)) == []


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("127.0.0.1", b"PROXY TCP4 127.0.0.1 127.0.0.1 56324 80\r\n"),
        ("::1", b"PROXY TCP6 ::1 ::1 56324 80\r\n"),
        ("fe80::1%eth0", b"PROXY TCP6 fe80::1 fe80::1 56324 80\r\n"),
    ],
)
def test_the_header_names_this_machine(address: str, line: bytes) -> None:
    assert proxy_header(address, 80) == line

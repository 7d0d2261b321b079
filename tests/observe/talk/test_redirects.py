"""Following redirects: with cookies, on this machine only, and never for long."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from porttui.model.facts import Exchange, Hop, HttpAnswer
from porttui.model.printable import is_printable
from porttui.observe.talk.http import get
from porttui.observe.talk.redirects import MOST_HOPS, follow
from porttui.observe.talk.wire import Call
from tests.servers import Script, hear


def here(host: str) -> tuple[str, ...]:
    return ("127.0.0.1",) if host in {"127.0.0.1", "localhost"} else ()


def sends(*locations: str, cookie: str = "") -> Script:
    """Return a server that sends its clients from one path to the next, and then answers with the request."""
    pages = {f"/{at}": location for at, location in enumerate(locations)}

    def talk(connection: socket.socket) -> None:
        request = hear(connection, b"\r\n\r\n").decode()
        location = pages.get(request.split()[1])
        if location is None:
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(request)}\r\n\r\n{request}"
        else:
            set_cookie = f"Set-Cookie: {cookie}\r\n" if cookie else ""
            head = f"HTTP/1.1 302 Found\r\n{set_cookie}Location: {location}\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode())

    return Script(talk)


def walk(server: Script) -> list[Hop]:
    url = f"http://127.0.0.1:{server.port}/0"
    first = get(Call(address="127.0.0.1", port=server.port), url, 2)
    return list(follow(first, url, here, timeout=2))


def test_an_answer_that_leads_nowhere() -> None:
    with sends() as server:
        assert walk(server) == []


def test_a_way_of_two_hops_with_a_cookie() -> None:
    with sends("/1", "end?a=b#part", cookie="seen=1; Path=/") as server:
        hops = walk(server)
    assert [hop.url for hop in hops] == [f"http://127.0.0.1:{server.port}/{path}" for path in ("1", "end?a=b")]
    assert all(hop.exchange is not None and hop.exchange.role == "redirect" for hop in hops)
    last = hops[-1].exchange
    assert last is not None
    assert last.http is not None
    assert "cookie: seen=1" in last.http.body.lower()


def test_it_stops_at_a_place_that_it_knows() -> None:
    with sends("/1", "/0") as server:
        hops = walk(server)
    assert [hop.stopped for hop in hops] == [None, "again"]
    assert server.connections == 2


def test_it_stops_after_five() -> None:
    with sends(*(f"/{at + 1}" for at in range(9))) as server:
        hops = walk(server)
    assert [hop.stopped for hop in hops] == [None] * MOST_HOPS + ["bound"]
    assert server.connections == MOST_HOPS + 1


def test_another_machine_is_not_asked_and_its_password_is_not_kept() -> None:
    with sends("http://user:secret@192.0.2.1/") as server:
        (hop,) = walk(server)
    assert hop.stopped == "elsewhere"
    assert "secret" not in hop.url


def test_a_port_that_is_shut() -> None:
    with sends("http://localhost:1/") as server:
        (hop,) = walk(server)
    assert hop.exchange is not None
    assert hop.exchange.outcome == "refused"


@pytest.mark.parametrize(
    ("location", "flaw"),
    [
        ("http://127.0.0.1:99999/", "port"),
        ("http://127.0.0.1:0/", "port"),
        ("//localhost:$PORT/", "port"),
        ("http://local host:80/", "host"),
        ("http://:8080/", "host"),
        ("http://[::1/", "host"),
    ],
)
def test_a_place_to_which_no_client_can_go(location: str, flaw: str) -> None:
    answer = HttpAnswer(status=302, headers=(("location", location),))
    first = Exchange(address="127.0.0.1", port=1, sent="http", outcome="answer", http=answer, protocol="http")
    (hop,) = follow(first, "http://127.0.0.1:1/", here, timeout=1)
    assert (hop.stopped, hop.flaw, hop.exchange) == ("impossible", flaw, None)


@pytest.mark.parametrize("location", ["mailto:root@localhost", "myapp://open:99999/"])
def test_what_only_porttui_cannot_ask_for_is_no_flaw(location: str) -> None:
    answer = HttpAnswer(status=302, headers=(("location", location),))
    first = Exchange(address="127.0.0.1", port=1, sent="http", outcome="answer", http=answer, protocol="http")
    (hop,) = follow(first, "http://127.0.0.1:1/", here, timeout=1)
    assert (hop.stopped, hop.flaw) == ("unreadable", "")


@given(st.text(max_size=80))
def test_whatever_the_location_is_it_is_told_once(location: str) -> None:
    answer = HttpAnswer(status=302, headers=(("location", location),))
    first = Exchange(address="127.0.0.1", port=1, sent="http", outcome="answer", http=answer, protocol="http")
    hops = list(follow(first, "http://203.0.113.9:1/", lambda _: (), timeout=1))
    assert len(hops) == 1
    assert hops[0].stopped in {"elsewhere", "unreadable", "impossible"}
    assert is_printable(hops[0].url)

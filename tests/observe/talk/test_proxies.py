"""The proxies of the environment: chosen as httpx chooses them, and asked when they are on this machine."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from unittest import mock

import httpcore
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from porttui.model.facts import Exchange
from porttui.model.target import Asked, Target
from porttui.observe.talk.proxies import environment_facts, environment_proxies, probe_through
from porttui.observe.talk.tls import no_trust
from tests.servers import HTTP_OK, Script, answers, closes, hear, make_certificate, over_tls, server_context

HOSTS = [
    "localhost",
    "127.0.0.1",
    "127.0.0.2",
    "::1",
    "app.localhost",
    "example.com",
    "www.example.com",
    "wwwexample.com",
]
NO_PROXY = [
    "localhost",
    "LOCALHOST",
    "127.0.0.1",
    "127.0.0.0/8",
    "::1",
    "example.com",
    ".example.com",
    "*.example.com",
    "localhost:8080",
    "example.com:8080",
    "http://localhost",
    "https://example.com:8443",
    "all://127.0.0.1:80",
    "com",
    "*",
    "",
    " localhost ",
]


def asked(host: str = "localhost", port: int = 8080, scheme: str | None = "http") -> Asked:
    return Asked(target=Target(input="", host=host, port=port, scheme=scheme))


def applied(where: Asked, env: dict[str, str]) -> str | None:
    """Return the variable of the proxy that applies."""
    found = [proxy.variable for proxy in environment_proxies(where, env) if proxy.applies]
    assert len(found) <= 1
    return found[0] if found else None


def applied_by_httpx(where: Asked, env: dict[str, str]) -> int | None:
    """Return the port of the proxy that httpx itself would use."""
    host = f"[{where.target.host}]" if ":" in where.target.host else where.target.host
    url = httpx.URL(f"{where.target.scheme}://{host}:{where.target.port}/")
    with mock.patch.dict(os.environ, env, clear=True), httpx.Client(verify=no_trust()) as client:
        transport = client._transport_for_url(url)
        assert isinstance(transport, httpx.HTTPTransport)
        pool = transport._pool
        return pool._proxy_url.port if isinstance(pool, httpcore.HTTPProxy) else None


VARIABLES = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "Http_Proxy"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    host=st.sampled_from(HOSTS),
    port=st.sampled_from([80, 443, 8080, 8443]),
    scheme=st.sampled_from(["http", "https"]),
    names=st.lists(st.sampled_from(VARIABLES), unique=True, max_size=4),
    empty=st.lists(st.sampled_from(VARIABLES), unique=True, max_size=2),
    entries=st.none() | st.lists(st.sampled_from(NO_PROXY), max_size=3),
    upper=st.booleans(),
    cgi=st.booleans(),
)
def test_the_choice_is_that_of_httpx(  # noqa: PLR0917
    host: str,
    port: int,
    scheme: str,
    names: list[str],
    empty: list[str],
    entries: list[str] | None,
    upper: bool,
    cgi: bool,
) -> None:
    env = {name: f"http://proxy.test:{1000 + VARIABLES.index(name)}" for name in names}
    env |= dict.fromkeys(empty, "")
    if entries is not None:
        env["NO_PROXY" if upper else "no_proxy"] = ",".join(entries)
    if cgi:
        env["REQUEST_METHOD"] = "GET"
    where = asked(host, port, scheme)
    ours = applied(where, env)
    assert (None if ours is None else 1000 + VARIABLES.index(ours)) == applied_by_httpx(where, env)


def test_loopback_has_no_exemption() -> None:
    assert applied(asked("127.0.0.1"), {"HTTP_PROXY": "http://10.0.0.1:3128"}) == "HTTP_PROXY"
    assert applied(asked("127.0.0.1"), {"HTTP_PROXY": "http://10.0.0.1:3128", "NO_PROXY": "localhost"}) == "HTTP_PROXY"
    assert applied(asked("127.0.0.1"), {"HTTP_PROXY": "http://10.0.0.1:3128", "NO_PROXY": "127.0.0.1"}) is None


def test_other_schemes_use_none() -> None:
    env = {"http_proxy": "http://10.0.0.1:1", "HTTPS_PROXY": "http://10.0.0.1:2"}
    assert applied(asked(scheme="redis"), env) is None
    assert applied(asked(scheme="https"), env) == "HTTPS_PROXY"
    assert applied(asked(scheme=None), env) == "http_proxy"
    assert [proxy.variable for proxy in environment_proxies(asked(), env)] == ["http_proxy", "HTTPS_PROXY"]
    assert environment_proxies(asked(), {}) == ()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("http://me:secret@10.0.0.1:3128/", "http://me:(hidden)@10.0.0.1:3128/"),
        ("me:secret@proxy:3128", "http://me:(hidden)@proxy:3128"),
        ("http://me:sec@ret@proxy:3128", "http://me:(hidden)@proxy:3128"),
        ("http://me:sec/ret@proxy:3128", "http://me:(hidden)@proxy:3128"),
        ("socks5://:secret@proxy", "socks5://:(hidden)@proxy"),
        ("http://token@proxy:3128", "http://(hidden)@proxy:3128"),
        ("http://proxy:3128", "http://proxy:3128"),
        ("http://proxy\x1b[2J", "http://proxy\\x1b[2J"),
    ],
)
def test_passwords_and_escape_sequences_are_hidden(value: str, shown: str) -> None:
    (proxy,) = environment_proxies(asked(), {"HTTP_PROXY": value})
    assert proxy.url == shown
    facts = environment_facts({"HTTP_PROXY": value, "SSL_CERT_FILE": "/etc/ca.pem", "PATH": "/bin", "NO_PROXY": "*"})
    assert set(facts) == {"HTTP_PROXY", "SSL_CERT_FILE", "NO_PROXY"}
    assert "sec" not in facts["HTTP_PROXY"]


def through(where: Asked, env: dict[str, str], own: tuple[str, ...] = ()) -> Exchange | None:
    (proxy,) = [proxy for proxy in environment_proxies(where, env) if proxy.applies]
    return probe_through(where, proxy, own_addresses=own, timeout=3, env=env)


def test_a_proxy_on_this_machine_is_asked_for_the_whole_url() -> None:
    said: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        said.append(hear(connection, b"\r\n\r\n"))
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with Script(talk) as server:
        done = through(asked(), {"HTTP_PROXY": f"http://me:secret@127.0.0.1:{server.port}"})
    assert done is not None
    assert (done.role, done.sent, done.address, done.port) == ("proxy", "http", "127.0.0.1", server.port)
    assert done.http is not None
    assert done.http.status == 403
    assert said[0].startswith(b"GET http://localhost:8080/ HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic bWU6c2VjcmV0\r\n" in said[0]


def test_https_goes_through_a_tunnel(tmp_path: Path) -> None:
    pair = make_certificate(tmp_path)
    context = server_context(pair)

    def talk(connection: socket.socket) -> None:
        assert hear(connection, b"\r\n\r\n").startswith(b"CONNECT localhost:8443 HTTP/1.1\r\n")
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        over_tls(context, answers(HTTP_OK))(connection)

    with Script(talk) as server:
        done = through(asked(port=8443, scheme="https"), {"ALL_PROXY": f"127.0.0.1:{server.port}"})
    assert done is not None
    assert (done.sent, done.outcome) == ("https", "answer")
    assert done.http is not None
    assert done.http.body == "hello"
    assert done.tls is not None
    assert done.tls.verify_code == 18


def test_a_tunnel_that_is_denied() -> None:
    with Script(answers(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")) as server:
        done = through(asked(scheme="https"), {"https_proxy": f"http://localhost:{server.port}"})
    assert done is not None
    assert (done.outcome, done.protocol) == ("error", "http")
    assert "503" in done.error


def test_a_dead_proxy() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        done = through(asked(), {"http_proxy": f"http://127.0.0.1:{bound.getsockname()[1]}"})
    assert done is not None
    assert done.outcome == "refused"


def test_port_0_is_not_taken_for_the_port_that_is_left_out() -> None:
    done = through(asked(), {"http_proxy": "http://127.0.0.1:0"})
    assert done is not None
    assert (done.port, done.outcome) == (0, "refused")


@pytest.mark.parametrize(
    "url", ["http://203.0.113.9:3128", "http://proxy.example:3128", "socks5://127.0.0.1:1080", "x:y"]
)
def test_nothing_is_sent_to_another_machine(url: str) -> None:
    with mock.patch("socket.getaddrinfo", side_effect=AssertionError("a name was looked up")):
        assert through(asked(), {"http_proxy": url}) is None


def test_an_address_of_this_machine_may_be_asked() -> None:
    with Script(closes) as server:
        done = through(asked(), {"http_proxy": f"http://127.0.0.1:{server.port}"}, ("127.0.0.1",))
    assert done is not None
    assert done.outcome == "closed"

"""HTTP requests to real and to badly behaved servers."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from msgspec.structs import replace

from porttui import __version__
from porttui.model.facts import Fate
from porttui.observe.talk import http
from porttui.observe.talk.http import get
from porttui.observe.talk.request import Way, plain_place
from porttui.observe.talk.talk import BODY_BYTES
from porttui.observe.talk.wire import Call
from tests.servers import (
    HTTP_OK,
    Script,
    Server,
    answers,
    closes,
    greets,
    hear,
    http_server,
    make_certificate,
    nginx,
    over_tls,
    resets,
    says_nothing,
    server_context,
)


def call(server: Server | Script) -> Call:
    return Call(address=server.address, port=server.port)


class Echo(BaseHTTPRequestHandler):
    """Answers with the request that it got."""

    def do_GET(self) -> None:
        body = f"{self.requestline}\n{self.headers}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "a=1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_the_request_is_that_of_an_honest_client() -> None:
    with http_server(Echo) as server:
        done = get(call(server), f"http://localhost:{server.port}/a%20b?c=d", 4)
    assert (done.sent, done.outcome, done.protocol, done.error) == ("http", "answer", "http", "")
    assert done.http is not None
    assert (done.http.status, done.http.reason, done.http.complete, done.http.cut) == (200, "OK", True, None)
    assert done.http.body.startswith("GET /a%20b?c=d HTTP/1.1\\n")
    assert f"Host: localhost:{server.port}\\n" in done.http.body
    assert f"User-Agent: porttui/{__version__}\\n" in done.http.body
    assert done.host == f"localhost:{server.port}"
    assert done.http.header("set-cookie") == "a=1"


def test_another_host_header() -> None:
    with http_server(Echo) as server:
        done = get(call(server), f"http://myapp.test:{server.port}/", 4, Way(host_header="localhost"))
    assert done.http is not None
    assert "Host: localhost\\n" in done.http.body
    assert done.host == "localhost"


def test_it_goes_to_the_address_given_whatever_the_name() -> None:
    with Script(answers(HTTP_OK), "::1") as server:
        done = get(call(server), f"http://does-not-exist.invalid:{server.port}/", 4)
    assert done.address == "::1"
    assert done.http is not None


@pytest.mark.skipif(sys.platform != "linux", reason="the loopback interface is called lo on Linux")
def test_loopback_with_its_scope_is_asked_as_it_is_connected_to() -> None:
    """getaddrinfo(3) knows no scope of ::1, and connect(2) takes it."""
    with Script(answers(HTTP_OK), "::1") as server:
        done = get(Call(address="::1%lo", port=server.port), f"http://[::1]:{server.port}/", 4)
    assert (done.outcome, done.error) == ("answer", "")


def test_environment_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")
    with Script(answers(HTTP_OK)) as server:
        assert get(call(server), f"http://127.0.0.1:{server.port}/", 4).http is not None


def test_redirects_are_told_and_not_followed() -> None:
    with Script(answers(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n")) as server:
        done = get(call(server), f"http://127.0.0.1:{server.port}/", 4)
    assert done.http is not None
    assert (done.http.status, done.http.header("location")) == (302, "http://127.0.0.1:9/")
    assert server.connections == 1


def test_a_body_of_ten_megabytes_is_bounded() -> None:
    def talk(connection: socket.socket) -> None:
        hear(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" + b"x" * 10_000_000)

    with Script(talk) as server:
        done = get(call(server), f"http://127.0.0.1:{server.port}/", 4)
    assert done.http is not None
    assert (done.http.cut, done.http.complete) == ("bytes", True)
    assert len(done.http.body) < BODY_BYTES


def test_a_truncated_body() -> None:
    with Script(answers(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")) as server:
        done = get(call(server), f"http://127.0.0.1:{server.port}/", 4)
    assert done.outcome == "answer"
    assert done.http is not None
    assert (done.http.complete, done.http.cut, done.http.body) == (False, None, "half")


def test_a_body_that_never_ends_is_cut_by_time() -> None:
    with Script(greets(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")) as server:
        done = get(call(server), f"http://127.0.0.1:{server.port}/", 30)
    assert done.http is not None
    assert (done.http.status, done.http.cut, done.http.complete) == (200, "time", True)
    assert done.ms < 30_000


def test_headers_that_drip_are_bounded_by_the_budget() -> None:
    dripped: list[int] = []

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in range(1000):
            connection.sendall(f"X-{number}: {number}\r\n".encode())
            time.sleep(0.02)
            dripped.append(number)

    with Script(talk) as server:
        done = get(call(server), f"http://127.0.0.1:{server.port}/", 0.5)
        assert len(dripped) < 1000
    assert (done.outcome, done.protocol, done.http) == ("error", "http", None)
    assert done.error


def test_endless_headers_are_bounded() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X: " + b"y" * 60000 + b"\r\n")

    with Script(talk) as server:
        done = get(call(server), f"http://127.0.0.1:{server.port}/", 4)
    assert (done.outcome, done.protocol) == ("error", "http")
    assert done.error == "its headers do not end within 100 KiB"


def test_ways_to_give_no_answer() -> None:
    with Script(closes) as server:
        done = get(call(server), f"http://127.0.0.1:{server.port}/", 4)
        assert done.outcome == "closed"
        assert "disconnected" in done.error
    with Script(resets) as server:
        assert get(call(server), f"http://127.0.0.1:{server.port}/", 4).outcome == "reset"
    with Script(says_nothing) as server:
        done = get(call(server), f"http://127.0.0.1:{server.port}/", 0.3)
        assert (done.outcome, done.error) == ("silent", "")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        done = get(Call(address="127.0.0.1", port=port), f"http://127.0.0.1:{port}/", 4)
        assert (done.outcome, "refused" in done.error) == ("refused", True)


def test_the_fate_of_a_silent_request() -> None:
    def fate(address: str, port: int, source: str, source_port: int) -> Fate:
        assert (address, port, source) == ("127.0.0.1", server.port, "127.0.0.1")
        assert source_port > 0
        return Fate(row="accepted", unread=0)

    with Script(says_nothing) as server:
        where = Call(address="127.0.0.1", port=server.port, fate=fate)
        done = get(where, f"http://127.0.0.1:{server.port}/", 0.3)
    assert done.fate == Fate(row="accepted", unread=0)


def test_the_fate_of_a_silent_request_over_tls(tmp_path: Path) -> None:
    context = server_context(make_certificate(tmp_path))
    with Script(over_tls(context, says_nothing)) as server:
        where = Call(address="127.0.0.1", port=server.port, fate=lambda *_: Fate(row="accepted"))
        done = get(where, f"https://127.0.0.1:{server.port}/", 0.6)
    assert (done.outcome, done.fate) == ("silent", Fate(row="accepted"))
    assert done.tls is not None
    assert done.tls.names


def test_an_end_inside_tls_is_an_end(tmp_path: Path) -> None:
    def ends(stream: ssl.SSLSocket) -> None:
        hear(stream)
        with contextlib.suppress(OSError):
            stream.unwrap()  # sends close_notify, and the connection stays

    with Script(over_tls(server_context(make_certificate(tmp_path)), ends)) as server:
        assert get(call(server), f"https://127.0.0.1:{server.port}/", 4).outcome == "closed"


def test_other_protocols_are_named_and_printable() -> None:
    with Script(answers(b"SSH-2.0-\x1b[31mx\r\n")) as server:
        done = get(call(server), f"http://127.0.0.1:{server.port}/", 4)
    assert (done.outcome, done.protocol, done.http) == ("answer", "ssh", None)
    assert done.data == "SSH-2.0-\\x1b[31mx\\r\\n"
    with Script(answers(b"\x1b[2Jgarbage\n\n")) as server:
        done = get(call(server), f"http://127.0.0.1:{server.port}/", 4)
    assert (done.outcome, done.protocol) == ("answer", None)
    assert all(char.isprintable() for char in done.data + done.error)


def test_a_mongodb_says_so_in_http() -> None:
    body = b"It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n"
    with Script(answers(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 85\r\n\r\n" + body)) as server:
        done = get(call(server), f"http://127.0.0.1:{server.port}/", 4)
    assert (done.outcome, done.protocol) == ("answer", "mongodb")


def test_escape_sequences_in_headers_and_body_are_made_visible() -> None:
    answer = b"HTTP/1.1 200 \x1b[1mOK\r\nServer: a\xe2\x80\xaeb\r\nX: \xff\r\n\r\n\x1b]52;c;eA==\x07[/oops]"
    with Script(answers(answer)) as server:
        done = get(call(server), f"http://127.0.0.1:{server.port}/", 4)
    texts = [done.data, done.error]
    if done.http:
        texts += [done.http.reason, done.http.body, *(value for _, value in done.http.headers)]
    assert done.outcome in {"answer", "error"}
    assert all(char.isprintable() for text in texts for char in text)


def test_https_with_a_certificate_that_is_not_trusted_still_tells_the_answer(tmp_path: Path) -> None:
    pair = make_certificate(tmp_path)
    with nginx(tmp_path, "location / { return 502; }", tls=pair) as server:
        done = get(call(server), f"https://localhost:{server.port}/", 4)
    assert (done.sent, done.outcome, done.protocol) == ("https", "answer", "http")
    assert done.tls is not None
    assert (done.tls.trusted, done.tls.verify_code) == (False, 18)
    assert done.http is not None
    assert done.http.status == 502


def test_https_that_the_user_trusts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pair.certificate))
    with nginx(tmp_path, "location / { return 200 hello; }", tls=pair) as server:
        for host in ("localhost", "127.0.0.1"):
            done = get(call(server), f"https://{host}:{server.port}/", 4)
            assert done.tls is not None
            assert done.tls.trusted is True
            assert done.http is not None
            assert done.http.body == "hello"


def test_the_real_502_of_a_reverse_proxy(tmp_path: Path) -> None:
    with socket.socket() as dead:
        dead.bind(("127.0.0.1", 0))
        upstream = dead.getsockname()[1]
        with nginx(tmp_path, f"location / {{ proxy_pass http://127.0.0.1:{upstream}; }}") as server:
            done = get(call(server), f"http://localhost:{server.port}/", 4)
    assert done.http is not None
    assert done.http.status == 502
    assert (done.http.header("server") or "").startswith("nginx")


def test_a_url_that_httpx_cannot_read_is_an_error() -> None:
    done = get(Call(address="127.0.0.1", port=9), "http://\u2603\u200b.\x00:9/", 1)
    assert done.outcome == "error"
    assert done.error


@pytest.mark.parametrize(
    "answer",
    [
        HTTP_OK,
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nzz\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nword",
        b"HTTP/1.0 404 \xff\r\nX-Odd: \xff\r\n\r\nnone",
        b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        b"SSH-2.0-x\r\n",
        b"",
    ],
)
def test_a_plain_url_is_asked_for_as_httpx_does(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = []

    def talk(connection: socket.socket) -> None:
        heard.append(hear(connection))
        connection.sendall(answer)

    with Script(talk) as server:
        url = f"http://localhost:{server.port}/a/b.html"
        for way in (Way(), Way(host_header="web.test", cookie="a=b")):
            plainly = get(call(server), url, 4, way)
            with monkeypatch.context() as patch:
                patch.setattr(http, "plain_place", lambda *_: None)
                by_httpx = get(call(server), url, 4, way)
            assert replace(plainly, ms=0) == replace(by_httpx, ms=0)
            assert heard[-1] == heard[-2] != b""


@pytest.mark.parametrize(
    "url", ["http://a/../b", "http://a/b?c", "http://A/", "http://1.2.3/", "http://a:0/", "https://a/"]
)
def test_httpx_is_left_what_has_to_be_interpreted(url: str) -> None:
    assert plain_place(url, Way()) is None

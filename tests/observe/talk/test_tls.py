"""TLS handshakes with real certificates and a real openssl server."""

from __future__ import annotations

import datetime as dt
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from porttui.observe.talk.certificate import read_certificate
from porttui.observe.talk.tls import handshake
from porttui.observe.talk.wire import Call
from tests.servers import (
    HTTP_OK,
    KeyPair,
    Script,
    answers,
    closes,
    make_certificate,
    openssl_server,
    over_tls,
    says_nothing,
    server_context,
)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    return make_certificate(tmp_path_factory.mktemp("good"))


@pytest.fixture(scope="module")
def expired(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    return make_certificate(tmp_path_factory.mktemp("expired"), days=-1)


@pytest.fixture
def secure(good: KeyPair) -> Iterator[Call]:
    with openssl_server(good, "-www") as server:
        yield Call(address=server.address, port=server.port)


def trusting(monkeypatch: pytest.MonkeyPatch, pair: KeyPair) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pair.certificate))


def test_a_certificate_that_the_user_trusts(secure: Call, good: KeyPair, monkeypatch: pytest.MonkeyPatch) -> None:
    trusting(monkeypatch, good)
    done = handshake(secure, "localhost", 5)
    assert (done.sent, done.outcome, done.protocol, done.error) == ("tls", "answer", "tls", "")
    assert done.tls is not None
    assert (done.tls.trusted, done.tls.verify_code, done.tls.version) == (True, 0, "TLSv1.3")
    assert done.tls.names == ("localhost", "127.0.0.1", "::1")
    assert done.tls.subject == "C=DE, O=Example, CN=server"


def test_a_certificate_of_unknown_origin_is_read_all_the_same(secure: Call) -> None:
    done = handshake(secure, "localhost", 5)
    assert done.outcome == "answer"
    assert done.tls is not None
    assert (done.tls.trusted, done.tls.verify_code) == (False, 18)
    assert "self-signed" in done.tls.verify_message
    assert done.tls.issuer == done.tls.subject == "C=DE, O=Example, CN=server"
    assert done.tls.not_after is not None
    assert dt.timedelta(28) < done.tls.not_after - dt.datetime.now(dt.UTC) < dt.timedelta(31)


def test_an_expired_certificate(expired: KeyPair, monkeypatch: pytest.MonkeyPatch) -> None:
    trusting(monkeypatch, expired)
    with openssl_server(expired, "-www") as server:
        done = handshake(Call(address=server.address, port=server.port), "localhost", 5)
    assert done.tls is not None
    assert (done.tls.trusted, done.tls.verify_code) == (False, 10)
    assert done.tls.not_after is not None
    assert done.tls.not_after < dt.datetime.now(dt.UTC)


@pytest.mark.parametrize(("name", "code"), [("example.test", 62), ("127.0.0.9", 64)])
def test_a_certificate_for_another_name(
    secure: Call, good: KeyPair, monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    trusting(monkeypatch, good)
    done = handshake(secure, name, 5)
    assert done.tls is not None
    assert (done.tls.trusted, done.tls.verify_code) == (False, code)
    assert "localhost" in done.tls.names


def test_no_common_version_is_an_alert(good: KeyPair) -> None:
    with openssl_server(good, "-tls1_1") as server:
        done = handshake(Call(address=server.address, port=server.port), "localhost", 5)
    assert (done.outcome, done.protocol) == ("error", "tls")
    assert done.tls is not None
    assert done.tls.alert == "protocol_version"
    assert "_ssl.c" not in done.error


@pytest.mark.parametrize(("version", "alert"), [("-tls1_3", "certificate_required"), ("-tls1_2", "handshake_failure")])
def test_a_server_that_wants_a_client_certificate(
    good: KeyPair, monkeypatch: pytest.MonkeyPatch, version: str, alert: str
) -> None:
    trusting(monkeypatch, good)
    with openssl_server(good, "-Verify", "1", version) as server:
        done = handshake(Call(address=server.address, port=server.port), "localhost", 5)
    assert done.outcome == "error"
    assert done.tls is not None
    assert done.tls.alert == alert


def test_a_plain_server_is_recognised_by_its_bytes() -> None:
    with Script(answers(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")) as server:
        done = handshake(Call(address=server.address, port=server.port), "localhost", 5)
    assert (done.outcome, done.protocol, done.tls) == ("answer", "http", None)
    assert "WRONG_VERSION_NUMBER" in done.error
    assert done.data.startswith("HTTP/1.1 400")


def test_a_server_that_closes_or_is_silent() -> None:
    with Script(closes) as server:
        assert handshake(Call(address=server.address, port=server.port), "localhost", 5).outcome == "closed"
    with Script(says_nothing) as server:
        done = handshake(Call(address=server.address, port=server.port), "localhost", 0.3)
    assert done.outcome == "silent"
    assert done.ms < 1000


def test_a_handshake_that_stops_half_way_is_bounded() -> None:
    with Script(answers(b"\x16\x03\x03\0\x7a\x02\0\0\x76")) as server:
        done = handshake(Call(address=server.address, port=server.port), "localhost", 1)
    assert (done.outcome, done.protocol) == ("error", "tls")


def test_a_banner_behind_tls_is_heard(good: KeyPair) -> None:
    def talk(stream: ssl.SSLSocket) -> None:
        stream.sendall(b"* OK ready\x1b[2J\r\n")
        stream.recv(1)

    with Script(over_tls(server_context(good), talk)) as server:
        done = handshake(Call(address=server.address, port=server.port), "localhost", 5)
    assert done.data == "* OK ready\\x1b[2J\\r\\n"


def test_a_name_that_cannot_be_one_is_an_error() -> None:
    with Script(answers(HTTP_OK)) as server:
        done = handshake(Call(address=server.address, port=server.port), ".local", 5)
    assert done.outcome == "error"
    assert done.error


def test_certificates_are_read_as_openssl_reads_them(tmp_path: Path) -> None:
    pair = make_certificate(tmp_path, names="DNS:a.example,DNS:*.b.example,IP:10.1.2.3,IP:fe80::1,email:x@y.example")
    der = ssl.PEM_cert_to_DER_cert(pair.certificate.read_text())
    certificate = read_certificate(der)
    assert certificate.names == ("a.example", "*.b.example", "10.1.2.3", "fe80::1")
    dates = subprocess.run(
        ("openssl", "x509", "-in", pair.certificate, "-noout", "-dates"), check=True, capture_output=True, text=True
    ).stdout.splitlines()
    read = [
        f"{when:%b} {when.day:2} {when:%H:%M:%S %Y} GMT" for when in (certificate.not_before, certificate.not_after)
    ]
    assert [line.partition("=")[2] for line in dates] == read


@pytest.mark.parametrize("cut", [0, 1, 5, 40, 100, 200, 300])
def test_a_broken_certificate_is_a_value_error(tmp_path: Path, cut: int) -> None:
    der = ssl.PEM_cert_to_DER_cert(make_certificate(tmp_path).certificate.read_text())
    with pytest.raises(ValueError, match=r"malformed|certificate"):
        read_certificate(der[:cut])

"""Which words are said to which server, and what comes of a whole probe."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import porttui
from porttui.model.facts import Exchange, Fate
from porttui.model.target import Asked, Target
from porttui.observe.talk.probe import next_word, plan_for, probe
from porttui.observe.talk.wire import FateReader, Role
from tests.servers import (
    HTTP_OK,
    Script,
    Server,
    answers,
    chooses,
    closes,
    greets,
    hear,
    make_certificate,
    never_accepting,
    nginx,
    over_tls,
    redis,
    resets,
    says_nothing,
    server_context,
    sshd,
)


def asked(server: Server | Script, scheme: str | None, host: str = "localhost") -> Asked:
    return Asked(target=Target(input="", host=host, port=server.port, scheme=scheme))


def look(
    server: Server | Script,
    scheme: str | None,
    *,
    owner: str | None = None,
    timeout: float = 4.0,
    fate: FateReader | None = None,
) -> list[Exchange]:
    wanted = asked(server, scheme)
    return list(probe(wanted, server.address, server.port, owner=owner, timeout=timeout, fate=fate))


def told(done: list[Exchange]) -> list[tuple[str, str, str | None]]:
    return [(exchange.sent, exchange.outcome, exchange.protocol) for exchange in done]


def accepted(*_: object) -> Fate:
    return Fate(row="accepted", unread=0)


def waiting(*_: object) -> Fate:
    return Fate(row="waiting")


# Servers that answer as asked.


def test_http_is_asked_at_once() -> None:
    with Script(answers(HTTP_OK)) as server:
        done = look(server, "http")
    assert told(done) == [("http", "answer", "http")]
    assert done[0].ms < 300
    assert server.connections == 1


def test_without_a_scheme_a_banner_is_waited_for_first() -> None:
    with Script(answers(HTTP_OK)) as server:
        assert told(look(server, None)) == [("nothing", "silent", None), ("http", "answer", "http")]
    with Script(greets(b"220 mail.example.org ESMTP\r\n")) as server:
        assert told(look(server, None)) == [("nothing", "answer", "smtp")]


def test_https(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pair.certificate))
    with nginx(tmp_path, "location / { return 200 hello; }", tls=pair) as server:
        done = look(server, "https")
    assert told(done) == [("https", "answer", "http")]
    assert done[0].tls is not None
    assert done[0].tls.trusted is True


def test_redis_by_its_scheme_and_by_its_owner_is_never_sent_http() -> None:
    with redis() as server:
        assert told(look(server, "redis")) == [("redis", "answer", "redis")]
        assert told(look(server, "http", owner="redis-server")) == [("redis", "answer", "redis")]
        assert told(look(server, None, owner="redis-server")) == [("redis", "answer", "redis")]


def test_postgresql_by_its_scheme_and_by_its_owner() -> None:
    with Script(chooses({b"\0\0\0\x08\x04\xd2\x16\x2f": b"N"})) as server:
        assert told(look(server, "postgresql")) == [("postgresql", "answer", "postgresql")]
        assert told(look(server, "http", owner="postgres")) == [("postgresql", "answer", "postgresql")]
    assert server.connections == 2


# Servers that speak something else than asked.


def test_http_to_a_real_redis_on_a_strange_port() -> None:
    with redis() as server:
        done = look(server, "http", fate=accepted)
    assert told(done)[0] == ("http", "closed", None)
    assert told(done)[-1] == ("redis", "answer", "redis")


@pytest.mark.parametrize("scheme", ["http", "https", None, "ssh", "redis"])
def test_anything_to_a_real_sshd(tmp_path: Path, scheme: str | None) -> None:
    with sshd(tmp_path) as server:
        done = look(server, scheme)
    assert len(done) == 1
    assert (done[0].outcome, done[0].protocol) == ("answer", "ssh")
    assert "SSH-2.0-" in done[0].data


def test_http_to_a_postgresql_on_a_strange_port() -> None:
    with Script(chooses({b"\0\0\0\x08\x04\xd2\x16\x2f": b"S"})) as server:
        assert told(look(server, "http"))[-1] == ("postgresql", "answer", "postgresql")


def test_http_to_a_memcached_is_recognised_by_its_answer() -> None:
    with Script(chooses({b"version": b"VERSION 1.6\r\n"}, b"ERROR\r\n")) as server:
        assert told(look(server, "http")) == [("http", "answer", "memcached")]


def test_http_to_http2_only() -> None:
    with Script(greets(b"\0\0\x06\4\0\0\0\0\0\0\3\0\0\0\x64")) as server:
        assert told(look(server, "http")) == [("http", "answer", "http2")]


def test_plain_http_to_nginx_with_tls_is_proved_by_a_handshake(tmp_path: Path) -> None:
    with nginx(tmp_path, "location / { return 200; }", tls=make_certificate(tmp_path)) as server:
        done = look(server, "http")
    assert told(done) == [("http", "answer", "http"), ("tls", "answer", "tls")]
    assert done[0].http is not None
    assert done[0].http.status == 400
    assert done[1].tls is not None
    assert "localhost" in done[1].tls.names


def test_plain_http_to_go_with_tls_is_proved_by_a_handshake() -> None:
    refusal = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
    with Script(answers(refusal)) as server:
        assert [exchange.sent for exchange in look(server, "http")] == ["http", "tls"]


def test_plain_http_to_python_with_tls(tmp_path: Path) -> None:
    with Script(over_tls(server_context(make_certificate(tmp_path)), says_nothing)) as server:
        done = look(server, "http")
    assert done[0].outcome in {"closed", "reset"}
    assert told(done)[-1] == ("tls", "answer", "tls")


def test_an_ordinary_400_is_left_alone() -> None:
    with Script(answers(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nbad")) as server:
        assert told(look(server, "http")) == [("http", "answer", "http")]


def test_tls_to_a_plain_server() -> None:
    with Script(answers(HTTP_OK)) as server:
        done = look(server, "https")
    assert told(done) == [("https", "answer", "http"), ("http", "answer", "http")]
    assert done[0].http is None
    assert done[1].http is not None


def test_tls_to_a_plain_server_that_closes_on_it() -> None:
    with Script(chooses({b"GET ": HTTP_OK})) as server:
        done = look(server, "https")
    assert told(done)[0][1] in {"closed", "reset"}
    assert told(done)[1:] == [("http", "answer", "http")]


def test_tls_to_a_plain_server_that_waits_for_a_line() -> None:
    def talk(connection: socket.socket) -> None:
        if hear(connection).startswith(b"\x16"):
            says_nothing(connection)
        else:
            connection.sendall(HTTP_OK)

    with Script(talk) as server:
        assert told(look(server, "https", timeout=1.5)) == [("https", "silent", None), ("http", "answer", "http")]


def test_http_on_the_port_of_another_service_is_still_found() -> None:
    # What a server speaks that is no Redis shows in its answer to the PING.
    done = [_exchange("redis", "answer", "http")]
    plan = plan_for(Asked(target=Target(input="", host="localhost", port=6379, scheme="http")), 6379, None)
    assert plan.first == "redis"
    assert next_word(plan, done) == "http"
    assert next_word(plan, [_exchange("redis", "answer", "redis")]) is None
    # Silence is no proof that it is no Redis.
    assert next_word(plan, [_exchange("redis", "closed")]) == "tls"
    assert next_word(plan, [_exchange("redis", "closed"), _exchange("tls", "closed")]) == "nothing"
    assert next_word(plan, [_exchange(sent, "closed") for sent in ("redis", "tls", "nothing")]) is None


# Servers that give no answer.


@pytest.mark.parametrize(("talk", "outcome"), [(closes, "closed"), (resets, "reset")])
def test_a_server_that_hangs_up_is_offered_everything_once(talk: Callable[[socket.socket], None], outcome: str) -> None:
    with Script(talk) as server:
        done = look(server, "http")
    said = [exchange.sent for exchange in done]
    assert said == ["http", "nothing", "tls", "redis", "postgresql", "memcached", "http2", "socks", "http"]
    assert (done[-1].role, done[-1].preamble) == ("variant", f"PROXY TCP4 127.0.0.1 127.0.0.1 56324 {server.port}")
    assert done[0].outcome == outcome
    assert server.connections == 9


def test_a_server_that_does_not_accept_is_not_filled_up() -> None:
    with never_accepting() as server:
        done = look(server, "http", timeout=1.4, fate=waiting)
        server_queue = _queue(server.port)
    assert told(done) == [("http", "silent", None)]
    assert done[0].fate == Fate(row="waiting")
    assert done[0].ms >= 1000
    assert server_queue == 1


def test_a_server_of_which_nobody_knows_is_tried_once_more() -> None:
    with Script(says_nothing) as server:
        assert [exchange.sent for exchange in look(server, "http", timeout=0.8)] == ["http", "tls"]


def test_the_words_said_to_a_hanging_handler_share_the_time() -> None:
    with Script(says_nothing) as server:
        done = look(server, "http", timeout=1.2, fate=accepted)
    assert told(done)[0] == ("http", "silent", None)
    assert done[0].fate == Fate(row="accepted", unread=0)
    assert {exchange.outcome for exchange in done} == {"silent"}
    assert all(exchange.ms < done[0].ms for exchange in done[1:])


def test_a_slow_answer_is_waited_for() -> None:
    def talk(connection: socket.socket) -> None:
        hear(connection)
        time.sleep(1.2)
        connection.sendall(HTTP_OK)

    with Script(talk) as server:
        assert told(look(server, "http")) == [("http", "answer", "http")]


def test_a_port_that_has_closed_meanwhile() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        done = look(Server("127.0.0.1", bound.getsockname()[1]), "http")
    assert told(done) == [("http", "refused", None)]


# Where the request says it goes.


@pytest.mark.parametrize(
    ("host", "role", "expected"),
    [
        ("localhost", "asked", "localhost"),
        ("127.0.0.1", "asked", "127.0.0.1"),
        ("0.0.0.0", "asked", "0.0.0.0"),
        ("fe80::1%lo", "asked", "[fe80::1]"),
        ("localhost", "elsewhere", "localhost"),
        ("10.9.8.7", "elsewhere", "127.0.0.1"),
    ],
)
def test_the_host_named(host: str, role: Role, expected: str) -> None:
    with Script(answers(HTTP_OK)) as server:
        (done,) = probe(asked(server, "http", host), "127.0.0.1", server.port, role=role)
    assert done.host == f"{expected}:{server.port}"
    assert done.role == role


# The plan alone.


@pytest.mark.parametrize(
    ("scheme", "port", "owner", "first"),
    [
        ("http", 3000, None, "http"),
        ("https", 8443, None, "https"),
        ("ws", 3000, "node", "http"),
        (None, 3000, "node", "nothing"),
        (None, 443, None, "https"),
        (None, 993, None, "tls"),
        ("http", 22, None, "nothing"),
        ("http", 3306, None, "nothing"),
        ("http", 6379, None, "redis"),
        (None, 5432, None, "postgresql"),
        ("http", 8000, "/usr/lib/postgresql/15/bin/postgres", "postgresql"),
        ("http", 8000, "mysqld", "nothing"),
        ("mysql", 3306, None, "nothing"),
        ("rediss", 6380, None, "tls"),
        ("memcached", 11211, None, "memcached"),
        (None, 11211, None, "memcached"),
    ],
)
def test_what_is_said_first(scheme: str | None, port: int, owner: str | None, first: str) -> None:
    wanted = Asked(target=Target(input="", host="localhost", port=port, scheme=scheme))
    assert plan_for(wanted, port, owner).first == first


def test_a_protocol_that_porttui_cannot_greet_is_listened_to_briefly() -> None:
    with Script(says_nothing) as server:
        done = look(server, "mongodb", fate=accepted)
    assert told(done) == [("nothing", "silent", None), ("tls", "silent", None)]
    assert sum(exchange.ms for exchange in done) < 1500


@pytest.mark.parametrize("owner", ["redis-server", "postgres", "memcached", "mysqld", "sshd", "mongod"])
@pytest.mark.parametrize("outcome", ["closed", "reset", "silent", "answer"])
def test_a_known_owner_is_never_sent_http(owner: str, outcome: str) -> None:
    wanted = Asked(target=Target(input="", host="localhost", port=8000, scheme="http"))
    plan = plan_for(wanted, 8000, owner)
    done: list[Exchange] = []
    while (said := next_word(plan, done)) is not None:
        assert said not in {"http", "https"}
        done.append(_exchange(said, outcome))
    assert done


def test_a_probe_of_redis_loads_neither_httpx_nor_ssl() -> None:
    code = """
import sys
from porttui.model.target import Asked, Target
from porttui.observe.talk.probe import probe
target = Target(input="", host="127.0.0.1", port=1, scheme="redis")
print([exchange.outcome for exchange in probe(Asked(target=target), "127.0.0.1", 1)])
print(sorted({"httpx", "ssl", "asyncio", "textual"} & set(sys.modules)))
"""
    env = {**os.environ, "PYTHONPATH": str(Path(porttui.__file__).parents[1])}
    command = (sys.executable, "-c", code)
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30, env=env)
    assert done.stdout.splitlines()[1] == "[]"


def _exchange(sent: str, outcome: str, protocol: str | None = None) -> Exchange:
    fields = {"address": "127.0.0.1", "port": 1, "sent": sent, "outcome": outcome, "protocol": protocol}
    return msgspec.convert({**fields, "fate": {"row": "accepted"}}, Exchange)


def _queue(port: int) -> int:
    """Connections that wait for accept(2), from the rx_queue of the LISTEN row (proc(5))."""
    for row in Path("/proc/net/tcp").read_text().splitlines():
        fields = row.split()
        if fields[1] == f"0100007F:{port:04X}" and fields[3] == "0A":
            return int(fields[4].partition(":")[2], 16)
    pytest.fail("not listening")

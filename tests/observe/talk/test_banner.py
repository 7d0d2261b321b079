"""Banners and hellos, against scripted and real servers."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from porttui.model.facts import Fate
from porttui.observe.talk.banner import greet, listen
from porttui.observe.talk.wire import Call, Said
from tests.servers import Script, answers, chooses, closes, greets, never_accepting, redis, resets, says_nothing, sshd

POSTGRESQL = chooses({b"\0\0\0\x08\x04\xd2\x16\x2f": b"N"})


def call(server: Script) -> Call:
    return Call(address=server.address, port=server.port)


def test_a_banner_is_an_answer_at_once() -> None:
    with Script(greets(b"220 mail.example.org ESMTP Postfix\r\n")) as server:
        done = listen(call(server), 5)
    assert (done.sent, done.outcome, done.protocol) == ("nothing", "answer", "smtp")
    assert done.data == "220 mail.example.org ESMTP Postfix\\r\\n"
    assert done.ms < 1000


def test_a_banner_in_two_pieces_is_put_together() -> None:
    def talk(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(b"SS")
        connection.sendall(b"H-2.0-x\r\n")
        connection.recv(1)

    with Script(talk) as server:
        assert listen(call(server), 2).protocol == "ssh"


def test_silence_is_told_after_the_time_given() -> None:
    with Script(says_nothing) as server:
        done = listen(call(server), 0.2)
    assert (done.outcome, done.protocol, done.data, done.error) == ("silent", None, "", "")
    assert 200 <= done.ms < 1000


@pytest.mark.parametrize("sent", ["redis", "postgresql", "memcached"])
def test_a_server_that_closes_or_resets(sent: Said) -> None:
    with Script(closes) as server:
        assert greet(call(server), sent, 2).outcome == "closed"
    with Script(resets) as server:
        done = greet(call(server), sent, 2)
    assert done.outcome == "reset"
    assert "ECONNRESET" in done.error


def test_a_port_that_does_not_open_is_refused() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        done = listen(Call(address="127.0.0.1", port=bound.getsockname()[1]))
    assert done.outcome == "refused"
    assert "ECONNREFUSED" in done.error


def test_escape_sequences_never_come_through() -> None:
    with Script(answers(b"\x1b]0;owned\x07\x1b[2J\xe2\x80\xae\r\n")) as server:
        done = greet(call(server), "redis", 2)
    assert done.outcome == "answer"
    assert "\\x1b]0;owned\\x07" in done.data
    assert all(char.isprintable() for char in done.data)


def test_an_endless_banner_is_bounded() -> None:
    def talk(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"x" * 65536)

    with Script(talk) as server:
        done = listen(call(server), 2)
    assert done.outcome == "answer"
    assert len(done.data) == 200


def test_redis_says_pong_or_asks_for_a_password() -> None:
    with redis() as server:
        done = greet(Call(address=server.address, port=server.port), "redis", 2)
        assert (done.outcome, done.protocol, done.data) == ("answer", "redis", "+PONG\\r\\n")
    with redis("--requirepass", "secret") as server:
        done = greet(Call(address=server.address, port=server.port), "redis", 2)
        assert done.protocol == "redis"
        assert done.data.startswith("-NOAUTH")


def test_postgresql_answers_the_question_for_ssl() -> None:
    with Script(POSTGRESQL) as server:
        assert greet(call(server), "postgresql", 2).protocol == "postgresql"


def test_a_real_sshd_greets(tmp_path: Path) -> None:
    with sshd(tmp_path) as server:
        done = listen(Call(address=server.address, port=server.port), 5)
    assert done.protocol == "ssh"
    assert done.data.startswith("SSH-2.0-")


def test_where_an_unanswered_connection_stands_is_read_while_it_is_open() -> None:
    seen: list[tuple[str, int, str, int]] = []

    def fate(address: str, port: int, source: str, source_port: int) -> Fate:
        seen.append((address, port, source, source_port))
        rows = Path("/proc/net/tcp").read_text().splitlines()
        ours = f"{port:04X} 0100007F:{source_port:04X} 01 "
        assert any(ours in row for row in rows), "the server's side of the connection is not ESTABLISHED"
        return Fate(row="waiting", unread=0)

    with never_accepting() as server:
        done = greet(Call(address="127.0.0.1", port=server.port, fate=fate), "redis", 0.1)
    assert done.fate == Fate(row="waiting", unread=0)
    assert seen == [("127.0.0.1", server.port, "127.0.0.1", seen[0][3])]


def test_ipv6_works_too() -> None:
    with Script(greets(b"RFB 003.008\n"), "::1") as server:
        assert listen(call(server), 2).protocol == "vnc"

"""First bytes that real servers send, and what they are recognised as."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from porttui.observe.talk.hello import recognise

ANSWERS: list[tuple[bytes, str | None]] = [
    (b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7\r\n", "ssh"),
    (b"Authorised users only.\r\nSSH-2.0-dropbear_2022.83\r\n", "ssh"),
    (b"+PONG\r\n", "redis"),
    (b"-NOAUTH Authentication required.\r\n", "redis"),
    (b"-DENIED Redis is running in protected mode because ...\r\n", "redis"),
    (b"-ERR max number of clients reached\r\n", "redis"),
    (b"J\0\0\0\n8.0.36\0\x08\0\0\0", "mysql"),
    (b"U\0\0\0\n5.5.5-10.11.6-MariaDB-0+deb12u1\0", "mysql"),
    (b"\x17\0\0\0\xff\x10\x04Too many connections", "mysql"),
    (b"G\0\0\0\xffj\x04Host '172.17.0.1' is not allowed to connect to this MySQL server", "mysql"),
    (b"\x05\0\0\0\x0b\x08\x05\x1a\0", "mysqlx"),
    (b"N", "postgresql"),
    (b"S", "postgresql"),
    (b"E\0\0\0\x54SFATAL\0VFATAL\0C53300\0Msorry, too many clients already\0\0", "postgresql"),
    (b"220 mail.example.org ESMTP Postfix (Debian/GNU)\r\n", "smtp"),
    (b"220 mx1.example.org ready\r\n", "smtp"),
    (b"220 (vsFTPd 3.0.3)\r\n", "ftp"),
    (b"220 ProFTPD Server (Debian) [::ffff:127.0.0.1]\r\n", "ftp"),
    (b"220-Welcome\r\n220 ready\r\n", "ftp"),
    (b"421 Too many users", None),
    (b"* OK [CAPABILITY IMAP4rev1 SASL-IR] Dovecot ready.\r\n", "imap"),
    (b"+OK Dovecot ready.\r\n", "pop3"),
    (b"RFB 003.008\n", "vnc"),
    (b"VERSION 1.6.18\r\n", "memcached"),
    (b"ERROR\r\n", "memcached"),
    (b"HTTP/1.1 200 OK\r\n", "http"),
    (b"HTTP/1.0 400 Bad Request\r\n", "http"),
    (b"<!DOCTYPE HTML>\n<html lang=en>", "http"),
    (b"\0\0\x12\4\0\0\0\0\0\0\3\0\0\0\x80", "http2"),
    (b"\0\0\0\4\1\0\0\0\0", "http2"),
    (b"\x16\x03\x03\0z\x02\0\0v", "tls"),
    (b"\x15\x03\x01\0\2\2\x46", "tls"),
    (b"AMQP\0\0\x09\1", "amqp"),
    (b"\x20\2\0\5", "mqtt"),
    (b"RTSP/1.0 400 Bad Request\r\n", "rtsp"),
    (b"SIP/2.0 400 Bad Request\r\n", "sip"),
    (b"\xff\xfd\x18\xff\xfd\x20login:", "telnet"),
    (b'INFO {"server_id":"N"}\r\n', "nats"),
    (b"@RSYNCD: 31.0\n", "rsync"),
    (b"", None),
    (b"hello, world\n", None),
    (b"GET / HTTP/1.1\r\n", None),  # an echo of what was said is no answer
    (b"\x16\x03\x01\x02\0\1\0\1\xfc\x03\x03", None),  # so is that of our ClientHello
    (b"\0\0\0\0\0\0\0\0\0\0", None),
    (b"Not a number", None),
]


@pytest.mark.parametrize(("data", "protocol"), ANSWERS)
def test_recognises(data: bytes, protocol: str | None) -> None:
    assert recognise(data) == protocol


@given(st.binary(max_size=300))
def test_reads_any_bytes(data: bytes) -> None:
    assert recognise(data) is None or recognise(data)


@pytest.mark.parametrize(("data", "protocol"), [pair for pair in ANSWERS if pair[1]])
def test_more_bytes_do_not_unsettle_a_text(data: bytes, protocol: str) -> None:
    if len(data) > 8 and not protocol.startswith("postgres"):
        assert recognise(data + b"\r\nand more") == protocol

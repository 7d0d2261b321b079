"""What a protocol's first bytes look like, and the hellos that are safe to say to a server one does not know.

Pure. A hello is safe when a server of that protocol answers it before any login, changes nothing and logs nothing.
"""

from __future__ import annotations

import re
import struct

REDIS_PING = b"PING\r\n"
"""An inline command of RESP (redis.io, "Redis serialization protocol", Inline commands); needs no login to be answered:
"+PONG", or "-NOAUTH ..."."""
POSTGRESQL_SSL_REQUEST = struct.pack(">II", 8, 80877103)
"""PostgreSQL, "Message Formats", SSLRequest; answered by one byte, "S" or "N", or by an ErrorResponse."""
POSTGRESQL_STARTUP = struct.pack(">II", 40, 196608) + b"user\0porttui\0database\0postgres\0\0"
"""PostgreSQL, "Message Formats", StartupMessage of protocol 3.0, for a user that hardly exists. A server without room
says so before it looks at the user. One that asks for no password writes a line into its log, that there is no such
user; so this is said only where many are connected already."""
MEMCACHED_VERSION = b"version\r\n"
"""memcached, protocol.txt, "version"."""
HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
"""What an HTTP/2 client says first: the preface and an empty SETTINGS frame (RFC 9113, 3.4)."""
SOCKS_GREETING = b"\5\1\0"
"""Version 5 and one way to log in, none at all (RFC 1928, 3); a proxy answers with the way that it chooses."""

_TEXT: tuple[tuple[bytes, str], ...] = (
    (rb"(?:[^\n]*\n){0,20}SSH-[12]\.", "ssh"),  # RFC 4253, 4.2: other lines may come before
    (rb"HTTP/\d", "http"),
    (rb"\s*<(?:!doctype )?html", "http"),  # an HTTP/0.9 answer: a body alone, as servers give to a bad request line
    (rb"RTSP/1", "rtsp"),  # RFC 2326, 7.1
    (rb"SIP/2\.0 ", "sip"),  # RFC 3261, 7.2
    (rb"RFB \d{3}\.\d{3}\n", "vnc"),  # RFC 6143, 7.1.1
    (rb"\+PONG\r\n|-(?:ERR|NOAUTH|NOPERM|DENIED|LOADING|MISCONF|MASTERDOWN|WRONGPASS|BUSY) ", "redis"),
    (rb"\+OK", "pop3"),  # RFC 1939, 4
    (rb"\* (?:OK|PREAUTH|BYE)\b", "imap"),  # RFC 3501, 7.1
    (rb"VERSION \d|ERROR\r\n|(?:CLIENT|SERVER)_ERROR ", "memcached"),
    (rb"AMQP[\x00-\x03]", "amqp"),  # AMQP 0-9-1, 4.2.2: a server answers a wrong header with the right one
    (rb"EFATAL|EERROR", "postgresql"),  # the ErrorResponse of protocol 2
    (rb"INFO \{", "nats"),
    (rb"@RSYNCD: ", "rsync"),
    (rb"UNKNOWN_COMMAND\r\n", "beanstalkd"),
    (rb"This is not an HTTP port", "elasticsearch"),
    (rb"(?::\S+ )?NOTICE (?:AUTH|\*) ", "irc"),
    (rb"(?:<\?xml[^>]*>\s*)?<stream:stream", "xmpp"),
    (rb"20[01] [^\n]*(?:nntp|news|inn)", "nntp"),
)
_FTP = rb"(?i)ftp|filezilla|\(vs"
_SMTP = rb"(?i)smtp|mail|postfix|exim|sendmail|220[ -][\w-]+\.[\w.-]+"


def is_socks(data: bytes) -> bool:
    """Tell whether an answer to `SOCKS_GREETING` is that of SOCKS 5 (RFC 1928, 3): its version and a way, or 255."""
    return len(data) == 2 and data[0] == 5 and data[1] in {0, 1, 2, 255}


def recognise(data: bytes) -> str | None:
    """Name the protocol that an answer, or a banner, speaks.

    Args:
        data: the first bytes of it.

    Returns:
        "ssh", "redis", "mysql", "http" ..., or None when the bytes fit nothing known.
    """
    for pattern, name in _TEXT:
        if re.match(pattern, data, re.IGNORECASE):
            return name
    return _greeting(data) or _binary(data)


def _greeting(data: bytes) -> str | None:
    """Part SMTP (RFC 5321, 4.2) from FTP (RFC 959, 4.2): both greet with 220, and refuse with 421."""
    if not re.match(rb"(?:220|421|554)[ -]", data):
        return None
    line = data.partition(b"\n")[0]
    if re.search(_FTP, line):
        return "ftp"
    if data.startswith(b"554") or re.search(_SMTP, line):
        return "smtp"
    return "ftp" if data.startswith(b"220") else None


def _binary(data: bytes) -> str | None:
    if data in {b"N", b"S"}:
        return "postgresql"
    for check, name in (
        (_tls, "tls"),
        (_http2, "http2"),
        (_mysql, "mysql"),
        (_mysqlx, "mysqlx"),
        (_postgresql_error, "postgresql"),
        (_postgresql_login, "postgresql"),
        (_telnet, "telnet"),
        (_amqp_frame, "amqp"),
        (_mqtt, "mqtt"),
    ):
        if check(data):
            return name
    return None


def _tls(data: bytes) -> bool:
    """An alert or handshake record (RFC 8446, 5.1); the version in it is 3.0 to 3.4.

    No server begins with a ClientHello (type 1): that is our own, sent back by an echo.
    """
    record = len(data) >= 5 and data[0] in {0x15, 0x16} and data[1] == 3 and data[2] <= 4 and data[3] < 0x42
    return record and not (data[0] == 0x16 and data[5:6] == b"\1")


def _http2(data: bytes) -> bool:
    """A SETTINGS or GOAWAY frame on stream 0 (RFC 9113, 3.4, 4.1 and 6.5): what a server says first."""
    if len(data) < 9 or data[5:9] != b"\0\0\0\0":
        return False
    length = int.from_bytes(data[:3], "big")
    settings = data[3] == 4 and data[4] in {0, 1} and length % 6 == 0 and length <= 600
    return settings or (data[3] == 7 and data[4] == 0 and 8 <= length <= 16384)


def _mysql(data: bytes) -> bool:
    """A handshake of protocol 9 or 10, or an error packet (MySQL, "Protocol::Handshake", "ERR_Packet")."""
    if len(data) < 7:
        return False
    length, sequence, kind = int.from_bytes(data[:3], "little"), data[3], data[4]
    if sequence > 1 or not 4 <= length <= 1024:
        return False
    if kind == 0xFF:
        return 1000 <= int.from_bytes(data[5:7], "little") < 5000
    return kind in {9, 10} and re.match(rb"[\w.+~:-]{3,100}\0", data[5:]) is not None


def _mysqlx(data: bytes) -> bool:
    """A NOTICE of the X Protocol, which MySQL sends first on port 33060."""
    return data[:5] == b"\x05\0\0\0\x0b"


def _postgresql_error(data: bytes) -> bool:
    """An ErrorResponse: "E", length, then fields that begin with the severity (PostgreSQL, "Message Formats")."""
    return len(data) > 6 and data[:1] == b"E" and 8 <= int.from_bytes(data[1:5], "big") <= 30000 and data[5:6] == b"S"


def _postgresql_login(data: bytes) -> bool:
    """An Authentication message: "R", length, and the kind, 0 to 12 (PostgreSQL, "Message Formats")."""
    length, kind = int.from_bytes(data[1:5], "big"), int.from_bytes(data[5:9], "big")
    return len(data) >= 9 and data[:1] == b"R" and 8 <= length <= 2000 and kind <= 12


def _telnet(data: bytes) -> bool:
    """IAC and WILL, WONT, DO or DONT (RFC 854)."""
    return len(data) >= 3 and data[0] == 0xFF and 0xFB <= data[1] <= 0xFE


def _amqp_frame(data: bytes) -> bool:
    """The method frame connection.start on channel 0 (AMQP 0-9-1, 4.2.3 and 1.4.2.1)."""
    return len(data) >= 11 and data[:3] == b"\x01\0\0" and data[7:11] == b"\0\x0a\0\x0a"


def _mqtt(data: bytes) -> bool:
    """A CONNACK of MQTT 3.1.1 (3.2)."""
    return len(data) == 4 and data[:2] == b"\x20\x02" and data[2] <= 1 and data[3] <= 5

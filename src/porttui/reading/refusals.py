"""Answers by which a server turns a client away in its own protocol, in its first words."""

from __future__ import annotations

import re

from porttui.model.facts import Exchange

_TOO_MANY = (
    r"^-ERR max number of clients",  # Redis
    r"Too many connections",  # MySQL, error 1040
    r"too many clients|remaining connection slots are reserved",  # PostgreSQL
    r"^Exceeded MaxStartups",  # OpenSSH
    r"^421 ",  # FTP and SMTP: service not available, too many connections (RFC 959, RFC 5321)
)
_NOT_YOU = (
    r"^-DENIED",  # Redis in protected mode
    r"is not allowed to connect",  # MySQL, error 1130
)


def of(exchange: Exchange) -> str | None:
    """Return "too-many" or "not-you" when the first words of an answer turn the client away; None when they do not."""
    for kind, shapes in (("too-many", _TOO_MANY), ("not-you", _NOT_YOU)):
        if any(re.search(shape, exchange.data) for shape in shapes):
            return kind
    return None

"""What the user asked: a target (host, port, scheme) and one of two questions about it."""

from __future__ import annotations

import enum

from porttui.model.address import endpoint
from porttui.model.base import Value


class Question(enum.StrEnum):
    """The two questions that porttui answers."""

    CONNECT = "connect"
    """Why can't I connect?"""
    BIND = "bind"
    """Why can't my server start here?"""


QUESTION_TEXT = {Question.CONNECT: "why can't I connect?", Question.BIND: "why can't my server start here?"}


class Target(Value, frozen=True, kw_only=True):
    """An endpoint as the user named it. Immutable; made by `porttui.model.parse.parse`."""

    input: str
    """What the user typed or pasted, made printable."""
    host: str
    """A name or an address without brackets; an IPv6 scope stays in it (``fe80::1%eth0``)."""
    port: int
    """1 to 65535."""
    scheme: str | None = None
    """``http``, ``https``, ``redis``, ``postgresql`` ..., lower case; None when only host and port were given."""
    path: str = "/"
    """Path and query for HTTP."""

    def __str__(self) -> str:
        """Return the shortest form that `parse` reads back as this target."""
        place = endpoint(self.host, self.port)
        if self.scheme is None:
            return place
        return f"{self.scheme}://{place}{self.path if self.path != '/' else ''}"


class Asked(Value, frozen=True, kw_only=True):
    """A target, the question about it, and how both were understood."""

    target: Target
    question: Question = Question.CONNECT
    read_from: str = ""
    """The part of a pasted text that decided, when the input was an error message; else empty."""


class TargetError(ValueError):
    """The input names no endpoint. `str(error)` is one line: what is wrong, and an example that works."""

"""Whom the system asks for names, and whether they answer.

getaddrinfo(3) says only "try again" (EAI_AGAIN) when a name server is silent, refuses, or answers with a failure. So
the same servers are asked the same once more, by one small packet each, and their answer is read.
"""

from __future__ import annotations

import os
import re
import secrets
import selectors
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Literal

from porttui.model.address import parse_ip
from porttui.model.facts import DnsReply, Resolver, Unseen
from porttui.model.printable import printable
from porttui.observe.errors import errno_name
from porttui.observe.sockaddr import family_of, sockaddr

_PATH = Path("/etc/resolv.conf")
_SWITCH = Path("/etc/nsswitch.conf")
_BYTES = 65536
_MOST_SERVERS = 3
"""MAXNS of resolv.h: the C library asks no more of them."""
_PORT = 53
_NO_ANSWER = "timeout"
_KINDS: tuple[tuple[Literal["A", "AAAA"], int], ...] = (("A", 1), ("AAAA", 28))
"""TYPE values (RFC 1035, 3.2.2; RFC 3596, 2.1): getaddrinfo asks for both."""
_OUTCOMES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}
"""RCODE (RFC 1035, 4.1.1)."""


def read_resolver(host: str, seconds: float = 1.0, path: Path = _PATH, switch: Path = _SWITCH) -> Resolver | Unseen:
    """Read whom the system asks for names, and ask them for a host, all at once.

    Args:
        host: the name whose look-up failed. A short one is asked for with the first search domain as well.
        seconds: after which a server counts as silent.
        path: resolv.conf(5).
        switch: nsswitch.conf(5).
    """
    if sys.platform == "win32":
        return Unseen(what="name servers", reason="not read on Windows", how_to_see="ipconfig /all")
    servers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    try:
        servers, search = _settings(path.read_bytes()[:_BYTES])
    except FileNotFoundError:
        pass  # as with an empty file, the C library asks this machine itself (resolv.conf(5))
    except OSError as error:
        return Unseen(what="name servers", reason=printable(f"{path}: {error.strerror}"), how_to_see=f"cat {path}")
    asked = servers[:_MOST_SERVERS] or ("127.0.0.1",)
    names = (host,) if "." in host.rstrip(".") or not search else (f"{host}.{search[0]}", host)
    return Resolver(
        path=str(path),
        servers=servers,
        search=search,
        hosts=_hosts_line(switch),
        replies=_ask_all(asked, names, seconds),
    )


def _settings(data: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read name servers and search list as the C library does.

    A keyword counts at the start of its line only (resolv.conf(5)). glibc takes the carriage return of a Windows line
    end for a part of the address, which is none then.
    """
    servers: list[str] = []
    search: tuple[str, ...] = ()
    for line in data.decode("utf-8", "replace").split("\n"):
        words = line.split()
        if len(words) < 2 or line[0].isspace() or words[0].startswith(("#", ";")):
            continue
        if words[0] == "nameserver" and parse_ip(words[1]) is not None:
            if not (f"{words[1]}\r" in line and _is_glibc()):
                servers.append(printable(words[1], 60))
        elif words[0] in ("search", "domain"):  # the last of them counts
            search = tuple(printable(word.rstrip("."), 253) for word in words[1:7] if word.rstrip("."))
    return tuple(servers), search


def _is_glibc() -> bool:
    """Tell whether names are looked up by the GNU C library; musl, which has no such version, takes any blank."""
    name = "CS_GNU_LIBC_VERSION"
    try:
        return sys.platform == "linux" and name in os.confstr_names and bool(os.confstr(name))
    except OSError:  # EINVAL, which musl answers to the names of others
        return False


def _hosts_line(switch: Path) -> tuple[str, ...]:
    try:
        text = switch.read_bytes()[:_BYTES].decode("utf-8", "replace")
    except OSError:
        return ()
    found = re.search(r"^\s*hosts:([^#\n]*)", text, re.MULTILINE)
    return tuple(printable(word, 40) for word in found[1].split()[:20]) if found else ()


class _Query:
    """One question to one server, under way."""

    def __init__(self, server: str, name: str, kind: Literal["A", "AAAA"], number: int) -> None:
        self.server, self.name, self.kind = server, name, kind
        self.identity = secrets.token_bytes(2)
        self.began = time.monotonic()
        self.ms = 0.0
        self.outcome = _NO_ANSWER
        self.socket: socket.socket | None = None
        try:
            packet = self.identity + struct.pack(">HHHHH", 0x0100, 1, 0, 0, 0)  # recursion desired (RFC 1035, 4.1.1)
            packet += _labels(name) + struct.pack(">HH", number, 1)
            self.socket = socket.socket(family_of(server), socket.SOCK_DGRAM)
            self.socket.setblocking(False)
            self.socket.connect(sockaddr(server, _PORT))
            self.socket.send(packet)
        except OSError as error:
            self._end(errno_name(error))

    def receive(self) -> None:
        if self.socket is None:
            return
        try:
            data = self.socket.recv(4096)
        except BlockingIOError:
            return
        except OSError as error:  # ECONNREFUSED: an ICMP error says that the port is closed
            self._end(errno_name(error))
            return
        if len(data) >= 12 and data[:2] == self.identity and data[2] & 0x80:  # a reply, and to this question
            self._end(_OUTCOMES.get(data[3] & 0x0F, f"RCODE {data[3] & 0x0F}"))

    def _end(self, outcome: str) -> None:
        self.outcome = outcome
        self.close()

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None
        self.ms = self.ms or (time.monotonic() - self.began) * 1000


def _ask_all(servers: tuple[str, ...], names: tuple[str, ...], seconds: float) -> tuple[DnsReply, ...]:
    """Ask every server at once, and wait until all have answered or the time is over."""
    names = tuple(name for name in names if _labels(name))
    queries = [_Query(server, name, kind, number) for server in servers for name in names for kind, number in _KINDS]
    until = time.monotonic() + seconds
    while (waiting := [each for each in queries if each.socket is not None]) and time.monotonic() < until:
        with selectors.DefaultSelector() as selector:
            for each in waiting:
                if each.socket is not None:
                    selector.register(each.socket, selectors.EVENT_READ, each)
            for key, _ in selector.select(max(0.0, until - time.monotonic())):
                key.data.receive()
    for each in queries:
        each.close()
    return tuple(
        DnsReply(server=each.server, name=each.name, kind=each.kind, outcome=each.outcome, ms=round(each.ms, 3))
        for each in queries
    )


def _labels(name: str) -> bytes:
    """Return a name as DNS writes it (RFC 1035, 3.1); empty when it cannot be asked for."""
    try:
        labels = name.rstrip(".").encode("idna").split(b".")
    except UnicodeError:
        return b""
    return b"".join(bytes((len(label),)) + label for label in labels) + b"\0"

"""The words of a filter for sockets: what each one asks for, and what is wrong with one that no socket can have."""

from __future__ import annotations

from typing import Literal, NamedTuple

from porttui.model.services import service_port

STATES = (
    "LISTEN", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE_WAIT", "LAST_ACK",
    "CLOSING", "CLOSE", "BOUND", "UNCONN",
)  # fmt: skip
"""Every state that `Socket.state` may have."""
ANY_STATE = "all"
SUGGESTED = (
    "all", "established", "listen", "close-wait", "time-wait", "syn-sent", "tcp", "udp", "unix", "addr=", "pid=",
    "port=", "program=", "state=", "user=",
)  # fmt: skip
"""Words for a shell to complete."""
_ALIASES = {"LISTENING": "LISTEN", "ESTAB": "ESTABLISHED", "CONNECTED": "ESTABLISHED", "CLOSED": "CLOSE"}
"""Other names of states: netstat(8) on Windows, ss(8)."""
_PROTOCOLS = ("tcp", "udp", "unix")
_HIGHEST = 65535
_HIGHEST_PID = 4194304
"""Linux gives no higher one (proc(5), /proc/sys/kernel/pid_max); other systems stay far below."""
_MOST_DIGITS = 12
NAMED = ("*", "localhost")
"""Words that stand for several addresses: the wildcards, and all by which this machine reaches itself."""
_KEYS = {
    "addr": "address",
    "address": "address",
    "ip": "address",
    "pid": "pid",
    "port": "own port",
    "program": "program",
    "proto": "protocol",
    "protocol": "protocol",
    "state": "state",
    "user": "user",
}
"""What may stand before "=", and what it asks for."""
_FIELDS = "addr, pid, port, program, proto, state and user"
_PREFIXES = frozenset("0123456789abcdef.:[]")
"""What an address is written with, also one that is not typed to its end. Letters alone begin none but fc00::/7,
fe80::/10 and ff00::/8 (RFC 4291, 2.4; RFC 4193)."""

Kind = Literal[
    "port", "own port", "number", "end", "pid", "state", "protocol", "address", "user", "program", "text",
    "all", "nothing",
]  # fmt: skip


class Word(NamedTuple):
    """One word of a filter. Not a `Value`: the quick commands do without msgspec."""

    kind: Kind
    """"number" is a port or a pid, "end" an address with its port, "nothing" what no socket has."""
    value: str = ""
    """In the spelling in which it is compared: lower case; of a state a name of STATES."""
    low: int = 0
    """Of a number: the first one."""
    high: int = 0
    """Of a number: the last one."""
    negated: bool = False
    mistake: str = ""
    """Of "nothing": why no socket has it."""


def read_word(typed: str) -> Word | None:
    """Return what a word of a filter asks for, or None while it asks for nothing yet: "!", ":", "pid="."""
    text = typed.strip().lower()
    negated = text.startswith("!")
    word = _plain(text.removeprefix("!"))
    return word._replace(negated=True) if word is not None and negated else word


def read_finished(typed: str) -> Word | None:
    """Return what a word asks for that is typed to its end; a field without a value is a mistake then."""
    text = typed.strip()
    return read_word(text) or (_nothing(text, "its value is missing") if text.endswith("=") else None)


def _plain(text: str) -> Word | None:
    key, sign, value = text.partition("=")
    if sign and key in _KEYS:
        return _keyed(_KEYS[key], key, value)
    if sign and key.isalpha():
        return _nothing(text, f"no such field: there are {_FIELDS}; for a part of a command line write ={value[:20]}")
    if text.startswith(":") and not text.startswith("::"):
        return _ports("port", text[1:], text)
    if text == ANY_STATE:
        return Word(kind="all")
    if text in _PROTOCOLS:
        return Word(kind="protocol", value=text)
    state = _state(text)
    if state:
        return Word(kind="state", value=state)
    if _range(text):
        return _ports("number", text, text)
    return _end(text) or (Word(kind="text", value=text) if text else None)


def _keyed(asked: str, key: str, value: str) -> Word | None:
    if not value:
        return None
    if asked == "own port":
        return _ports("own port", value, f"{key}={value}")
    if asked == "pid":
        if _digits(value):
            return Word(kind="pid", low=int(value), high=int(value))
        return _nothing(f"{key}={value}", "a pid is a number")
    if asked == "state":
        return _beginning_of_state(key, value)
    if asked == "protocol":
        if value in _PROTOCOLS:
            return Word(kind="protocol", value=value)
        return _nothing(f"{key}={value}", "a protocol is tcp, udp or unix")
    if asked == "address":
        return _end(value) or _address(key, value)
    if asked == "user":
        return Word(kind="user", value=value)
    return Word(kind="program", value=value)


def _ports(kind: Kind, text: str, typed: str) -> Word | None:
    """Read "5432", "3000-3999", and of ports the name of a service."""
    read_as = _range(text)
    if read_as is None:
        known = service_port(text)
        if known is not None:
            return Word(kind=kind, low=known, high=known)
        if kind == "own port":
            return _nothing(typed, "a port is a number, or the name of a known service")
        return Word(kind="text", value=typed) if text else None
    low, high = read_as
    if high < low:
        return _nothing(typed, "the range ends before it begins")
    if kind != "number" and high > _HIGHEST:
        return _nothing(typed, f"ports end at {_HIGHEST}")
    if low > _HIGHEST_PID:
        return _nothing(typed, f"ports end at {_HIGHEST}, and no process has such a number")
    return Word(kind=kind, low=low, high=high)


def _range(text: str) -> tuple[int, int] | None:
    """Read "5432", "3000-3999", and "3000-", whose end is not typed yet, as 3000 alone."""
    low, _, high = text.partition("-")
    if not _digits(low) or not (_digits(high) or not high):
        return None
    return int(low), int(high or low)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < _MOST_DIGITS


def _end(text: str) -> Word | None:
    """Read an address with a port, as a list has it: "127.0.0.1:80", "[::1]:80"; "*:80" is any wildcard."""
    address, colon, port = text.rpartition(":")
    bare = address.removeprefix("[").removesuffix("]")
    if not colon or not _digits(port) or (":" in bare) != address.startswith("["):
        return None
    if bare not in NAMED:
        from porttui.model.address import parse_ip

        if parse_ip(bare) is None:
            return None
    if int(port) > _HIGHEST:
        return _nothing(text, f"ports end at {_HIGHEST}")
    return Word(kind="end", value=bare, low=int(port), high=int(port))


def _address(key: str, value: str) -> Word:
    """Return the word for an address, its beginning, a network, or the path of a unix socket ("@": unix(7))."""
    bare = value.strip("[]")
    plain = bare.partition("%")[0]
    path = "/" in bare or bare.startswith("@")
    number = set(plain) <= _PREFIXES and (plain.startswith("f") or any(char in "0123456789.:" for char in plain))
    if not (path or number or bare in NAMED):
        return _nothing(f"{key}={value}", "an address is like 127.0.0.1, ::1, 10.0.0.0/8, localhost, *, or a path")
    return Word(kind="address", value=bare)


def _state(text: str) -> str:
    """Return the state that a word names in whatever spelling: "time-wait", "TIME_WAIT", "timewait"."""
    name = _bare(text)
    return next((state for state in STATES if _bare(state) == name), _ALIASES.get(name, ""))


def _beginning_of_state(key: str, value: str) -> Word:
    """Return the word for the states that begin so: "state=est", "state=fin"; an exact name means that one alone."""
    if value == ANY_STATE:
        return Word(kind="all")
    exact = _state(value)
    if exact:
        return Word(kind="state", value=exact)
    states = [state for state in STATES if _bare(state).startswith(_bare(value))]
    if not states:
        return _nothing(f"{key}={value}", f"the states are {', '.join(STATES).lower()}")
    return Word(kind="state", value=" ".join(states))


def _bare(text: str) -> str:
    return text.upper().replace("-", "").replace("_", "")


def _nothing(typed: str, why: str) -> Word:
    return Word(kind="nothing", mistake=f"{typed[:40]}: {why}")

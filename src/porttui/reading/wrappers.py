"""TCP wrappers: which line of hosts.allow and hosts.deny decides about a client (hosts_access(5), hosts_options(5)).

The first line that matches in hosts.allow lets the client in, then the first one in hosts.deny turns it away; without
either it comes in. Host names, netgroups and files of patterns would have to be looked up: what hangs on them is not
known here.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from collections.abc import Sequence

from porttui.model.address import is_loopback, parse_ip
from porttui.model.base import Value
from porttui.model.facts import AccessLine


class Decision(Value, frozen=True, kw_only=True):
    """What the two files say about one client of one program."""

    allowed: bool | None
    """None when it hangs on something that was not looked up."""
    line: AccessLine | None = None
    """The line that decides, or that cannot be read without a look-up; None when none matches."""


def decide(lines: Sequence[AccessLine], daemon: str, client: str) -> Decision:
    """Tell whether a client may talk to a program.

    Args:
        lines: of both files, in their order.
        daemon: the name under which the program asks (mostly that of its process).
        client: the client's IP address.
    """
    for deny in (False, True):
        for line in lines:
            if line.path.endswith("hosts.deny") is not deny:
                continue
            fields = _fields(line.text)
            if len(fields) < 2:
                continue
            matched = _both(_listed(fields[0], daemon, None), _listed(fields[1], None, client))
            if matched is None:
                return Decision(allowed=None, line=line)
            if matched:
                options = {option.strip().lower() for option in fields[2:]}
                allowed = True if "allow" in options else False if "deny" in options else not deny
                return Decision(allowed=allowed, line=line)
    return Decision(allowed=True)


def logical_lines(path: str, text: str, most: int) -> tuple[AccessLine, ...]:
    """Read the lines that mean something: without comments, and with what a backslash at the end continues."""
    found: list[AccessLine] = []
    begun, number = "", 0
    for count, line in enumerate(text.split("\n"), 1):
        if line.startswith("#") and not begun:
            continue
        number = number if begun else count
        begun += line.removesuffix("\\")
        if line.endswith("\\"):
            continue
        if begun.strip():
            found.append(AccessLine(path=path, line=number, text=begun.strip()))
        begun = ""
        if len(found) >= most:
            break
    return tuple(found)


def _fields(text: str) -> list[str]:
    """Split at colons outside of square brackets; a backslash protects one."""
    return [field.strip().replace("\\:", ":") for field in re.split(r"(?<!\\):(?![^\[]*\])", text)]


def _listed(text: str, daemon: str | None, client: str | None) -> bool | None:
    return _any_of(re.split(r"[\s,]+", text.strip()), daemon, client)


def _any_of(words: Sequence[str], daemon: str | None, client: str | None) -> bool | None:
    """Match a list: the words before EXCEPT, without what the words after it match."""
    upper = [word.upper() for word in words]
    at = upper.index("EXCEPT") if "EXCEPT" in upper else len(words)
    answers = [_daemon(word, daemon) if daemon is not None else _client(word, client or "") for word in words[:at]]
    matched = True if True in answers else None if None in answers else False
    if not matched or at == len(words):
        return matched
    excepted = _any_of(words[at + 1 :], daemon, client)
    return None if excepted is None else not excepted


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _daemon(word: str, daemon: str) -> bool | None:
    if "@" in word[1:]:
        return None  # daemon@address: the server's own address
    return word.upper() == "ALL" or _matches(word, daemon)


def _client(word: str, client: str) -> bool | None:
    if "@" in word:
        return None  # user@host, or a netgroup
    if word.startswith("/"):
        return None  # a file of patterns
    name = "localhost" if is_loopback(client) else None
    if word.upper() in {"UNKNOWN", "PARANOID"}:
        return False if name else None  # they are about clients whose name is not known, or a lie
    if word.upper() in {"ALL", "KNOWN", "LOCAL"}:
        return True if name or word.upper() == "ALL" else None
    address = parse_ip(client)
    plain = word.strip("[]").replace("[", "").replace("]", "")
    if "/" in plain and address is not None:
        return _in_network(plain, client)
    if parse_ip(plain) is not None:
        return parse_ip(plain) == address
    if re.fullmatch(r"[\d.]+\.", word) or re.fullmatch(r"[\d.*?]+", word):
        return _matches(word, client)
    return _matches(word, name) if name else None


def _in_network(text: str, client: str) -> bool | None:
    try:
        return ipaddress.ip_address(client.partition("%")[0]) in ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _matches(word: str, text: str) -> bool:
    """Match one pattern: ".end", "begin.", wildcards, or the whole, in which capital letters do not count."""
    word, text = word.lower(), text.lower()
    if word.startswith("."):
        return text.endswith(word)
    if word.endswith("."):
        return text.startswith(word)
    if "*" in word or "?" in word:
        return fnmatch.fnmatchcase(text, word.replace("[", "[[]"))
    return word == text

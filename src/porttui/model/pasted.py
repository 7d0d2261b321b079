"""Error messages that people paste: which place they are about, and which of the two questions they ask.

First the wordings that are known (`pasted_rules`), then command lines (`commands`), then any address that stands in
the text (`pasted_scan`).
"""

from __future__ import annotations

import re

import msgspec

from porttui.model.address import family, is_loopback, parse_ip
from porttui.model.base import Value
from porttui.model.commands import read_command
from porttui.model.pasted_rules import ADDRESS_WORDS, BIND_RULES, BIND_WORDS, CLIENT_WORDS, CONNECT_RULES, PasteRule
from porttui.model.pasted_scan import endpoints, host_and_port, scan, trim, urls
from porttui.model.place import Place, read_host, read_place, read_port
from porttui.model.printable import printable
from porttui.model.services import SCHEME_PORTS
from porttui.model.target import Question, TargetError


class Reading(Value, frozen=True, kw_only=True):
    """What a paste was read as."""

    place: Place
    question: Question
    fragment: str
    """The part of the paste that decided, printable."""


def read_pasted(text: str) -> Reading | None:
    """Read an error message of one or many lines, or a command line.

    Args:
        text: cleaned text (`porttui.model.clean`).

    Returns:
        The place, the question and the part that decided; None when the text names no place.

    Raises:
        TargetError: the text is one command line, and the host or the port in it is wrong.
    """
    lower = text.lower()
    for rule in (*BIND_RULES, *CONNECT_RULES):
        if any(word in lower for word in rule.needs):
            reading = _by_rule(rule, text)
            if reading:
                return reading
    return _by_command(text) or _by_scan(text)


def is_bind(text: str) -> bool:
    """Tell whether a text speaks of a server that could not take its port."""
    if re.search(BIND_WORDS, text):
        return True
    if re.search(ADDRESS_WORDS, text):
        return not re.search(CLIENT_WORDS, text)
    return False


def _by_rule(rule: PasteRule, text: str) -> Reading | None:
    found = []
    for match in re.finditer(rule.pattern, text):
        place = _place_of(match, rule)
        if place:
            found.append((place, match))
            if not rule.many:
                break
    if not found:
        return None
    place, match = found[0]
    question = rule.question or (Question.BIND if is_bind(text) else Question.CONNECT)
    if question is Question.CONNECT:
        if rule.many and _is_localhost([other for other, _ in found]):
            place = msgspec.structs.replace(place, host="localhost")
        place = _with_url(place, text, match)
    return Reading(place=place, question=question, fragment=_fragment(match[0]))


def _is_localhost(places: list[Place]) -> bool:
    """Tell whether one name led to loopback addresses of both families: the client asked for localhost."""
    hosts = {place.host for place in places if place.host}
    return (
        {family(host) for host in hosts} == {4, 6}
        and all(is_loopback(host) for host in hosts)
        and len({place.port for place in places}) == 1
    )


def _place_of(match: re.Match[str], rule: PasteRule) -> Place | None:
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    try:
        if "url" in parts:
            return read_place(trim(parts["url"]))
        scheme = rule.scheme or parts.get("scheme")
        if "tls" in parts:
            scheme = "https" if parts["tls"] else "http"
        if "place" in parts:
            host, port = host_and_port(parts["place"])
        else:
            host, port = parts.get("host") or parts.get("ip"), parts.get("port")
        if host is None and "net" in parts:
            # Go's ":8080" listens on every address of both families, which is "::"; "tcp4" has only IPv4 (net.Listen).
            host = "0.0.0.0" if parts["net"] == "tcp4" else "::"
        if host is not None and port is None and scheme is None:
            scheme = "http"
        return Place(
            host=read_host(host) if host else None,
            port=read_port(port) if port else SCHEME_PORTS.get(scheme or "http", 80),
            scheme=scheme,
            path=printable(parts.get("path") or "/"),
        )
    except TargetError:
        return None


def _with_url(place: Place, text: str, match: re.Match[str]) -> Place:
    """Take over from the rest of the text what the wording leaves out: scheme, path, or the port.

    A URL of the same host and port tells scheme and path. In the same line, a URL that has a name and the same port is
    what the client was asked for, and the address is what the name led to; unless the address is that of a proxy.
    """
    start = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.end())
    line = text[start : end if end >= 0 else len(text)]
    if place.path != "/" or "proxyconnect" in line or "upstream" in line:
        return place
    fitting = [url for url in urls(text) if place.scheme in (None, "http", url.scheme)]
    same_port = [url for url in fitting if url.port == place.port]
    named = [url for url in urls(line) if url in same_port and url.host is not None and parse_ip(url.host) is None]
    if named:
        return named[0]
    same_place = [url for url in same_port if url.host == place.host]
    if same_place:
        return same_place[0]
    if _names_port(match):
        return place
    elsewhere = [url for url in fitting if url.host == place.host]
    elsewhere += [other for other, _ in endpoints(text) if other.host == place.host]
    return elsewhere[0] if elsewhere else place


def _names_port(match: re.Match[str]) -> bool:
    groups = match.groupdict()
    if groups.get("url"):
        return True
    return bool(groups.get("port") or re.search(r":[0-9]{1,5}$", groups.get("place") or ""))


def _by_command(text: str) -> Reading | None:
    """Read the last command line of a text: what comes after it is its outcome."""
    lines = text.splitlines()
    found: Reading | None = None
    for line in lines:
        try:
            read = read_command(line)
        except TargetError:
            if len(lines) == 1:
                raise
            continue
        if read is None:
            continue
        place, question = read
        if question is Question.BIND or not is_bind(text):
            found = Reading(place=place, question=question, fragment=_fragment(line))
    return found


def _by_scan(text: str) -> Reading | None:
    question = Question.BIND if is_bind(text) else Question.CONNECT
    found = scan(text, client=question is Question.CONNECT)
    return Reading(place=found[0], question=question, fragment=_fragment(found[1])) if found else None


def _fragment(text: str) -> str:
    return printable(re.sub(r"\s+", " ", text).strip(" :,;"), 160)

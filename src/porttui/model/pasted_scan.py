"""Any address that stands in a text, in the order in which it is to be believed.

A line that tells of an error comes before others, the end of an arrow before its start; a time, a line number and a
stack frame are no addresses.
"""

# ruff: noqa: E501, RUF001 - a pattern is read best in one line, and typographic quotes are meant.

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from porttui.model.address import parse_ip
from porttui.model.pasted_rules import ERROR_WORDS
from porttui.model.place import Place, read_host, read_place, read_port
from porttui.model.target import TargetError

Found = Iterator[tuple[Place, str]]
"""Places, each with the text that it was read from."""

_FRAMES = (
    r"(?m)^[^\n]*:[0-9]{1,7}:[0-9]{1,7}\)?,?\s*\{?$",
    r"(?m)^\s*at [\w.$<>/ \[\]]{1,300}\([^)\n]*\)\s*\{?$",
    r"(?m)^\s*File \"[^\n]*$",
    r"(?m)^\s*node:[^\n]*$",
    r"(?m)^\s*\S{0,300}/\S{1,300}\.\w{1,5}:[0-9]+(?: \+0x[0-9a-f]+)?\s*$",
    r"(?m)^\s*from \S{1,300}:[0-9]+:in [^\n]*$",
)
"""Stack frames of Node and browsers, Java, Python, Node's own, Go, Ruby."""
_TIMES = r"(?<![\w.:])[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?\b"
_FILES = re.compile(
    r"c|cc|cpp|cs|css|exs?|go|h|html|java|jsx?|json|kt|lua|md|mjs|cjs|php|pl|py|rb|rs|scala|sh|svelte|swift|tsx?|vue"
    r"|ya?ml|toml|log|txt|conf"
)
"""Endings of files: ``app.py:502`` is a line."""
_NO_NAMES = re.compile(
    r"line|port|code|errno|error|exit|status|pid|col|column|row|at|node|version|took|total|count|size|id|level|time"
    r"|warning|info|debug|https?|events|internal|net|warn|fatal|err|step|attempt|retry|user|uid|gid"
)
"""Words before a colon and a number that are no hosts."""
_URL = r"\b[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s\"'`<>“”‘’|\\]{1,2000}"
_STRONG = (
    r"(?P<v6>\[[0-9a-fA-F:.]{2,45}(?:%[\w.-]{1,40})?\])(?::(?P<p6>[0-9]{1,5}))?(?![\w:]|\.[0-9])"
    r"|(?<![\w.:/-])(?P<raw>(?:[0-9a-fA-F]{0,4}:){2,8}(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}:)?[0-9]{1,5})(?![\w:]|\.[0-9])"
    r"|(?<![\w.-])(?P<v4>(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[\w-]{0,60}\.?localhost|\*):(?P<p4>[0-9]{1,5})(?!\w|\.[0-9]|:[0-9])"
    r"|\(\s?['\"](?P<tuple>[^'\"\s]{0,253})['\"],\s?(?P<ptuple>[0-9]{1,5})\b"
    r"|(?i:\bhost)['\"]?\s?[:=]>?\s?['\"]?(?P<key>[\w.:-]{1,253}?)['\"]?[,;\s]\s{0,20}['\"]?(?i:port)['\"]?\s?[:=]>?\s?['\"]?(?P<pkey>[0-9]{1,5})\b"
    r"|(?<![\w.-])(?P<said>localhost|(?:[0-9]{1,3}\.){3}[0-9]{1,3}),? (?:on |at )?(?:the )?port:? (?P<psaid>[0-9]{1,5})\b"
    r"|(?<![\w.-])(?P<pair>localhost|(?:[0-9]{1,3}\.){3}[0-9]{1,3})(?: : | :|: | )(?P<ppair>[0-9]{4,5})(?![\w:/-]|\.[0-9])"
)
"""Spellings that cannot be anything else."""
_WEAK = r"(?<![\w./:@-])(?P<host>[A-Za-z][\w.-]{1,252}):(?P<port>[0-9]{2,5})(?!\w|\.[0-9]|:[0-9])"
"""A name and a port, which may be a file and a line."""
_PORTS = (
    r"(?i)\bport['\"]?\s?(?:number\s|is\s)?[:=#]?\s?['\"]?(?P<port>[0-9]{1,5})\b(?!\.[0-9])"
    r"|(?:^|\s)--?(?:port|p|listen)[ =](?P<option>[0-9]{2,5})\b"
    r"|(?<![\w.:\])])[:*]:?(?P<colon>[0-9]{2,5})\b(?![:.][0-9])"
    r"|\bon (?P<on>[0-9]{2,5})(?![\w:/-]|\.[0-9])"
)


def scan(text: str, *, client: bool) -> tuple[Place, str] | None:
    """Return the most likely place of a text, with the words that name it.

    Args:
        text: cleaned text.
        client: a client speaks; then a mere name and number counts even in a line that tells of no error.
    """
    told = re.sub(_TIMES, " ", text)
    for frame in _FRAMES:
        told = re.sub(frame, "", told)
    errors = "\n".join(line for line in told.splitlines() if re.search(ERROR_WORDS, line))
    always: tuple[Callable[[str], Found], ...] = (_arrows, _scan_urls, endpoints)
    for part, looks in (
        (errors, (*always, _names, _ports)),
        (told, (*always, _names, _ports) if client else (*always, _ports)),
    ):
        for look in looks:
            found = next(look(part), None)
            if found:
                return found
    return None


def urls(text: str) -> Iterator[Place]:
    """Find the URLs of a text."""
    for place, _ in _scan_urls(text):
        yield place


def endpoints(text: str) -> Found:
    """Find addresses with a port, in the spellings that cannot be anything else."""
    for match in re.finditer(_STRONG, text):
        parts = match.groupdict()
        host = next(
            (parts[name] for name in ("v6", "v4", "tuple", "key", "said", "pair") if parts[name] is not None), None
        )
        port = next(
            (parts[name] for name in ("p6", "p4", "ptuple", "pkey", "psaid", "ppair") if parts[name] is not None), None
        )
        if parts["raw"]:
            host, port = host_and_port(parts["raw"])
            if host is None or parse_ip(host) is None:
                continue
        yield from _checked(None if host in ("", "*") else host, port, match[0])


def host_and_port(text: str) -> tuple[str | None, str | None]:
    """Part ``:::8080``, ``::1:3000``, ``[::1]:80``, ``*:80``, ``null:3000``, ``localhost`` at the last colon.

    Error messages always have the port there, so ``::1:3000`` is no address here. The host is None when any is meant.
    """
    text = text.strip(".")
    if text.startswith("["):
        inside, _, rest = text[1:].partition("]")
        return inside, rest[1:] or None
    host, colon, port = text.rpartition(":")
    if not colon:
        return text, None
    return (None if host in ("", "*", "null", "undefined") else host), port or None


def trim(word: str) -> str:
    """Drop the punctuation of the sentence from the end of a URL, and closing brackets that it does not open."""
    word = word.rstrip(".,;:!?*_~")
    while word and word[-1] in ")]}" and word.count(word[-1]) > word.count({")": "(", "]": "[", "}": "{"}[word[-1]]):
        word = word[:-1].rstrip(".,;:!?*_~")
    return word


def _scan_urls(text: str) -> Found:
    for match in re.finditer(_URL, text):
        try:
            yield read_place(trim(match[0])), match[0]
        except TargetError:
            continue


def _arrows(text: str) -> Found:
    """Find ``source->destination``: the destination is what was asked for."""
    for match in re.finditer(r"(?<!\S)(?P<source>\S{1,260}?) ?(?:->|=>|→) ?(?P<to>[^\s,;]{1,260})", text):
        place = next(endpoints(trim(match["to"])), None)
        if place and next(endpoints(match["source"]), None):
            yield place[0], match[0]


def _names(text: str) -> Found:
    for match in re.finditer(_WEAK, text):
        name = match["host"].lower()
        if not _NO_NAMES.fullmatch(name) and not _FILES.fullmatch(name.rpartition(".")[2]):
            yield from _checked(name, match["port"], match[0])


def _ports(text: str) -> Found:
    for match in re.finditer(_PORTS, text, re.MULTILINE):
        yield from _checked(None, match["port"] or match["option"] or match["colon"] or match["on"], match[0])


def _checked(host: str | None, port: str | None, fragment: str) -> Found:
    if port is None:
        return
    try:
        yield Place(host=None if host is None else read_host(host), port=read_port(port)), fragment
    except TargetError:
        return

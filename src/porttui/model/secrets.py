"""Passwords, tokens and keys are hidden before anything is shown or saved: in a paste, a command line, a proxy's URL.

What is hidden is hidden by its shape: the value of an option, a variable or a header whose name says so, the password
of a URL, and the options of a few programs that everybody types a password behind. `HIDDEN` stands in its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

HIDDEN = "(hidden)"
"""What is written where a secret stood."""

_WORDS = r"(?:password|passwd|passphrase|requirepass|secret|token|api[-_]?key|authorization|mysql_pwd|rediscli_auth)"
_NAME = rf"[\w.-]{{0,60}}{_WORDS}(?![\w.-]{{0,40}}(?:file|path))[\w.-]{{0,40}}"
"""A name whose value is a secret; ``--password-file`` names a file, which is none."""
_VALUE = r"(?:\"[^\"]{0,2000}\"|'[^']{0,2000}'|[^\s&,;]{1,2000})"
_MYSQL = r"(?:mysql|mysqladmin|mysqldump|mariadb|mariadb-admin|mariadb-dump)"

_URL = (
    # The user and the password of a URL, up to the last @ before the path (RFC 3986, 3.2.1).
    r"(?i)(\b[a-z][a-z0-9+.-]{0,30}://)([^\s/?#\"'`<>:@]{0,200}:)?[^\s/?#\"'`<>]{0,2000}@",
    # A password with an unescaped / or ? in it: what stands before is no host and port.
    (
        r"(?i)(\b[a-z][a-z0-9+.-]{0,30}://)(?!\[|[^\s/?#]{0,300}:[0-9]{0,5}[/?#])([^\s/?#\"'`<>:@]{0,200}:)"
        r"[^\s\"'`<>]{0,400}@"
    ),
)
_SHAPES = (
    (rf"(?i)((?<![?&\w.-]){_NAME}\s?=\s?|(?:^|(?<=\s))--?pass=){_VALUE}", rf"\1{HIDDEN}"),
    (rf"(?i)((?:^|(?<=\s))--?(?:{_NAME}|pass)\s)\s*[^\s-]\S{{0,2000}}", rf"\1{HIDDEN}"),
    (
        (
            r"(?i)((?<![\w-])(?:[\w-]{0,20}authorization|x-[\w-]{0,30}(?:key|token|secret)):\s?"
            r"(?:(?:basic|bearer|token)\s)?)[^\s\"']{1,2000}"
        ),
        rf"\1{HIDDEN}",
    ),
    (
        r"(\bcurl\b[^\n]{0,400}?\s(?:-u|-U|--user|--proxy-user)[ =]?[\"']?[^\s:\"']{0,200}:)[^\s\"']{1,2000}",
        rf"\1{HIDDEN}",
    ),
    (r"(\bredis-cli\b[^\n]{0,400}?\s-a\s)\S{1,2000}", rf"\1{HIDDEN}"),
    (rf"(\b{_MYSQL}\b[^\n]{{0,400}}?\s-p)[^\s-]\S{{0,2000}}", rf"\1{HIDDEN}"),
)
_NO_SCHEME = r"(?m)((?:^|[\s\"'`<(]))(?!npm:|jsr:)([^\s/@:\"'`<>()\[\]]{1,200}:)[^\s/@\"'`<>()]{1,2000}@(?=[\w\[])"
"""user:password@host, as curl and git take it; not "npm:vite@5", which is a package and its version."""
_QUERY = rf"(?i)([?&]{_NAME}=)[^\s&]{{1,2000}}"
_HEADER = rf"(?i)((?<![\w.-]){_NAME}:\s+)[^\"']+"
_OPTION = re.compile(rf"--?(?:{_NAME}|pass)", re.IGNORECASE)
_OPTIONS_OF = {
    "redis-cli": re.compile(r"-a"),
    "curl": re.compile(r"-u|-U|--user|--proxy-user"),
}
"""Options of programs behind which a secret stands as a word of its own."""
_MYSQL_WORD = re.compile(r"-p(?!$|-).+")
_PROXY = re.compile(r"^((?:[\w+.-]+://)?(?:[^/@:]*:)?).*(?=@)")
"""Up to the last @: rather too much is hidden than too little."""


def without_secrets(text: str) -> str:
    """Return a text that was typed or pasted with what is certainly a password, a token or a key hidden.

    The query of a URL stays: ``http://localhost:8888/?token=...`` asked without its token is another question.
    """
    if not any(mark in text for mark in ("@", "=", "-", "uthorization")):
        return text
    for shape in _URL:
        text = re.sub(shape, rf"\1{HIDDEN}@", text)
    for shape, shown in _SHAPES:
        text = re.sub(shape, shown, text)
    return re.sub(_NO_SCHEME, rf"\1{HIDDEN}@", text)


def hide_secrets(argv: Sequence[str]) -> tuple[str, ...]:
    """Return a command line with its passwords hidden, word by word; a user's name before a password stays.

    Recognised is what `without_secrets` knows, and in the query of a URL and in headers, whatever their name, too.
    """
    done: list[str] = []
    programs: set[str] = set()
    before = ""
    for part in argv:
        if _OPTION.fullmatch(before) and not part.startswith("-"):
            done.append(HIDDEN)
        elif any(option.fullmatch(before) for name, option in _OPTIONS_OF.items() if name in programs):
            user, colon, _ = part.partition(":")
            done.append(f"{user}{colon}{HIDDEN}" if colon else HIDDEN if before == "-a" else part)
        elif _MYSQL_WORD.fullmatch(part) and any(re.fullmatch(_MYSQL, name) for name in programs):
            done.append(f"-p{HIDDEN}")
        else:
            done.append(_word(part))
        programs.add(part.rpartition("/")[2])
        before = part
    return tuple(done)


def without_password(url: str) -> str:
    """Return the URL of a proxy, with or without its scheme, and its password or token hidden."""
    return _PROXY.sub(rf"\1{HIDDEN}", url)


def _word(part: str) -> str:
    for shape in _URL:
        part = re.sub(shape, lambda found: f"{found[1]}{found[2] or ''}{HIDDEN}@", part)
    part = re.sub(_QUERY, rf"\1{HIDDEN}", re.sub(_HEADER, rf"\1{HIDDEN}", part))
    for shape, shown in _SHAPES:
        part = re.sub(shape, shown, part)
    return re.sub(_NO_SCHEME, rf"\1\2{HIDDEN}@", part)

"""Passwords, tokens and keys are hidden before anything is shown or saved: in a paste, a command line, a log, a URL.

What is hidden is hidden by its place: the value of an option, a variable or a header whose name says so, the password
of a URL, what stands behind the options of programs that take a password there; or by its own shape
(`porttui.model.tokens`). `HIDDEN` stands in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from porttui.model.tokens import TOKENS, may_hold_tokens

HIDDEN = "(hidden)"
"""What is written where a secret stood."""

_WORDS = (
    r"(?:password|passwd|passphrase|passcode|requirepass|masterauth|secret|token(?!iz|s\b)|bearer|credential|"
    r"authorization|mysql_pwd|rediscli_auth|setcookie|erlang_cookie|"
    r"(?:api|auth|private|access|account|signing|encryption|shared|master)[-_]?key|"
    r"(?:store|key|user|db|smtp|root|admin|[_-])pass(?![a-z])|(?<!old)[_-]pwd(?![a-z]))"
)
_NAME = rf"[\w.-]{{0,60}}{_WORDS}(?![\w.-]{{0,40}}(?:file|path))[\w.-]{{0,40}}"
"""A name whose value is a secret; ``--password-file`` names a file, which is none."""
_VALUE = r"(?:\"[^\"]{0,2000}\"|'[^']{0,2000}'|[^\s&,;]{1,2000})"
_MYSQL = r"(?:mysql|mysqladmin|mysqldump|mysqlimport|mysqlsh|mariadb|mariadb-admin|mariadb-dump)"

_STEMS = ("pass", "secret", "token", "key", "bearer", "credential", "auth", "cookie", "pwd")
"""One of these is in every name of `_WORDS`: most words of most command lines need no closer look."""
_OPTION = rf"(?i)--?(?:{_NAME}|pass)"


class _Shape(NamedTuple):
    """A place where a secret stands. Patterns are compiled when one is needed first: a start that has none is quick."""

    marks: tuple[str, ...]
    """What a text has, in lower case, in which it may be found; " " stands for any blank, "?" for one of `_STEMS`."""
    pattern: str
    shown: str = rf"\1{HIDDEN}"


_URL = (
    # The user and the password of a URL, up to the last @ before the path (RFC 3986, 3.2.1).
    r"(?i)(\b[a-z][a-z0-9+.-]{0,30}://)([^\s/?#\"'`<>:@]{0,200}:)?[^\s/?#\"'`<>]{0,2000}@",
    # A password with an unescaped / or ? in it: what stands before is no host and port.
    (
        r"(?i)(\b[a-z][a-z0-9+.-]{0,30}://)(?!\[|[^\s/?#]{0,300}:[0-9]{0,5}[/?#])([^\s/?#\"'`<>:@]{0,200}:)"
        r"[^\s\"'`<>]{0,400}@"
    ),
)
_BEHIND = (
    ("redis-cli redis-benchmark", "-a"),
    ("sshpass mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat", "-p"),
    ("login", "-p"),  # docker login, podman login, az login, helm registry login
    ("ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldappasswd", "-w"),
    ("mosquitto_pub mosquitto_sub mosquitto_rr sqlcmd bcp ipmitool zip", "-P"),
    ("smbclient rpcclient", "-U"),
    ("http https xh", "-a|--auth"),
    ("snmpget snmpwalk snmpbulkwalk snmpset", "-c|-A|-X"),
)
"""Options of programs behind which a secret stands as a word of its own, by the manual of each."""
_COMMON = ("login", "http https xh")
"""Names that stand in many a text, where no program is meant."""
_OPTIONS_OF = {name: options.split("|") for names, options in _BEHIND for name in names.split()}
_USERS_OF = {"curl": ("-u", "-U", "--user", "--proxy-user")}
"""The same, where "user:password" stands there, and a user alone is no secret."""
_JOINED = {"mysql": r"(-p)(?!$|-).+", "sshpass": r"(-p).+", "7z": r"(-p).+", "openssl": r"(pass:).+"}
"""Options of programs with their secret in the same word; mysql stands for its kin."""
_SHAPES = (
    _Shape(("=", "?"), rf"(?i)((?<![?&\w.-]){_NAME}\s?=\s?|(?:^|(?<=\s))--?pass=){_VALUE}"),
    _Shape((" ", "-", "?"), rf"(?i)((?:^|(?<=\s))--?(?:{_NAME}|pass)\s)\s*[^\s-]\S{{0,2000}}"),
    _Shape(
        (":", "?"),
        r"(?i)((?<![\w-])(?:[\w-]{0,20}authorization|x-[\w-]{0,30}(?:key|token|secret)):\s?"
        r"(?:(?:basic|bearer|token)\s)?)[^\s\"']{1,2000}",
    ),
    _Shape(
        ("curl", " ", ":"),
        r"(\bcurl\b[^\n]{0,400}?\s(?:-u|-U|--user|--proxy-user)[ =]?[\"']?[^\s:\"']{0,200}:)[^\s\"']{1,2000}",
    ),
    *(
        _Shape((name, " ", "-p"), rf"(\b{_MYSQL}\b[^\n]{{0,400}}?\s-p)[^\s-]\S{{0,2000}}")
        for name in ("mysql", "mariadb")
    ),
    _Shape(("sshpass", " "), r"(\bsshpass\b[^\n]{0,400}?\s-p\s?)\S{1,2000}"),
    _Shape(("openssl", " "), r"(\bopenssl\b[^\n]{0,400}?\spass:)\S{1,2000}"),
    *(
        _Shape((name, " "), rf"(\b{name}\b[^\n]{{0,400}}?\s(?:{options})[ =])\S{{1,2000}}")
        for names, options in _BEHIND
        for name in names.split()
        if names not in _COMMON
    ),
)
_NO_SCHEME = r"(?m)((?:^|[\s\"'`<(]))(?!npm:|jsr:)([^\s/@:\"'`<>()\[\]]{1,200}:)[^\s/@\"'`<>()]{1,2000}@(?=[\w\[])"
"""user:password@host, as curl and git take it; not "npm:vite@5", which is a package and its version."""
_STRICT = (
    _Shape((":", " ", "?"), rf"(?i)((?<![\w.-]){_NAME}:\s+)[^\"']+"),
    _Shape(("=", "?"), rf"(?i)([?&]{_NAME}=)[^\s&]{{1,2000}}"),
)
"""Headers, and the queries of URLs: hidden where nobody asks by them."""
_ADDRESS = r"\b[A-Za-z][A-Za-z0-9+.-]{0,30}://\S+"
_PROXY = r"^((?:[\w+.-]+://)?(?:[^/@:]*:)?).*(?=@)"
"""Up to the last @: rather too much is hidden than too little."""


def without_secrets(text: str) -> str:
    """Return a text that was typed or pasted with what is certainly a password, a token or a key hidden.

    The query of a URL stays: ``http://localhost:8888/?token=...`` asked without its token is another question.
    """
    if "@" in text and "://" in text:
        for shape in _URL:
            text = re.sub(shape, rf"\1{HIDDEN}@", text)
    text = _applied(_SHAPES, text)
    if "@" in text:
        text = re.sub(_NO_SCHEME, rf"\1{HIDDEN}@", text)
    if not may_hold_tokens(text):
        return text
    return re.sub(rf"{_ADDRESS}|{TOKENS}", lambda found: found[0] if "://" in found[0] else HIDDEN, text)


def hide_in_text(text: str) -> str:
    """Return a line that another program wrote, of a log for one, with its passwords, tokens and keys hidden.

    Rather too much is hidden than too little: what follows "token:" is, whatever it is.
    """
    if "@" in text and "://" in text:
        for shape in _URL:
            text = re.sub(shape, lambda found: f"{found[1]}{found[2] or ''}{HIDDEN}@", text)
    text = _applied((*_STRICT, *_SHAPES), text)
    if "@" in text:
        text = re.sub(_NO_SCHEME, rf"\1\2{HIDDEN}@", text)
    return re.sub(TOKENS, HIDDEN, text) if may_hold_tokens(text) else text


def hide_secrets(argv: Sequence[str]) -> tuple[str, ...]:
    """Return a command line with its passwords hidden, word by word; a user's name before a password stays.

    Recognised is what `without_secrets` knows, and in the query of a URL and in headers, whatever their name, too.
    """
    done: list[str] = []
    programs: set[str] = set()
    before = ""
    for part in argv:
        if _stands_behind(before, part, programs):
            done.append(HIDDEN)
        elif any(before in options for name, options in _USERS_OF.items() if name in programs):
            user, colon, _ = part.partition(":")
            done.append(f"{user}{colon}{HIDDEN}" if colon else part)
        elif joined := _joined(part, programs):
            done.append(f"{joined}{HIDDEN}")
        else:
            done.append(hide_in_text(part))
        programs.add(part.rpartition("/")[2])
        before = part
    return tuple(done)


def _applied(shapes: Iterable[_Shape], text: str) -> str:
    lower = text.lower()
    blank = len(text.split(None, 1)) > 1 or text != text.strip()
    named = any(stem in lower for stem in _STEMS)
    for shape in shapes:
        if all(blank if mark == " " else named if mark == "?" else mark in lower for mark in shape.marks):
            text = re.sub(shape.pattern, shape.shown, text)
    return text


def _stands_behind(before: str, part: str, programs: set[str]) -> bool:
    """Tell whether a word is a secret by the option before it."""
    if before.startswith("-") and any(stem in before.lower() for stem in _STEMS) and re.fullmatch(_OPTION, before):
        return not part.startswith("-")
    return any(before in options for name, options in _OPTIONS_OF.items() if name in programs)


def _joined(part: str, programs: set[str]) -> str:
    """Return the option that stands before its secret in the same word, "-p" of mysql's "-pSECRET"; empty for none."""
    if not part.startswith(("-p", "pass:")):
        return ""
    kin = {"mysql" if re.fullmatch(_MYSQL, name) else "7z" if name in {"7za", "7zz"} else name for name in programs}
    found = (re.fullmatch(_JOINED[name], part) for name in sorted(kin & _JOINED.keys()))
    return next((match[1] for match in found if match), "")


def without_password(url: str) -> str:
    """Return the URL of a proxy, with or without its scheme, and its password or token hidden."""
    return re.sub(_PROXY, rf"\1{HIDDEN}", url) if "@" in url else url

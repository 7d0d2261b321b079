"""Making what was typed or pasted fit to be read and to be shown: no colours, no hidden characters, no passwords.

`porttui.model.printable` does the same for what the machine says; model/ imports nothing from observe/, and needs
no more than the few lines below.
"""

from __future__ import annotations

import re
import unicodedata

LIMIT = 24_000
"""Characters of a paste that are read: its beginning and its end, where errors name themselves."""

_ESCAPES = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)?|[@-Z\\-_])"
"""Terminal sequences of ECMA-48: CSI, OSC and the two-character ones."""
_LETTERS = {ord("："): ":", ord("．"): ".", ord("／"): "/", ord("\u2028"): "\n", ord("\u2029"): "\n"}  # noqa: RUF001
"""Signs that input methods for East Asian languages write for those of a URL; line separators."""
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f"))
"""Characters of no width that web pages leave in what is copied from them."""

_SECRETS = (
    # The user and the password of a URL, up to the last @ before the path (RFC 3986, 3.2.1).
    (r"(?i)(\b[a-z][a-z0-9+.-]{0,30}://)[^\s/?#\"'`<>]{0,2000}@", r"\1***@"),
    # A password with an unescaped / or ? in it: what stands before is no host and port.
    (
        (
            r"(?i)(\b[a-z][a-z0-9+.-]{0,30}://)(?!\[|[^\s/?#]{0,300}:[0-9]{0,5}[/?#])[^\s/?#\"'`<>]{0,200}:"
            r"[^\s\"'`<>]{0,400}@"
        ),
        r"\1***@",
    ),
    (
        r"(?i)((?<![?&\w-])[\w-]{0,40}(?:password|passwd|secret|token|api[-_]?key)[\w-]{0,40}\s?=\s?|\bPGPASSWORD=)[^\s&,;]{1,2000}",
        r"\1***",
    ),
    (r"(?i)((?:^|\s)--?(?:password|passwd|pass|secret|token|api-?key)\s)\s*[^\s-]\S{0,2000}", r"\1***"),
    (r"(?i)(\bauthorization:\s?(?:(?:basic|bearer|token)\s)?)[^\s\"']{1,2000}", r"\1***"),
    (r"(\bcurl\b[^\n]{0,400}?\s(?:-u|--user)[ =]?[\"']?[^\s:\"']{0,200}:)[^\s\"']{1,2000}", r"\1***"),
    (r"(\bredis-cli\b[^\n]{0,400}?\s-a\s)\S{1,2000}", r"\1***"),
    (r"(\b(?:mysql|mysqladmin|mysqldump|mariadb)\b[^\n]{0,400}?\s-p)[^\s-]\S{0,2000}", r"\1***"),
    # user:password@host without a scheme, as curl and git take it.
    (r"(?m)((?:^|[\s\"'`<(]))[^\s/@:\"'`<>()\[\]]{1,200}:[^\s/@\"'`<>()]{1,2000}@(?=[\w\[])", r"\1***@"),
)
"""Shapes that are certainly secrets, and what is shown in their place.

The query of a URL stays: ``http://localhost:8888/?token=...`` asked without its token is another question.
"""


def clean(text: str) -> str:
    """Return the text without terminal sequences, invisible characters and passwords; lines stay lines.

    Args:
        text: anything that was typed or pasted.

    Returns:
        At most `LIMIT` characters of it: the first and the last ones.
    """
    if len(text) > LIMIT:
        text = f"{text[: LIMIT * 2 // 3]}\n{text[-LIMIT // 3 :]}"
    if "\x1b" in text:
        text = re.sub(_ESCAPES, "", text)
    if not text.isascii():
        text = text.translate(_LETTERS | _INVISIBLE)
        text = unicodedata.normalize("NFC", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return without_secrets(text)


def without_secrets(text: str) -> str:
    """Return the text with ``***`` in the place of what is certainly a password, a token or a key."""
    if any(mark in text for mark in ("@", "=", "-", "uthorization")):
        for shape, shown in _SECRETS:
            text = re.sub(shape, shown, text)
    return text

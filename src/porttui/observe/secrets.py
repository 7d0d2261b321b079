"""Passwords in command lines are hidden before anything is shown or saved."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HIDDEN = "(hidden)"
_NAME = (
    r"[\w.-]*(?:password|passwd|passphrase|requirepass|secret|token|api[-_]?key|authorization)"
    r"(?![\w.-]*(?:file|path))"  # --password-file names a file, which is no secret
)
_SECRET_OPTION = re.compile(rf"--?{_NAME}[\w.-]*", re.IGNORECASE)
_SECRET_VALUE = re.compile(rf"({_NAME}[\w.-]*=)(?:\"[^\"]*\"|'[^']*'|[^\s&]+)", re.IGNORECASE)
_SECRET_HEADER = re.compile(rf"({_NAME}[\w.-]*:\s+)[^\"']+", re.IGNORECASE)
_SECRET_INSIDE = re.compile(rf"(--{_NAME}[\w.-]*\s+)[^\s-]\S*", re.IGNORECASE)
_SECRET_URL = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+@", re.IGNORECASE)


def hide_secrets(argv: Sequence[str]) -> tuple[str, ...]:
    """Replace the passwords in a command line by "(hidden)".

    Recognised: values of options, variables and headers whose name contains password, passwd, secret, token, api-key
    and the like ("--password=x", "--token x", "API_KEY=x", "X-Api-Key: x", "-DkeyStorePassword=x"), and the password
    in a URL ("postgres://user:x@host").
    """
    done: list[str] = []
    hide_next = False
    for part in argv:
        if hide_next and not part.startswith("-"):
            done.append(_HIDDEN)
            hide_next = False
            continue
        hide_next = bool(_SECRET_OPTION.fullmatch(part))
        text = _SECRET_URL.sub(rf"\1{_HIDDEN}@", part)
        text = _SECRET_HEADER.sub(rf"\1{_HIDDEN}", text)
        text = _SECRET_VALUE.sub(rf"\1{_HIDDEN}", text)
        done.append(_SECRET_INSIDE.sub(rf"\1{_HIDDEN}", text))
    return tuple(done)

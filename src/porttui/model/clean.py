"""Making what was typed or pasted fit to be read and to be shown: no colours, no hidden characters, no passwords.

What is read stays text of several lines; `porttui.model.printable` writes it as one line when it is shown.
"""

from __future__ import annotations

import re

from porttui.model.secrets import without_secrets

LIMIT = 24_000
"""Characters of a paste that are read: its beginning and its end, where errors name themselves."""

_ESCAPES = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)?|[@-Z\\-_])"
"""Terminal sequences of ECMA-48: CSI, OSC and the two-character ones."""
_LETTERS = {ord("："): ":", ord("．"): ".", ord("／"): "/", ord("\u2028"): "\n", ord("\u2029"): "\n"}  # noqa: RUF001
"""Signs that input methods for East Asian languages write for those of a URL; line separators."""
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f"))
"""Characters of no width that web pages leave in what is copied from them."""


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
        import unicodedata

        text = unicodedata.normalize("NFC", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return without_secrets(text)

"""Text from elsewhere is made printable here, once, before it becomes a fact or a target.

Process names, command lines, banners, headers, host names and rule comments come from programs that porttui does not
trust. An escape sequence in one of them must never reach a terminal.
"""

from __future__ import annotations

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that draw nothing or change how the rest is drawn: control, format (bidi), surrogate, ..."""
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str | bytes, limit: int = 1000) -> str:
    r"""Return one line of visible characters.

    Args:
        text: anything; bytes are read as UTF-8, what is not UTF-8 is written as ``\\xNN``.
        limit: the most characters to return; a longer text ends in "...".

    Returns:
        The text with every control, format and unassigned character written as an escape.
    """
    if isinstance(text, bytes):
        text = text[: 4 * limit].decode("utf-8", "backslashreplace")
    if text.isascii() and text.isprintable() and len(text) <= limit:
        return text
    line = "".join(_visible(char) for char in text[: limit + 1])
    return line if len(line) <= limit else line[: max(0, limit - 3)] + "..."


def is_printable(text: str) -> bool:
    """Tell whether `printable` would leave the text as it is, but for its length."""
    return all(_visible(char) == char for char in text)


def _visible(char: str) -> str:
    if char.isascii():
        if char.isprintable():
            return char
        return _SHORT.get(char) or f"\\x{ord(char):02x}"
    import unicodedata  # seldom needed

    if unicodedata.category(char) in _HIDDEN or unicodedata.combining(char):
        return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
    return char

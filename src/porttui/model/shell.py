"""Words as a POSIX shell takes them; shlex does the same and takes ten times as long to import."""

from __future__ import annotations

_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-")


def quote(word: str) -> str:
    """Write a word so that a shell takes it as it is (POSIX.1-2024, Shell Command Language, 2.2.2)."""
    if word and _SAFE.issuperset(word):
        return word
    return "'" + word.replace("'", "'\"'\"'") + "'"

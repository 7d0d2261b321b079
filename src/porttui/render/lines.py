"""Setting plain text: ASCII, wrapped between words, columns aligned, commands that can be pasted into a shell."""

from __future__ import annotations

from collections.abc import Sequence

from porttui.model.shell import quote

_NARROWEST = 16
"""Columns that the last cell of a row needs unless it is shorter; with less it starts on a line of its own."""


def ascii_text(text: str) -> str:
    """Write what is not ASCII as an escape, and a control character too, so that any terminal and log shows it."""
    plain = text.encode("ascii", "backslashreplace").decode("ascii")
    return "".join(char if " " <= char <= "~" else f"\\x{ord(char):02x}" for char in plain)


def paragraph(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    """Wrap a text between words; a word longer than the line is left whole.

    Args:
        text: the text; its line breaks are kept.
        width: columns of a line.
        first: what stands before the first line.
        rest: what stands before every other line; as many blanks as `first` has when None.

    Returns:
        The lines without trailing blanks.
    """
    rest = " " * len(first) if rest is None else rest
    lines: list[str] = []
    for part in text.split("\n"):
        lines += _wrapped(ascii_text(part), width, rest if lines else first, rest)
    return lines


def _wrapped(text: str, width: int, first: str, rest: str) -> list[str]:
    """Do what textwrap.wrap does with whole words, without the patterns that it makes when it is imported."""
    words: list[str] = []  # each with the blanks before it
    blanks = ""
    for word in text.split(" "):
        if word:
            words.append(blanks + word)
            blanks = ""
        blanks += " "
    lines: list[str] = []
    line = ""
    for word in words:
        before = rest if lines else first
        if line and len(before) + len(line) + len(word) > width:
            lines.append(before + line)
            line = ""
        fits = line or (not lines and len(before) + len(word) <= width)
        line += word if fits else word.lstrip(" ")
    if line:
        lines.append((rest if lines else first) + line)
    return lines


def columns(rows: Sequence[Sequence[str]], width: int, indent: int = 2, gap: int = 2) -> list[str]:
    """Align rows of cells; columns that are empty in every row are left out, the last cell of a row is wrapped.

    Args:
        rows: the rows; they may have different numbers of cells.
        width: columns of a line.
        indent: blanks before each row.
        gap: blanks between two cells.

    Returns:
        The lines without trailing blanks. A row whose last cell but one leaves no room for the last, as the text of a
        long rule does, has both below each other, and the others are aligned as if it were not there.
    """
    most = max((len(row) for row in rows), default=0)
    used = [at for at in range(most) if any(at < len(row) and row[at] for row in rows)]
    cells = [[ascii_text(row[at]) for at in used if at < len(row)] for row in rows]
    alone = [_is_long(row, cells, width - indent, gap) for row in cells]
    heads = [row[: -2 if by_itself else -1] for row, by_itself in zip(cells, alone, strict=True)]
    wide = [max((len(head[at]) for head in heads if at < len(head)), default=0) for at in range(len(used))]
    lines: list[str] = []
    for row, by_itself in zip(cells, alone, strict=True):
        lines += (_below_each_other if by_itself else _row)(row, wide, width, indent, gap)
    return lines


def _is_long(row: list[str], cells: list[list[str]], room: int, gap: int) -> bool:
    """Tell whether the last cell but one alone leaves too little room for the last, beside the heads of all rows."""
    if len(row) < 3 or not row[-1]:
        return False
    heads = [max(len(each[at]) for each in cells if len(each) > at + 1) for at in range(len(row) - 2)]
    left = room - sum(heads) - len(heads) * gap
    return left >= 2 * _NARROWEST and left - len(row[-2]) - gap < _NARROWEST


def _below_each_other(row: list[str], wide: list[int], width: int, indent: int, gap: int) -> list[str]:
    before = " " * indent + "".join(cell.ljust(wide[at]) + " " * gap for at, cell in enumerate(row[:-2]))
    return [*paragraph(row[-2], width, before), *paragraph(row[-1], width, " " * len(before))]


def _row(row: list[str], wide: list[int], width: int, indent: int, gap: int) -> list[str]:
    if not row:
        return []
    before = " " * indent + "".join(cell.ljust(wide[at]) + " " * gap for at, cell in enumerate(row[:-1]))
    if not row[-1]:
        return [before.rstrip()]
    if width - len(before) >= min(_NARROWEST, len(row[-1])) or len(before) == indent:
        return paragraph(row[-1], width, before)
    return [before.rstrip(), *paragraph(row[-1], width, " " * (indent + 4))]


def shell_command(argv: Sequence[str], *, windows: bool = False) -> str:
    r"""Write a command so that it can be pasted into a shell.

    Args:
        argv: the program and its arguments.
        windows: for cmd.exe and PowerShell; else for a POSIX shell.

    Returns:
        One line. What is not ASCII is quoted as ``$'\xc3\xa9'`` (bash(1), QUOTING; also in zsh, ksh, POSIX.1-2024).
    """
    if windows:
        return " ".join(f'"{word}"' if not word or any(char in word for char in " \t&|<>^") else word for word in argv)
    return " ".join(_quoted(word) if word.isascii() and word.isprintable() else _ansi_c(word) for word in argv)


def _quoted(word: str) -> str:
    """Quote a word where it needs it; in double quotes where those do, since cmd.exe knows no others."""
    quoted = quote(word)
    if quoted == word or not word or set(word) & set('"$`\\!'):
        return quoted
    return f'"{word}"'


def _ansi_c(word: str) -> str:
    octets = word.encode("utf-8", "surrogateescape")
    return "$'" + "".join(chr(octet) if _plain(octet) else f"\\x{octet:02x}" for octet in octets) + "'"


def _plain(octet: int) -> bool:
    return 0x20 <= octet < 0x7F and octet not in b"'\\"

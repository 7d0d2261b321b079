"""Every character that is not ASCII becomes one that is, just before it is written to the terminal.

For terminals that are not UTF-8 and for ``--ascii``. The four characters of porttui's own have twins of one cell; what
comes from elsewhere becomes one question mark a cell, so that nothing moves.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

TWINS = {"✓": "+", "✗": "x", "─": "-", "│": "|"}


def to_ascii(text: str) -> str:
    """Return the text in ASCII, as many cells wide as it was."""
    if text.isascii():
        return text
    return "".join(TWINS.get(char) or (char if char.isascii() else "?" * cell_len(char)) for char in text)


class AsciiFilter(LineFilter):
    """Applies `to_ascii` to every row that Textual writes."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the same segments with their text in ASCII."""
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]

"""Every character that is not ASCII becomes one that is, just before it is written to the terminal.

For terminals that are not UTF-8 and for ``--ascii``. The four characters of porttui's own have twins of one cell; what
comes from elsewhere becomes one question mark a cell, so that nothing moves. The Linux console lacks two of the four.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from porttui.ui.terminal.looks import Glyphs

MARKS = {"✓": "+", "✗": "x"}
TWINS = {**MARKS, "─": "-", "│": "|"}
_MARKS = str.maketrans(MARKS)


def to_ascii(text: str) -> str:
    """Return the text in ASCII, as many cells wide as it was."""
    if text.isascii():
        return text
    return "".join(TWINS.get(char) or (char if char.isascii() else "?" * cell_len(char)) for char in text)


class AsciiFilter(LineFilter):
    """Takes the characters of every row that Textual writes down to those that the terminal has."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(enabled=glyphs is not Glyphs.ALL)
        self._all = glyphs is Glyphs.ASCII

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the same segments with their text in characters that the terminal has."""
        if self._all:
            return [Segment(to_ascii(text), style, control) for text, style, control in segments]
        return [_on_console(each) for each in segments]


def _on_console(segment: Segment) -> Segment:
    """Return a segment as the Linux console can show it: it colours letters instead of underlining them.

    So an underlined blank, the cursor at the end of a line, is reversed instead.
    """
    text, style, control = segment
    if style is not None and style.underline and text.isspace():
        style += Style(underline=False, reverse=True)
    return Segment(text.translate(_MARKS), style, control)

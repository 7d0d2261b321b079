"""A widget that is a list of rows. When the list changes, only the rows that differ are written to the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from porttui.ui.lines import EMPTY, Line
from porttui.ui.theme import STYLES

WHEEL = 3
"""Rows for a step of the wheel."""


class Rows(Widget):
    """Rows of text, drawn with the Line API of Textual."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._rows: tuple[Line, ...] = ()

    def show(self, rows: Sequence[Line]) -> None:
        """Draw these rows; what stays the same is not drawn again."""
        old, self._rows = self._rows, tuple(rows)
        for y in range(max(len(old), len(self._rows))):
            if (old[y] if y < len(old) else EMPTY) != (self._rows[y] if y < len(self._rows) else EMPTY):
                self.refresh(Region(0, y, max(self.size.width, 1), 1))

    @property
    def texts(self) -> list[str]:
        """The rows without their styles."""
        return [line.text for line in self._rows]

    def line(self, y: int) -> Line:
        """Return a row that is shown; empty below the last one."""
        return self._rows[y] if 0 <= y < len(self._rows) else EMPTY

    def render_line(self, y: int) -> Strip:
        """Return one row in the width of the widget."""
        line = self._rows[y] if y < len(self._rows) else EMPTY
        base, styles = self.rich_style, STYLES[self.app.theme]
        segments: list[Segment] = []
        at = 0
        for start, end, style in line.spans:
            segments.append(Segment(line.text[at:start], base))
            segments.append(Segment(line.text[start:end], base + styles[style]))
            at = end
        segments.append(Segment(line.text[at:], base))
        strip = Strip([segment for segment in segments if segment.text])
        return strip.adjust_cell_length(self.size.width, base)

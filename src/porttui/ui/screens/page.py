"""A page of text over the diagnosis: the keys, or the reasons. Any of the keys that opened it closes it."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType

from porttui.ui.keymap import key_of
from porttui.ui.keys import PAGE, bindings, key_row
from porttui.ui.lines import ROW_RULE, Line, cut, plain, styled, wrap
from porttui.ui.screens.scrolling import ScrollingScreen
from porttui.ui.widgets.rows import Rows


class PageScreen(ScrollingScreen):
    """Sections of rows, scrolled."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(PAGE)]
    CSS_PATH = "page.tcss"

    def __init__(self, title: str, rows: list[tuple[str, str]]) -> None:
        """Make a page.

        Args:
            title: what it shows.
            rows: first column and text; an empty first column makes a row over the whole width.
        """
        super().__init__()
        self._heading = title
        self._entries = rows

    def compose(self) -> ComposeResult:
        """Title, rule, text, keys."""
        yield Rows(id="state")
        yield Rows(id="rule")
        yield Rows(id="page")
        yield Rows(id="keys")

    def on_mount(self) -> None:
        """Draw once."""
        self.draw()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Draw what is in sight."""
        width = self.size.width
        text = self.query_one("#page", Rows)
        column = min(max((len(left) for left, _ in self._entries), default=0) + 3, max(8, width // 2))
        rows: list[Line] = []
        for left, right in self._entries:
            lead = f" {left:<{column - 1}}" if left else " "
            if cell_len(left) + 2 > column:  # no blank would be between the two
                rows.append(Line(f" {left}"))
                lead = " " * column
            rows += plain(wrap(right, width - 1, lead, " " * column if left else " "))
        self._top = max(0, min(self._top, len(rows) - max(1, text.size.height)))
        room = max(1, text.size.height)
        where = f"rows {self._top + 1} to {self._top + room} of {len(rows)}" if len(rows) > room else ""
        title = cut(self._heading, max(8, width - cell_len(where) - 4))
        fill = " " * max(2, width - cell_len(title) - cell_len(where) - 2)
        self.query_one("#state", Rows).show([styled(" ", title, "state", (fill + where).rstrip())])
        self.query_one("#rule", Rows).show([Line(ROW_RULE * width)])
        text.show(rows[self._top : self._top + max(1, text.size.height)])
        keys = [(key_of("next"), "More")] * (len(rows) > text.size.height)
        keys += [(key_of("back"), "Back"), (key_of("quit"), "Quit")]
        self.query_one("#keys", Rows).show([Line(key_row(keys, width))])

    def action_back(self) -> None:
        """Close the page."""
        self.dismiss()

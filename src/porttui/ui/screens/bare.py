"""Text alone, to be selected by hand where the terminal takes no copy: no borders, no columns, and the mouse let go.

A line that is longer than the window goes on at the very beginning of the next row. It is written so that the terminal
itself breaks it, and most terminals then copy it as the one line that it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from rich.cells import chop_cells
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from porttui.ui.keymap import key_of
from porttui.ui.keys import BARE, bindings, key_row
from porttui.ui.lines import Line, plain
from porttui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from porttui.ui.tui import Tui

_ABOVE = 2
"""Rows shown above the one that is wanted, when it does not stand on the first screen."""


class BareScreen(Screen[None]):
    """Lines of text, scrolled."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(BARE)]
    CSS_PATH = "bare.tcss"
    AUTO_FOCUS = ""

    def __init__(self, text: Callable[[int, int], str], wanted: str = "") -> None:
        """Make the screen.

        Args:
            text: returns what it shows in a window of some width and height.
            wanted: a text that has to be in sight, at the top where the other does not have it; empty for none.
        """
        super().__init__()
        self._text = text
        self._wanted = wanted.splitlines()
        self._top: int | None = None
        """The first row in sight; None until it was drawn."""

    @property
    def tui(self) -> Tui:
        """The app, by its own type."""
        return cast("Tui", self.app)

    def compose(self) -> ComposeResult:
        """Text and keys."""
        yield Rows(id="page")
        yield Rows(id="keys")

    def on_mount(self) -> None:
        """Let the mouse go."""
        self.tui.lend_mouse(lend=True)
        self.call_after_refresh(self._draw)

    def on_unmount(self) -> None:
        """Take the mouse back, when it was taken before."""
        self.tui.lend_mouse(lend=False)
        self.tui.rows_that_go_on(())

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        width, room = self.size.width, max(1, self.size.height - 1)
        if not width or not self.is_mounted:
            return
        rows: list[str] = []
        goes_on: list[bool] = []
        for line in self._lines(width, room):
            if self._top is None and self._wanted and self._wanted[0] in line:
                self._top = len(rows) - _ABOVE if len(rows) + len(self._wanted) > room else 0
            parts = chop_cells(line, width) or [""]
            rows += parts
            goes_on += [True] * (len(parts) - 1) + [False]
        self._top = self._top or 0
        self._top = max(0, min(self._top, len(rows) - room))
        seen = goes_on[self._top : self._top + room]
        self.tui.rows_that_go_on(tuple(at for at, more in enumerate(seen[:-1]) if more))
        self.query_one("#page", Rows).show(plain(rows[self._top : self._top + room]))
        keys = [(key_of("next"), "More")] * (self._top + room < len(rows))
        keys += [(key_of("previous"), "More")] * (self._top > 0)
        keys += [(key_of("back"), "Back"), (key_of("quit"), "Quit")]
        self.query_one("#keys", Rows).show([Line(key_row(keys, width))])
        self.tui.draw_all()  # a row that goes on in the next has to be written together with it

    def _lines(self, width: int, height: int) -> list[str]:
        lines = self._text(width, height).rstrip().splitlines()
        if self._wanted and not any(self._wanted[0] in line for line in lines):
            return [*self._wanted, "", *lines]
        return lines

    def action_scroll(self, by: int) -> None:
        """Scroll by rows."""
        self._top = (self._top or 0) + by
        self._draw()

    def action_page(self, by: int) -> None:
        """Scroll by screens."""
        self.action_scroll(by * max(1, self.size.height - 2))

    def action_jump(self, by: int) -> None:
        """Go to the beginning or to the end."""
        self.action_scroll(by * (1 << 30))

    def action_back(self) -> None:
        """Close it."""
        self.tui.rows_that_go_on(())
        self.dismiss()

"""What screens have in common whose text is scrolled row by row: keys, pages, the wheel."""

from __future__ import annotations

from textual.screen import Screen

from porttui.ui.widgets.rows import WHEEL, Rows


class ScrollingScreen(Screen[None]):
    """Rows in `#page`, of which those from `_top` on are in sight; `draw` keeps it within them."""

    _top = 0

    def draw(self) -> None:
        """Draw what is in sight."""
        raise NotImplementedError

    def action_scroll(self, by: int) -> None:
        """Scroll by rows."""
        self._top += by
        self.draw()

    def action_page(self, by: int) -> None:
        """Scroll by screens."""
        self.action_scroll(by * max(1, self.query_one("#page", Rows).size.height - 1))

    def action_jump(self, by: int) -> None:
        """Go to the beginning or to the end."""
        self.action_scroll(by * (1 << 30))

    def on_mouse_scroll_down(self) -> None:
        """Go on with the wheel."""
        self.action_scroll(WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """Go back with the wheel."""
        self.action_scroll(-WHEEL)

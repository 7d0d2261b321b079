"""What the six tabs have in common: rows, a cursor, scrolling, and a sentence for the Next row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, cast

from rich.cells import cell_len
from textual import events

from porttui.ui.keymap import key_of
from porttui.ui.lines import COLUMN_RULE, EMPTY, WIDE, Line, left_cells, pad
from porttui.ui.shown import Shown
from porttui.ui.widgets.rows import WHEEL, Rows

if TYPE_CHECKING:
    from porttui.model.facts import Process
    from porttui.reading.acts import Act
    from porttui.ui.tui import Tui


class Drawing(NamedTuple):
    """All rows of a tab, more than fit perhaps."""

    rows: list[Line]
    focus: tuple[int, int] | None = None
    """First and last row of what is in focus: kept in sight."""
    footer: tuple[Line, ...] = ()
    """Follows the rows, and stays in sight when they have to scroll."""


class Follows(Protocol):
    """What looks at the sockets again and again."""

    def at_once(self) -> None:
        """Look again now, as something else is to be looked at."""

    def arrange(self) -> None:
        """Arrange the table that is shown in the way that the user wishes to see it now."""


class Around(Protocol):
    """What a tab may ask of the screen that it is on."""

    @property
    def tui(self) -> Tui:
        """The app."""

    def refresh_rows(self) -> None:
        """Draw the rows around the tab."""

    @property
    def following(self) -> Follows:
        """What keeps the table of sockets new."""

    def ask_from(self, typed: str) -> None:
        """Ask what would become of a connection from another machine; empty: of none."""

    def act(self, process: Process, act: Act) -> None:
        """Do to a process what the user has confirmed."""


class Tab(Rows, can_focus=True):
    """One of the six. Subclasses draw; they read `shown` and nothing else."""

    KEYS: ClassVar[tuple[str, ...]] = ("fix", "recheck", "copy", "target", "help", "quit")
    """Ids of the keys in the key row, in its order."""

    def __init__(self, shown: Shown, **options: Any) -> None:
        super().__init__(**options)
        self.shown = shown
        self.cursor = 0
        self.top = 0
        self._follow = False
        self._below = False
        self._went = False
        """The user has moved the cursor."""

    @property
    def around(self) -> Around:
        """The screen that it is on."""
        return cast("Around", self.screen)

    def draw(self, width: int, height: int) -> Drawing:
        """Return every row of the tab for a window of this size."""
        raise NotImplementedError

    def hint(self, *, narrow: bool) -> str:
        """Return the sentence of the Next row."""
        raise NotImplementedError

    def heading(self) -> str:
        """Return what stands in row 2 when there is no room for the tabs, after the number and the title."""
        return ""

    def stops(self) -> int:
        """Return how many rows the cursor can stand on."""
        return 0

    def can(self, action: str) -> bool:
        """Tell whether an action of the tab does something now: "enter", "copy", "filter", "process", "way" ..."""
        if action == "words":
            return self.shown.report is not None and not self.shown.looking
        if action == "bare":
            return self.shown.report is not None and not self.shown.looking and not self.own_keys()
        return action == "copy" and bool(self.copied())

    def text(self) -> str:
        """Return all that is drawn, also what is out of sight: where the words of the trade are looked for."""
        rows, _, footer = self.draw(self.size.width, self.size.height)
        return "\n".join(row.text for row in (*rows, *footer))

    @property
    def topic(self) -> str:
        """The topic of the lesson in sight, which a word may have its own meaning in; empty for anything else."""
        return ""

    def keys(self, width: int) -> tuple[str, ...]:  # noqa: ARG002  # most tabs have the same keys at any width
        """Return the ids of the keys in the key row of a window of this width."""
        return self.KEYS

    def label(self, action: str) -> str:
        """Return the word that stands behind enter or esc in the key row; empty for the usual one."""
        return {"back": "Stop looking"}.get(action, "") if self.shown.looking else ""

    def own_keys(self) -> list[tuple[str, str]]:
        """Return the key row while the tab takes every key itself; empty while it does not."""
        return []

    def help_of_enter(self) -> str:
        """Return what enter does here, as a sentence; empty when it does nothing."""
        return ""

    def copied(self) -> str:
        """Return the text that `c` sends to the clipboard; empty when there is none."""
        return ""

    def bare(self, width: int, height: int) -> str:
        """Return what the tab says as lines of text without columns, to be selected by hand."""
        rows, _, footer = self.draw(min(width, WIDE - 1), height)
        return "\n".join(row.text.rstrip() for row in (*rows, *footer))

    def bare_focus(self) -> str:
        """Return what of the bare text has to be in sight at once; empty for its beginning."""
        return self.copied()

    def update(self, shown: Shown) -> None:
        """Take over what is shown now."""
        self.shown = shown
        self.redraw()

    def leave(self) -> None:
        """Go out of sight."""

    def redraw(self) -> None:
        """Draw again; only rows that changed are written."""
        width, height = self.size.width, self.size.height
        if not width or not height or not self.display:
            return
        if self.stops():  # where a window of this size has none, it stays for one that has
            self.cursor = max(0, min(self.cursor, self.stops() - 1))
        rows, focus, footer = self.draw(width, height)
        room = height
        if len(rows) + len(footer) > height:
            footer = footer or (EMPTY,)
            footer = footer[-max(1, height // 3) :]
            room = max(1, height - len(footer))
        if self._follow and focus:
            first, last = focus
            self.top = min(max(self.top, last - room + 1), first)
        self._follow = False
        self.top = max(0, min(self.top, len(rows) - room))
        self._below = self.top + room < len(rows)
        seen = rows[self.top : self.top + room]
        self.show([*seen, *self._told(footer, width)])

    def _told(self, footer: tuple[Line, ...], width: int) -> list[Line]:
        """Say in the last row of the footer that there is more below."""
        rows, more = list(footer), f"{key_of('next')}: more"
        if self._below and rows and cell_len(rows[-1].text) + len(more) + 3 <= width:
            last = rows[-1]
            rows[-1] = Line(pad(last.text, width - len(more) - 2) + more, last.spans)
        return rows

    def on_resize(self) -> None:
        """Draw for the new size: with the row in focus in sight when the user went there, else from the beginning."""
        self._follow = self._went and 0 < self.cursor < self.stops()
        self.redraw()

    def move(self, by: int) -> None:
        """Move the cursor; where there is none, or at its end, scroll."""
        if 0 <= self.cursor + by < self.stops():
            self.cursor += by
            self._follow = self._went = True
        else:
            self.top += by
        self.redraw()

    def go_to(self, stop: int) -> None:
        """Set the cursor on a stop, as a click does."""
        self.cursor = stop
        self._follow = self._went = True
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """Go to the row; twice on it does what enter does."""
        line = self.line(event.y)
        other_column = line.text[left_cells(self.size.width) :][:1] == COLUMN_RULE
        beside = other_column and event.x > left_cells(self.size.width)
        if line.stop is None or line.stop >= self.stops() or beside or self.own_keys():
            return
        if event.chain > 1:
            self.app.simulate_key("enter")
        else:
            self.go_to(line.stop)

    def on_mouse_scroll_down(self) -> None:
        """Go on with the wheel."""
        self._wheel(WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """Go back with the wheel."""
        self._wheel(-WHEEL)

    def _wheel(self, by: int) -> None:
        self.top += by
        self.redraw()

    def page(self, by: int) -> None:
        """Scroll by one screen."""
        self.top += by * max(1, self.size.height - 2)
        self.redraw()

    def jump(self, by: int) -> None:
        """Go to the first row, or to the last."""
        if self.stops():
            self.cursor = 0 if by < 0 else self.stops() - 1
        self.top = 0 if by < 0 else 1 << 30  # as far as there are rows
        self._follow = self._went = self.stops() > 0
        self.redraw()

    def way(self, by: int) -> None:
        """Go to the next or the previous way."""

"""The list of labs: which were solved, which cannot run here, and where to begin."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from porttui.labs.lab import Lab
from porttui.labs.registry import LABS, has_exam
from porttui.ui import lab_rows, live, pages
from porttui.ui.keymap import key_of
from porttui.ui.keys import LABS as KEYS
from porttui.ui.keys import bindings, key_row
from porttui.ui.lines import NARROW, ROW_RULE, Line, cut, pad, plain, styled
from porttui.ui.screens.page import PageScreen
from porttui.ui.widgets.rows import WHEEL, Rows
from porttui.ui.words import place
from porttui.ui.work import work

if TYPE_CHECKING:
    from porttui.ui.tui import Tui


class LabsScreen(Screen[None]):
    """Lets the user choose a lab."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]
    CSS_PATH = "labs.tcss"
    AUTO_FOCUS = ""

    def __init__(self, first: Lab | None = None) -> None:
        """Make the screen.

        Args:
            first: the lab in focus; None: the first that was not solved.
        """
        super().__init__()
        self._first = first
        self._labs = LABS
        """Those of the user's own come when they were read."""
        self._cursor = 0
        self._missing: dict[str, str] = {}
        self._unread = False
        """Something in the user's own folder could not be read as a lab."""

    @property
    def tui(self) -> Tui:
        """The app, by its own type."""
        return cast("Tui", self.app)

    @property
    def lab(self) -> Lab | None:
        """The lab in focus; None: the exam."""
        return self._labs[self._cursor] if self._cursor < len(self._labs) else None

    @property
    def _able(self) -> bool:
        """Whether what is in focus can run here."""
        return self.lab is None or not self._missing.get(self.lab.name)

    def compose(self) -> ComposeResult:
        """Rows from top to bottom."""
        yield Rows(id="state")
        yield Rows(id="rule")
        yield Rows(id="list")
        yield Rows(id="about")
        yield Rows(id="next")
        yield Rows(id="keys")

    def on_mount(self) -> None:
        """Begin with the first lab that was not solved, and ask which can run here."""
        self._labs = self.tui.practice.labs or LABS
        done = self.tui.practice.solved()
        lab = self._first or next((lab for lab in self._labs if lab.name not in done), self._labs[0])
        self._cursor = self._labs.index(lab) if lab in self._labs else 0
        work(self, "missing", self._ask)
        self.call_after_refresh(self._draw)

    async def _ask(self) -> None:
        try:
            if not self.tui.practice.labs:
                shelf = await live.in_thread(self.tui.practice.shelf)
                self._cursor += (self.lab is None) * (len(shelf) - len(self._labs))
                self._labs = shelf
                self._unread = bool(self.tui.practice.own().problems)
            self._missing = await live.in_thread(partial(self.tui.practice.missing, self._labs))
        except Exception as error:  # noqa: BLE001  # the list is there without it; told on the normal screen
            error.add_note("asking which labs can run here")
            self.tui.failed(error)
        self._draw()

    def on_screen_resume(self) -> None:
        """Draw again: a lab was solved, perhaps."""
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        width = self.size.width
        done = self.tui.practice.solved()
        count = sum(lab.name in done for lab in self._labs)
        head = f"LABS  {count} of {len(self._labs)} solved"
        if self._unread and width >= NARROW:
            head += "   some of your own are missing: porttui lab tells why"
        room = max(1, self.query_one("#list", Rows).size.height)
        rows = lab_rows.listed(self._labs, done, self._missing, self._cursor, width)
        seen, where = lab_rows.windowed(rows, self._cursor, room)
        whole = f"{where}   {place(self.tui.here)}".strip() if width >= NARROW else where
        who = next((each for each in (whole, where) if len(head) + len(each) + 4 <= width), "")
        self.query_one("#state", Rows).show(
            [styled(" ", head, "state", pad("", max(0, width - len(head) - len(who) - 2)) + who)]
        )
        self.query_one("#rule", Rows).show([Line(ROW_RULE * width)])
        self.query_one("#list", Rows).show(seen)
        about = self.query_one("#about", Rows)
        about.show(plain(lab_rows.about(self.lab, self._missing, width)))
        self.query_one("#next", Rows).show([Line(cut(f" Next  {self._hint()}", width - 1))])
        entries = [(key_of(key.id), key.label) for key in KEYS if key.id in ("start", "next", "back", "help", "quit")]
        self.query_one("#keys", Rows).show([Line(key_row(entries, width))])

    def _hint(self) -> str:
        if not self._able:
            return "choose another one"
        starts = f"{key_of('start')} starts it"
        if self.lab is None:
            return starts
        return starts if self.size.width < NARROW else f"{starts}: a real fault, for you to find"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Let enter start only what can run here."""
        return action != "start" or self._able

    def action_move(self, by: int) -> None:
        """Go to another lab."""
        self._cursor = max(0, min(self._cursor + by, len(self._labs) - (not has_exam(self._labs))))
        self._draw()

    def action_page(self, by: int) -> None:
        """Go on by as many labs as are in sight."""
        self.action_move(by * max(1, self.query_one("#list", Rows).size.height - 1))

    def on_click(self, event: events.Click) -> None:
        """Go to a lab; twice on it starts it."""
        rows = self.query_one("#list", Rows)
        stop = rows.line(event.screen_y - rows.region.y).stop if event.screen_y >= rows.region.y else None
        if stop is not None:
            self.action_move(stop - self._cursor)
            if event.chain > 1 and self._able:
                self.action_start()

    def on_mouse_scroll_down(self) -> None:
        """Go on with the wheel."""
        self.action_move(WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """Go back with the wheel."""
        self.action_move(-WHEEL)

    def action_start(self) -> None:
        """Start the lab in focus."""
        if self.lab is not None:
            self.tui.play(self.lab)
        else:
            from porttui.labs.exam import Exam

            self.tui.examine(Exam([lab.name for lab in self._labs if not self._missing.get(lab.name)]))

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()

    def action_keys(self) -> None:
        """Show all keys."""
        active = [one.binding for one in self.active_bindings.values() if one.enabled]
        self.app.push_screen(PageScreen("Keys", pages.key_rows(active)))

"""The TUI: which screens there are, how it starts, how it ends, and what it says to the system it runs on."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, runtime_checkable

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
from porttui.ui.terminal.looks import THEMES, Depth, Looks, system_of

os.environ["TEXTUAL_COLOR_SYSTEM"] = system_of(os.environ)

from textual import events
from textual.app import SystemCommand  # Textual reads its variables when it is imported
from textual.binding import BindingType
from textual.command import Provider
from textual.filter import LineFilter, Monochrome
from textual.geometry import Size
from textual.screen import Screen

from porttui.model.facts import Facts, Process, Sockets, Unseen
from porttui.model.report import Report
from porttui.model.table import Table
from porttui.model.target import Asked
from porttui.ui import live
from porttui.ui.clicking import clicked
from porttui.ui.commands import Commands, Palette
from porttui.ui.given import Hands, Inspect, Judge, JudgeSender, LookAt, Owners, Watch
from porttui.ui.keymap import Keymap, use
from porttui.ui.keys import APP, bindings
from porttui.ui.plain_ascii import AsciiFilter
from porttui.ui.practice import Practice
from porttui.ui.screens.start import StartScreen
from porttui.ui.shown import Here, Shown
from porttui.ui.terminal import job
from porttui.ui.terminal.colours import Colours
from porttui.ui.terminal.drawing import ChangedCells
from porttui.ui.terminal.mouse import mouse_taken, take_mouse
from porttui.ui.terminal.one_screen import wiping
from porttui.ui.terminal.told import Told
from porttui.ui.theme import themes
from porttui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from porttui.act.recent import Recent
    from porttui.labs.exam import Exam
    from porttui.labs.lab import Lab
    from porttui.ui.tui import Tui


@runtime_checkable
class Telling(Protocol):
    """A screen that can tell something until the next key."""

    def say(self, words: str) -> None:
        """Tell it."""


class Ended(NamedTuple):
    """How the screen was left. porttui.cli makes the exit code and the last words of it."""

    report: Report | None = None
    """The last result."""
    before: Report | None = None
    """The fault that is proven gone; None when there is none."""
    todo: tuple[str, ...] = ()
    """What is still to do so that it stays gone."""
    undo: str = ""
    """What takes the way back that was gone."""
    failure: Exception | None = None
    """What porttui itself failed at."""
    signal: int = 0
    """By which it was told to end."""
    stopped: bool = False
    """A question was asked, and the screen was left before the answer."""


_STYLES_OF_START, _STYLES_OF_DIAGNOSIS = "screens/start.tcss", "screens/diagnosis.tcss"
"""What the first screen needs is read with all else; when it is read later, Textual reads all else again."""
_FOUND = {depth.value: depth for depth in Depth} | {"windows": Depth.FEW}
"""By the name that Rich has for it."""
_UNHURRIED = 1.0
"""Seconds after the first screen, when it is quiet."""
_SWITCH = 0.001
"""Seconds after which a thread that looks lets the screen go on; by itself Python lets it wait five times as long."""
_ONLY_TYPED = "y"
"""The answer by which a process is acted on: no click gives it by accident."""
_MOST_OWNERS = 200
"""How many processes are described for the names in the table of sockets."""


class PortTui(ChangedCells[Ended]):
    """porttui in a terminal. It reads Reports; all that reads the machine is handed to it."""

    TITLE = "porttui"
    CSS = """
    Screen { background: $background; color: $foreground; }
    * { scrollbar-size: 0 0; }
    Input, Input:focus { border: none; background: $background; color: $foreground; background-tint: $background 0%; }
    Input > .input--cursor { background: $background; color: $foreground; text-style: underline; }
    Input > .input--selection { background: $foreground; color: $background; }
    Input > .input--placeholder { color: $quiet; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(APP)]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {Commands}
    ALLOW_SELECT = False

    def __init__(  # noqa: PLR0913  # each of them is one thing the app is given instead of reaching for it
        self,
        asked: Asked | None,
        look: LookAt,
        sockets: Callable[[], Sockets | Unseen],
        *,
        listeners: Callable[[], Sockets | Unseen] | None = None,
        watcher: Watch | None = None,
        judge: Judge | None = None,
        owners: Owners | None = None,
        tables: Callable[[bool], Table | Unseen] | None = None,
        elsewhere: JudgeSender | None = None,
        hands: Hands | None = None,
        inspect: Inspect | None = None,
        recent: Recent | None = None,
        save: Callable[[Report], str] | None = None,
        here: Here | None = None,
        called_as: tuple[str, ...] = ("porttui",),
        typed_as: tuple[str, ...] = ("porttui",),
        looks: Looks | None = None,
        keymap: Keymap = Keymap(),  # noqa: B008  # it is never changed
        practice: Practice | None = None,
    ) -> None:
        """Make the app.

        Args:
            asked: what to look at; None begins with the start screen.
            look: makes a look, ever fuller facts; blocking.
            sockets: reads the listeners for the start screen; blocking.
            listeners: reads the same more quickly, without who holds them, to be shown until then; None: nothing is.
            watcher: goes on looking at a target, from facts that are known already; None: nothing is watched.
            judge: makes a report of facts; `porttui.diagnose.diagnose` when None.
            owners: describes processes by pid, for their names; blocking; None leaves them unknown.
            tables: looks at all sockets, for the Sockets tab, and if told so at other network namespaces; blocking, one
                look at a time; None: those of the report.
            elsewhere: tells what the rules do with another machine's connection; blocking; None: nobody can tell.
            hands: acts on processes; None: nothing can be done to them.
            inspect: looks closely at a process; blocking; None: the Process tab shows what the diagnosis knows.
            recent: targets that were asked about before; None: none are kept.
            save: writes a report to files and returns what to say about it; None: nothing is saved.
            here: who sits where, known before the first look.
            called_as: how porttui is called here, for a command that root runs.
            typed_as: what is typed here for porttui, by this user.
            looks: of the terminal; all that there is when None.
            keymap: keys in place of the usual ones, and what was asked for in vain.
            practice: what labs need of this machine; None: nothing of them is kept.
        """
        super().__init__(css_path=_STYLES_OF_DIAGNOSIS if asked is not None else _STYLES_OF_START)
        self.asked = asked
        self.look = look
        self.sockets = sockets
        self.listeners = listeners
        self.judge = judge or _diagnose
        self.watcher = watcher
        self.elsewhere = elsewhere
        self.hands = hands
        self.inspect = inspect
        self.recent = recent
        self.save = save
        self.here = here
        self.called_as = called_as
        self.typed_as = typed_as
        self.keymap = keymap
        self.practice = practice or Practice()
        self._example: Asked | None = None
        """What the lessons are shown with; nobody has asked about it."""
        self.last: Shown | None = None
        """What the last finished look has shown."""
        self._begun = asked is not None
        self.failure: Exception | None = None
        self._signal = 0
        self._owners = owners
        self._tables = tables
        self._one_look = threading.Lock()
        self._mouse_lent = False
        self._look(looks or Looks())

    def _look(self, looks: Looks) -> None:
        """Take what the terminal shows, and the theme."""
        depth = looks.depth or _FOUND.get(self.console.color_system or "", Depth.ALL)
        own = (AsciiFilter(looks.glyphs), Colours(depth))
        self.no_color = depth is Depth.NONE
        if not looks.second_screen:
            self.driver_class = wiping(self.driver_class)
        self._taking_down = [each for each in own if each.enabled]
        for theme in themes():
            self.register_theme(theme)
        self.theme = looks.theme

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Add the filters for what the terminal lacks to Textual's own, of which one sends greys for no colours."""
        return [*(each for each in super().get_line_filters() if not isinstance(each, Monochrome)), *self._taking_down]

    def on_load(self) -> None:
        """Catch the signals that end a program, before the terminal is changed; call the keys by their names."""
        use(self.keymap)
        self.set_keymap(dict(self.keymap.keys))
        self._told = Told(self._told_to_end)
        self._told.catch_signals()

    def get_default_screen(self) -> Screen[None]:
        """Begin with the screen that is seen first; by itself Textual would draw an empty one before it."""
        if self.asked is None:
            return _sized(StartScreen(), self.size)
        from porttui.ui.screens.diagnosis import DiagnosisScreen

        return _sized(DiagnosisScreen(self.asked), self.size)

    def refresh_css(self, animate: bool = True) -> None:  # Textual's own
        """Read the styles again with other colours; before there is a screen none were read: the colours are enough."""
        if self.screen_stack:
            super().refresh_css(animate=animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def on_mount(self) -> None:
        """Begin."""
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())
        if self.is_headless:
            self._told.leave_signals()
        else:
            self._told.watch_terminal()
        if self.asked is not None:
            self.remember(self.asked)
            return
        if self.practice.at_once:
            self.practise()
        if self.practice.first is not None:
            self.play(self.practice.first)
        if self.practice.exam is not None:
            self.examine(self.practice.exam)

    def on_ready(self) -> None:
        """Collect garbage again, once there is time for it."""
        self.set_timer(_UNHURRIED, _collect_from_now_on)

    def _told_to_end(self, number: int) -> None:
        """Leave because of a signal; the first one counts."""
        self._signal = self._signal or number
        self.exit(self.ended())

    def ended(self) -> Ended:
        """Tell how it stands: what stays after leaving, and what the exit code is made of."""
        last = self.last
        failure = self.failure or self._exception
        if last is None or last.report is None:
            return Ended(failure=failure, signal=self._signal, stopped=self._begun)
        from porttui.render.proven import to_undo, todo_texts

        fixed = last.fixed and last.guide is not None
        return Ended(
            report=last.report,
            before=last.guide.begun if fixed and last.guide is not None else None,
            todo=todo_texts(last.guide, last.marked) if fixed else (),
            undo=to_undo(last.guide) if fixed else "",
            failure=failure,
            signal=self._signal,
        )

    def answered(self, shown: Shown) -> None:
        """Remember a finished look for the exit code and for the last words."""
        if shown.asked != self._example:
            self.last = shown
        self.failure = None

    def failed(self, error: Exception) -> None:
        """Remember that porttui itself failed."""
        self.failure = error

    def _fatal_error(self) -> None:
        """End without Textual's traceback: whoever called tells the error in one line and keeps its details."""
        self._close_messages_no_wait()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:  # noqa: ARG002
        """Offer nothing of Textual's own: the keys are in the palette already."""
        return ()

    async def owners(self, report: Report) -> tuple[Process, ...]:
        """Describe the owners of the sockets of a report that it does not describe itself."""
        table = report.facts.sockets
        if self._owners is None or not isinstance(table, Sockets):
            return ()
        return await self.named(table, {process.pid for process in report.facts.processes or ()})

    async def named(self, table: Sockets, known: set[int]) -> tuple[Process, ...]:
        """Describe the owners of rows of a socket table, apart from those already known."""
        describe = self._owners
        pids = tuple(sorted({pid for row in table.rows for pid in row.pids} - known))[:_MOST_OWNERS]
        return await live.in_thread(lambda: describe(pids)) if describe is not None and pids else ()

    @property
    def live(self) -> bool:
        """Whether there is a table of all sockets that can be looked at again and again."""
        return self._tables is not None

    def table(self, namespaces: bool) -> Table | Unseen:
        """Look at all sockets, if wanted also at those of other network namespaces.

        Blocking; a look that nobody waits for any more ends before another one begins.
        """
        with self._one_look:
            none = Unseen(what="sockets", reason="", how_to_see="")
            return self._tables(namespaces) if self._tables is not None else none

    def learn(self) -> None:
        """Show the first lesson, with a port on which nobody listens for the example."""
        from porttui.learn.contents import EXAMPLE_TARGET
        from porttui.model.parse import parse

        self.diagnose(parse(EXAMPLE_TARGET), learn=True)

    def practise(self, first: Lab | None = None) -> None:
        """Show the labs over what is in sight, one of them in focus; None: the first that was not solved."""
        from porttui.ui.screens.labs import LabsScreen

        self.push_screen(LabsScreen(first))

    def play(self, lab: Lab) -> None:
        """Start a lab, in place of one that is under way."""
        from porttui.ui.screens.lab import LabScreen

        screen = LabScreen(lab, self.practice.shelf())
        if isinstance(self.screen, LabScreen):
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def examine(self, exam: Exam) -> None:
        """Start an exam."""
        from porttui.ui.screens.exam import ExamScreen

        if exam.lab is not None:
            self.push_screen(ExamScreen(exam, exam.lab))

    def diagnose(self, asked: Asked, *, learn: bool = False) -> None:
        """Show a target on a diagnosis screen of its own, or the lessons with it; the one before is gone."""
        from porttui.ui.screens.diagnosis import DiagnosisScreen  # its six tabs; the start screen is drawn without them

        self._example = asked if learn else None
        if not learn:
            self._begun = True
            self.remember(asked)
        for screen in self.screen_stack:
            if isinstance(screen, DiagnosisScreen):
                if not screen.is_mounted:
                    return  # enter was pressed twice: the first one is being shown
                found = screen
                while self.screen is not found:
                    self.pop_screen()
                found.ask(asked)
                if learn:
                    found.learn()
                return
        if len(self.screen_stack) == 1:
            self.push_screen(DiagnosisScreen(asked, learn=learn))  # Textual lets nothing take the place of the first
        else:
            self.switch_screen(DiagnosisScreen(asked, learn=learn))

    def ask_for_target(self) -> None:
        """Show the start screen over the diagnosis."""
        self.push_screen(StartScreen())

    def remember(self, asked: Asked) -> None:
        """Keep a target for the start screen; that it cannot be kept is no error."""
        if self.recent is not None:
            self.recent.remember(asked)

    def action_leave(self) -> None:
        """Leave."""
        self.exit(self.ended())

    def action_command_palette(self) -> None:
        """Show the palette."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def action_theme(self) -> None:
        """Go from dark to light and back."""
        self.theme = THEMES[THEMES.index(self.theme) - 1]

    def on_click(self, event: events.Click) -> None:
        """Take a click on a key of the last row, or on a tab, for that key."""
        row, _ = self.get_widget_at(event.screen_x, event.screen_y)
        if isinstance(row, Rows) and row.id in ("keys", "tabs"):
            key = clicked(row.line(0).text, event.screen_x)
            if key and key != _ONLY_TYPED:
                self.simulate_key(key)

    def lend_mouse(self, *, lend: bool) -> None:
        """Leave the mouse to the terminal for a while, or take it back when it was porttui's before."""
        if lend:
            self._mouse_lent = mouse_taken(self._driver)
            take_mouse(self._driver, take=False)
        elif self._mouse_lent:
            take_mouse(self._driver, take=True)

    def action_mouse(self) -> None:
        """Leave the mouse to the terminal, or take it back."""
        take = not mouse_taken(self._driver)
        take_mouse(self._driver, take=take)
        if isinstance(self.screen, Telling):
            self.screen.say("porttui has the mouse." if take else "Your terminal has the mouse now.")

    @property
    def has_shell(self) -> bool:
        """Whether there is a shell to go back to for a while; with no terminal at all nothing is known of it."""
        return self.is_headless or job.has_shell()

    def action_suspend_process(self) -> None:
        """Go back to the shell for a while."""
        if not self.has_shell:
            if isinstance(self.screen, Telling):
                self.screen.say("No shell has started porttui, so there is none to go back to.")
            return
        with self.suspend():
            job.stop()

    def action_redraw(self) -> None:
        """Draw everything again: after the shell had the terminal, the screen is not what Textual thinks."""
        self.draw_all()


def _sized(screen: Screen[None], size: Size) -> Screen[None]:
    """Give a screen the classes of its size; Textual does so once it has drawn it, and then works it out again."""
    for cells, breakpoints in (
        (size.width, screen.HORIZONTAL_BREAKPOINTS),
        (size.height, screen.VERTICAL_BREAKPOINTS),
    ):
        fitting = [each for each in sorted(breakpoints or ()) if cells >= each[0]]
        if fitting:
            screen.add_class(fitting[-1][1])
    return screen


if TYPE_CHECKING:
    _ASKED_BY_SCREENS: type[Tui] = PortTui
    """It has all that they ask of it."""


def _collect_from_now_on() -> None:
    """Collect garbage again; what was made until now stays, and is not looked through again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()


def _diagnose(facts: Facts) -> Report:
    from porttui.diagnose import diagnose  # the whole catalogue; the screen is drawn before

    return diagnose(facts)


def run(  # noqa: PLR0913  # what the command line may say about the screen
    asked: Asked | None,
    *,
    looks: Looks | None = None,
    mouse: bool = True,
    called_as: tuple[str, ...] = ("porttui",),
    typed_as: tuple[str, ...] = ("porttui",),
    keymap: Keymap = Keymap(),  # noqa: B008  # it is never changed
    practice: Practice | None = None,
) -> Ended:
    """Run the TUI on this machine.

    Args:
        asked: what to look at; None begins with the start screen.
        looks: of the terminal; all that there is when None.
        mouse: let the terminal report the mouse.
        called_as: how porttui is called here, for a command that root runs.
        typed_as: what is typed here for porttui, by this user.
        keymap: keys in place of the usual ones, and what was asked for in vain.
        practice: what labs need, and whether to begin with them; None: begin as usual.

    Returns:
        How it was left. Nothing was written on the normal screen by then.
    """
    from porttui.act import recent
    from porttui.observe import this_platform  # what reads the machine is drawn in by nothing but a real run
    from porttui.ui import machine

    sys.setswitchinterval(_SWITCH)
    platform = this_platform()
    app = PortTui(
        asked,
        machine.look,
        lambda: platform.sockets(0),
        listeners=partial(machine.listeners, platform) if platform.os == "linux" else None,
        watcher=machine.watch,
        owners=platform.processes,
        tables=machine.Tables().take,
        elsewhere=partial(machine.judge, platform),
        hands=Hands(send=machine.send, after=machine.after),
        inspect=partial(machine.inspect, platform),
        recent=recent.Recent(recent.usual_path()),
        save=machine.save,
        here=Here(privileges=platform.privileges(), host=platform.host()),
        called_as=called_as,
        typed_as=typed_as,
        looks=looks,
        keymap=keymap,
        practice=practice or machine.practice(),
    )
    return app.run(mouse=mouse) or app.ended()

"""A lab under way: its story, how it stands, and what the learner does; all that it started ends with this screen."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Input

from porttui.labs import command, telling
from porttui.labs.lab import Lab
from porttui.labs.play import MINUTES, Play
from porttui.labs.registry import LABS, why_not
from porttui.labs.stage import StartError
from porttui.model.printable import printable
from porttui.ui import lab_beside, lab_rows, live, pages
from porttui.ui.backstage import Backstage
from porttui.ui.keymap import key_of
from porttui.ui.keys import LAB, Key, bindings, key_row
from porttui.ui.lab_rows import Seen, Stand
from porttui.ui.lines import LEFT, NARROW, ROW_RULE, WIDE, Line, beside, cut, pad, styled
from porttui.ui.screens.page import PageScreen
from porttui.ui.screens.scrolling import ScrollingScreen
from porttui.ui.widgets.rows import Rows
from porttui.ui.widgets.target_input import TargetInput
from porttui.ui.words import place
from porttui.ui.work import work

if TYPE_CHECKING:
    from porttui.model.report import Report
    from porttui.ui.tui import Tui

_PERIOD = 1.0
"""Seconds from look to look."""
_MOST_ROWS = 500
"""Of what a command printed."""
Typing = Literal["", "edit", "answer", "command"]
_PROMPTS = {"edit": " Start with > ", "answer": " You found > ", "command": " ! "}
_ROW = (
    *("next_lab", "diagnose", "hint", "edit", "answer", "command", "back", "explain"),
    *("again", "copy", "help", "quit"),
)


class LabScreen(ScrollingScreen):
    """Plays one lab."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(LAB)]
    CSS_PATH = "lab.tcss"
    AUTO_FOCUS = ""

    def __init__(self, lab: Lab, labs: Sequence[Lab] = LABS) -> None:
        """Make the screen; the fault is made once it is there.

        Args:
            lab: which one.
            labs: among which it stands.
        """
        super().__init__()
        self.play = Play(lab, labs)
        self.stand = Stand("starting")
        self.backstage = Backstage()
        self._typing: Typing = ""
        self._said = ""
        self._report: Report | None = None
        """What porttui found, for the right column of a wide window."""
        self._seen: tuple[Seen, ...] = ()
        """What a client got when porttui looked."""
        self._done = asyncio.Event()
        """The learner has done something: the next look is made at once."""

    @property
    def tui(self) -> Tui:
        """The app, by its own type."""
        return cast("Tui", self.app)

    def compose(self) -> ComposeResult:
        """Rows from top to bottom."""
        yield Rows(id="state")
        yield Rows(id="rule")
        yield Rows(id="page")
        with Container(id="line"):
            yield Rows(id="prompt")
            yield TargetInput(id="entry")
        yield Rows(id="next")
        yield Rows(id="keys")

    def on_mount(self) -> None:
        """Make the fault, and look."""
        work(self, "play", partial(self._run, self.play.begin))
        self.call_after_refresh(self.draw)

    def on_unmount(self) -> None:
        """End all that was started."""
        self.backstage.end(self.play.end)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self.draw)
        if self._report is None and self.stand.phase in ("on", "solved"):
            self.see()

    # Playing

    async def _run(self, begin: Callable[[], None]) -> None:
        """Make the fault; then look every second until it is gone or the time is over."""
        clock = asyncio.get_running_loop().time
        until = clock() + 60 * MINUTES
        try:
            if why := await self.backstage.do(partial(why_not, self.play.lab)):
                self.become(Stand("failed", why=f"This lab cannot run here: {why}."))
                return
            await self.backstage.do(begin)
            self.become(Stand("on", ends=self.tui.practice.clock(MINUTES)[:5]))
            while not await self._look():
                if clock() >= until:
                    await self.backstage.do(self.play.end)
                    self.become(self.stand._replace(phase="over"))
                    return
                await self._pause()
        except StartError as error:
            self.become(Stand("failed", why=f"The fault could not be made: {printable(str(error))}."))
        except Exception as error:  # noqa: BLE001  # told on the screen and on the normal screen
            self._failed(error)

    async def _pause(self) -> None:
        """Wait for the next look: a second, or until the learner has done something."""
        self._done.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._done.wait(), _PERIOD)

    def _failed(self, error: Exception) -> None:
        error.add_note(f"playing the lab {self.play.lab.name}")
        self.tui.failed(error)
        name = type(error).__name__
        self.become(Stand("failed", why=f"porttui failed at this lab: {name}. This is a fault of porttui itself."))

    async def _look(self) -> bool:
        """Look once; tell whether the goal is reached."""
        look = await self.backstage.do(self.play.look)
        word = printable(look.word)
        seen = self.stand.seen
        if not seen or seen[-1].word != word:
            seen = (*seen, Seen(self.tui.practice.clock(0), word))
        if look.solved:
            self.reached()
            self._top = 0
        self.become(self.stand._replace(phase="solved" if look.solved else "on", seen=seen))
        if seen[-1:] != self._seen:
            self.see()
        return look.solved

    def reached(self) -> None:
        """Write down that it is solved."""
        self.tui.practice.remember(self.play.lab.name)

    def become(self, stand: Stand) -> None:
        """Stand otherwise than before."""
        self.stand = stand
        self.draw()

    # What an exam says otherwise

    def heading(self, *, short: bool) -> str:
        """Return what it is called in the first row."""
        return lab_rows.short_title(self.play) if short else lab_rows.title(self.play)

    def beside(self, width: int) -> list[Line]:
        """Return the right column of a wide window."""
        return lab_beside.beside(self.play, self.stand, self._report, self.tui.practice.solved(), width)

    def see(self) -> None:
        """In a wide window, look at the lab as porttui does: there is room to tell of it."""
        self._seen = self.stand.seen[-1:]
        if self.size.width >= WIDE:
            work(self, "see", self._see)

    async def _see(self) -> None:
        from porttui.ui.screens.lab_look import look_at, question_of

        try:
            async for report in live.reports(look_at(self.play, self.tui), self.tui.judge, question_of(self.play)):
                if report.facts.done:
                    self._report = report
        except OSError as error:  # the lab has ended meanwhile, or no porttui can be started inside
            self.say(f"porttui could not look from where the lab plays: {printable(str(error))}")
        except Exception as error:  # noqa: BLE001  # the lab goes on without it; told on the normal screen
            error.add_note(f"looking at the lab {self.play.lab.name}")
            self.tui.failed(error)
        self.draw()

    def after(self) -> str:
        """Return what `n` leads to; empty while it leads nowhere."""
        following = telling.following(self.play) if self.stand.phase == "solved" else None
        return f"the next one: {following.title}" if following else ""

    def advice(self, *, narrow: bool) -> str:
        """Return what to do first."""
        look, back = key_of("diagnose"), key_of("back")
        if narrow:
            return f"{look} diagnoses it, {back} comes back"
        return f"{look}  look at it as you would at a real fault; {back} comes back here"

    def label(self, key: Key) -> str:
        """Return the word behind a key."""
        return "Explain" if key.id == "explain" and self.stand.phase != "on" else key.label

    def action_next_lab(self) -> None:
        """Go on to the lab after this one."""
        following = telling.following(self.play)
        if following is not None:
            self.tui.play(following)

    # Drawing

    def draw(self) -> None:
        """Draw all rows; what stays the same is not written again."""
        if not self.is_mounted:
            return
        width = self.size.width
        self.query_one("#state", Rows).show([self._state(width)])
        self.query_one("#rule", Rows).show([Line(ROW_RULE * width)])
        page = self.query_one("#page", Rows)
        rows, room = self._rows(width), max(1, page.size.height)
        self._top = max(0, min(self._top, len(rows) - room))
        below = len(rows) > self._top + room
        seen = rows[self._top : self._top + room]
        page.show(seen)
        hint = self._said or f"Next  {self._hint(below=below)}"
        self.query_one("#next", Rows).show([Line(cut(f" {hint}", width - 1))])
        self.query_one("#keys", Rows).show([Line(key_row(self._keys(), width))])

    def _state(self, width: int) -> Line:
        if width < NARROW:
            state = lab_rows.state(self.stand).text
            return styled(" ", self.heading(short=True), "state", cut(f"  {state}", max(8, width - 9)))
        right = place(self.tui.here, long=width >= WIDE) + " "
        title = self.heading(short=False)
        return styled(" ", title, "state", pad("", max(1, width - len(title) - len(right) - 1)) + right)

    def _rows(self, width: int) -> list[Line]:
        left = lab_rows.rows(self.play, self.stand, LEFT if width >= WIDE else width)
        if width < WIDE:
            return left
        return beside(left, self.beside(width - LEFT - 1), LEFT, width)

    def _hint(self, *, below: bool) -> str:
        phase, narrow = self.stand.phase, self.size.width < NARROW
        if below:
            return f"{key_of('next')} reads on" + f"; {key_of('back')} leaves" * narrow
        if phase in ("solved", "given up"):
            after = self.after()
            return f"{key_of('next_lab')}  {after}" if after else f"{key_of('back')} goes back"
        if phase == "on":
            return self.advice(narrow=narrow)
        texts = {"over": f"{key_of('again')} makes it once more", "failed": f"{key_of('back')} goes back"}
        return texts.get(phase, "it is being made")

    def _keys(self) -> list[tuple[str, str]]:
        if self._typing:
            return [
                ("enter", {"edit": "Start", "answer": "Say it", "command": "Run"}[self._typing]),
                (key_of("back"), "Cancel"),
            ]
        by_id = {key.id: key for key in LAB}
        on = self.stand.phase == "on"
        names = _ROW if on else ("next_lab", "explain", *(name for name in _ROW if name not in ("next_lab", "explain")))
        able = [by_id[name] for name in names if self.check_action(*_action(by_id[name].action))]
        return [(key_of(key.id), self.label(key)) for key in able]

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell which keys do something now."""
        on = self.stand.phase == "on"
        if action == "next_lab":
            return bool(self.after())
        if action == "explain":
            return on or self.stand.phase in ("solved", "given up")
        if action == "hint":
            return on and self.play.opened < len(self.play.lab.hints)
        if action == "enter_text":
            able = {"edit": bool(self.play.options), "answer": self.play.lab.asks, "command": True}
            return on and able[str(parameters[0])]
        if action == "again":
            return self.stand.phase in ("on", "solved", "over")
        return on or action not in ("diagnose", "copy") or (self.stand.phase == "solved")

    def say(self, words: str) -> None:
        """Show a sentence in place of the Next row until the next key."""
        self._said = words
        self.draw()

    def on_key(self) -> None:
        """Take back what was said."""
        if self._said:
            self._said = ""
            self.draw()

    def action_back(self) -> None:
        """Leave the line that is typed into, or the lab."""
        if self._typing:
            self._type("")
        else:
            self.dismiss()

    def action_hint(self) -> None:
        """Open the next hint, and show it."""
        self.play.open_hint()
        self.draw()
        page = self.query_one("#page", Rows)
        texts = [row.text for row in self._rows(self.size.width)]
        mark = f"   {self.play.opened}  "
        at = max((index for index, text in enumerate(texts) if text.startswith(mark)), default=0)
        self._top = max(self._top, at + 4 - page.size.height)
        self.draw()

    def action_enter_text(self, kind: Typing) -> None:
        """Open the line to type into."""
        self._type(kind)

    def _type(self, kind: Typing) -> None:
        self._typing = kind
        entry = self.query_one("#entry", TargetInput)
        self.set_class(bool(kind), "-typing")
        prompt = self.query_one("#prompt", Rows)
        text = " Set > " if kind == "edit" and self.play.sets_variables else _PROMPTS.get(kind, "")
        prompt.styles.width = len(text)
        prompt.show([Line(text)])
        entry.value = self.play.options if kind == "edit" else self.play.stage.answer if kind == "answer" else ""
        entry.cursor_position = len(entry.value)
        self.set_focus(entry if kind else None)
        self.draw()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        kind, typed = self._typing, event.value.strip()
        self._type("")
        if kind == "command" and typed:
            self.say(f"Running {typed}")
            work(self, "command", partial(self._command, typed))
        elif kind == "answer":
            self.play.stage.answer = typed
            self._done.set()
        elif kind == "edit" and typed != self.play.options:
            work(self, "edit", partial(self._edit, typed))

    async def _edit(self, typed: str) -> None:
        """Start the server with other options."""
        try:
            edited = await self.backstage.do(partial(self.play.edit, typed, whole=True))
        except Exception as error:  # noqa: BLE001  # told on the screen and on the normal screen
            self._failed(error)
            return
        told = () if edited.changed and self.play.sets_variables else tuple(edited.text.splitlines())
        self.become(self.stand._replace(told=told))
        self._seen = ()
        self._done.set()

    async def _command(self, typed: str) -> None:
        """Run a command of the learner's, and show what it printed."""
        try:
            done = await live.in_thread(partial(command.run, self.play.stage, "sh", "-c", typed))
        except (OSError, ValueError) as error:
            self.say(f"It cannot be run: {printable(str(error))}")
            return
        finally:
            self._seen = ()
            self._done.set()
        self._said = ""
        texts = [printable(text) for text in done.text.decode("utf-8", "replace").splitlines()]
        end = f"ended with {done.status}" if done.status is not None else "it took too long, or told too much: ended"
        rows = [("", text) for text in texts[:_MOST_ROWS]] or [("", "It printed nothing.")]
        rows += [("", f"({len(texts) - _MOST_ROWS} rows more)")] * (len(texts) > _MOST_ROWS)
        self.app.push_screen(PageScreen(f"! {printable(typed)}", [*rows, ("", ""), ("", f"({end})")]))

    def action_diagnose(self) -> None:
        """Look at the target as at a real fault."""
        from porttui.ui.screens.lab_diagnosis import LabDiagnosis

        self.play.diagnosed = True
        self.app.push_screen(LabDiagnosis(self.play))

    def action_again(self) -> None:
        """Start over, with a fault that is as new."""
        self._top, self._report, self._seen = 0, None, ()
        self.become(Stand("starting"))
        work(self, "play", partial(self._run, self.play.again))

    def action_explain(self) -> None:
        """Show what the words here mean; once it is known what the fault is, all that there is to say about it."""
        if self.stand.phase == "on":
            text = "\n".join(row.text for row in self._rows(self.size.width))
            self.app.push_screen(PageScreen("Words on this screen", pages.words(text)))
            return
        from porttui.faults.registry import BY_CODE
        from porttui.render.explanation import sections

        fault = BY_CODE[self.play.lab.code]
        rows: list[tuple[str, str]] = []
        for section in sections(fault):
            rows += [("", section.heading)] * bool(section.heading)
            rows += [row for text in section.text.split("\n\n") for row in (("", _joined(text)), ("", ""))]
        self.app.push_screen(PageScreen(f"{fault.title} ({fault.code})", rows))

    def action_copy(self) -> None:
        """Send the command for a second terminal to the terminal's clipboard."""
        text = telling.other_command(self.play)
        self.app.copy_to_clipboard(text)
        self.say(f"Copied if your terminal takes OSC 52: {text}")

    def action_keys(self) -> None:
        """Show all keys."""
        active = [one.binding for one in self.active_bindings.values() if one.enabled]
        self.app.push_screen(PageScreen("Keys", pages.key_rows(active)))


def _joined(text: str) -> str:
    """Return a paragraph in one line; commands and lists keep theirs."""
    lines = text.splitlines()
    return text if any(line.startswith((" ", "* ", "- ", "1. ", "2. ")) for line in lines) else " ".join(lines)


def _action(text: str) -> tuple[str, tuple[object, ...]]:
    """Return an action and its parameter: "enter_text('edit')"."""
    name, _, rest = text.partition("(")
    return name, (rest.strip("')"),)

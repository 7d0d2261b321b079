"""The start screen: what does not work? A line to type or paste into, how it is read, and what listens here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from msgspec.structs import replace
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Input

from porttui.model.address import destination, is_wildcard, parse_ip, same_address
from porttui.model.facts import Process, Socket, Sockets, Unseen
from porttui.model.target import QUESTION_TEXT, Asked, Question, Target, TargetError
from porttui.reading import columns
from porttui.ui import live
from porttui.ui.keymap import key_of
from porttui.ui.keys import START, bindings, key_row
from porttui.ui.lines import EMPTY, NARROW, ROW_RULE, WIDE, Line, cut, pad, plain, wrap
from porttui.ui.widgets.rows import WHEEL, Rows
from porttui.ui.widgets.target_input import TargetInput, read_target
from porttui.ui.words import place
from porttui.ui.words import question as words
from porttui.ui.work import work

if TYPE_CHECKING:
    from porttui.ui.tui import Tui

_USUAL = (("ADDRESS", 17), ("PROGRAM", 15), ("PID", 7), ("USER", 11), ("REACHED BY", 14))
_WIDE = (
    ("ADDRESS", 17),
    ("PROGRAM", 15),
    ("PID", 7),
    ("USER", 11),
    ("SINCE", 11),
    ("REACHED BY", 15),
    ("COMMAND OR SERVICE", 30),
)
_EXAMPLES = (
    ("5173", "is anything there on this machine?"),
    ("http://localhost:3000/login", "why does this page not come?"),
    ("listen EADDRINUSE: address already in use :::8080", "why can't my server start?"),
)
_LOOKING = "."
"""Stands where it is not known yet."""
_MOST_RECENT, _MOST_RECENT_NARROW = 5, 2
"""How many targets of before are shown; ten are kept."""


_LOW, _LOWEST = 10, 6
"""With fewer rows the question is short, and with fewer still it is left out."""
_TINY = 40
"""Below this width only the shortest words have room."""


class StartScreen(Screen[None]):
    """Asks for a target."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(START)]
    CSS_PATH = "start.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (120, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-tall")]
    AUTO_FOCUS = "#target"

    def __init__(self) -> None:
        super().__init__()
        self._table: Sockets | Unseen | None = None
        self._names: dict[int, Process] = {}
        self._complete = False
        """It was looked who holds the listeners."""
        self._before: tuple[Asked, ...] | None = None
        """What was asked about before; None: not read yet."""
        self._other_question = False
        self._cursor = -1
        """The target or listener in focus; -1 is the line to type into."""
        self._complaint = False

    @property
    def tui(self) -> Tui:
        """The app, by its own type."""
        return cast("Tui", self.app)

    def compose(self) -> ComposeResult:
        """Rows from top to bottom."""
        yield Rows(id="title")
        yield Rows(id="rule")
        yield Rows(id="question")
        with Container(id="line"):
            yield Rows(id="prompt")
            yield TargetInput(id="target", helps=True)
        yield Rows(id="below")
        yield Rows(id="next")
        yield Rows(id="keys")

    def on_mount(self) -> None:
        """Read what listens."""
        work(self, "sockets", self._read)
        self._draw()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self._draw)

    async def _read(self) -> None:
        try:
            if self.tui.listeners is not None:
                quick = await live.in_thread(self.tui.listeners)
                if isinstance(quick, Sockets):
                    self._table = quick
                    self._draw()
            self._table = await live.in_thread(self.tui.sockets)
            self._draw()
            if isinstance(self._table, Sockets):
                self._names = {one.pid: one for one in await self.tui.named(self._table, set())}
        except Exception as error:  # noqa: BLE001  # the list is a help; asking works without it
            self._table = Unseen(what="listeners", reason=f"{type(error).__name__} in porttui", how_to_see="")
        self._complete = True
        self._draw()

    # What is asked

    def asked(self) -> Asked | TargetError | None:
        """Return how the line, or the listener in focus, is understood; None while nothing is typed."""
        row, recent = self._row(), self._chosen_recent()
        if recent is not None:
            asked: Asked | TargetError = recent
        elif row is not None:
            target = Target(input=columns.local(row), host=destination(row.address), port=row.port)
            asked = Asked(target=target)
        else:
            text = self.query_one(TargetInput).text
            if not text.strip():
                return None
            asked = read_target(text)
        if isinstance(asked, Asked) and self._other_question:
            return replace(asked, question=_other(asked.question))
        return asked

    def _learns(self) -> bool:
        """Tell whether the line asks for the lessons; a machine of that name is asked about as learn:80."""
        return self._cursor < 0 and self.query_one(TargetInput).text.strip().lower() == "learn"

    def _practises(self) -> bool:
        """Tell whether the line asks for the labs; a machine of that name is asked about as lab:80."""
        return self._cursor < 0 and self.query_one(TargetInput).text.strip().lower() in ("lab", "labs")

    def _listeners(self) -> tuple[list[Socket], list[Socket]]:
        """Return the listeners on the typed port, and the others."""
        if not isinstance(self._table, Sockets):
            return [], []
        rows = [
            row for row in self._table.rows if row.protocol == "tcp" and row.state == "LISTEN" and row.namespace is None
        ]
        text = self.query_one(TargetInput).text
        read = read_target(text) if text.strip() else None
        port = read.target.port if isinstance(read, Asked) else None
        return [row for row in rows if row.port == port], [row for row in rows if row.port != port]

    def _row(self) -> Socket | None:
        """Return the listener in focus; what was asked about before stands above the listeners."""
        rows = [row for group in self._listeners() for row in group]
        at = self._cursor - len(self._recent())
        return rows[at] if 0 <= at < len(rows) else None

    def _recent(self) -> tuple[Asked, ...]:
        """Return what was asked about before, while nothing is typed."""
        kept = self.tui.recent
        if kept is None or self.query_one(TargetInput).text.strip():
            return ()
        if self._before is None:
            self._before = kept.targets()  # a file to read and ten lines to understand, and many rows ask for them
        return self._before[: _MOST_RECENT if self.size.width >= NARROW else _MOST_RECENT_NARROW]

    def _chosen_recent(self) -> Asked | None:
        recent = self._recent()
        return recent[self._cursor] if 0 <= self._cursor < len(recent) else None

    # Drawing

    def _draw(self) -> None:
        if not self.children:
            return
        width, height = self.size or self.app.size
        narrow = width < NARROW
        title = " porttui"
        right = place(self.tui.here, long=True) + " " * (not narrow)
        self.query_one("#title", Rows).show([Line(pad(title, max(10, width - len(right))) + right)])
        self.query_one("#rule", Rows).show([Line(ROW_RULE * width)])
        question = self.query_one("#question", Rows)
        asks = _question_rows(width, height, narrow=narrow)
        question.styles.height = len(asks)
        question.show(plain(asks))
        self.query_one("#prompt", Rows).show([Line(f" {'>' if self._cursor < 0 else ' '} ")])
        below = self.query_one("#below", Rows)
        rows = self._below(width, height - len(asks) - 4 - (1 if self.query_one("#rule").display else 0), narrow=narrow)
        below.show(rows)
        self.query_one("#next", Rows).show([Line(cut(f" Next  {self._hint()}", width - 1))])
        self.query_one("#keys", Rows).show([Line(self._keys(width, narrow=narrow))])

    def _below(self, width: int, height: int, *, narrow: bool) -> list[Line]:
        rows = self._read_as(width, narrow=narrow)
        wide = width >= WIDE and height >= 24
        if wide:
            rows += ["", *_examples()]
        tail = [] if narrow else self._tail(width)
        room = max(3, height - len(rows) - len(tail) - (not narrow))
        before = self._asked_before(width)
        listed = self._listed(width, max(3, room - len(before)), narrow=narrow)
        blocks = [each for each in (before, listed, plain(tail)) if each]
        spare = height - len(rows) - (not narrow) - sum(map(len, blocks))
        for block in blocks[1:] if not narrow else ():
            if spare > 0:
                block.insert(0, EMPTY)
                spare -= 1
        return [*plain(rows + [""] * (not narrow)), *(row for block in blocks for row in block)][:height]

    def _read_as(self, width: int, *, narrow: bool) -> list[str]:
        asked = self.asked()
        if self._practises():
            what = "the labs: real faults for you to find"
            return [f"   read as {what}"] if narrow else ["", f"   read as    {what}", ""]
        if self._learns():
            what = "the lessons" if narrow else "the lessons, with localhost:62893 for an example"
            return [f"   read as {what}"] if narrow else ["", f"   read as    {what}", ""]
        if asked is None:
            return ["   read as    nothing yet"] if narrow else ["", "   read as    nothing yet", ""]
        if isinstance(asked, TargetError):
            if narrow:
                return wrap(str(asked), width - 1, "   ")[:2]
            rows = wrap(str(asked), width - 1, "   can't read it: ")[:2]
            return ["", *rows, *[""] * (2 - len(rows))]
        what = _target_words(asked.target)
        if narrow:
            return [cut(f"   read as {what}", width)]
        ask, other = QUESTION_TEXT[asked.question], QUESTION_TEXT[_other(asked.question)]
        return [
            "",
            cut(f"   read as    {what}", width),
            f"   question   {ask}    ({key_of('other_question')}: {other})",
        ]

    def _asked_before(self, width: int) -> list[Line]:
        recent = self._recent()
        rows = [Line(" Asked about before:")] if recent else []
        for index, asked in enumerate(recent):
            asks = words(asked.question, short=width < NARROW)
            what = f"{asked.target}{'   ' + asks if asked.question is Question.BIND else ''}"
            text = cut(f" {'>' if index == self._cursor else ' '} {what}", width - 1)
            rows.append(Line(text, stop=index))
        return rows

    def _listed(self, width: int, room: int, *, narrow: bool) -> list[Line]:
        if self._table is None:
            return [Line(" Reading what listens here.")]
        if isinstance(self._table, Unseen):
            return plain(wrap(f"What listens here can't be seen: {self._table.reason}.", width - 1, " "))
        same, others = self._listeners()
        if narrow:
            return self._listed_narrow(same, others, width, room)
        layout = _WIDE if width >= WIDE else _USUAL
        base = len(self._recent())
        rows: list[Line] = []
        if same:
            rows.append(Line(f" Waiting for connections on port {same[0].port}{self._elsewhere(same)}:"))
            rows += [self._listener(row, index, layout, width) for index, row in enumerate(same, base)]
            rows += [EMPTY] * (width >= WIDE)
        host = self.tui.here.host.name if self.tui.here else "this machine"
        which = "Other programs" if same else "Programs"
        rows.append(Line(f" {which} on {host} that wait for connections: {len(others)} seen"))
        if others:
            rows.append(Line("   " + "".join(pad(name, size) for name, size in layout).rstrip()))
        signs: Sequence[str] = (f"{_LOOKING} looking who holds them",)
        if self._complete:
            signs = columns.signs(others, self._names, self._table.unseen)
        notes = [*signs, *["network: other computers may reach it"] * (width >= WIDE)] if signs else []
        told = wrap("     ".join(notes), width - 1, "   ") if notes else []
        left = max(1, room - len(rows) - max(1, len(told)))
        first = max(0, min(self._cursor - base - len(same) - left // 2, len(others) - left))
        listed = list(enumerate(others, base + len(same)))[first : first + left]
        rows += [self._listener(row, index, layout, width) for index, row in listed]
        return [*rows, *([EMPTY] if told and width >= WIDE else []), *plain(told)]

    def _listed_narrow(self, same: list[Socket], others: list[Socket], width: int, room: int) -> list[Line]:
        rows = [Line(f" Waiting for connections here: {len(same) + len(others)}")]
        left = max(1, room - 1)
        base = len(self._recent())
        everything = list(enumerate([*same, *others], base))
        first = max(0, min(self._cursor - base - left // 2, len(everything) - left))
        for index, row in everything[first : first + left]:
            mark = ">" if index == self._cursor else " "
            tail = " same port" if index < base + len(same) else ""
            who = columns.program(row, self._names)
            name = pad(who if self._complete or who != columns.NOT_SEEN else _LOOKING, max(4, width - 30))
            rows.append(Line(cut(f" {mark} {pad(columns.local(row), 15)} {name}{tail}".rstrip(), width), stop=index))
        return rows

    def _listener(self, row: Socket, index: int, layout: tuple[tuple[str, int], ...], width: int) -> Line:
        cells = [
            columns.local(row),
            columns.program(row, self._names),
            columns.pid(row),
            columns.user(row, self._names),
        ]
        cells += [columns.since(row, self._names)] * (layout is _WIDE) + [columns.reached_by(row)]
        cells += [columns.command_line(row, self._names) or columns.service(row)] * (layout is _WIDE)
        if not self._complete:
            cells = [_LOOKING if cell == columns.NOT_SEEN else cell for cell in cells]
        lead = " > " if index == self._cursor else "   "
        parts = [pad(cut(text, size - 1), size) for text, (_, size) in zip(cells[:-1], layout[:-1], strict=True)]
        return Line(cut(lead + "".join(parts) + cells[-1], width - 1), stop=index)

    def _elsewhere(self, same: list[Socket]) -> str:
        """Say so when the typed target is an address, and none of the listeners on its port is there."""
        asked = read_target(self.query_one(TargetInput).text)
        if not isinstance(asked, Asked) or parse_ip(asked.target.host) is None:
            return ""
        there = any(same_address(row.address, asked.target.host) or is_wildcard(row.address) for row in same)
        return "" if there else ", at another address"

    def _tail(self, width: int) -> list[str]:
        rows = []
        here = self.tui.here
        if here is not None and here.host.ssh is not None:
            rows.append(f" Here localhost means {here.host.name}, not the computer you type on.")
        typed = self.query_one(TargetInput).text.strip().lower()
        if not typed or typed == "help" or isinstance(self.asked(), TargetError):
            rows.insert(0, " No error at hand? Type  learn  for the lessons,  lab  for faults to find.")
        if width < WIDE:
            return [*rows, " porttui only looks, by a few short connections. It changes nothing unasked."]
        only = "porttui only looks: a few short connections, each with at most one small request (GET / for a page)."
        return [
            *rows,
            *wrap(f"{only} It changes nothing unasked and keeps only the targets that you name.", width - 1, " "),
        ]

    def _hint(self) -> str:
        if self.tui.keymap.problems and not self.query_one(TargetInput).text:
            return f"type a port; something in your settings can't be used: {key_of('help')} tells what"
        asked = self.asked()
        if self._practises():
            return "enter lists the labs"
        if self._learns():
            return "enter begins with the first lesson"
        if isinstance(asked, TargetError):
            return (
                "change the line until it is read" if not self._complaint else "this can't be read yet: change the line"
            )
        if asked is None:
            if self.size.width < _TINY:
                return "type a port"
            return "type a port, or press down" if self.size.width < NARROW else "type a port, or go down to a program"
        return "enter finds out why"

    def _keys(self, width: int, *, narrow: bool) -> str:
        learns = self._learns() or self._practises()
        entries = [("enter", "Begin" if learns else "Find out")] * isinstance(self.asked(), Asked)
        entries += [(key_of("pick"), "Pick" if narrow else "Pick a program")] * (self._cursor + 1 < self._count())
        entries += [(key_of("forget"), "Forget")] * (self._chosen_recent() is not None)
        asks = isinstance(self.asked(), Asked) and self._chosen_recent() is None and not learns
        entries += [(key_of("other_question"), "Question")] * (asks and not narrow)
        entries += [(key_of("back"), "Back")] * self._over_diagnosis()
        entries += [(key_of("help"), "Keys")] * (not self.query_one(TargetInput).value)
        return key_row([*entries, (key_of("leave"), "Quit")], width, gap=2 if narrow else 3)

    def _over_diagnosis(self) -> bool:
        stack = self.app.screen_stack
        return self in stack and stack.index(self) > 0

    # Keys

    @on(Input.Changed)
    def _typed(self) -> None:
        self._cursor = -1
        self._complaint = False
        self._draw()

    @on(TargetInput.Help)
    def _help(self) -> None:
        """Show all keys, and what of the settings cannot be used."""
        from porttui.ui import pages
        from porttui.ui.screens.page import PageScreen

        active = [*self.behind_the_line(), *(one.binding for one in self.active_bindings.values() if one.enabled)]
        rows = [("", each) for each in self.tui.keymap.problems] + [("", "")] * bool(self.tui.keymap.problems)
        rows += [*pages.key_rows(active), (key_of("help"), "this list, while nothing is typed")]
        self.app.push_screen(PageScreen("Keys", rows))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        line = self.query_one(TargetInput)
        if line.value != event.value:
            line.value = event.value  # over a slow line keys are typed ahead: what counts stood there at enter
        self.action_ask()

    def behind_the_line(self) -> list[Binding]:
        """Return this screen's own keys that do something: the line to type into has others on some of them."""
        return [one for one in bindings(START) if self.check_action(one.action.partition("(")[0], ())]

    def offered(self) -> list[Binding]:
        """Return those of them that do something now, by the keys that they have now, for the palette."""
        does = {
            "ask": self.asked() is not None,
            "pick": self._cursor + 1 < self._count(),
            "unpick": self._cursor >= 0,
        }
        return [one.with_key(key_of(one.id)) for one in self.behind_the_line() if one.id and does.get(one.id, True)]

    def action_ask(self) -> None:
        """Find out about what is typed or in focus."""
        asked = self.asked()
        if self._practises():
            self.tui.practise()
        elif self._learns():
            self.tui.learn()
        elif isinstance(asked, Asked):
            self.tui.diagnose(asked)
        else:
            self._complaint = True
            self._draw()

    def action_pick(self, by: int) -> None:
        """Move among the listeners; up from the first returns to the line."""
        self._cursor = max(-1, min(self._cursor + by, self._count() - 1))
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """Go to a program or a target of before; twice on it asks about it."""
        below = self.query_one("#below", Rows)
        stop = below.line(event.screen_y - below.region.y).stop
        if stop is not None:
            self._cursor = stop
            self._draw()
            if event.chain > 1:
                self.action_ask()

    def on_mouse_scroll_down(self) -> None:
        """Move down with the wheel."""
        self.action_pick(WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """Move up with the wheel."""
        self.action_pick(-WHEEL)

    def _count(self) -> int:
        return len(self._recent()) + sum(map(len, self._listeners()))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Let ctrl+d forget only where a target of before is in focus; in the line it deletes a letter."""
        if action == "back":
            return self.is_mounted and self._over_diagnosis()
        return action != "forget" or (self.is_mounted and self._chosen_recent() is not None)

    def action_forget(self) -> None:
        """Take the target in focus out of those that were asked about before."""
        chosen = self._chosen_recent()
        if chosen is not None and self.tui.recent is not None:
            self.tui.recent.forget(chosen)
            self._before = None
            self._cursor = min(self._cursor, self._count() - 1)
            self._draw()

    def action_question(self) -> None:
        """Ask the other question."""
        self._other_question = not self._other_question
        self._draw()

    def action_back(self) -> None:
        """Go back to the diagnosis, when there is one."""
        if self._over_diagnosis():
            self.dismiss()


def _other(question: Question) -> Question:
    return Question.BIND if question is Question.CONNECT else Question.CONNECT


def _target_words(target: Target) -> str:
    spoken = f", {target.scheme}" if target.scheme else ""
    path = f", page {target.path}" if target.path != "/" else ""
    return f"{target.host}, port {target.port}{spoken}{path}"


def _question_rows(width: int, height: int, *, narrow: bool) -> list[str]:
    if height < _LOW:  # the line to type into comes first
        return [cut(" What does not work?", width)] * (height > _LOWEST)
    if narrow:
        return wrap("What does not work? Address, port or error message:", width - 1, " ")
    return [*wrap("What does not work? Type or paste an address, a port or an error message.", width - 1, " "), ""]


def _examples() -> list[str]:
    return [
        f"   {'for example' if index == 0 else '':<15}{text:<51}{why}" for index, (text, why) in enumerate(_EXAMPLES)
    ]

"""The diagnosis screen: state row, tabs, the tab in sight, the Next row, the key row."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING, ClassVar, cast

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from porttui.model.report import Report
from porttui.model.target import Asked, Question
from porttui.ui import live
from porttui.ui.keys import DIAGNOSIS, bindings, key_row
from porttui.ui.lines import NARROW, ROW_RULE, Line, cut, plain, wrap
from porttui.ui.screens.page import PageScreen
from porttui.ui.shown import Shown, same_answer
from porttui.ui.tabs.diagnosis import DiagnosisTab
from porttui.ui.tabs.firewall import FirewallTab
from porttui.ui.tabs.fix import FixTab
from porttui.ui.tabs.learn import LearnTab
from porttui.ui.tabs.process import ProcessTab
from porttui.ui.tabs.sockets import SocketsTab
from porttui.ui.tabs.tab import Tab
from porttui.ui.widgets.rows import Rows
from porttui.ui.widgets.state_row import state_line
from porttui.ui.widgets.tab_row import TITLES, steps_line, tab_line
from porttui.ui.words import ORDER, faults, place, question, state, unseen_row

if TYPE_CHECKING:
    from porttui.ui.app import PortTui

_TABS: tuple[type[Tab], ...] = (DiagnosisTab, FixTab, SocketsTab, ProcessTab, FirewallTab, LearnTab)
_GATED = {"enter": "enter", "copy": "copy", "filter": "filter", "process": "process", "way": "way"}
"""Actions that the tab in sight may offer or not."""


class DiagnosisScreen(Screen[None]):
    """Shows one target: looks, keeps the result, looks again."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(DIAGNOSIS)]
    CSS_PATH = "diagnosis.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (40, "-narrow"), (80, "-normal"), (120, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (12, "-short"), (24, "-tall")]
    AUTO_FOCUS = ""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self.shown = Shown(asked=asked, looking=True)
        self.current = 1
        self._said = ""

    @property
    def tui(self) -> PortTui:
        """The app, by its own type."""
        return cast("PortTui", self.app)

    @property
    def tab(self) -> Tab:
        """The tab in sight."""
        return self.query_one(f"#tab-{self.current}", Tab)

    def compose(self) -> ComposeResult:
        """Rows from top to bottom."""
        yield Rows(id="state")
        yield Rows(id="tabs")
        yield Rows(id="rule")
        with ContentSwitcher(initial="tab-1", id="content"):
            for index, kind in enumerate(_TABS, 1):
                yield kind(self.shown, id=f"tab-{index}")
        yield Rows(id="next")
        yield Rows(id="keys")
        yield Rows(id="tiny")

    def on_mount(self) -> None:
        """Begin to look."""
        self.shown = replace(self.shown, here=self.tui.here)
        self.tab.focus()
        self.refresh_rows()
        self.look()

    def on_screen_resume(self) -> None:
        """Coming back from the start screen to a look that was stopped, look again."""
        if self.is_mounted and self.shown.looking and not any(one.group == "look" for one in self.workers):
            self.look()

    def on_resize(self) -> None:
        """Draw the rows for the new size; tabs do so themselves."""
        self.call_after_refresh(self.refresh_rows)

    # Looking

    def look(self) -> None:
        """Look, in place of any look under way."""
        self.run_worker(self._look(self.shown.asked), name="look", group="look", exclusive=True, exit_on_error=False)

    async def _look(self, asked: Asked) -> None:
        first = self.shown.looking
        last: Report | None = None
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async for report in live.reports(self.tui.look, self.tui.judge, asked):
                last = report
                if first and not report.facts.done:
                    self._set(
                        replace(self.shown, report=report, changed=report.at + dt.timedelta(seconds=clock() - began))
                    )
        except Exception as error:  # noqa: BLE001  # told on the screen, kept for the normal screen, exit code 4
            self._failed(error)
            return
        if last is not None:
            self._arrived(last, first=first)

    def _arrived(self, report: Report, *, first: bool) -> None:
        """Show a finished look; the result before it stays until this one differs."""
        note = ""
        before = self.shown.report
        if not first and before is not None:
            same = same_answer(before, report)
            note = f"Looked again {report.at.strftime('%H:%M:%S')}: {'no change' if same else 'it has changed'}."
        marked = self.shown.marked if before is None or before.remedies == report.remedies else frozenset()
        self._said = note if self.current != 1 else ""
        self._set(
            replace(
                self.shown,
                report=report,
                looking=False,
                again=False,
                note=note,
                failure="",
                changed=None,
                marked=marked,
            )
        )
        self.tui.answered(report)
        self.run_worker(self._name_owners(report), group="names", exclusive=True, exit_on_error=False)

    async def _name_owners(self, report: Report) -> None:
        """Learn the names of other listeners' owners, for the table of sockets."""
        known = await self.tui.owners(report)
        if known and self.shown.report is report:
            self._set(replace(self.shown, processes=known))

    def _failed(self, error: Exception) -> None:
        words = f"porttui failed at looking: {type(error).__name__}. This is a fault of porttui itself."
        self._set(replace(self.shown, looking=False, again=False, failure=words))
        self.tui.failed(error)

    def _set(self, shown: Shown) -> None:
        self.shown = shown
        for tab in self.query(Tab):
            tab.update(shown)
        self.refresh_rows()

    # Drawing

    def refresh_rows(self) -> None:
        """Draw the rows around the tab."""
        if not self.is_mounted:
            return
        width, narrow = self.size.width, self.size.width < NARROW
        tab = self.tab
        self.query_one("#state", Rows).show([state_line(self.shown, width)])
        self.query_one("#rule", Rows).show([Line(ROW_RULE * width)])
        self.query_one("#tabs", Rows).show([self._second_row(width, narrow=narrow)])
        hint = self._said or tab.hint(narrow=narrow)
        self.query_one("#next", Rows).show([Line(cut(f" Next  {hint}" if not self._said else f" {hint}", width - 1))])
        self.query_one("#keys", Rows).show([Line(key_row(self._keys(), width))])
        self.query_one("#tiny", Rows).show(plain(wrap(self._tiny(), max(1, width))))

    def _second_row(self, width: int, *, narrow: bool) -> Line:
        if not narrow:
            return tab_line(self.current)
        if self.current == 1 and self.shown.report is not None:
            return steps_line(self.shown.report.steps, width)
        return Line(cut(f" {self.current} {TITLES[self.current - 1]}  {self.tab.heading()}", width))

    def _keys(self) -> list[tuple[str, str]]:
        """Return the keys that do something now, as the tab orders them."""
        by_id = {key.id: key for key in DIAGNOSIS}
        if self._typing():
            return [("enter", "Rows"), ("esc", "Clear filter"), ("ctrl+c", "Quit")]
        entries = []
        for name in self.tab.KEYS:
            key = by_id[name]
            action, _, argument = key.action.partition("(")
            parameters = (int(argument.rstrip(")")),) if argument else ()
            nowhere = name == "back" and self.current == 1 and not (self.shown.looking or self.shown.again)
            nothing = name == "fix" and not (self.shown.report and self.shown.report.remedies)
            if self.check_action(action, parameters) and not nowhere and not nothing:
                entries.append((key.shown, self.tab.label(key.action) or key.label))
        return entries

    def _tiny(self) -> str:
        """Return the answer for a window in which nothing else has room."""
        report = self.shown.report
        words = state(self.shown).partition(" ")[2]
        summary = report.verdict.summary if report is not None and not self.shown.looking else ""
        side = report.found[0] if report is not None and report.found and summary else None
        found = f" Found: {', '.join(filter(None, (side.endpoint, side.text)))}." if side else ""
        return f"{words} {self.shown.asked.target} {summary}{found} Window too small."

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell which keys do something now; the others are neither shown nor run."""
        if not self.is_mounted:
            return True
        if action in _GATED:
            if self._typing():
                return action == "enter"
            return self.tab.can(_GATED[action])
        if action == "tab" and parameters == (2,) and self.current == 2:
            return None
        if action in ("question", "recheck"):
            return not self.shown.looking
        return True

    def _typing(self) -> bool:
        return isinstance(self.tab, SocketsTab) and self.tab.editing

    def say(self, words: str) -> None:
        """Show a sentence in place of the Next row until the next key."""
        self._said = words
        self.refresh_rows()

    def on_key(self) -> None:
        """Take back what was said."""
        if self._said:
            self._said = ""
            self.refresh_rows()

    def action_next(self) -> None:
        """Move down."""
        self.tab.move(1)
        self.refresh_rows()

    def action_previous(self) -> None:
        """Move up."""
        self.tab.move(-1)
        self.refresh_rows()

    def action_page(self, by: int) -> None:
        """Move by a screen."""
        self.tab.page(by)
        self.refresh_rows()

    def action_way(self, by: int) -> None:
        """Go to another way."""
        self.tab.way(by)
        self.refresh_rows()

    def action_tab(self, number: int) -> None:
        """Show a tab."""
        if number == 4:
            self.query_one("#tab-4", ProcessTab).wanted = None
        self._show_tab(number)

    def action_step_tab(self, by: int) -> None:
        """Show the next tab or the one before."""
        self.action_tab((self.current - 1 + by) % len(_TABS) + 1)

    def _show_tab(self, number: int) -> None:
        if isinstance(self.tab, SocketsTab):
            self.tab.editing = False
        self.current = number
        self.query_one(ContentSwitcher).current = f"tab-{number}"
        self.tab.focus()
        self.call_after_refresh(self.tab.redraw)
        self.refresh_rows()

    def action_recheck(self) -> None:
        """Look again; the result stays meanwhile."""
        if self.shown.looking:
            return
        if self.shown.report is None:
            self._set(replace(self.shown, looking=True, failure=""))
        else:
            self._set(replace(self.shown, again=True, note="Looking again.", failure=""))
            if self.current != 1:
                self.say("Looking again.")
        self.look()

    def action_question(self) -> None:
        """Ask the other question about the same target."""
        other = Question.BIND if self.shown.asked.question is Question.CONNECT else Question.CONNECT
        self.ask(replace(self.shown.asked, question=other))

    def ask(self, asked: Asked) -> None:
        """Ask about something else, in this screen."""
        self._said = ""
        self._set(Shown(asked=asked, here=self.shown.who, looking=True))
        self._show_tab(1)
        self.look()

    def action_target(self) -> None:
        """Go to the start screen."""
        self.tui.ask_for_target()

    def action_back(self) -> None:
        """Leave the filter, stop looking, or go back to the first tab."""
        tab = self.tab
        if isinstance(tab, SocketsTab) and (tab.editing or tab.filter):
            tab.editing = False
            tab.type("")
        elif self.shown.looking or self.shown.again:
            self._stop()
        elif self.current != 1:
            self._show_tab(1)

    def _stop(self) -> None:
        """Give up the look under way; what it had found stays."""
        self.workers.cancel_group(self, "look")
        if self.shown.again:
            self._set(replace(self.shown, again=False, note="Stopped looking again; this is the result before."))
        else:
            self.tui.ask_for_target()

    def action_enter(self) -> None:
        """Do what enter does in this tab."""
        tab = self.tab
        if isinstance(tab, DiagnosisTab):
            self._show_reasons()
        elif isinstance(tab, FixTab):
            self._set(replace(self.shown, marked=tab.marked()))
        elif isinstance(tab, SocketsTab):
            asked = tab.asked()
            if tab.editing:
                tab.editing = False
                tab.redraw()
                self.refresh_rows()
            elif asked is not None:
                self.ask(asked)

    def action_filter(self) -> None:
        """Type into the filter."""
        tab = self.tab
        if isinstance(tab, SocketsTab):
            tab.editing = True
            tab.redraw()
            self.refresh_rows()

    def action_process(self) -> None:
        """Show the process of the socket in focus."""
        tab = self.tab
        owner = tab.owner() if isinstance(tab, SocketsTab) else None
        if owner is not None:
            self.query_one("#tab-4", ProcessTab).wanted = owner
            self._show_tab(4)

    def action_copy(self) -> None:
        """Send a command to the terminal's clipboard."""
        text = self.tab.copied()
        if text:
            self.app.copy_to_clipboard(text)
            self.say(f"Sent to your terminal: {text.splitlines()[0]}")

    def action_keys(self) -> None:
        """Show all keys, and what a narrow window leaves out."""
        rows = [("", f"{self.shown.asked.target}, {question(self.shown.asked.question)}")]
        rows += [("", place(self.shown.who, long=True))] if self.shown.who else []
        if self.shown.report is not None:
            rows.append(
                ("", f"last look {self.shown.report.at.strftime('%H:%M:%S')}, {self.shown.report.verdict.code}")
            )
        rows.append(("", ""))
        told: set[str] = set()
        for active in self.active_bindings.values():
            binding = active.binding
            name = binding.key_display or binding.key
            if active.enabled and binding.tooltip and binding.id and binding.id not in told:
                told.add(binding.id)
                rows.append((name, self._help(binding.action, binding.tooltip)))
        self.app.push_screen(PageScreen("Keys", rows))

    def _help(self, action: str, usual: str) -> str:
        helps = {
            "DiagnosisTab": "show the reasons: every cause that was ruled out, and what was not seen",
            "FixTab": "mark the step as done, or take the mark back",
            "SocketsTab": "ask why this row fails",
        }
        return helps.get(type(self.tab).__name__, usual) if action == "enter" else usual

    def _show_reasons(self) -> None:
        report = self.shown.report
        if report is None:
            return
        rows = [
            ("", f"{verdict.summary} ({verdict.code}, {verdict.confidence.value})")
            for verdict in (report.verdict, *report.also)
        ]
        if len(faults(report)) > 1:
            rows = [(name, text) for name, (_, text) in zip(ORDER, rows, strict=False)]
        rows += [("", ""), ("", f"Ruled out: {len(report.ruled_out)}")]
        rows += [(one.code, one.because) for one in report.ruled_out]
        rows += [("", ""), ("", f"Not seen: {len(report.unseen)}")]
        for unseen in report.unseen:
            what, how = unseen_row(unseen, report)
            rows.append((what, how + ("" if unseen.matters else " (cannot change the answer)")))
        self.app.push_screen(PageScreen("Reasons", rows))

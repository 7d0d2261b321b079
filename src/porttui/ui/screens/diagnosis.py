"""The diagnosis screen: state row, tabs, the tab in sight, the Next row, the key row."""

from __future__ import annotations

import asyncio
import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from porttui.model.facts import Process, Unseen
from porttui.model.report import Report
from porttui.model.target import Asked, Question
from porttui.reading.guide import Guide
from porttui.ui import live
from porttui.ui.keymap import key_of
from porttui.ui.keys import DIAGNOSIS, bindings, key_row
from porttui.ui.lines import NARROW, ROW_RULE, Line, cut, plain, wrap
from porttui.ui.screens.doing import Doing
from porttui.ui.screens.following import Following
from porttui.ui.screens.inspecting import Inspecting
from porttui.ui.screens.watching import Watching
from porttui.ui.shown import Elsewhere, Shown, same_answer
from porttui.ui.tabs import making
from porttui.ui.tabs.tab import Tab
from porttui.ui.widgets.rows import Rows
from porttui.ui.widgets.state_row import state_line
from porttui.ui.widgets.tab_row import TITLES, steps_line, tab_line
from porttui.ui.words import state
from porttui.ui.work import work

if TYPE_CHECKING:
    from porttui.model.rules import Judged
    from porttui.reading.acts import Act
    from porttui.reading.sender import Sender
    from porttui.ui.tabs.firewall import FirewallTab
    from porttui.ui.tabs.fix import FixTab
    from porttui.ui.tabs.learn import LearnTab
    from porttui.ui.tabs.process import ProcessTab
    from porttui.ui.tabs.sockets import SocketsTab
    from porttui.ui.tui import Tui

_GATED = ("enter", "copy", "bare", "filter", "sort", "turn", "view", "namespaces", "edit", "process", "way", "act")
"""Actions that the tab in sight may offer or not."""
_MOST_VISITS = 20


class Visit(NamedTuple):
    """Where the user was before following a row to somewhere else."""

    shown: Shown
    tab: int


class DiagnosisScreen(Screen[None]):
    """Shows one target: looks, keeps the result, looks again."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(DIAGNOSIS)]
    CSS_PATH = "diagnosis.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (40, "-narrow"), (80, "-normal"), (120, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (12, "-short"), (24, "-tall")]
    AUTO_FOCUS = ""

    def __init__(self, asked: Asked, *, learn: bool = False) -> None:
        """Make the screen; `learn`: it begins with the first lesson."""
        super().__init__()
        self._begins_to_learn = learn
        self.shown = Shown(asked=asked, looking=True)
        self.current = making.DIAGNOSIS
        self._tabs: dict[int, Tab] = {}
        """Those that were made, by their numbers."""
        self._said = ""
        self._visits: list[Visit] = []
        self._watching = Watching(self)
        self._doing = Doing(self)
        self._inspecting = Inspecting(self)
        self.following = Following(self)

    @property
    def tui(self) -> Tui:
        """The app, by its own type."""
        return cast("Tui", self.app)

    @property
    def tab(self) -> Tab:
        """The tab in sight."""
        return self._tab_of(self.current)

    @property
    def sockets_tab(self) -> SocketsTab:
        """The table of all sockets, which need not be in sight."""
        return cast("SocketsTab", self._tab_of(making.SOCKETS))

    @property
    def process_tab(self) -> ProcessTab:
        """The processes, which need not be in sight."""
        return cast("ProcessTab", self._tab_of(making.PROCESS))

    def _tab_of(self, number: int) -> Tab:
        """Return a tab; it is made when it is first asked for, and most are never."""
        if number not in self._tabs:
            self._tabs[number] = tab = making.make(number, self.shown)
            tab.display = False
            self.query_one(ContentSwitcher).mount(tab)
        return self._tabs[number]

    def compose(self) -> ComposeResult:
        """Rows from top to bottom."""
        yield Rows(id="state")
        yield Rows(id="tabs")
        yield Rows(id="rule")
        with ContentSwitcher(initial="tab-1", id="content"):
            first = self._tabs[making.DIAGNOSIS] = making.make(making.DIAGNOSIS, self.shown)
            yield first
        yield Rows(id="next")
        yield Rows(id="keys")
        yield Rows(id="tiny")

    def on_mount(self) -> None:
        """Begin to look."""
        self.shown = replace(self.shown, here=self.tui.here)
        self.tab.focus()
        self.refresh_rows()
        self.look()
        if self.tui.keymap.problems:
            self.say(f"Something in your settings can't be used: {key_of('help')} tells what.")
        if self._begins_to_learn:
            self.learn()

    def learn(self) -> None:
        """Go to the first lesson; nobody asked about the target, which is their example."""
        self._set(replace(self.shown, example=True))
        cast("LearnTab", self._tab_of(making.LEARN)).begin()
        self._show_tab(making.LEARN)

    def on_screen_suspend(self) -> None:
        """Another screen is in sight."""
        self.following.mind(in_sight=False)

    def on_screen_resume(self) -> None:
        """Coming back from the start screen to a look that was stopped, look again."""
        if self.is_mounted:
            self.following.mind()
        if self.is_mounted and self.shown.looking and not any(one.group == "look" for one in self.workers):
            self.look()

    def on_resize(self) -> None:
        """Draw the rows for the new size; tabs do so themselves."""
        self.call_after_refresh(self.refresh_rows)

    # Looking

    def look(self) -> None:
        """Look, in place of any look under way."""
        work(self, "look", partial(self._look, self.shown.asked))

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
        note = "" if first else self._again_note(report)
        guide = self.shown.guide
        self.take(report, Guide.begin(report) if guide is None or first else guide.seen(report), note)

    def _again_note(self, report: Report) -> str:
        before = self.shown.report
        same = before is not None and same_answer(before, report)
        return f"Looked again {report.at.strftime('%H:%M:%S')}: {'no change' if same else 'it has changed'}."

    def saw(self, report: Report) -> None:
        """Take in what a watch showed."""
        guide = self.shown.guide
        before = self.shown.report
        stale = before is None or not same_answer(before, report)
        note = self._again_note(report) if self.shown.again else "" if stale else self.shown.note
        self.take(report, guide.seen(report) if guide is not None else Guide.begin(report), note)

    def take(self, report: Report, guide: Guide, note: str) -> None:
        """Show a finished result, and where the guide stands by it."""
        before = self.shown
        same = guide.state == "unchanged" and guide.pinned is None and not before.marked
        if same and guide.target == report.target.text and report.remedies != guide.first.remedies:
            guide = replace(guide, first=report)  # the same fault: its ways name what is there now
        same_fault = before.guide is not None and guide.first.remedies == before.guide.first.remedies
        if note != before.note:
            self._said = note if self.current != 1 else ""
        table = before.report.facts.sockets if before.report is not None else None
        self._set(
            replace(
                before,
                report=report,
                guide=guide,
                looking=False,
                again=False,
                note=note,
                failure="",
                changed=None,
                marked=before.marked if same_fault else frozenset(),
            )
        )
        self.tui.answered(self.shown)
        self._inspecting.mind(again=before.again)
        self._watching.mind()
        if before.elsewhere is not None and (before.again or _rules_differ(before.report, report)):
            self.ask_from(before.elsewhere.typed)
        if before.looking or report.facts.sockets != table:
            work(self, "names", partial(self._name_owners, report))

    async def _name_owners(self, report: Report) -> None:
        """Learn the names of other listeners' owners, for the lessons and the table of sockets."""
        known = await self.tui.owners(report)
        now = self.shown.report
        if known and now is not None and now.facts.sockets == report.facts.sockets:
            self._set(replace(self.shown, processes=known))

    def ask_from(self, typed: str) -> None:
        """Ask what would become of a connection from another machine; empty: of none."""
        report = self.shown.report
        self.workers.cancel_group(self, "sender")
        from porttui.reading.sender import sender_of

        found = sender_of(report.facts, typed) if report is not None and typed.strip() else None
        if found is None:
            asked = None
        elif isinstance(found, str):
            asked = Elsewhere(typed=typed, problem=found)
        else:
            asked = Elsewhere(typed=typed, sender=found)
            work(self, "sender", partial(self._judge_sender, asked, found))
        self._set(replace(self.shown, elsewhere=asked))

    async def _judge_sender(self, asked: Elsewhere, sender: Sender) -> None:
        report, judge = self.shown.report, self.tui.elsewhere
        if report is None or judge is None:
            return
        facts = report.facts
        judged: Judged | Unseen
        try:
            judged = await live.in_thread(lambda: judge(facts, sender))
        except Exception as error:  # noqa: BLE001  # told on the screen, kept for the normal screen, exit code 4
            error.add_note(f"working out a connection from {sender.address}")
            judged = Unseen(what="firewall rules", reason="porttui failed at it", how_to_see="")
            self.failed("working out what the rules do", error)
        if self.shown.elsewhere is asked:
            self._set(replace(self.shown, elsewhere=replace(asked, judged=judged)))

    def _failed(self, error: Exception) -> None:
        error.add_note(f"looking at {self.shown.asked.target}")
        self.failed("looking", error)

    def failed(self, what: str, error: Exception) -> None:
        """Tell that porttui itself failed at something; the details are told on the normal screen."""
        words = f"porttui failed at {what}: {type(error).__name__}. This is a fault of porttui itself."
        self._set(replace(self.shown, looking=False, again=False, watching=False, failure=words))
        self.tui.failed(error)

    def _set(self, shown: Shown) -> None:
        self.shown = shown
        for tab in self._tabs.values():
            tab.update(shown)
        self.refresh_rows()

    def show(self, shown: Shown) -> None:
        """Draw another state."""
        self._set(shown)

    # Drawing

    def refresh_rows(self) -> None:
        """Draw the rows around the tab."""
        if not self.is_mounted:
            return
        width, narrow = self.size.width, self.size.width < NARROW
        self.query_one("#state", Rows).show([state_line(self.shown, width)])
        self.query_one("#rule", Rows).show([Line(ROW_RULE * width)])
        self.query_one("#tabs", Rows).show([self._second_row(width, narrow=narrow)])
        hint = self._said or self.hint(narrow=narrow)
        self.query_one("#next", Rows).show([Line(cut(f" Next  {hint}" if not self._said else f" {hint}", width - 1))])
        self.query_one("#keys", Rows).show([Line(key_row(self._keys(), width))])
        self.query_one("#tiny", Rows).show(plain(wrap(self._tiny(), max(1, width))))

    def hint(self, *, narrow: bool) -> str:
        """Return what to do next."""
        return self.tab.hint(narrow=narrow)

    def _second_row(self, width: int, *, narrow: bool) -> Line:
        if not narrow:
            return tab_line(self.current)
        if self.current == 1 and self.shown.report is not None:
            return steps_line(self.shown.report.steps, width)
        return Line(cut(f" {self.current} {TITLES[self.current - 1]}  {self.tab.heading()}", width))

    def _keys(self) -> list[tuple[str, str]]:
        """Return the keys that do something now, as the tab orders them."""
        by_id = {key.id: key for key in DIAGNOSIS}
        own = self.tab.own_keys()
        if own:
            return own
        entries = []
        for name in self.tab.keys(self.size.width):
            key = by_id[name]
            action, _, argument = key.action.partition("(")
            parameters = (int(argument.rstrip(")")),) if argument else ()
            nowhere = (
                name == "back" and self.current == 1 and not (self.shown.looking or self.shown.again or self._visits)
            )
            nothing = name == "fix" and not (self.shown.report and self.shown.report.remedies)
            if self.check_action(action, parameters) and not nowhere and not nothing:
                entries.append((key_of(key.id), self.tab.label(key.action) or key.label))
        return entries

    def _tiny(self) -> str:
        """Return the answer for a window in which nothing else has room."""
        report = self.shown.report
        words = state(self.shown).partition(" ")[2]
        summary = report.verdict.summary if report is not None and not self.shown.looking else ""
        side = report.found[0] if report is not None and report.found and summary else None
        found = f" Found: {', '.join(filter(None, (side.endpoint, side.text)))}." if side else ""
        start, small = f"{words} {self.shown.asked.target}", "Window too small."
        width, height = max(1, self.size.width), self.size.height
        told = (f"{start} {summary}{found} {small}", f"{start} {summary} {small}", f"{start} {small}")
        return next((text for text in told if len(wrap(text, width)) <= height), told[0])

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell which keys do something now; the others are neither shown nor run."""
        if not self.is_mounted:
            return True
        if action == "parts":
            return self.tab.can("parts") or self.tab.can("words")
        if action in _GATED:
            return self.tab.can(action)
        if action == "watch":
            return self.tui.watcher is not None and self.shown.report is not None and not self.shown.looking
        if action == "save":
            return self.tui.save is not None and self.shown.report is not None and not self.shown.looking
        if action == "tab" and parameters == (2,) and self.current == 2:
            return None
        if action in ("question", "recheck"):
            return not self.shown.looking
        return True

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
        self._inspecting.mind()
        self.refresh_rows()

    def action_previous(self) -> None:
        """Move up."""
        self.tab.move(-1)
        self._inspecting.mind()
        self.refresh_rows()

    def action_page(self, by: int) -> None:
        """Move by a screen."""
        self.tab.page(by)
        self.refresh_rows()

    def action_jump(self, by: int) -> None:
        """Move to the first or the last row."""
        self.tab.jump(by)
        self.refresh_rows()

    def action_way(self, by: int) -> None:
        """Go to another way."""
        self.tab.way(by)
        self.refresh_rows()

    def action_tab(self, number: int) -> None:
        """Show a tab."""
        if number == making.PROCESS:
            self.process_tab.wanted = None
        self._show_tab(number)

    def action_step_tab(self, by: int) -> None:
        """Show the next tab or the one before."""
        self.action_tab((self.current - 1 + by) % len(making.NUMBERS) + 1)

    def _show_tab(self, number: int) -> None:
        self.tab.leave()
        self.current = number
        self._tab_of(number)
        self.query_one(ContentSwitcher).current = f"tab-{number}"
        self.tab.focus()
        self.call_after_refresh(self.tab.redraw)
        self._inspecting.mind()
        self._watching.mind()
        self.following.mind()
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
        if not self._watching.recheck():
            self.look()

    def action_question(self) -> None:
        """Ask the other question about the same target."""
        other = Question.BIND if self.shown.asked.question is Question.CONNECT else Question.CONNECT
        self._visits.clear()
        self.ask(replace(self.shown.asked, question=other))

    def ask(self, asked: Asked) -> None:
        """Ask about something else, in this screen."""
        self._said = ""
        self._watching.stop()
        self._set(Shown(asked=asked, here=self.shown.who, looking=True))
        self._show_tab(1)
        self.look()

    def visit(self, asked: Asked) -> None:
        """Ask about something else, from where esc comes back here."""
        self._visits = [*self._visits[-_MOST_VISITS:], Visit(self.shown, self.current)]
        self.ask(asked)

    def _return(self) -> None:
        """Go back to where the user was before following a row."""
        visit = self._visits.pop()
        self.workers.cancel_group(self, "look")
        self._watching.stop()
        self._set(replace(visit.shown, again=False, watching=False))
        self._show_tab(visit.tab)
        self.tui.answered(self.shown)

    def action_target(self) -> None:
        """Go to the start screen."""
        self.tui.ask_for_target()

    def action_back(self) -> None:
        """Leave the filter, go back to where one was, stop looking, or go back to the first tab.

        From lessons that were begun without a question it leads to the first screen: nobody asked for a diagnosis.
        """
        if self.current == making.SOCKETS and self.sockets_tab.filter:
            self.sockets_tab.type("")
        elif self.current == making.PROCESS and self.process_tab.wanted is not None:
            self.process_tab.wanted = None
            self._show_tab(making.SOCKETS)
        elif self._visits and (self.current == 1 or self.shown.looking):
            self._return()
        elif self.shown.looking or self.shown.again:
            self._stop()
        elif self.shown.example and self.current == making.LEARN:
            self.tui.ask_for_target()
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
        if self.current == making.DIAGNOSIS and self.shown.report is not None:
            from porttui.ui import pages

            self.page("Reasons", pages.reasons(self.shown.report))
        elif self.current == making.FIX:
            self._mark(cast("FixTab", self.tab))
        elif self.current == making.SOCKETS and not self.sockets_tab.open():
            asked = self.sockets_tab.asked()
            if asked is not None:
                self.visit(asked)
        elif self.current == making.LEARN:
            cast("LearnTab", self.tab).enter()
            self.refresh_rows()

    def page(self, title: str, rows: list[tuple[str, str]]) -> None:
        """Show a page over this screen."""
        from porttui.ui.screens.page import PageScreen

        self.app.push_screen(PageScreen(title, rows))

    def _mark(self, tab: FixTab) -> None:
        """Turn over the mark of a step; a way with a mark is the one in hand."""
        place = tab.place()
        marked = tab.marked()
        guide = self.shown.guide
        if guide is not None and place is not None and not self.shown.fixed:
            way = place[0] if place in marked else next((way for way, _ in sorted(marked)), "")
            if way != (guide.pinned.way if guide.pinned else ""):
                guide = guide.pin(way)
        self._set(replace(self.shown, marked=marked, guide=guide))
        self.tui.answered(self.shown)
        self._watching.mind()

    def action_parts(self) -> None:
        """Tell the command in focus part by part, or no longer; where there is none, the words of the tab."""
        tab = self.tab
        if self.current == making.FIX and tab.can("parts"):
            cast("FixTab", tab).explain()
            self.refresh_rows()
        else:
            from porttui.ui import pages

            self.page("Words on this screen", pages.words(tab.text(), tab.topic))

    def action_lab(self) -> None:
        """Start the lab of the lesson in sight; else show the labs, with one in focus that is like what is in sight."""
        from porttui.labs.registry import labs_of, labs_on  # every lab; first needed here

        report, topic = self.shown.report, self.tab.topic
        solved = self.tui.practice.solved()
        if topic and (own := labs_of(topic)):
            self.tui.play(next((lab for lab in own if lab.name not in solved), own[0]))
            return
        fitting = labs_on(report.verdict.code) if report is not None and not self.shown.example else ()
        self.tui.practise(next(iter(fitting), None))

    def action_watch(self) -> None:
        """Go on looking, or stop it."""
        self._watching.turn()

    def action_save(self) -> None:
        """Write the report to files."""
        self._doing.save()

    def action_act(self) -> None:
        """Show what can be done to the process in focus."""
        if self.current == making.PROCESS:
            self.process_tab.open_menu()
            self.refresh_rows()

    def act(self, process: Process, act: Act) -> None:
        """Do to a process what the user has confirmed."""
        self._doing.act(process, act)

    def action_filter(self) -> None:
        """Type into the filter."""
        if self.current == making.SOCKETS:
            self.sockets_tab.editing = True
            self.sockets_tab.redraw()
            self.refresh_rows()

    def action_sort(self) -> None:
        """Sort the sockets by the next column."""
        self.sockets_tab.sort()

    def action_turn(self) -> None:
        """Sort the sockets the other way round."""
        self.sockets_tab.turn()

    def action_view(self) -> None:
        """Group the sockets in another way."""
        self.sockets_tab.view()

    def action_namespaces(self) -> None:
        """Show the sockets of other network namespaces, or hide them."""
        self.sockets_tab.look_elsewhere()
        self.refresh_rows()

    def action_edit(self) -> None:
        """Type the address of another machine."""
        if self.current == making.FIREWALL:
            cast("FirewallTab", self.tab).edit()
            self.refresh_rows()

    def action_process(self) -> None:
        """Show the process of the socket in focus."""
        owner = self.sockets_tab.owner() if self.current == making.SOCKETS else None
        if owner is not None:
            self.process_tab.wanted = owner
            self._show_tab(making.PROCESS)

    def action_copy(self) -> None:
        """Send a command to the terminal's clipboard."""
        text = self.tab.copied()
        if text:
            self.app.copy_to_clipboard(text)
            if self.size.width < NARROW:
                self.say(f"Copied by OSC 52; if not there: {key_of('bare')}")
            else:
                self.say(f"Copied if your terminal takes OSC 52, else {key_of('bare')}: {text.splitlines()[0]}")

    def action_bare(self) -> None:
        """Show the text of the tab alone, to be selected by hand."""
        from porttui.ui.screens.bare import BareScreen

        if self.tab.can("bare"):
            self.app.push_screen(BareScreen(self.tab.bare, self.tab.bare_focus()))

    def on_click(self) -> None:
        """After a click on a row, tell what can be done with it."""
        self._said = ""
        self._inspecting.mind()
        self.refresh_rows()

    def action_keys(self) -> None:
        """Show all keys, and what a narrow window leaves out."""
        from porttui.ui import pages

        active = [one.binding for one in self.active_bindings.values() if one.enabled]
        self.page("Keys", pages.keys(self.shown, active, self.tab.help_of_enter(), self.tui.keymap.problems))


def _rules_differ(before: Report | None, after: Report) -> bool:
    return before is None or before.facts.judged != after.facts.judged

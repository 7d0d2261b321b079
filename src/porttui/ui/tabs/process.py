"""Tab 4: the program that listens on the port, why it runs, and what it uses."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events

from porttui.act.aftermath import Aftermath
from porttui.act.signals import Outcome, Result
from porttui.model.facts import Process, Sockets, Unseen
from porttui.model.report import Report
from porttui.reading import acts, columns
from porttui.reading.acts import Act
from porttui.reading.consequences import Consequences, consequences
from porttui.reading.inspected import Inspected
from porttui.render import process_rows
from porttui.render.acting import ACTS
from porttui.render.processes import listening_processes, state_of, who
from porttui.render.sections import how_to_see
from porttui.ui.confirm import confirmation, menu, refusal_rows
from porttui.ui.keymap import key_of
from porttui.ui.lines import EMPTY, NARROW, WIDE, Line, pad, plain, stopping, wrap
from porttui.ui.shown import Shown
from porttui.ui.tabs.tab import Drawing, Tab

_MOST_LOG = 8
"""Lines of a log where there is room."""


class ProcessTab(Tab):
    """The owners of the listener."""

    KEYS: ClassVar = ("act", "copy", "bare", "recheck", "target", "back", "parts", "help", "quit")

    def __init__(self, shown: Shown, **options: Any) -> None:
        super().__init__(shown, **options)
        self.wanted: Process | None = None
        """A process that another tab asked to show; None for the owners of the port."""
        self.menu = False
        """The four actions are shown."""
        self.choice = 0
        """The action in focus."""
        self.confirming: Process | None = None
        """The process about which the question is asked; it stands on No."""
        self._looks: tuple[Report | None, Inspected | None] = (None, None)
        """The looks by which the two below were worked out: a server may have ten thousand connections."""
        self._rows_of: dict[tuple[int, bool, bool], list[process_rows.Row]] = {}
        self._effects: dict[tuple[int, Act], Consequences] = {}
        self._outcome: list[str] = []
        """What became of the last action."""

    def stops(self) -> int:
        """Return the number of processes, when there are several to choose from."""
        return len(self._processes()) if len(self._processes()) > 1 else 0

    def can(self, action: str) -> bool:
        """Tell whether there is a process to act on, here and now."""
        if action == "act":
            return self.process() is not None and self.around.tui.hands is not None and not self.menu
        return super().can(action)

    def update(self, shown: Shown) -> None:
        """Take over a look; a question about a process that is not there any more is taken back."""
        self.shown = shown
        if self.confirming is not None and self.process() != self.confirming:
            now = self.process()
            if now is None or (now.pid, now.started) != (self.confirming.pid, self.confirming.started):
                self.confirming = None
                self.menu = False
            else:
                self.confirming = now
        if self.process() is None:
            self.menu = False
        self.redraw()

    def on_resize(self) -> None:
        """Draw for the new size, with the question, or what became of the last action, in sight."""
        super().on_resize()
        if self.menu or self._outcome:
            self._show_end()

    # Acting

    def process(self) -> Process | None:
        """Return the process in focus."""
        found = self._processes()
        return found[min(self.cursor, len(found) - 1)] if found else None

    def open_menu(self) -> None:
        """Show the four actions; the one that removes the cause comes first."""
        one = self.process()
        self.menu, self.confirming, self._outcome = one is not None, None, []
        self.choice = 0 if one is not None and one.state == "T" else 1
        self._show_end()

    def close(self) -> None:
        """Take back the actions and the question; nothing was changed."""
        self.menu, self.confirming = False, None
        self.redraw()

    def on_key(self, event: events.Key) -> None:
        """While actions or the question are shown, take every key: only `y` under the question sends."""
        if not self.menu:
            return
        event.stop()
        event.prevent_default()
        if self.confirming is not None:
            self._answer(event.key)
        else:
            self._pick(event.key)
        self.around.refresh_rows()

    def _answer(self, key: str) -> None:
        one = self.confirming
        if one is None:
            return
        if key == "y" and self._consequences(one).refused is None:
            act = ACTS[self.choice]
            self.menu, self.confirming = False, None
            self._outcome = [f"{act.capitalize()}: sending {acts.signal_name(act, self._os)}."]
            self.around.act(one, act)
        elif key in ("enter", "escape"):
            self.confirming = None
        elif key in ("down", "j", "up", "k"):
            self.top += 1 if key in ("down", "j") else -1
            self.redraw()
            return
        self._show_end()

    def _pick(self, key: str) -> None:
        if key == "escape":
            self.close()
        elif key in ("down", "j", "up", "k"):
            self.choice = max(0, min(self.choice + (1 if key in ("down", "j") else -1), len(ACTS) - 1))
        elif key == "enter" or key in ("1", "2", "3", "4"):
            self.choice = int(key) - 1 if key != "enter" else self.choice
            self.confirming = self.process()
        self._show_end()

    def sent(self, result: Result) -> None:
        """Tell whether a signal was sent."""
        signal = acts.signal_name(result.act, self._os)
        if result.outcome is Outcome.SENT:
            self._outcome = [f" {signal} sent to pid {result.pid} at {result.at:%H:%M:%S}. Looking what becomes of it."]
        else:
            why = f": {result.why}" if result.why else ""
            self._outcome = [f" {signal} was not sent to pid {result.pid}: {result.outcome.value}{why}."]
        self._show_end()

    def became(self, after: Aftermath) -> None:
        """Tell what became of the process and of its port."""
        self._outcome = [self._outcome[0].partition(". ")[0] + ".", f" {after.text}"]
        self._show_end()

    def _show_end(self) -> None:
        self._follow = True
        self.redraw()

    @property
    def _os(self) -> Any:
        return self.shown.report.facts.os if self.shown.report is not None else "linux"

    def _consequences(self, one: Process) -> Consequences:
        return self._consequences_of(one, ACTS[self.choice])

    def _consequences_of(self, one: Process, act: Act) -> Consequences:
        report = self.shown.report
        assert report is not None  # noqa: S101  # a process is shown, so there is one
        inspected = self.inspected(one)
        self._forget_older(report, inspected)
        if (one.pid, act) not in self._effects:
            facts, whole = process_rows.facts_about(report, inspected)
            self._effects[one.pid, act] = consequences(facts, self._newest(one), act, whole=whole)
        return self._effects[one.pid, act]

    def own_keys(self) -> list[tuple[str, str]]:
        """Return the keys of the actions or of the question."""
        if self.confirming is not None:
            refused = self._consequences(self.confirming).refused is not None
            return [("enter", "Back"), ("esc", "Back")] if refused else [("y", "Yes"), ("enter", "No"), ("esc", "No")]
        return [("down", "Next"), ("enter", "Choose"), ("esc", "Close")] if self.menu else []

    def copied(self) -> str:
        """Return the command that would show the owner, when nobody could be seen, or the log of the one in focus."""
        table, one = self._table(), self.process()
        inspected = self.inspected(one) if one is not None else None
        if inspected is not None and isinstance(inspected.log, Unseen):
            return self._how(inspected.log)
        if one is not None or table is None:
            return ""
        return next((self._how(unseen) for unseen in table.unseen if unseen.how_to_see), "")

    def bare(self, width: int, height: int) -> str:
        """Return what is told of each process, each row as one line."""
        report = self.shown.report
        found = self._processes()
        if report is None or not found or self.menu:
            return super().bare(width, height)
        told = []
        for one in found:
            inspected = self.inspected(one)
            rows = list(self._rows_about(one, report, inspected, reasons=True))
            rows += process_rows.log_rows(inspected, report, _MOST_LOG)
            told += [who(one, report), *(f"{label:<15}{text}".strip() for label, text in rows), ""]
        return "\n".join(told)

    def hint(self, *, narrow: bool) -> str:
        """Say what to do next."""
        if self.shown.report is None:
            return "nothing to do"
        if self.confirming is not None:
            return self._question_hint(self.confirming, narrow=narrow)
        if self.menu:
            return "1 to 4 asks first" if narrow else "1 to 4 asks about an action; nothing is sent before y"
        sockets = key_of("tab_3")
        if not self._processes():
            return f"{key_of('copy')} copies what would show it" if self.copied() else f"{sockets} lists all sockets"
        return f"{sockets} lists all sockets" + f"; {key_of('tab_1')} shows the diagnosis" * (not narrow)

    def _question_hint(self, one: Process, *, narrow: bool) -> str:
        found = self._consequences(one)
        if found.refused is not None:
            return "esc goes back; nothing was changed"
        if found.rather_act is not None:
            better = ACTS.index(found.rather_act) + 1
            why = "" if narrow else " is enough here" if found.rather_act is Act.RESUME else " is gentler"
            return f"esc, then {better}: {found.rather_act}{why}"
        return f"y {found.act.value}s it" + ("" if narrow else ", every other key changes nothing")

    def draw(self, width: int, height: int) -> Drawing:
        """Draw each process, one below the other, then the actions or the question about the one in focus."""
        report = self.shown.report
        if report is None:
            return Drawing([Line(" Looking.")])
        found = self._processes()
        if not found:
            return Drawing(
                plain(
                    [
                        *(part for text in self._outcome for part in wrap(text.strip(), width - 1, " ")),
                        *self._nobody(width),
                    ]
                )
            )
        rows: list[Line] = []
        focus: tuple[int, int] | None = None
        for one in found:
            first = len(rows)
            described = self._described(self._newest(one), width, height)
            if len(found) > 1 and one is self.process():
                described[0] = Line(" >" + described[0].text[1:])
                focus = (first, first + len(described) - 1)
            rows += stopping(described, found.index(one))
            if one is self.process():
                below = self._below_process(one, width, height)
                if below:
                    chosen = [at for at, row in enumerate(below) if row.text.startswith(" > ")]
                    start = chosen[0] if chosen and self.confirming is None and height < 12 else 0
                    focus = (len(rows) + start, len(rows) + (start or len(below) - 1))
                rows += below
            rows.append(EMPTY)
        return Drawing(rows[:-1], focus)

    def _newest(self, one: Process) -> Process:
        """Return a process as it was seen last, at a look or a close look."""
        found = self.inspected(one)
        return found.process if found is not None and not found.gone else one

    def _below_process(self, one: Process, width: int, height: int) -> list[Line]:
        """Return what became of the last action, the four actions, or the question about one of them."""
        report = self.shown.report
        if report is None:
            return []
        if not self.menu:
            told = [part for text in self._outcome for part in wrap(text.strip(), width - 1, " ")]
            return plain(["", *told]) if told else []
        rows: list[str] = []
        if self.confirming is None or height >= 28:
            rows += menu(tuple(self._consequences_of(one, act) for act in ACTS), self.choice, one, width)
        if self.confirming is not None:
            found = self._consequences(self.confirming)
            write = refusal_rows if found.refused is not None else confirmation
            rows += write(found, one, report, width)
        return plain(rows)

    def _processes(self) -> tuple[Process, ...]:
        report = self.shown.report
        if report is None:
            return ()
        if self.wanted is not None:
            return (self._newest(self.shown.names.get(self.wanted.pid, self.wanted)),)
        return listening_processes(report) or tuple(report.facts.processes or ())[:1]

    def _described(self, one: Process, width: int, height: int) -> list[Line]:
        report = self.shown.report
        assert report is not None  # noqa: S101  # only called with one
        state = state_of(one)
        inspected = self.inspected(one)
        if inspected is not None and inspected.gone:
            state = "GONE"
        title = f" {who(one, report)}"
        indent = "   " if width >= NARROW else " "
        across = min(width, WIDE)  # in a very wide window the eye would not find it at the end of the row
        rows = [pad(title, across - len(state) - 2) + state] if width >= NARROW else [title, f" {state}"]
        rows += [""] * (width >= NARROW)
        told = list(self._rows_about(one, report, inspected, reasons=height >= 28))
        told += process_rows.log_rows(inspected, report, _MOST_LOG if height >= 28 else 3) if not self.menu else []
        for label, text in told:
            rows += wrap(text, width - 1, f"{indent}{label:<15}")
        return plain(rows)

    def _rows_about(
        self, one: Process, report: Report, inspected: Inspected | None, *, reasons: bool
    ) -> list[process_rows.Row]:
        """Return what is told of a process, worked out once for a look."""
        self._forget_older(report, inspected)
        key = (one.pid, not self.menu, reasons)
        if key not in self._rows_of:
            self._rows_of[key] = process_rows.rows(one, report, inspected, ending=not self.menu, reasons=reasons)
        return self._rows_of[key]

    def _forget_older(self, report: Report, inspected: Inspected | None) -> None:
        if self._looks[0] is not report or self._looks[1] is not inspected:
            self._looks, self._rows_of, self._effects = (report, inspected), {}, {}

    def inspected(self, one: Process) -> Inspected | None:
        """Return the close look at a process; None while there is none."""
        found = self.shown.inspected
        if found is None or found.process.pid != one.pid:
            return None
        return found if one.started in (None, found.process.started) else None

    def _table(self) -> Sockets | None:
        table = self.shown.report.facts.sockets if self.shown.report else None
        return table if isinstance(table, Sockets) else None

    def _nobody(self, width: int) -> list[str]:
        table, port = self._table(), self.shown.asked.target.port
        if table is None:
            return [" The sockets were not seen, so neither was a program."]
        held = [row for row in table.rows if row.port == port and row.state == "LISTEN"]
        if not held:
            return wrap(f"No program listens on port {port}.", width - 1, " ")
        rows = wrap(f"Who listens on port {port} can't be seen from here.", width - 1, " ")
        for row in held:
            service = columns.service(row)
            about = f"{columns.local(row)}, user {columns.user(row, self.shown.names)}" + (
                f", {service}" if service else ""
            )
            rows += wrap(about, width - 1, "   ")
        for unseen in table.unseen:
            rows += ["", *wrap(f"{unseen.what}: {unseen.reason}", width - 1, " ")]
            rows += wrap(self._how(unseen), width - 1, "   ") if unseen.how_to_see else []
        return rows

    def _how(self, unseen: Unseen) -> str:
        return how_to_see(unseen, self.shown.report) if self.shown.report else unseen.how_to_see

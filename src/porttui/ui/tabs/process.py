"""Tab 4: the program that listens on the port, why it runs, and what it uses."""

from __future__ import annotations

from typing import Any, ClassVar

from porttui.model.facts import Process, Sockets, Unseen
from porttui.reading import columns
from porttui.reading.words import tilde
from porttui.render.sections import how_to_see
from porttui.ui.lines import EMPTY, NARROW, Line, pad, plain, wrap
from porttui.ui.panels import command_text, listening_processes, runs_because, who
from porttui.ui.shown import Shown
from porttui.ui.tabs.tab import Drawing, Tab

_STATES = {
    "R": "running (R)",
    "S": "waiting for work (S)",
    "D": "waiting for a device (D)",
    "I": "idle (I)",
    "T": "PAUSED (T)",
    "t": "HELD BY A DEBUGGER (t)",
    "Z": "ENDED, not collected (Z)",
    "X": "ENDED (X)",
}


class ProcessTab(Tab):
    """The owners of the listener."""

    KEYS: ClassVar = ("copy", "recheck", "target", "back", "help", "quit")

    def __init__(self, shown: Shown, **options: Any) -> None:
        super().__init__(shown, **options)
        self.wanted: Process | None = None
        """A process that another tab asked to show; None for the owners of the port."""

    def copied(self) -> str:
        """Return the command that would show the owner, when nobody could be seen."""
        table = self._table()
        if self._processes() or table is None:
            return ""
        return next((self._how(unseen) for unseen in table.unseen if unseen.how_to_see), "")

    def hint(self, *, narrow: bool) -> str:
        """Say what to do next."""
        if self.shown.report is None:
            return "nothing to do"
        if not self._processes():
            return "c copies what would show it" if self.copied() else "3 lists all sockets"
        return "3 lists all sockets" if narrow else "3 lists all sockets; 1 shows the diagnosis"

    def draw(self, width: int, height: int) -> Drawing:  # noqa: ARG002
        """Draw each process, one below the other."""
        report = self.shown.report
        if report is None:
            return Drawing([Line(" Looking.")])
        found = self._processes()
        if not found:
            return Drawing(plain(self._nobody(width)))
        rows: list[Line] = []
        for one in found:
            rows += [*self._described(one, width), EMPTY]
        return Drawing(rows[:-1])

    def _processes(self) -> tuple[Process, ...]:
        report = self.shown.report
        if report is None:
            return ()
        if self.wanted is not None:
            return (self.shown.names.get(self.wanted.pid, self.wanted),)
        return listening_processes(report) or tuple(report.facts.processes or ())[:1]

    def _described(self, one: Process, width: int) -> list[Line]:
        report = self.shown.report
        assert report is not None  # noqa: S101  # only called with one
        state = _STATES.get(one.state, f"state {one.state}" if one.state else "")
        title = f" {who(one, report)}"
        indent = "   " if width >= NARROW else " "
        rows = [pad(title, width - len(state) - 2) + state] if width >= NARROW else [title, f" {state}"]
        rows += [""] * (width >= NARROW)
        for label, text in self._facts(one):
            rows += wrap(text, width - 1, f"{indent}{label:<15}") if text else []
        return plain(rows)

    def _facts(self, one: Process) -> tuple[tuple[str, str], ...]:
        table = self._table()
        held = [row for row in (table.rows if table else ()) if one.pid in row.pids]
        listens = [
            f"{columns.local(row)}, queue {columns.queue(row).replace('/', ' of ')}"
            for row in held
            if row.state == "LISTEN"
        ]
        peers = [row for row in held if row.peer_port]
        held_by = f"held by process {one.tracer}" if one.tracer else ""
        return (
            ("runs because", runs_because(one)),
            ("command", command_text(one)),
            ("folder", tilde(one.cwd, one.user) if one.cwd else "can't see"),
            ("since", one.started.strftime("%Y-%m-%d %H:%M:%S") if one.started else "can't see"),
            ("debugger", held_by),
            ("listens on", "; ".join(listens)),
            ("connected", str(len(peers)) if peers else ""),
            ("uses", _uses(one)),
            ("service", one.unit or ""),
            ("container", one.container or ""),
        )

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
        rows = [f" Who listens on port {port} can't be seen from here."]
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


def _uses(one: Process) -> str:
    parts = []
    if one.open_files is not None:
        limit = f" of {one.open_files_limit}" if one.open_files_limit is not None else ""
        parts.append(f"{one.open_files} open files{limit}")
    if one.cpu_percent is not None:
        parts.append(f"{one.cpu_percent:.1f} % CPU")
    if one.memory is not None:
        parts.append(f"{one.memory / 1e6:.0f} MB")
    if one.threads is not None:
        parts.append(f"{one.threads} threads")
    return ", ".join(parts)

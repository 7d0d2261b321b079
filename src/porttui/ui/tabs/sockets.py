"""Tab 3: what listens and what is connected; a filter above, the row in focus told in full below."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events

from porttui.model.address import destination, family_name, is_loopback, is_wildcard
from porttui.model.facts import Process, Socket, Sockets, Unseen
from porttui.model.report import Report
from porttui.model.target import Asked, Target
from porttui.reading import columns, filters
from porttui.reading.tables import table_of
from porttui.render.sections import how_to_see
from porttui.ui.lines import EMPTY, NARROW, WIDE, Line, cut, pad, plain, wrap
from porttui.ui.shown import Shown
from porttui.ui.tabs.tab import Drawing, Tab

_USUAL = (
    ("LOCAL ADDRESS", 22),
    ("STATE", 8),
    ("QUEUE", 7),
    ("PROGRAM", 11),
    ("PID", 7),
    ("USER", 7),
    ("REACHED BY", 15),
)
_WIDE = (
    ("LOCAL ADDRESS", 22), ("STATE", 8), ("QUEUE", 8), ("PROGRAM", 14), ("PID", 6), ("USER", 10), ("SINCE", 10),
    ("REACHED BY", 14), ("COMMAND OR SERVICE", 25),
)  # fmt: skip
_DETAIL_ROWS = 7


class SocketsTab(Tab):
    """The socket table."""

    KEYS: ClassVar = ("filter", "enter", "process", "recheck", "target", "back", "help", "quit")

    def __init__(self, shown: Shown, **options: Any) -> None:
        super().__init__(shown, **options)
        self.filter = ""
        self.editing = False
        self._chosen: tuple[object, ...] | None = None
        """The socket in focus, as the next look knows it again."""

    def update(self, shown: Shown) -> None:
        """Take over a look; the cursor stays on its socket, or begins on the one that listens on the port."""
        self.shown = shown
        rows = self.rows()
        port = shown.asked.target.port
        known = [_identity(row) for row in rows]
        if self._chosen in known:
            if self.cursor >= len(known) or known[self.cursor] != self._chosen:  # several may share one address
                self.cursor = known.index(self._chosen)
        elif self._chosen is None:
            self.cursor = next((index for index, row in enumerate(rows) if row.port == port), 0)
            self._follow = True
        self.redraw()

    def move(self, by: int) -> None:
        """Move from row to row."""
        super().move(by)
        self._choose()

    def page(self, by: int) -> None:
        """Move by a screen of rows."""
        self.cursor = max(0, min(self.cursor + by * max(1, self.size.height - _DETAIL_ROWS - 3), self.stops() - 1))
        self._follow = True
        self._choose()
        self.redraw()

    def _choose(self) -> None:
        row = self.row()
        self._chosen = _identity(row) if row is not None else None

    def rows(self) -> list[Socket]:
        """Return the sockets that the filter keeps, by port."""
        names, seen = self.shown.names, self._seen()
        if not self.filter.strip():
            return list(seen)
        kept = filters.read(self.filter).keep(table_of(seen, names), filters.lines_of(names))
        return [seen[index] for index in kept]

    def row(self) -> Socket | None:
        """Return the socket in focus."""
        rows = self.rows()
        return rows[min(self.cursor, len(rows) - 1)] if rows else None

    def asked(self) -> Asked | None:
        """Return the question that enter asks about the row in focus: can its listener be reached?"""
        row = self.row()
        if row is None or row.protocol != "tcp" or not row.port:
            return None
        target = Target(input=columns.local(row), host=destination(row.address), port=row.port)
        return Asked(target=target)

    def owner(self) -> Process | None:
        """Return the process of the row in focus, when it is known."""
        row, names = self.row(), self.shown.names
        return next((names[pid] for pid in row.pids if pid in names), None) if row else None

    def stops(self) -> int:
        """Return the number of rows."""
        return len(self.rows())

    def can(self, action: str) -> bool:
        """Tell whether there is a row to ask about, a process to show, or a table to filter."""
        if action == "enter":
            return self.editing or self.asked() is not None
        if action == "process":
            return self.owner() is not None
        return action == "filter" and isinstance(self._table(), Sockets)

    def label(self, action: str) -> str:
        """Name enter and esc."""
        if action == "enter":
            return "Rows" if self.editing else "Diagnose"
        if action == "back" and (self.editing or self.filter):
            return "Clear filter"
        return super().label(action)

    def own_keys(self) -> list[tuple[str, str]]:
        """Return the keys of the line in which the filter is typed."""
        return [("enter", "Rows"), ("esc", "Clear filter"), ("ctrl+c", "Quit")] if self.editing else []

    def help_of_enter(self) -> str:
        """Tell of the question."""
        return "ask why this row fails; esc comes back here"

    def heading(self) -> str:
        """Return filter and count."""
        table = self._table()
        total = f"{self.stops()} of {len(table.rows)}" if isinstance(table, Sockets) else ""
        return f"Filter {self._typed()}  {total}"

    def hint(self, *, narrow: bool) -> str:
        """Say what to do next."""
        if self.editing:
            return (
                "enter goes to the rows"
                if narrow
                else "enter in the filter goes to the rows; enter on a row asks why it fails"
            )
        if self.asked() is None:
            return "1 shows the diagnosis"
        return "enter asks why this row fails" + ("; p opens its process" if not narrow and self.owner() else "")

    def on_key(self, event: events.Key) -> None:
        """Take letters for the filter while it is typed."""
        if not self.editing:
            return
        if event.is_printable and event.character is not None:
            self.type(self.filter + event.character)
        elif event.key == "backspace":
            self.type(self.filter[:-1])
        elif event.key == "ctrl+u":
            self.type("")
        elif event.key in ("enter", "escape"):
            self.editing = False
            self.type("" if event.key == "escape" else self.filter)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Take pasted words for the filter while it is typed."""
        if self.editing:
            self.type(self.filter + " ".join(event.text.split()))
            event.stop()

    def type(self, text: str) -> None:
        """Set the filter and keep the cursor on its socket when that is still there."""
        self.filter = text[:100]
        known = [_identity(row) for row in self.rows()]
        self.cursor = known.index(self._chosen) if self._chosen in known else 0
        self._follow = True
        self.redraw()
        self.screen.refresh_rows()  # type: ignore[attr-defined]

    def draw(self, width: int, height: int) -> Drawing:
        """Draw filter, table and details."""
        table = self._table()
        if not isinstance(table, Sockets):
            reason = _not_seen(table, self.shown.report)
            return Drawing(plain(wrap(reason, width - 1, " ")))
        if width < NARROW:
            return self._narrow(table, width, height)
        rows, chosen = self.rows(), self.row()
        body = [
            self._filter_row(table, width),
            EMPTY,
            Line("   " + _cells([name for name, _ in _columns(width)], width)),
        ]
        start = len(body)
        body += [self._table_row(row, row is chosen, width) for row in rows]
        if not rows:
            body.append(Line("   no row has all of these words" if self.filter else "   none"))
        details = plain(cut(row, width - 1) for row in self._details(chosen, width))
        below = [*details, EMPTY, *plain(self._hidden(table, len(rows), width))]
        room = height - start - len(below) - 1
        if room < 3:
            below = details
            room = max(1, height - start - len(below) - 1)
        first = _window(self.cursor, len(rows), room)
        visible = body[start:][first : first + room]
        fill = [EMPTY] * (room - len(visible) + 1)
        return Drawing([*body[:start], *visible, *fill, *below][:height])

    def _narrow(self, table: Sockets, width: int, height: int) -> Drawing:
        rows, chosen, names = self.rows(), self.row(), self.shown.names
        below: list[str] = []
        if chosen is not None:
            waiting = f", queue {chosen.queue} of {chosen.backlog}" if chosen.backlog is not None else ""
            who = "this machine only" if columns.reached_by(chosen) == "this machine" else columns.reached_by(chosen)
            below = wrap(
                f"{chosen.state}{waiting}, user {columns.user(chosen, self.shown.names)}, reached by {who}",
                width - 1,
                " ",
            )[:2]
        room = max(1, height - len(below))
        first = _window(self.cursor, len(rows), room)
        texts = [
            f" {'>' if row is chosen else ' '} {pad(columns.local(row), width - 25)} "
            f"{pad(columns.program(row, names), 13)} {columns.pid(row)}"
            for row in rows[first : first + room]
        ]
        if not rows:
            texts = [f"   none of {len(table.rows)} rows"]
        return Drawing(plain([*texts, *[""] * (room - len(texts)), *below]))

    def _table(self) -> Sockets | Unseen | None:
        return self.shown.report.facts.sockets if self.shown.report else None

    def _seen(self) -> tuple[Socket, ...]:
        table = self._table()
        return table.rows if isinstance(table, Sockets) else ()

    def _typed(self) -> str:
        return self.filter + "_" * self.editing or "none"

    def _filter_row(self, table: Sockets, width: int) -> Line:
        looked = self.shown.report.at.strftime("last look %H:%M:%S") if self.shown.report else ""
        typed = self.filter + "_" if self.editing else self.filter or "none (/ begins one)"
        left = pad(f" Filter  {typed}", 32 if width < WIDE else 36)
        count = f"{self.stops()} of {len(table.rows)} shown, by port"
        return Line(pad(left + count, width - len(looked) - 1) + looked)

    def _table_row(self, row: Socket, in_focus: bool, width: int) -> Line:
        names = self.shown.names
        cells = [
            columns.local(row),
            columns.state(row),
            columns.queue(row),
            columns.program(row, names),
            columns.pid(row),
        ]
        cells += (
            [columns.user(row, self.shown.names)]
            + [columns.since(row, names)] * (width >= WIDE)
            + [columns.reached_by(row)]
        )
        cells += [columns.command_line(row, names) or columns.service(row)] * (width >= WIDE)
        return Line(f" {'>' if in_focus else ' '} " + _cells(cells, width))

    def _details(self, row: Socket | None, width: int) -> list[str]:
        if row is None:
            return [""] * 3
        names = self.shown.names
        what = columns.program(row, names)
        unnamed = {columns.NOT_SEEN: "a program that can't be seen", columns.NOBODY: "no program, the kernel keeps it"}
        shown_name = unnamed.get(what, what)
        waits = (
            f"{shown_name} waits here for connections"
            if row.state == "LISTEN"
            else f"{shown_name}; other end {columns.peer(row)}"
        )
        owner = self.owner()
        line = columns.command_line(row, names) or columns.service(row)
        line = line or ("over, or not accepted yet" if what == columns.NOBODY else "command line: can't see")
        about = f"pid {columns.pid(row)}, user {columns.user(row, self.shown.names)}" + (
            f", since {columns.since(row, names)}" if owner else ""
        )
        rows = [f" {columns.local(row)}   {row.state}: {waits}"]
        rows += wrap(line, width - 1, "   ")[:3]
        rows.append(f"   {about}")
        rows.append(f"   {_queue_words(row)} {_reach_words(row, self._host())}")
        return [
            part for text in rows for part in (wrap(text.strip(), width - 1, text[: len(text) - len(text.lstrip())]))
        ]

    def _host(self) -> str:
        return self.shown.report.facts.host.name if self.shown.report else "this machine"

    def _hidden(self, table: Sockets, shown: int, width: int) -> list[str]:
        names = self.shown.names
        hidden = len(table.rows) - shown
        nameless = sum(columns.program(row, names) == columns.NOT_SEEN for row in table.rows)
        told = f"{hidden} {'row is' if hidden == 1 else 'rows are'} hidden. " if hidden else ""
        if nameless:
            told += f"{nameless} {'row has' if nameless == 1 else 'rows have'} no program name: {_why(table)}. "
        return wrap(f"{told}Filter words: {filters.WORDS}", width - 1, " ")[:2]


def _identity(row: Socket) -> tuple[object, ...]:
    """Return what stays the same of a socket from look to look; what waits in its queue does not."""
    return (row.protocol, row.state, row.address, row.port, row.peer, row.peer_port, row.namespace, row.path)


def _not_seen(table: Unseen | None, report: Report | None) -> str:
    if table is None or report is None:
        return "Looking."
    return f"The sockets can't be seen: {table.reason}. {how_to_see(table, report)}".rstrip()


def _why(table: Sockets) -> str:
    return columns.why_no_owner(table.unseen) or "it was not told"


def _columns(width: int) -> tuple[tuple[str, int], ...]:
    return _WIDE if width >= WIDE else _USUAL


def _cells(texts: list[str], width: int) -> str:
    """Set cells into their columns; the last one takes what is left of the row."""
    columns = _columns(width)
    parts = [pad(cut(text, size - 1), size) for text, (_, size) in zip(texts[:-1], columns[:-1], strict=True)]
    start = "".join(parts)
    return start + cut(texts[-1], width - len(start) - 3)


def _window(cursor: int, count: int, room: int) -> int:
    """Return the first of `room` rows so that the cursor is among them, near the middle."""
    return max(0, min(cursor - room // 2, count - room))


def _queue_words(row: Socket) -> str:
    if row.queue is None:
        return "Its queue can't be seen."
    if row.state != "LISTEN":
        return f"{row.queue} bytes were received and not read."
    may = f", {row.backlog} may" if row.backlog is not None else ""
    return f"{row.queue} connections wait{may}."


def _reach_words(row: Socket, host: str) -> str:
    if row.state != "LISTEN" or row.protocol == "unix":
        return ""
    family = family_name(row.address)
    if is_wildcard(row.address):
        both = "IPv4 and IPv6" if family == "IPv6" and row.v6only is False else family
        return f"Other computers may reach it, by {both}."
    if is_loopback(row.address):
        return f"Only programs on {host} reach it, by {family}."
    return f"It is reached by {family} at this address only."

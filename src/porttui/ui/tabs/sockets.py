"""Tab 3: every socket; a filter above, the row in focus told in full below it.

The rows are arranged elsewhere (`porttui.reading.arrange`), for a large table in a thread; the tab makes text of those
alone that are in sight.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any, ClassVar

from textual import events

from porttui.model.facts import Process, Socket, Sockets, Unseen
from porttui.model.report import Report
from porttui.model.table import Table
from porttui.model.target import Asked
from porttui.reading import columns, filters
from porttui.reading.arrange import GROUPINGS, Arranged, Gone, Group, Seen, Wish, arrange
from porttui.reading.asking import question_about
from porttui.reading.tables import table_of_facts
from porttui.render import socket_groups
from porttui.render.sections import how_to_see
from porttui.ui import socket_rows
from porttui.ui.keymap import key_of
from porttui.ui.lines import EMPTY, NARROW, Line, cut, plain, wrap
from porttui.ui.shown import Shown
from porttui.ui.socket_columns import layout
from porttui.ui.tabs.tab import Drawing, Tab

_SHORT = 22
"""Letters of an address of IPv4 with its port: of a longer one the rows above tell."""
_MANY_ROWS = 24
"""With so many rows the one in focus is told in full in a narrow window, too."""
_LEAST_ROWS = 3
"""Rows of the table that have to stay when there is little room."""
_FEW_ROWS = 14
"""With fewer rows the table comes before what is told of the row in focus, which C shows whole."""
_MOST_BARE = 500
"""Rows that are shown to be selected by hand."""
_ABOVE = 2
"""How many rows are shown above the one on which the cursor begins."""


class SocketsTab(Tab):
    """The socket table."""

    KEYS: ClassVar = (
        *("filter", "sort", "view", "enter", "process", "copy", "bare", "recheck", "target", "back"),
        *("namespaces", "parts", "help", "quit"),
    )

    def __init__(self, shown: Shown, **options: Any) -> None:
        super().__init__(shown, **options)
        self.wish = Wish()
        self.editing = False
        self.namespaces = False
        """Other network namespaces are looked at as well."""
        self.arranged: Arranged | None = None
        """What is shown; None before the first look."""
        self.unseen: Unseen | None = None
        """Why the last look brought no table."""
        self._live = False
        """The table is of a look of its own; it is no longer that of the report."""
        self._taken: tuple[object, ...] = ()
        """What of the report the table was made of."""
        self._chosen: Hashable = None
        """The row in focus, as the next look knows it again; None: the user has not moved yet."""
        self._first = 0
        """The first row of the list that is in sight."""
        self._room = 0
        """How many rows are in sight."""
        self._head: int | None = None
        """In which row the titles of the columns stand; None where they are not shown."""

    @property
    def filter(self) -> str:
        """What is typed in the filter."""
        return self.wish.words

    # What is shown

    def leave(self) -> None:
        """Go out of sight: nobody types here any more."""
        self.editing = False

    def update(self, shown: Shown) -> None:
        """Take over a look at the target: its sockets are shown until there is a look at all of them."""
        self.shown = shown
        report = shown.report
        table = report.facts.sockets if report is not None else None
        if report is not None and isinstance(table, Sockets) and not self._live:
            taken = (table, shown.processes, report.facts.processes)
            if len(taken) != len(self._taken) or any(a is not b for a, b in zip(taken, self._taken, strict=True)):
                self._taken = taken
                self.take(arrange(table_of_facts(table, shown.names, report.at), self.wish))
                return
        self.redraw()

    def arranger(self) -> Callable[[Table], Arranged]:
        """Return what arranges another look, or the same one again, as it is wished now; for use in a thread."""
        return partial(
            arrange,
            wish=self.wish,
            before=self.arranged if self._live else None,  # rows of the report are known by other marks
            sight=self.sight(),
            held=self._kept(),
        )

    def begin(self) -> None:
        """Forget which rows were new: the tab was away, and what it shows is old."""
        if self.arranged is not None and self._live:
            self.arranged = self.arranged._replace(fresh=())

    def take(self, arranged: Arranged, *, live: bool = False) -> None:
        """Show what was arranged. The cursor stays on its row, or begins on the socket that listens on the port."""
        if live and not self._live:
            self._chosen = self._same(arranged.table) if self._chosen is not None else None
        same = self._live and self.arranged is not None and self.arranged.wish == arranged.wish
        kept = self._kept() if same else self._chosen
        self._live = self._live or live
        before, self.arranged = self.cursor, arranged
        self.unseen = None
        at = arranged.position(kept) if kept is not None else None
        if at is not None:
            self.cursor = at
            if self._first:  # what is in sight stays where it is, whatever comes above it
                self._first += at - before
        elif self._chosen is None:
            self.cursor = self._default()
            self._first = max(0, self.cursor - _ABOVE)
        self.redraw()

    def _kept(self) -> Hashable:
        """Return the row on which the cursor stays, chosen by the user or not."""
        shown = self.arranged
        if self._chosen is not None or shown is None or not shown.entries:
            return self._chosen
        return shown.identity(min(self.cursor, len(shown.entries) - 1))

    def _same(self, table: Table) -> Hashable:
        """Find the socket in focus in a table that knows its rows by other marks."""
        row = self.socket()
        if row is None:
            return None
        ends = (row.port, row.peer_port, row.protocol, row.path or row.address)
        columns_ = zip(table.ports, table.peer_ports, table.protocols, table.addresses, strict=True)
        return next((table.identities[index] for index, each in enumerate(columns_) if each == ends), None)

    def _default(self) -> int:
        shown, port = self.arranged, self.shown.asked.target.port
        if shown is None or shown.wish.grouping:
            return 0
        ports = shown.table.ports
        return next((at for at, row in enumerate(shown.entries) if row >= 0 and ports[row] == port), 0)

    def sight(self) -> tuple[Seen, ...]:
        """Return the rows that the user sees now."""
        shown = self.arranged
        if shown is None:
            return ()
        last = min(self._first + self._room, len(shown.entries))
        return tuple(Seen(shown.identity(at), *self._held(shown.row(at))) for at in range(self._first, last))

    # The row in focus

    def _at_cursor(self) -> int | Gone | Group | None:
        shown = self.arranged
        if shown is None or not shown.entries:
            return None
        return shown.row(min(self.cursor, len(shown.entries) - 1))

    def _held(self, row: int | Gone | Group | None) -> tuple[Socket | None, Mapping[int, Process]]:
        """Return the socket of a row and its processes; of the group of a process the latter alone."""
        if self.arranged is None or row is None:
            return None, {}
        if isinstance(row, Gone):
            return row.socket, row.names
        if isinstance(row, Group):
            return None, self._names(self.arranged.table.socket(row.rows[0]))
        socket = self.arranged.table.socket(row)
        return socket, self._names(socket)

    def socket(self) -> Socket | None:
        """Return the socket in focus; None on a group."""
        return self._held(self._at_cursor())[0]

    def asked(self) -> Asked | None:
        """Return the question that enter asks about the row in focus.

        It is whether the listener can be reached; of a connection that a program of this machine has begun, whether
        its other end can.
        """
        row, shown = self.socket(), self.arranged
        if row is None or shown is None:
            return None
        return question_about(row, served=self._served(row.port))

    def _served(self, port: int) -> bool:
        """Tell whether something listens on a port, as far as the table shows."""
        table = self.arranged.table if self.arranged is not None else None
        return table is None or any(
            own == port and state == "LISTEN" for own, state in zip(table.ports, table.states, strict=True)
        )

    def owner(self) -> Process | None:
        """Return the process of the row in focus, when it is known; of several that hold a socket the first."""
        if self.wish.grouping == "port" and isinstance(self._at_cursor(), Group):
            return None
        return next(iter(self._held(self._at_cursor())[1].values()), None)

    def _names(self, row: Socket) -> Mapping[int, Process]:
        """Return the processes of a row, with no more than their names where nothing else is known yet."""
        if self.arranged is None:
            return {}
        names, processes = self.arranged.table.names, self.arranged.table.processes
        return {
            pid: processes[pid] if pid in processes else Process(pid=pid, name=names[pid])
            for pid in row.pids
            if pid in processes or pid in names
        }

    def stops(self) -> int:
        """Return the number of rows."""
        return len(self.arranged.entries) if self.arranged is not None else 0

    # Keys

    def move(self, by: int) -> None:
        """Move from row to row."""
        self._go_to(self.cursor + by)

    def page(self, by: int) -> None:
        """Move by a screen of rows."""
        self._go_to(self.cursor + by * max(1, self._room - 1))

    def jump(self, by: int) -> None:
        """Move to the first or the last row."""
        self._go_to(0 if by < 0 else self.stops() - 1)

    def _go_to(self, at: int) -> None:
        if self.arranged is None or not self.arranged.entries:
            return
        self.cursor = max(0, min(at, self.stops() - 1))
        self._chosen = self.arranged.identity(self.cursor)
        self.redraw()

    def sort(self) -> None:
        """Sort by the next column."""
        offered = socket_rows.offered(self.size.width)
        at = offered.index(self.wish.by) if self.wish.by in offered else -1
        self._wish(self.wish._replace(by=offered[(at + 1) % len(offered)], turned=False))

    def turn(self) -> None:
        """Sort the other way round."""
        self._wish(self.wish._replace(turned=not self.wish.turned))

    def view(self) -> None:
        """Group the rows by process, then by port, then not at all."""
        at = GROUPINGS.index(self.wish.grouping)
        self._chosen = None
        self._wish(self.wish._replace(grouping=GROUPINGS[(at + 1) % len(GROUPINGS)], opened=frozenset()))

    def look_elsewhere(self) -> None:
        """Look at other network namespaces, too, from now on; or no longer."""
        self.namespaces = not self.namespaces
        self.redraw()
        self.around.following.at_once()

    def open(self) -> bool:
        """Show the rows of the group in focus, or hide them; False when there is none."""
        row = self._at_cursor()
        if not isinstance(row, Group):
            return False
        self._chosen = row.identity
        self._wish(self.wish._replace(opened=self.wish.opened ^ {row.key}))
        return True

    def type(self, text: str) -> None:
        """Set the filter; the cursor stays on its socket when that is still there, also after others were shown."""
        self._wish(self.wish._replace(words=text[:100]))

    def _wish(self, wish: Wish) -> None:
        if wish.words != self.wish.words or wish.by != self.wish.by or wish.turned != self.wish.turned:
            self.cursor = self._first = 0
        self.wish = wish
        self.redraw()
        self.around.following.arrange()
        self.around.refresh_rows()

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

    def go_to(self, stop: int) -> None:
        """Go to a row, as a click does."""
        self._go_to(stop)
        self.around.refresh_rows()

    def on_click(self, event: events.Click) -> None:
        """Sort by the column whose title is clicked, or the other way round; a row is taken as in each tab."""
        shown, head = self.arranged, self._head
        by = layout(shown.longest, self.size.width).column_at(event.x) if shown and event.y == head else None
        if by == self.wish.by:
            self.turn()
        elif by is not None:
            self._wish(self.wish._replace(by=by, turned=False))

    def _wheel(self, by: int) -> None:
        self.move(by)
        self.around.refresh_rows()

    def can(self, action: str) -> bool:
        """Tell whether there is a row to ask about, a process to show, or a table to filter."""
        if action == "enter":
            return self.editing or isinstance(self._at_cursor(), Group) or self.asked() is not None
        if action == "process":
            return self.owner() is not None
        if action in ("filter", "sort", "turn", "view"):
            return self.arranged is not None
        if action == "namespaces":
            report = self.shown.report
            return self.around.tui.live and report is not None and report.facts.os == "linux"
        return super().can(action)

    def keys(self, width: int) -> tuple[str, ...]:
        """Return the keys of the key row; a narrow one keeps those that lead on. What clears a filter is told early."""
        own = self.KEYS if width >= NARROW else tuple(key for key in self.KEYS if key not in ("sort", "view"))
        return ("filter", "back", *(key for key in own if key not in ("filter", "back"))) if self.filter else own

    def label(self, action: str) -> str:
        """Name enter and esc."""
        row = self._at_cursor()
        if action == "enter":
            return "Rows" if self.editing else "Diagnose" if not isinstance(row, Group) else _open_or_close(row)
        if action == "back" and (self.editing or self.filter):
            return "Clear filter"
        if action == "namespaces" and self.namespaces:
            return "Here alone"
        return super().label(action)

    def own_keys(self) -> list[tuple[str, str]]:
        """Return the keys of the line in which the filter is typed."""
        return [("enter", "Rows"), ("esc", "Clear filter"), (key_of("leave"), "Quit")] if self.editing else []

    def help_of_enter(self) -> str:
        """Tell of the question."""
        if isinstance(self._at_cursor(), Group):
            return "show the rows of this group, or hide them"
        return f"ask why this row fails; {key_of('back')} comes back here"

    def copied(self) -> str:
        """Return the row in focus as text."""
        return self._text_of(self._at_cursor())

    def _text_of(self, at: int | Gone | Group | None) -> str:
        row, names = self._held(at)
        if isinstance(at, Group) and self.arranged is not None:
            table = self.arranged.table
            told = (socket_groups.title(at, table), socket_groups.counted(at), socket_groups.about(at, table))
            return "  ".join(filter(None, told))
        if row is None:
            return ""
        who = (columns.program(row, names), f"pid {columns.pid(row)}", f"user {columns.user(row, names)}")
        line = columns.command_line(row, names) or columns.service(row)
        return "  ".join(filter(None, (columns.local(row), row.state, columns.peer(row), *who, line)))

    def bare(self, width: int, height: int) -> str:
        """Return the rows that the filter leaves, each whole."""
        shown = self.arranged
        if shown is None:
            return super().bare(width, height)
        count = len(shown.entries)
        rows = [self._text_of(shown.row(at)) for at in range(min(count, _MOST_BARE))]
        return "\n".join([*filter(None, rows), *[f"and {count - _MOST_BARE} more"] * (count > _MOST_BARE)])

    def heading(self) -> str:
        """Return filter and count."""
        total = f"{self.arranged.kept} of {len(self.arranged.table)}" if self.arranged is not None else ""
        return f"Filter {self._typed('')}  {total}"

    def hint(self, *, narrow: bool) -> str:
        """Say what to do next."""
        if self.editing:
            return (
                "enter goes to the rows"
                if narrow
                else "enter in the filter goes to the rows; enter on a row asks why it fails"
            )
        row = self._at_cursor()
        if row is None and self.filter:
            return f"{key_of('back')} clears the filter"
        more = f"; {key_of('process')} opens its process" if not narrow and self.owner() is not None else ""
        if isinstance(row, Group):
            return f"{key_of('enter')} {_open_or_close(row).lower()}s the group{more}"
        asked = self.asked()
        if asked is None:
            return more.removeprefix("; ") or f"{key_of('tab_1')} shows the diagnosis"
        socket = self.socket()
        if socket is not None and asked.target.port != socket.port:
            where = f", {asked.target.input}" if len(asked.target.input) < _SHORT else ""
            return f"{key_of('enter')} asks about the other end{where}" + ("" if narrow else more)
        return f"{key_of('enter')} asks why this row fails{more}"

    # Drawing

    def draw(self, width: int, height: int) -> Drawing:
        """Draw filter, table and details."""
        shown = self.arranged
        if shown is None or self.unseen is not None:
            table = self.unseen or (self.shown.report.facts.sockets if self.shown.report else None)
            return Drawing(plain(wrap(_not_seen(table, self.shown.report), width - 1, " ")))
        if width < NARROW:
            return self._narrow(shown, width, height)
        typed = self._typed(f" ({key_of('filter')} begins one)")
        columns_ = layout(shown.longest, width)
        wish = shown.wish
        head = socket_rows.group_head(shown, width) if wish.grouping and not wish.opened else columns_.head(wish.by)
        start = [Line(socket_rows.filter_row(shown, typed, width)), EMPTY, head]
        row = self._at_cursor()
        told = plain(cut(text, width - 1) for text in self._details(row, shown, width))
        self._room = height - len(start) - len(told) - 4
        whole = self._room >= _LEAST_ROWS
        if not whole:
            if height < _FEW_ROWS:
                start, told = [start[0], start[2]], told[:2]
            self._room = max(1, height - len(start) - len(told) - 1)
        visible = self._drawn(shown, width)
        start[1:-1] = [Line(self._position(shown).rjust(width - 1))] * (len(start) > 2)
        self._head = None if wish.grouping and not wish.opened else len(start) - 1
        below = socket_rows.below(shown, width, [row.text for row in visible], typing=self.editing)
        if not visible:
            visible = [Line(f"   no row has all of these words{self._not_looked()}" if self.filter else "   none")]
        fill = [EMPTY] * (self._room - len(visible) + 1)
        return Drawing([*start, *visible, *fill, *told, *plain(["", *below] if whole else [])][:height])

    def _narrow(self, shown: Arranged, width: int, height: int) -> Drawing:
        row = self._at_cursor()
        socket, names = self._held(row)
        if socket is not None:
            below = socket_rows.narrow_details(socket, names, width, gone=isinstance(row, Gone))
            if height >= _MANY_ROWS and shown.entries:
                below = self._details(row, shown, width)
        else:
            below = self._details(row, shown, width)[:2] if row is not None else []
        self._room, self._head = max(1, height - len(below)), None
        rows = self._drawn(shown, width) or plain([f"   none of {len(shown.table)} rows"])
        return Drawing([*rows, *[EMPTY] * (self._room - len(rows)), *plain(below)])

    def _drawn(self, shown: Arranged, width: int) -> list[Line]:
        """Draw the rows in sight, which move no further than the cursor needs."""
        count = len(shown.entries)
        cursor = min(self.cursor, count - 1)
        self._first = max(min(self._first, cursor), cursor - self._room + 1)
        self._first = max(0, min(self._first, count - self._room))
        last = min(self._first + self._room, count)
        return [self._row(shown, at, width, in_focus=at == cursor)._replace(stop=at) for at in range(self._first, last)]

    def _not_looked(self) -> str:
        """Tell where was not looked, when a word of the filter names another network namespace."""
        far = not self.namespaces and self.can("namespaces") and filters.read(self.filter).asks_elsewhere
        return f": {key_of('namespaces')} looks at other network namespaces, too" if far else ""

    def _position(self, shown: Arranged) -> str:
        """Tell which rows are in sight, where not all of them are."""
        count = len(shown.entries)
        return f"rows {self._first + 1} to {self._first + self._room} of {count}" if count > self._room else ""

    def _row(self, shown: Arranged, at: int, width: int, *, in_focus: bool) -> Line:
        row = shown.row(at)
        lead = f" {'>' if in_focus else ' '}{'*' if shown.is_new(shown.identity(at)) else ' '}"
        socket, names = self._held(row)
        if socket is not None:
            how = {"gone": isinstance(row, Gone), "inside": bool(shown.wish.grouping)}
            if width < NARROW:
                return Line(lead + socket_rows.narrow_row(socket, names, width, **how))
            return Line(lead + socket_rows.socket_row(socket, names, layout(shown.longest, width), **how))
        return Line(lead + socket_rows.group_row(row, shown, width) if isinstance(row, Group) else lead)

    def _details(self, row: int | Gone | Group | None, shown: Arranged, width: int) -> list[str]:
        host = self.shown.report.facts.host.name if self.shown.report else "this machine"
        place = socket_rows.Place(host, width)
        socket, names = self._held(row)
        if isinstance(row, Group):
            return socket_rows.group_details(row, shown, place)
        if socket is None:
            return [""] * 3
        return socket_rows.details(socket, names, place, gone=isinstance(row, Gone))

    def _typed(self, how: str) -> str:
        return self.filter + "_" * self.editing or f"none{how}"


def _open_or_close(group: Group) -> str:
    return "Close" if group.opened else "Open"


def _not_seen(table: Sockets | Unseen | None, report: Report | None) -> str:
    if not isinstance(table, Unseen) or report is None:
        return "Looking."
    return f"The sockets can't be seen: {table.reason}. {how_to_see(table, report)}".rstrip()

"""What `who` and `free` share: who holds a port, and how a socket is told, in JSON and where it can't be seen."""

from __future__ import annotations

from porttui.cli import exits
from porttui.model.base import Value
from porttui.model.facts import Process, Socket, Unseen
from porttui.model.table import Table
from porttui.observe.described import describe, looking_as
from porttui.observe.snapshots import Snapshots
from porttui.reading import columns
from porttui.render import listing
from porttui.render.lines import ascii_text


class Row(Value, frozen=True, kw_only=True):
    """A socket, and the processes that hold it."""

    socket: Socket
    processes: tuple[Process, ...] = ()

    @property
    def names(self) -> dict[int, Process]:
        """The processes by pid."""
        return {process.pid: process for process in self.processes}

    @property
    def place(self) -> str:
        """Where it is."""
        return columns.local(self.socket)

    @property
    def program(self) -> str:
        """Who holds it."""
        return columns.program(self.socket, self.names)

    @property
    def pid(self) -> str:
        """The process."""
        return columns.pid(self.socket)

    @property
    def user(self) -> str:
        """The user, by name or number."""
        return columns.user(self.socket, self.names)


def read(port: int) -> tuple[tuple[Row, ...], tuple[Unseen, ...]]:
    """Read who has a port, in this network namespace and in others.

    Returns:
        The sockets whose own port it is, by address, and what could not be seen.

    Raises:
        CannotSeeError: the tables cannot be read.
    """
    with exits.doing("reading the socket tables"):
        table = Snapshots(protocols=("tcp", "udp"), port=port, namespaces=True).take()
        if isinstance(table, Unseen):
            raise exits.CannotSeeError(unseen_text(table))
        rows = listing.by_place(table, (row for row, own in enumerate(table.ports) if own == port))
        known = {process.pid: process for process in describe(sorted({pid for row in rows for pid in table.pids[row]}))}
    found = (table.socket(row) for row in rows)
    told = tuple(Row(socket=row, processes=tuple(known[pid] for pid in row.pids if pid in known)) for row in found)
    return told, table.unseen


def unseen_text(unseen: Unseen) -> str:
    """Tell what could not be looked at, in one line."""
    from porttui.render.looking import how_to_look

    os, root = looking_as()
    how = how_to_look(unseen, os=os, root=root)
    shown = f"; to see it: {how}" if how else ""
    return ascii_text(f"can't see {unseen.what}: {unseen.reason}{shown}")


def entry(row: Row) -> dict[str, object]:
    """Return a row for JSON: the socket's own fields, and how the lists tell them."""
    return _entry(row.socket, row.program, columns.reached_by(row.socket))


def entry_of(table: Table, row: int) -> dict[str, object]:
    """Return the row of a table for JSON, in the same way."""
    socket = table.socket(row)
    return _entry(socket, table.programs[row], columns.reached_by(socket))


def _entry(socket: Socket, program: str, reached_by: str) -> dict[str, object]:
    import msgspec

    named = program not in (columns.NOT_SEEN, columns.NOBODY)
    return {
        **msgspec.structs.asdict(socket),
        "program": program.strip("()") if named else None,
        "program_certain": named and columns.certain(socket),
        "reached_by": reached_by,
    }

"""What `sockets`, `who` and `free` share: the socket tables with their owners, and how a row is told."""

from __future__ import annotations

from porttui.cli import exits
from porttui.model.base import Value
from porttui.model.facts import Process, Socket, Sockets, Unseen
from porttui.reading import columns
from porttui.render.lines import ascii_text
from porttui.render.sections import how_to_look


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

    @property
    def reached_by(self) -> str:
        """Who can reach it, as far as its address tells: "this machine" or "network"."""
        return columns.reached_by(self.socket)


def read(port: int = 0) -> tuple[tuple[Row, ...], Sockets]:
    """Read the socket tables of this machine.

    Args:
        port: rows with this port on either side are read besides all listeners; 0 for listeners only.

    Returns:
        Rows by port and address, and the tables that they come from.

    Raises:
        CannotSeeError: the tables cannot be read.
    """
    from porttui.observe import this_platform

    with exits.doing("reading the socket tables"):
        eyes = this_platform()
        sockets = eyes.sockets(port)
        if isinstance(sockets, Unseen):
            raise exits.CannotSeeError(unseen_text(sockets))
        rows = [row for row in sockets.rows if port in (0, row.port)]
        known = {process.pid: process for process in eyes.processes(sorted({pid for row in rows for pid in row.pids}))}
    return tuple(
        Row(socket=row, processes=tuple(known[pid] for pid in row.pids if pid in known)) for row in rows
    ), sockets


def unseen_text(unseen: Unseen) -> str:
    """Tell what could not be looked at, in one line."""
    from porttui.observe import this_platform

    eyes = this_platform()
    how = how_to_look(unseen, os=eyes.os, root=eyes.privileges().root)
    shown = f"; to see it: {how}" if how else ""
    return ascii_text(f"can't see {unseen.what}: {unseen.reason}{shown}")

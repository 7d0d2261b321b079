"""Looks at the socket tables, once or every second: the reading behind every list of sockets.

It costs some two microseconds a socket, and what a look has found out about owners serves the next one. Nothing heavy
is imported before it is needed: as root on Linux a table of TCP sockets is read without msgspec.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from porttui.model.facts import Socket, Unseen
    from porttui.model.table import Table
    from porttui.observe.linux.looks import LinuxLooks


class Snapshots:
    """A row of looks. One look at a time: it may be made in any thread, but not in two at once."""

    def __init__(  # noqa: PLR0913  the choices of one look
        self,
        *,
        protocols: Collection[str] = ("tcp", "udp", "unix"),
        waiting: bool = False,
        port: int = 0,
        owners: bool = True,
        namespaces: bool = False,
        described: bool = False,
    ) -> None:
        """Say what is looked at.

        Args:
            protocols: "tcp", "udp", "unix"; of unix sockets the listeners.
            waiting: only what waits for others: listeners, bound sockets, unconnected UDP sockets.
            port: only what has this port on either side; 0 for every port. No unix socket has one.
            owners: find the processes that hold the sockets.
            namespaces: the listeners of other network namespaces as well.
            described: fill `Table.processes`.
        """
        self._protocols, self._waiting, self._port, self._owners = frozenset(protocols), waiting, port, owners
        self._linux: LinuxLooks | None = None
        if sys.platform == "linux":
            from porttui.observe.linux.looks import LinuxLooks

            self._linux = LinuxLooks(
                self._protocols,
                waiting=waiting,
                port=port,
                owners=owners,
                namespaces=namespaces,
                described=described,
            )

    @property
    def namespaces(self) -> bool:
        """Whether the next look is also at the listeners of other network namespaces; only Linux has any."""
        return self._linux is not None and self._linux.namespaces

    @namespaces.setter
    def namespaces(self, wanted: bool) -> None:
        if self._linux is not None:
            self._linux.namespaces = wanted

    def take(self) -> Table | Unseen:
        """Make one look, in a few milliseconds, or some hundred with fifty thousand sockets.

        Returns:
            The table, or Unseen when this user may not read it in any way.
        """
        if self._linux is not None:
            try:
                return self._linux.take()
            except OSError:
                self._linux = None  # no sock_diag here, and there will be none
        return self._plain()

    def _plain(self) -> Table | Unseen:
        """Read ready rows: by psutil, and by what the system's own eyes have where psutil is denied (macOS)."""
        import datetime as dt

        from porttui.model.facts import Unseen
        from porttui.observe import this_platform
        from porttui.observe.psutil_tables import sockets_by_psutil
        from porttui.reading.tables import table_of_facts

        eyes = this_platform()
        tables = sockets_by_psutil(None)
        if isinstance(tables, Unseen):
            tables = eyes.sockets(self._port)
        if isinstance(tables, Unseen):
            return tables
        from msgspec.structs import replace

        tables = replace(tables, rows=tuple(row for row in tables.rows if self._asked_for(row)))
        pids = {pid for row in tables.rows for pid in row.pids} if self._owners else set()
        names = {process.pid: process for process in eyes.processes(sorted(pids))}
        return table_of_facts(tables, names, dt.datetime.now().astimezone())

    def _asked_for(self, row: Socket) -> bool:
        waits = not self._waiting or row.state in ("LISTEN", "UNCONN", "BOUND")
        return waits and row.protocol in self._protocols and self._port in (0, row.port, row.peer_port)

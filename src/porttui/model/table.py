"""One look at the socket tables as columns, for lists of fifty thousand rows.

A row costs about 150 bytes here and is not made into a `Socket` before somebody draws it. Nothing below imports msgspec
at run time: the quick commands do without it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime as dt

    from porttui.model.facts import Process, Socket, Unseen

NOT_SEEN = "?"
NOBODY = "-"
"""The kernel alone holds it: a connection that is over, or that nobody has accepted."""
NONE: Mapping[int, str] = {}


class Columns(NamedTuple):
    """What is told of every row, each column as long as the table."""

    protocols: Sequence[str]
    """"tcp", "udp" or "unix"."""
    states: Sequence[str]
    """As in `Socket.state`."""
    addresses: Sequence[str]
    """The own address; of a unix socket its path."""
    ports: Sequence[int]
    """0 for unix sockets."""
    peers: Sequence[str]
    """Empty for a socket without another end."""
    peer_ports: Sequence[int]
    queues: Sequence[int]
    """LISTEN: connections that wait for accept(2); else bytes that nobody has read; -1 where it is not told."""
    limits: Sequence[int]
    """LISTEN: how many may wait; else bytes that are not acknowledged; -1 where it is not told."""
    uids: Sequence[int]
    """-1 where nobody holds it or it is not told."""
    inodes: Sequence[int]
    """0: no process holds it; -1 where it is not told."""
    identities: Sequence[Hashable]
    """What stays the same of a socket from look to look."""
    devices: Mapping[int, str] = NONE
    """SO_BINDTODEVICE of those that have one and no other end, by row."""
    places: Mapping[int, str] = NONE
    """Where those are that are in another network namespace, by row, as `porttui.reading.columns.elsewhere` says it."""


class Owners(NamedTuple):
    """Who holds the rows."""

    pids: Sequence[tuple[int, ...]]
    """All processes that were seen to hold the row, or may; () when none is known."""
    names: Mapping[int, str] = NONE
    """The program of each of these processes."""
    users: Mapping[int, str] = NONE
    """Names of users by uid."""
    labels: Mapping[int, str] = NONE
    """How the program of a row is written where that is no plain name, by row: "(nginx)" for a probable one."""
    services: Mapping[int, str] = NONE
    """Unit or container of a row, where the table knows it, by row: "nginx.service", "container 3f2a"."""
    processes: Mapping[int, Process] = {}
    """What more is told of these processes, where it was asked for: command line, user, start."""


class Source(NamedTuple):
    """Where a table is from."""

    at: dt.datetime
    ms: float = 0.0
    source: str = "netlink"
    """As in `Sockets.source`."""
    total: int = 0
    """How many sockets the machine has in all, of the protocols read."""
    unseen: tuple[Unseen, ...] = ()
    elsewhere: bool = False
    """Other network namespaces were looked at as well."""


class Table:
    """One look; row number i of every column is the same socket. It is never changed after it was made."""

    def __init__(self, columns: Columns, owners: Owners, source: Source, whole: Callable[[int], Socket]) -> None:
        """Put a table together.

        Args:
            columns: what is told of every row.
            owners: who holds the rows.
            source: where the table is from.
            whole: makes one row into a `Socket`, with its owners.
        """
        self.protocols, self.states, self.addresses, self.ports = columns[:4]
        self.peers, self.peer_ports, self.queues, self.limits = columns[4:8]
        self.uids, self.inodes, self.identities, self.devices, self.places = columns[8:]
        self.pids, self.names, self._users, self.labels, self._services, self.processes = owners
        self.at, self.ms, self.source, self.total, self.unseen, self.elsewhere = source
        self._whole = whole

    def __len__(self) -> int:
        return len(self.ports)

    @functools.cached_property
    def programs(self) -> Sequence[str]:
        """Who holds each row: "nginx", "(nginx)" when it only probably does, "?" when it can't be seen, "-" nobody."""
        names: dict[tuple[int, ...], str] = {}
        for pids in set(self.pids):
            if known := next((self.names[pid] for pid in pids if pid in self.names), None):
                names[pids] = known
        told = names.get
        texts = [
            told(pids) or (NOT_SEEN if inode else NOBODY) for pids, inode in zip(self.pids, self.inodes, strict=True)
        ]
        for row, label in self.labels.items():
            texts[row] = label
        return texts

    @functools.cached_property
    def users(self) -> Sequence[str]:
        """The user of each row: a name, else the number, "?" when it is not told, "-" for nobody."""
        known = {uid: self._users.get(uid) or str(uid) for uid in set(self.uids) if uid >= 0}
        return [
            known.get(uid) or (NOT_SEEN if inode else NOBODY) for uid, inode in zip(self.uids, self.inodes, strict=True)
        ]

    @functools.cached_property
    def services(self) -> Sequence[str]:
        """The unit or container of each row where the table knows it, which is where the owner is only probable."""
        return [self._services.get(row, "") for row in range(len(self))]

    def socket(self, row: int) -> Socket:
        """Make one row into a value, with all that the table has of it."""
        return self._whole(row)

    def identity(self, row: int) -> Hashable:
        """Return what stays the same of this socket from look to look, as long as it is the same socket."""
        return self.identities[row]

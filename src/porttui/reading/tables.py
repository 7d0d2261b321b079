"""A table of ready values: recorded facts, what psutil tells, the worlds of tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from porttui.model.facts import Process, Socket, Sockets
from porttui.model.table import Columns, Owners, Source, Table
from porttui.reading.columns import elsewhere, program, service

_NOWHEN = dt.datetime.fromtimestamp(0, dt.UTC)


def table_of(rows: Iterable[Socket], names: Mapping[int, Process], source: Source | None = None) -> Table:
    """Put ready rows into a table.

    Args:
        rows: in the order of the table.
        names: the processes known, by pid.
        source: where the rows are from.
    """
    rows = tuple(rows)
    columns = Columns(
        protocols=[row.protocol for row in rows],
        states=[row.state for row in rows],
        addresses=[row.path or row.address for row in rows],
        ports=[row.port for row in rows],
        peers=[row.peer for row in rows],
        peer_ports=[row.peer_port for row in rows],
        queues=[-1 if row.queue is None else row.queue for row in rows],
        limits=[_limit(row) for row in rows],
        uids=[-1 if row.uid is None else row.uid for row in rows],
        inodes=[-1 if row.inode is None else row.inode for row in rows],
        identities=[_identity(row) for row in rows],
        devices={index: row.device for index, row in enumerate(rows) if row.device},
        places={index: elsewhere(row) for index, row in enumerate(rows) if row.namespace is not None},
    )
    owners = Owners(
        pids=[row.pids for row in rows],
        names={pid: process.name for pid, process in names.items()},
        users={row.uid: row.user for row in rows if row.uid is not None and row.user},
        labels={index: program(row, names) for index, row in enumerate(rows) if row.owner_by != "descriptor"},
        services={index: service(row) for index, row in enumerate(rows) if row.unit or row.container},
        processes=names,
    )
    return Table(columns, owners, source or Source(at=_NOWHEN, total=len(rows)), rows.__getitem__)


def table_of_facts(sockets: Sockets, names: Mapping[int, Process], at: dt.datetime) -> Table:
    """Put the socket tables of recorded facts into a table."""
    source = Source(at=at, ms=sockets.ms, source=sockets.source, total=sockets.total, unseen=sockets.unseen)
    return table_of(sockets.rows, names, source)


def _limit(row: Socket) -> int:
    known = row.backlog if row.state == "LISTEN" else row.send_queue
    return -1 if known is None else known


def _identity(row: Socket) -> tuple[object, ...]:
    """Return what stays the same: the ends and the inode; what waits in a queue does not, nor does the state."""
    return (row.protocol, row.address, row.port, row.peer, row.peer_port, row.path, row.namespace, row.inode)

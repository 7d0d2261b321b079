"""A close look at one process, when somebody wants to see it: nothing of this is read for a diagnosis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from msgspec.structs import replace

from porttui.model.facts import Process, Socket, Sockets, Unseen
from porttui.model.table import Table
from porttui.observe import bounds
from porttui.observe.exposed import surroundings
from porttui.observe.parts import Part
from porttui.observe.platform import Platform
from porttui.observe.snapshots import Snapshots
from porttui.reading.exposure import Surroundings
from porttui.reading.inspected import Inspected

_MOST_ROWS = 60_000
"""Sockets that are described."""


def inspect(process: Process, eyes: Platform, take: Callable[[], Table | Unseen] | None = None) -> Inspected:
    """Look closely at a process: who is in charge of it, all of its sockets, who can reach it, its log. Blocking.

    Args:
        process: as it was described before; it has to be the same one still, if it is told when that was started.
        eyes: of this system.
        take: reads the socket tables; those of this system when None.

    Returns:
        What was seen, after about 0.2 s; at most some 4 s, when a manager, a log or a firewall is slow to answer.
    """
    at = dt.datetime.now().astimezone()
    same = tuple(each for each in eyes.processes((process.pid,)) if process.started in (None, each.started))
    if not same:
        return Inspected(at=at, process=process, gone=True)
    doing = Part("processor", lambda: eyes.doing((process.pid,)), beside=True)
    managed = Part("services", lambda: eyes.managed(same), beside=True)
    log = Part("log", lambda: eyes.log(same[0]), beside=True)
    table = Part("sockets", take or Snapshots(namespaces=True).take)
    rows = _sockets(table.wait() or table.failure, process.pid)
    known = rows.rows if isinstance(rows, Sockets) else ()
    own = tuple(row for row in known if process.pid in row.pids)
    around = Part("surroundings", lambda: surroundings(eyes, own), beside=True)
    beside = sorted({pid for row in own if row.state == "LISTEN" for pid in row.pids} - {process.pid})
    sharing = Part("processes", lambda: eyes.processes(beside[: bounds.MOST_PROCESSES]))
    now = next(iter(managed.wait() or same))
    share = next((each.cpu_percent for each in doing.wait() or ()), None)
    return Inspected(
        at=at,
        process=replace(now, cpu_percent=share if share is not None else now.cpu_percent),
        sharing=sharing.wait() or (),
        sockets=rows,
        surroundings=around.wait() or Surroundings(),
        log=log.wait() or log.failure,
    )


def _sockets(table: Table | Unseen | None, pid: int) -> Sockets | Unseen | None:
    """Choose the rows that tell about a process: what it holds, who is at its ports, and who else listens."""
    if table is None or isinstance(table, Unseen):
        return table
    held = [index for index, pids in enumerate(table.pids) if pid in pids]
    ports = {table.ports[index] for index in held if table.states[index] == "LISTEN"} - {0}
    listening = [index for index, state in enumerate(table.states) if state == "LISTEN"]
    at_ports = [index for index, port in enumerate(table.ports) if port in ports]
    chosen = sorted({*held, *listening, *at_ports}, key=lambda index: (index not in held, index))
    rows: tuple[Socket, ...] = tuple(table.socket(index) for index in sorted(chosen[:_MOST_ROWS]))
    left = len(chosen) - len(rows)
    more = (Unseen(what=f"{left} more sockets", reason=f"only {_MOST_ROWS} are looked at", how_to_see=""),)
    return Sockets(
        rows=rows,
        total=table.total,
        source=table.source,  # type: ignore[arg-type]  # one of the same words
        unseen=(*table.unseen, *more) if left else table.unseen,
        ms=table.ms,
    )

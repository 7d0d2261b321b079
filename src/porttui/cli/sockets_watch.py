"""`porttui sockets --watch`: a line for each socket that comes or goes, until ctrl+c, also into a pipe."""

from __future__ import annotations

import time

from porttui.cli import exits
from porttui.cli.socket_looks import csv_text, kept, take
from porttui.render import listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from porttui.model.table import Table
    from porttui.observe.snapshots import Snapshots
    from porttui.reading.filters import Filter

_EVERY = 1.0
"""Seconds from look to look."""
_WIDTHS = (22, 5, 11, 15, 8, 10)


def watch(looks: Snapshots, wanted: Filter, *, form: str) -> int:
    """Print what changes; returns when nobody reads it any more.

    Args:
        looks: where to look.
        wanted: a socket comes when it begins to pass this filter, and goes when it no longer does.
        form: "text", "csv" with a header, or "json": one object a line.
    """
    before, table = _look(looks, wanted)
    number = f"{len(before)} socket{'s' * (len(before) != 1)}"
    exits.talk(f"porttui: watching {number} once a second; what comes and goes follows, ctrl+c ends it")
    if form == "csv" and not exits.emit(csv_text([("at", "change", *listing.CSV_HEAD)])):
        return exits.Exit.HEALTHY
    due = time.monotonic()
    while exits.is_read():
        due = max(due + _EVERY, time.monotonic())
        time.sleep(due - time.monotonic())
        now, later = _look(looks, wanted)
        gone = [(row, "gone", table) for identity, row in before.items() if identity not in now]
        new = [(row, "new", later) for identity, row in now.items() if identity not in before]
        lines = "".join(_line(row, change, of, later, form) for row, change, of in (*gone, *new))
        if lines and not exits.emit(lines):
            break
        before, table = now, later
    return exits.Exit.HEALTHY


def _look(looks: Snapshots, wanted: Filter) -> tuple[Mapping[Hashable, int], Table]:
    """Return the rows that the filter keeps, by their identity and in the order of a list."""
    with exits.doing("reading the socket tables"):
        table = take(looks)
    rows = listing.by_place(table, kept(table, wanted))
    return {table.identity(row): row for row in rows}, table


def _line(row: int, change: str, table: Table, now: Table, form: str) -> str:
    if form == "csv":
        return csv_text([(now.at.isoformat(timespec="seconds"), change, *fields) for fields in _fields(table, row)])
    if form == "json":
        import msgspec

        from porttui.cli.listed import entry_of

        told = {"at": now.at.isoformat(timespec="seconds"), "change": change, **entry_of(table, row)}
        return msgspec.json.encode(told).decode() + "\n"
    cells = listing.cells_of(table, states=True, protocols=True)(row)
    padded = "  ".join(listing.plain(cell).ljust(width) for cell, width in zip(cells, (*_WIDTHS, 0), strict=True))
    return f"{now.at:%H:%M:%S}  {change.ljust(4)}  {padded}\n"


def _fields(table: Table, row: int) -> Iterable[tuple[object, ...]]:
    return listing.csv_rows(table, [row])

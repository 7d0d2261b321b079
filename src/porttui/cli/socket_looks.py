"""What the forms of `porttui sockets` share: one look, the rows that a filter keeps, and how they are written."""

from __future__ import annotations

from porttui.cli import exits
from porttui.model.table import Table
from porttui.reading import filters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from porttui.model.facts import Unseen
    from porttui.observe.snapshots import Snapshots


def take(looks: Snapshots) -> Table:
    """Make one look.

    Raises:
        CannotSeeError: the tables cannot be read.
    """
    table = looks.take()
    if isinstance(table, Table):
        return table
    from porttui.cli.listed import unseen_text

    raise exits.CannotSeeError(unseen_text(table))


def kept(table: Table, wanted: filters.Filter) -> list[int]:
    """Return the rows that the filter keeps; of all that wait only listeners, as long as no word names a state."""
    return waiting(table, wanted.keep(table, filters.lines_of(table.processes) if wanted.asks_text else {}), wanted)


def waiting(table: Table, rows: list[int], wanted: filters.Filter) -> list[int]:
    """Return those rows that are shown when no word names a state: what is only bound does not wait for anybody."""
    return rows if wanted.asks_state else [row for row in rows if table.states[row] != "BOUND"]


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV (RFC 4180), with the line ends of this system's programs."""
    import csv
    import io

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def signs(cells: Iterable[str], unseen: Iterable[Unseen]) -> str:
    """Return the line that tells the signs which stand in these cells; empty when there are none."""
    found = {cell for cell in cells if cell == "?" or cell.startswith("(")}
    if not found:
        return ""
    from porttui.reading.columns import signs_in
    from porttui.render.lines import ascii_text

    return ascii_text("     ".join(signs_in(found, unseen)))


def tell_unseen(unseen: Iterable[Unseen]) -> None:
    """Say on stderr what could not be looked at."""
    for each in unseen:
        from porttui.cli.listed import unseen_text

        exits.talk(f"porttui: {unseen_text(each)}")

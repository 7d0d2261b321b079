"""`porttui sockets [FILTER...]`: the listeners of this machine, as a table or a JSON array."""

from __future__ import annotations

from porttui.cli import exits
from porttui.cli.arguments import Parser
from porttui.cli.listed import Row, read, unseen_text
from porttui.model.facts import Unseen
from porttui.reading import filters
from porttui.reading.columns import certain, signs
from porttui.reading.tables import table_of
from porttui.render.lines import ascii_text, columns

SUMMARY = "list the programs that wait for connections here"
_HEAD = ("ADDRESS", "PROGRAM", "PID", "USER", "REACHED BY")
_WIDE = 10_000
"""Rows are never wrapped, so that each stays one line for grep and awk."""


def run(argv: list[str]) -> int:
    """Print the listeners that pass every filter word."""
    parser = Parser(
        "sockets", "List the programs that wait for connections on this machine.", "porttui sockets 5173 !ssh"
    )
    parser.add_argument(
        "filter",
        metavar="FILTER",
        nargs="*",
        help="a word: 5173, nginx, tcp, udp, user=dev, pid=4121, !not; rows that pass all of them are shown",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON array")
    args = parser.parse_intermixed_args(argv)
    wanted = filters.read(args.filter)
    if wanted.mistakes:
        raise exits.UsageError(f"{wanted.mistakes[0]}. Example: {parser.example}")
    rows, sockets = read()
    waiting = [row for row in rows if _waits(row, wanted)]
    processes = {pid: process for row in waiting for pid, process in row.names.items()}
    rows_table = table_of([row.socket for row in waiting], processes)
    shown = tuple(waiting[index] for index in wanted.keep(rows_table, filters.lines_of(processes)))
    if args.json:
        from porttui.render.json import lines_of_json

        exits.emit(lines_of_json([entry(row) for row in shown]))
    else:
        exits.emit(table(shown, sockets.unseen))
    if not shown:
        exits.talk("porttui: no listener passes the filter" if args.filter else "porttui: nothing listens here")
    for unseen in sockets.unseen:
        exits.talk(f"porttui: {unseen_text(unseen)}")
    return exits.Exit.HEALTHY


def table(rows: tuple[Row, ...], unseen: tuple[Unseen, ...] = ()) -> str:
    """Return the rows as an aligned table with a head, and a line for the signs that occur in it."""
    lines = [(row.place, row.program, row.pid, row.user, row.reached_by) for row in rows]
    text = "\n".join(columns([_HEAD, *lines], _WIDE, indent=0, gap=3)) + "\n"
    names = {pid: process for row in rows for pid, process in row.names.items()}
    notes = signs([row.socket for row in rows], names, unseen)
    return text + (f"\n{ascii_text('     '.join(notes))}\n" if notes else "")


def entry(row: Row) -> dict[str, object]:
    """Return a row for JSON: the socket's own fields, and how the table tells them."""
    import msgspec

    return {
        **msgspec.structs.asdict(row.socket),
        "program": None if row.program in ("?", "-") else row.program.strip("()"),
        "program_certain": certain(row.socket) and bool(row.processes),
        "reached_by": row.reached_by,
    }


def _waits(row: Row, wanted: filters.Filter) -> bool:
    """Tell whether a row belongs in the list: TCP listeners, and other protocols when a word names them."""
    socket = row.socket
    if socket.namespace is not None:
        return False
    if socket.protocol == "tcp":
        return socket.state == "LISTEN" and not {"udp", "unix"} & wanted.protocols()
    return socket.protocol in wanted.protocols()

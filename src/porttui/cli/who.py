"""`porttui who PORT`: who holds a port, with command line, folder and age."""

from __future__ import annotations

from porttui.cli import exits
from porttui.cli.arguments import understand
from porttui.cli.listed import Row, entry, read, unseen_text
from porttui.cli.parser import Parser
from porttui.model.facts import Process
from porttui.reading import columns
from porttui.reading.forwards import leads_to
from porttui.render.holders import Head, Holder, together
from porttui.render.holders import told as lines_of

SUMMARY = "tell who holds a port"
_HOLDING = ("LISTEN", "BOUND", "UNCONN")
_MORE = """\
Of each process it tells the command line, the folder, the start, and the
processes that led to it. When nobody waits on the port, the connections are
told that keep it. Programs of other users take root to see.

exit codes: 0 each port is held, 1 nobody was seen to hold one of them
            2 usage, 3 the tables cannot be read, 4 porttui itself failed
example: porttui who 5173 8080"""


def run(argv: list[str]) -> int:
    """Print who holds the port; exit code 0 when somebody holds each, 1 when nobody was seen to hold one."""
    args = build_parser().parse_intermixed_args(argv)
    found = {port: read(port) for port in _ports(args.port)}
    holders = {port: holding(rows) for port, (rows, _) in found.items()}
    if args.json:
        from porttui.render.json import lines_of_json

        every = [row for rows in holders.values() for row in rows]
        exits.emit(lines_of_json([{**entry(row), "processes": row.processes} for row in every]))
    else:
        exits.emit("\n".join(_told_port(port, rows) for port, rows in holders.items()))
    for port, (_, unseen) in found.items():
        if any(row.program == "?" for row in holders[port]) or not holders[port]:
            for each in unseen:
                exits.talk(f"porttui: {unseen_text(each)}")
    return exits.Exit.HEALTHY if all(holders.values()) else exits.Exit.FAULT


def build_parser() -> Parser:
    """Return the parser of this subcommand."""
    parser = Parser("who", "Tell who holds a port on this machine.", "porttui who 5173", _MORE)
    parser.add_argument("port", metavar="PORT", nargs="+", help="a port, or anything that check takes as TARGET")
    parser.add_argument("--json", action="store_true", help="print a JSON array")
    return parser


def _ports(words: list[str]) -> tuple[int, ...]:
    """Return the ports that are asked about: several numbers, or the one of a target."""
    if not any(char.isdigit() for word in words for char in word) and words != ["-"]:
        raise exits.UsageError(f"{' '.join(words)[:40]!r} names no port. Example: porttui who 5173")
    each = [words] if not all(word.isdecimal() for word in words) else [[word] for word in words]
    return tuple(dict.fromkeys(understand(one).target.port for one in each))


def _told_port(port: int, holders: tuple[Row, ...]) -> str:
    if not holders:
        return f"Nobody holds port {port} here.\n"
    return together(told(row) for row in holders)


def holding(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return who waits on the port; when nobody does, the connections that still keep it."""
    return tuple(row for row in rows if row.socket.state in _HOLDING) or rows


def told(row: Row) -> str:
    """Return a row and its processes as lines."""
    head = Head(row.place, row.socket.protocol, row.socket.state, row.program, row.pid, row.user)
    holders = (_holder(process, row.socket.port) for process in row.processes)
    return lines_of(head, holders, row.socket.unit, columns.network(row.socket))


def _holder(process: Process, port: int) -> Holder:
    return Holder(
        pid=process.pid,
        name=process.name,
        user=process.user,
        argv=process.argv,
        leads_to=leads_to(process.argv, port),
        cwd=process.cwd,
        started=process.started,
        ancestors=tuple((each.name, each.pid) for each in process.ancestors),
    )

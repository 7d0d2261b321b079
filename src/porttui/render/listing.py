"""Rows of a socket table as lines of text and as CSV, made from its columns: no row is made into a value for that."""

from __future__ import annotations

from functools import cache

from porttui.model.table import NOBODY, NOT_SEEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from porttui.model.table import Table

HERE = "this machine"
NETWORK = "network"
CSV_HEAD = (
    "protocol", "state", "address", "port", "peer", "peer_port", "path", "program", "program_certain", "pids", "user",
    "uid", "queue", "backlog", "reached_by",
)  # fmt: skip
"""Names of the columns: those of JSON."""
_WAIT = ("LISTEN", "UNCONN", "BOUND")


def by_place(table: Table, rows: Iterable[int]) -> list[int]:
    """Return rows by port, then address, then the rest."""
    ports, addresses, protocols, states = table.ports, table.addresses, table.protocols, table.states
    peers, peer_ports, inodes = table.peers, table.peer_ports, table.inodes

    def place(row: int) -> tuple[int, str, str, str, str, int, int]:
        return ports[row], addresses[row], protocols[row], states[row], peers[row], peer_ports[row], inodes[row]

    return sorted(rows, key=place)


def cells_of(table: Table, *, states: bool = False, protocols: bool = False) -> Callable[[int], tuple[str, ...]]:
    """Return what makes the cells of a row: address, protocol and state when asked for, program, pid, user, reach."""
    programs, users, pids, labels = table.programs, table.users, table.pids, table.labels
    reached, place = reached_by(table), place_of(table)

    def cells(row: int) -> tuple[str, ...]:
        more = (table.protocols[row],) * protocols + (table.states[row],) * states
        return (
            place(row),
            *more,
            programs[row],
            _pid(pids[row], row in labels, programs[row]),
            users[row],
            reached(row),
        )

    return cells


def head(*, states: bool = False, protocols: bool = False) -> tuple[str, ...]:
    """Return the names over the cells of `cells_of`."""
    return ("ADDRESS", *("PROTO",) * protocols, *("STATE",) * states, "PROGRAM", "PID", "USER", "REACHED BY")


def place_of(table: Table) -> Callable[[int], str]:
    """Return what writes the own address of a row with its port; a unix socket has a path."""
    addresses, ports = table.addresses, table.ports
    bare = cache(_bracketed)
    return lambda row: f"{bare(addresses[row])}:{ports[row]}" if table.protocols[row] != "unix" else addresses[row]


def reached_by(table: Table) -> Callable[[int], str]:
    """Return what tells who can reach a row by its address, or its other end; as `columns.reached_by`."""
    addresses, peers, peer_ports, protocols = table.addresses, table.peers, table.peer_ports, table.protocols
    bare, local = cache(_bracketed), cache(_is_local)

    def reached(row: int) -> str:
        if peer_ports[row]:
            return f"{bare(peers[row])}:{peer_ports[row]}"
        if protocols[row] == "unix" or local(addresses[row]):
            return HERE
        device = table.devices.get(row)
        return f"{NETWORK}, by {device}" if device else NETWORK

    return reached


def table_text(head: Sequence[str], rows: Iterable[Sequence[str]], gap: int = 3) -> str:
    """Return rows under a head, each on one line for grep and awk; all of them have as many cells as the head."""
    columns = [[plain(cell) for cell in column] for column in zip(head, *rows, strict=True)]
    widths = [max(map(len, column)) for column in columns[:-1]]
    line = (" " * gap).join([*(f"%-{width}s" for width in widths), "%s"])
    return "\n".join([(line % cells).rstrip() for cells in zip(*columns, strict=True)]) + "\n"


def csv_rows(table: Table, rows: Iterable[int]) -> Iterable[tuple[object, ...]]:
    """Yield rows for CSV under `CSV_HEAD`.

    What is not known is empty; of program and user, "?" is not known and "-" is nobody, as in the text.
    """
    reached = reached_by(table)
    for row in rows:
        unix = table.protocols[row] == "unix"
        program, pids, certain = table.programs[row], table.pids[row], row not in table.labels
        yield (
            table.protocols[row],
            table.states[row],
            "" if unix else table.addresses[row],
            "" if unix else table.ports[row],
            table.peers[row],
            table.peer_ports[row] or "",
            table.addresses[row] if unix else "",
            program.strip("()"),
            "true" if certain and pids else "false",
            " ".join(map(str, pids)),
            table.users[row],
            _told(table.uids[row]),
            _told(table.queues[row]),
            _told(table.limits[row]) if table.states[row] == "LISTEN" else "",
            reached(row),
        )


def _told(number: int) -> int | str:
    return "" if number < 0 else number


def _pid(pids: tuple[int, ...], probable: bool, program: str) -> str:
    """Return the first process id, with "+" for more; "?" when it is not certain, "-" when nobody holds the socket."""
    if pids and not probable:
        return f"{pids[0]}+" if len(pids) > 1 else str(pids[0])
    return NOBODY if program == NOBODY else NOT_SEEN


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _is_local(address: str) -> bool:
    from porttui.model.address import is_loopback

    return is_loopback(address)


def plain(cell: str) -> str:
    """Write what is not ASCII, or would be obeyed by a terminal, as an escape."""
    if cell.isascii() and cell.isprintable():
        return cell
    from porttui.render.lines import ascii_text

    return ascii_text(cell)

"""`porttui free [PORT | LO-HI]`: a port that really binds, on every address."""

from __future__ import annotations

import random
import re

from porttui.cli import exits
from porttui.cli.arguments import Parser
from porttui.cli.listed import read
from porttui.cli.who import holding
from porttui.model.base import Value
from porttui.render.lines import ascii_text

SUMMARY = "find a port that a server can bind, or test one"


class Free(Value, frozen=True, kw_only=True):
    """What was found out about a port."""

    port: int
    free: bool
    error: str | None = None
    """Name of the errno."""
    holders: tuple[str, ...] = ()
    """Who holds it, as far as that can be seen."""


def run(argv: list[str]) -> int:
    """Print a free port (exit code 0), or why the asked one is not (exit code 1)."""
    parser = Parser("free", "Print a port that a server can bind on this machine.", "porttui free 8000-8999")
    parser.add_argument("port", metavar="PORT | LO-HI", nargs="?", help="test this port, or take the first of a range")
    parser.add_argument("--json", action="store_true", help="print a JSON array")
    args = parser.parse_args(argv)
    from porttui.observe.free import USUAL, first_free

    ports = random.sample(USUAL, len(USUAL)) if args.port is None else _ports(args.port)
    with exits.doing("trying to bind"):
        found, why = first_free(ports)
    if found is None:
        results = [Free(port=ports[0], free=False, error=why, holders=_holders(ports[0]) if len(ports) == 1 else ())]
    else:
        results = [Free(port=found, free=True)]
    if args.json:
        from porttui.render.json import lines_of_json

        exits.emit(lines_of_json(results if found is not None or len(ports) == 1 else []))
    elif found is not None:
        exits.emit(f"{found}\n")
    else:
        exits.emit(_taken(results[0], args.port or "", single=len(ports) == 1))
    return exits.Exit.FAULT if found is None else exits.Exit.HEALTHY


def _ports(text: str) -> range:
    read_as = re.fullmatch(r":?(\d{1,5})(?:(?:-|\.\.)(\d{1,5}))?", text.strip())
    low = int(read_as[1]) if read_as else 0
    high = int(read_as[2] or low) if read_as else 0
    if not 1 <= low <= high <= 65535:
        raise exits.UsageError(
            f"{text[:40]!r} is no port or range of ports (1 to 65535). Example: porttui free 8000-8999"
        )
    return range(low, high + 1)


def _holders(port: int) -> tuple[str, ...]:
    try:
        rows, _ = read(port)
    except exits.CannotSeeError:
        return ()
    return tuple(
        f"{row.place} {row.socket.state} {row.program}, pid {row.pid}, user {row.user}" for row in holding(rows)
    )


def _taken(result: Free, asked: str, *, single: bool) -> str:
    if not single:
        return f"No port of {asked} can be bound: the last one fails with {result.error}.\n"
    lines = [f"Port {result.port} cannot be bound: {result.error}.", *(f"  {each}" for each in result.holders)]
    lines.append(f"More: porttui check {result.port} --bind")
    return "\n".join(ascii_text(line) for line in lines) + "\n"

"""Who holds a port, as lines of text: what `porttui who` prints for one socket."""

from __future__ import annotations

from typing import NamedTuple

from porttui.render.lines import ascii_text, columns, shell_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

_WIDE = 10_000
"""Rows are never wrapped, so that each stays one line for grep and awk."""


class Head(NamedTuple):
    """A socket in the words of the columns of every list (`porttui.reading.columns`)."""

    place: str
    protocol: str
    state: str
    program: str
    pid: str
    user: str


class Holder(NamedTuple):
    """A process that holds it."""

    pid: int
    name: str
    user: str | None
    argv: tuple[str, ...]
    leads_to: str
    cwd: str | None
    started: dt.datetime | None
    ancestors: tuple[tuple[str, int], ...]
    """From pid 1 on: name and pid."""


def told(head: Head, holders: Iterable[Holder], unit: str | None, network: str = "") -> str:
    """Return a socket, its processes, its unit and whose network it is in, if not this machine's, as lines."""
    state = head.state if head.protocol == "tcp" else f"{head.state} ({head.protocol})"
    user = head.user if head.user != "?" else "can't see"
    held = f"{head.program}, pid {head.pid}, user {user}"
    if head.program in ("?", "-"):
        held = "kernel, no program" if head.program == "-" else f"user {user}, program: can't see"
    lines = [f"{head.place}  {state}  {held}"]
    for holder in holders:
        lines += _holder(holder)
    if unit:
        lines += columns([("service", unit)], _WIDE)
    if network:
        lines += columns([("network", network)], _WIDE)
    return "\n".join(ascii_text(line) for line in lines) + "\n"


def together(blocks: Iterable[str]) -> str:
    """Return what `told` made of several sockets; those of which the same is told are told once, with their number."""
    counted: dict[str, int] = {}
    for block in blocks:
        counted[block] = counted.get(block, 0) + 1
    return "\n".join(_numbered(block, number) for block, number in counted.items())


def _numbered(block: str, number: int) -> str:
    first, end, rest = block.partition("\n")
    return f"{first}, {number} sockets{end}{rest}" if number > 1 else block


def _holder(holder: Holder) -> list[str]:
    rows = [
        ("pid", f"{holder.pid} {holder.name}" + (f", {holder.user}" if holder.user else "")),
        ("command", shell_command(holder.argv)),
        ("leads to", holder.leads_to),
        ("folder", holder.cwd or ""),
        ("since", f"{holder.started:%Y-%m-%d %H:%M:%S}" if holder.started else ""),
        ("parents", " > ".join(f"{name} {pid}" for name, pid in holder.ancestors)),
    ]
    return columns([row for row in rows if row[1]], _WIDE)

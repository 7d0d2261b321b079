"""The quick way of `porttui who PORT` and `porttui sockets`: the plain text, where nothing has to be guessed.

Most of the time of such a command is the start of Python and of what it imports, so that this way imports a handful of
small modules and neither msgspec nor argparse. It prints the same bytes as the whole way (`who`, `sockets`), or it
prints nothing and the whole way is gone: for an option, a filter, an owner that cannot be seen, another network
namespace that has the port.
"""

from __future__ import annotations

import gc
import os
import sys

from porttui.cli import exits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard

    from porttui.model.table import Table
    from porttui.render.holders import Holder

COMMANDS = ("who", "sockets")
"""What may be answered here."""


def answered(words: list[str]) -> int | None:
    """Answer a command line if it can be done quickly.

    Returns:
        The exit code; None when nothing was done.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        return None
    gc.disable()  # it would look at every row again and again, and find nothing that a quick command should give back
    text = None
    if words[0] == "who" and len(words) == 2 and words[1].isdecimal() and 0 < int(words[1]) < 65536:
        text = _who(int(words[1]))
    elif words[0] == "sockets" and {*words[1:]} <= {"all", "tcp"}:
        text = _sockets(every="all" in words, tcp="tcp" in words)
    if text is None:
        gc.enable()
        return None
    exits.emit(text)
    return exits.Exit.HEALTHY


def _who(port: int) -> str | None:
    from porttui.observe.linux.elsewhere import waits_elsewhere
    from porttui.observe.snapshots import Snapshots
    from porttui.render import listing
    from porttui.render.holders import Head, together, told

    if waits_elsewhere((port,)) is not False:
        return None
    table = Snapshots(protocols=("tcp", "udp"), waiting=True, port=port).take()
    if not _certain(table) or "BOUND" in table.states or not len(table):
        return None
    cells = listing.cells_of(table, states=True, protocols=True)
    parts = []
    for row in listing.by_place(table, range(len(table))):
        holders, unit = _holders(table.pids[row], port)
        if len(holders) < len(table.pids[row]):
            return None
        parts.append(told(Head(*cells(row)[:6]), holders, unit))
    return together(parts)


def _sockets(*, every: bool, tcp: bool) -> str | None:
    from porttui.observe.snapshots import Snapshots
    from porttui.render import listing

    both = every and not tcp
    table = Snapshots(protocols=("tcp", "udp") if both else ("tcp",), waiting=not every).take()
    if not _certain(table):
        return None
    rows = [row for row, state in enumerate(table.states) if every or state == "LISTEN"]
    if not rows:
        return None
    columns = listing.columns_of(table, listing.by_place(table, rows), states=every, protocols=both)
    return listing.columns_text(listing.under(listing.head(states=every, protocols=both), columns))


def _certain(table: object) -> TypeGuard[Table]:
    """Tell whether all that was asked for was seen, and every process by its descriptor."""
    from porttui.model.table import Table

    if not isinstance(table, Table) or table.source != "netlink" or table.unseen or table.labels:
        return False
    return "?" not in table.programs


def _holders(pids: tuple[int, ...], port: int) -> tuple[list[Holder], str | None]:
    """Describe processes, and tell the unit of the first; those that are gone are left out."""
    from porttui.observe.linux.brief import brief
    from porttui.render.holders import Holder

    found = [each for each in map(brief, pids) if each is not None]
    return [
        Holder(
            pid=each.pid,
            name=each.name,
            user=each.user,
            argv=each.argv,
            leads_to=_leads_to(each.argv, port),
            cwd=each.cwd,
            started=each.started,
            ancestors=each.ancestors,
        )
        for each in found
    ], found[0].unit if found else None


def _leads_to(argv: tuple[str, ...], port: int) -> str:
    from porttui.reading.forwarders import may_forward

    if not may_forward(argv):
        return ""
    from porttui.reading.forwards import leads_to

    return leads_to(argv, port)

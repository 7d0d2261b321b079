"""Small parts of a report that stand in more than one place: sockets on the port, the process, the packet's way."""

from __future__ import annotations

from porttui.model.facts import Sockets, Unseen
from porttui.model.report import Report
from porttui.reading import columns
from porttui.reading.words import tilde
from porttui.render.packet_way import stops
from porttui.render.processes import command_text, far_end, listening_processes, runs_because, who
from porttui.ui.keymap import key_of
from porttui.ui.lines import Line, aligned, cut, plain, wrap
from porttui.ui.words import MARKS, command


def sockets_on_port(report: Report, width: int) -> list[Line]:
    """List the sockets that have the port on either side."""
    seen, port = report.facts.sockets, report.target.port
    if not isinstance(seen, Sockets):
        return plain([f" Sockets on port {port}: {_absence(seen)}"])
    rows = [row for row in seen.rows if port in (row.port, row.peer_port)]
    title = f" Sockets on port {port}: {len(rows)} of {seen.total}"
    if not rows:
        return plain([title])
    table = [("LOCAL", "STATE", "PEER", "PID")]
    table += [(columns.local(row), columns.state(row), columns.peer(row), columns.pid(row)) for row in rows[:8]]
    texts = [f"   {text}" for text in aligned(table, gap=3)]
    texts += [f"   and {len(rows) - 8} more: {key_of('tab_3')}"] * (len(rows) > 8)
    return plain([title, *(cut(text, width) for text in texts)])


def process(report: Report, width: int) -> list[Line]:
    """Describe the process that listens on the port, in a few rows."""
    found = listening_processes(report)
    if not found:
        return []
    first = found[0]
    rows = [f" Process: {who(first, report)}"]
    facts = (
        ("runs because", runs_because(first)),
        ("command", command_text(first)),
        ("leads to", far_end(first, report)),
        ("folder", tilde(first.cwd, first.user) if first.cwd else ""),
        ("since", first.started.strftime("%H:%M:%S") if first.started else ""),
        ("restarted by", first.unit or "nobody that was seen"),
    )
    for label, text in facts:
        rows += wrap(text, width - 1, f"   {label:<14}") if text else []
    return plain(rows)


def packet_way(report: Report, width: int) -> list[Line]:
    """List the stops of the packet downwards, in the order in which it meets them; the colour is on the step alone."""
    rows: list[Line] = [Line(" The packet's way")]
    for stop in stops(report):
        first, *more = wrap(stop.text, width - 1, " " * 15)
        rows += plain([f"   {MARKS[stop.status][0]} {stop.name:<10}{first[15:]}", *more])
    return rows


def laptop(report: Report, width: int) -> list[Line]:
    """Tell how the browser of the user's own computer gets here, when a way of the report says so."""
    for remedy in report.remedies:
        for step in remedy.steps:
            if step.argv and step.argv[0] == "ssh" and "-L" in step.argv:
                urls = [other.url for other in remedy.steps if other.url]
                rows = wrap(f"{remedy.title} (way {remedy.way})", width - 1, " ")
                rows += wrap(step.text, width - 1, "   ")
                rows += wrap(command(step, report), width - 1, "     ")
                rows += [f"   and open {url} there." for url in urls[:1]]
                return plain(rows)
    return []


def _absence(seen: Unseen | None) -> str:
    return "not looked at yet" if seen is None else f"can't see ({seen.reason})"

"""What is told of a process that is looked at closely: a label and a text for each thing, in their order."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from msgspec.structs import replace

from porttui.model.address import endpoint
from porttui.model.facts import Facts, Process, Socket, Sockets, Unseen
from porttui.model.report import Report
from porttui.reading import columns, seen
from porttui.reading.acts import Act
from porttui.reading.consequences import connected, consequences
from porttui.reading.exposure import Exposure, exposure, waits
from porttui.reading.inspected import Inspected, Log
from porttui.reading.supervisors import supervisors
from porttui.reading.words import tilde
from porttui.render.processes import command_text, far_end, runs_because
from porttui.render.sections import how_to_see

_MOST = 4
"""Of listeners, or of other ends, that are named."""
Row = tuple[str, str]


def facts_about(report: Report, inspected: Inspected | None) -> tuple[Facts, bool]:
    """Return the facts with the sockets of a close look, and whether these are all that the process has."""
    if inspected is None or not isinstance(inspected.sockets, Sockets):
        return report.facts, False
    known = {each.pid for each in inspected.sharing}
    before = tuple(each for each in report.facts.processes or () if each.pid not in known)
    return replace(report.facts, sockets=inspected.sockets, processes=(*before, *inspected.sharing)), True


def rows(
    one: Process, report: Report, inspected: Inspected | None, *, ending: bool = True, reasons: bool = False
) -> list[Row]:
    """Return what is told of a process.

    Args:
        one: the process, as new as it is known.
        report: of the last look.
        inspected: the close look at this process; None while there is none.
        ending: tell what would happen when it ends; not needed above the question that tells the same.
        reasons: tell why those can reach it who can.
    """
    facts, whole = facts_about(report, inspected)
    held = [row for row in seen.rows(facts) if one.pid in row.pids]
    listening = [row for row in held if waits(row)]
    told = [
        ("runs because", runs_because(one)),
        ("in charge", "; ".join(supervisors(one))),
        ("command", command_text(one)),
        ("leads to", far_end(one, report)),
        ("program", "its file was deleted or replaced since it was started" if one.exe_deleted else ""),
        ("folder", tilde(one.cwd, one.user) if one.cwd else "can't see"),
        ("since", _when(one.started) if one.started else "can't see"),
        ("state", "paused by SIGSTOP or ctrl+z; no debugger holds it" if one.state == "T" and not one.tracer else ""),
        ("debugger", f"held by process {one.tracer}" if one.tracer else ""),
        ("listens on", _listed([_listener(row) for row in listening])),
        *(_exposures(facts, one, inspected, reasons=reasons) if inspected is not None else ()),
        ("connected", _connected(facts, one, listening)),
        ("connects to", _connects(report, one, held, listening) if whole else ""),
        ("uses", uses(one)),
    ]
    if ending:
        told += _ending(facts, one, whole=whole)
    return [row for row in told if row[1]]


def uses(one: Process) -> str:
    """Return what a process takes of the machine: "31 open files of 1024, 0.3 % CPU, 112 MB, 1 thread"."""
    parts = []
    if one.open_files is not None:
        limit = f" of {one.open_files_limit}" if one.open_files_limit is not None else ""
        parts.append(f"{_count(one.open_files, 'open file')}{limit}")
    if one.cpu_percent is not None:
        parts.append(f"{one.cpu_percent:.1f} % CPU")
    if one.memory is not None:
        parts.append(f"{one.memory / 1e6:.0f} MB")
    if one.threads is not None:
        parts.append(_count(one.threads, "thread"))
    return ", ".join(parts)


def log_rows(inspected: Inspected | None, report: Report, most: int) -> list[Row]:
    """Return the last lines of the log of its unit or container, each with its time; () when it has none."""
    if inspected is None or inspected.log is None:
        return []
    if isinstance(inspected.log, Unseen):
        how = how_to_see(inspected.log, report)
        return [("log", f"can't see, {inspected.log.reason}" + (f":  {how}" if how else ""))]
    log: Log = inspected.log
    lines = [f"{_clock(line.at, inspected.at)}{line.text}" for line in log.lines[-most:]]
    return [("log" if index == 0 else "", text) for index, text in enumerate(lines or ["no lines"])]


def _listener(row: Socket) -> str:
    protocol = " (UDP)" if row.protocol == "udp" else ""
    device = f" on {row.device}" if row.device else ""
    waiting = f", queue {columns.queue(row).replace('/', ' of ')}" if row.queue is not None and not protocol else ""
    return f"{columns.local(row)}{device}{protocol}{waiting}"


def _exposures(facts: Facts, one: Process, inspected: Inspected, *, reasons: bool) -> list[Row]:
    """Tell who can reach it, once for all listeners where that is the same, and why that deserves a look."""
    found: dict[str, tuple[Exposure, list[Socket]]] = {}
    for row in seen.rows(facts):
        if one.pid in row.pids and waits(row):
            told = exposure(row, inspected.surroundings, (one,), protocol=_answers(facts, row))
            found.setdefault(told.who, (told, []))[1].append(row)
    each = sorted(found.items(), key=lambda item: -item[1][0].order)
    texts = [
        (who if len(each) == 1 else f"{who} ({', '.join(_places(held)[:2])})")
        + (f": {'; '.join(told.because)}" if reasons and told.because else "")
        for who, (told, held) in each
    ]
    looks = dict.fromkeys(reason.text for _, (told, _) in each if told.beyond for reason in told.reasons)
    # what is certain of one listener is not told once more as probable of another one
    grounds = [
        text for text in looks if not text.startswith("probably ") or text.removeprefix("probably ") not in looks
    ]
    return [("reached by", _listed(texts)), ("worth a look", "; ".join(grounds))]


def _places(held: list[Socket]) -> list[str]:
    """Return where sockets listen, each place once: SO_REUSEPORT lets several have the same one (socket(7))."""
    places = [columns.local(row) for row in held]
    numbers = {place: places.count(place) for place in places}
    return [f"{place}, {number} sockets" if number > 1 else place for place, number in numbers.items()]


def _answers(facts: Facts, row: Socket) -> str | None:
    """Return the protocol in which a listener has answered at this look; None when it was not asked."""
    answers = [each for each in seen.exchanges(facts) if each.protocol is not None and each.port == row.port]
    return next((each.protocol for each in answers if seen.accepting(facts, each.address, each.port) == row), None)


def _connected(facts: Facts, one: Process, listening: list[Socket]) -> str:
    if not any(row.protocol == "tcp" for row in listening):
        return ""
    ports = {(row.port, row.namespace) for row in listening}
    left = sum(
        row.state == "CLOSE_WAIT" and (row.port, row.namespace) in ports and one.pid in row.pids
        for row in seen.rows(facts)
    )
    more = f"; {left} that the other end has left, and it has not closed (CLOSE-WAIT)" if left else ""
    least = "at least " * any(unseen.what.endswith("more sockets") for unseen in seen.owners_unseen(facts))
    return f"{least}{connected(facts, one) or 'not seen'}{more}"


def _connects(report: Report, one: Process, held: list[Socket], listening: list[Socket]) -> str:
    """Tell where it is connected to as a client."""
    own = {(row.port, row.namespace) for row in listening}
    ends = Counter(
        endpoint(row.peer, row.peer_port)
        for row in held
        if row.peer_port and row.state == "ESTABLISHED" and (row.port, row.namespace) not in own
    )
    privileges = report.facts.privileges
    if not ends and not privileges.root and one.uid != privileges.uid:
        return "can't see: needs root"
    return _listed([f"{end} ({count})" if count > 1 else end for end, count in ends.most_common()])


def _ending(facts: Facts, one: Process, *, whole: bool) -> list[Row]:
    found = consequences(facts, one, Act.STOP, whole=whole)
    return [("if it ends", found.lose), ("comes back", found.comes_back)]


def _when(at: dt.datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def _clock(at: dt.datetime | None, now: dt.datetime) -> str:
    """Write when a line was written: its date too, unless that is today's."""
    if at is None:
        return ""
    return at.strftime("%H:%M:%S  " if at.date() == now.astimezone(at.tzinfo).date() else "%Y-%m-%d %H:%M:%S  ")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _listed(texts: Iterable[str]) -> str:
    each = list(texts)
    more = [f"and {len(each) - _MOST} more"] * (len(each) > _MOST)
    return "; ".join((*each[:_MOST], *more))

"""`porttui sockets --exposed`: what is open beyond this machine, to whom, and why it deserves a look."""

from __future__ import annotations

import argparse
import textwrap
from typing import NamedTuple

from porttui.cli import exits
from porttui.cli.listed import entry_of
from porttui.cli.socket_looks import csv_text, kept, signs, take, tell_unseen
from porttui.model.facts import Process, Unseen
from porttui.model.table import Table
from porttui.observe import this_platform
from porttui.observe.exposed import surroundings
from porttui.observe.snapshots import Snapshots
from porttui.reading.exposure import Exposure, exposure, waits
from porttui.reading.filters import Filter
from porttui.render import listing

_HEAD = ("ADDRESS", "PROTO", "PROGRAM", "PID", "USER", "OPEN TO", "WHY LOOK")
_MOST_DOUBTS = 2
_WIDTH = 79
_CSV_HEAD = (*listing.CSV_HEAD, "reach", "sure", "who", "reasons")


class _Open(NamedTuple):
    row: int
    exposure: Exposure


def run(args: argparse.Namespace, wanted: Filter, example: str) -> int:
    """Print what is open; with --strict the exit code tells whether anything is."""
    if wanted.asks_state:
        raise exits.UsageError(
            f"--exposed is about what waits for others: no word for a state goes with it. Example: {example}"
        )
    looks = Snapshots(protocols=wanted.protocols() or {"tcp", "udp"}, waiting=True, described=wanted.asks_text)
    with exits.doing("reading the socket tables"):
        table = take(looks)
        rows = listing.by_place(table, kept(table, wanted))
    with exits.doing("looking at who can reach them"):
        eyes = this_platform()
        sockets = {row: table.socket(row) for row in rows}
        sockets = {row: socket for row, socket in sockets.items() if waits(socket)}
        around = surroundings(eyes, sockets.values())
        pids = {pid for socket in sockets.values() for pid in socket.pids}
        known: dict[int, Process] = {each.pid: each for each in eyes.processes(sorted(pids))}
    found = [
        _Open(row, exposure(socket, around, [known[pid] for pid in socket.pids if pid in known]))
        for row, socket in sockets.items()
    ]
    shown = sorted(
        (each for each in found if each.exposure.beyond),
        key=lambda each: (-each.exposure.order, not each.exposure.reasons),
    )
    exits.emit(_written(table, shown, args.form))
    if not shown:
        exits.talk(
            "porttui: nothing that passes the filter is open beyond this machine"
            if wanted.words
            else "porttui: nothing is open beyond this machine"
        )
    tell_unseen((*table.unseen, *[each for each in (around.interfaces, around.entries) if isinstance(each, Unseen)]))
    if not args.strict or not shown:
        return exits.Exit.HEALTHY
    return exits.Exit.FAULT if any(each.exposure.sure for each in shown) else exits.Exit.UNDETERMINED


def _written(table: Table, shown: list[_Open], form: str) -> str | bytes:
    if form == "json":
        from porttui.render.json import lines_of_json

        return lines_of_json([{**entry_of(table, each.row), "exposure": each.exposure} for each in shown])
    if form == "csv":
        rows = listing.csv_rows(table, [each.row for each in shown])
        more = [
            (each.exposure.reach, str(each.exposure.sure).lower(), each.exposure.who, _reasons(each)) for each in shown
        ]
        return csv_text([_CSV_HEAD, *((*row, *rest) for row, rest in zip(rows, more, strict=True))])
    cells = listing.cells_of(table, protocols=True)
    lines = [(*cells(each.row)[:-1], _open_to(each), _reasons(each)) for each in shown]
    text = listing.table_text(_HEAD, lines)
    notes = [signs((cell for line in lines for cell in line[:5]), table.unseen)]
    notes.append(_doubts([each.exposure for each in shown if not each.exposure.sure]))
    return text + "".join(f"\n{note}\n" for note in notes if note)


def _doubts(unsure: list[Exposure]) -> str:
    """Return what the star stands for, each doubt once, in lines for a terminal of 80 columns."""
    if not unsure:
        return ""
    each_doubt = [each.who.partition(", unless ")[2].partition("; or farther: ") for each in unsure]
    unless = [text for text in dict.fromkeys(doubt for doubt, _, _ in each_doubt) if text]
    if not unless or len(unless) > _MOST_DOUBTS:
        return "* as far as can be seen; --json says of each what is not known"
    farther = dict.fromkeys(f"; or farther: {why}" for _, _, why in each_doubt if why)
    text = listing.plain(f"* unless {', or '.join(unless)}{''.join(farther)}")
    return textwrap.fill(text, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _open_to(one: _Open) -> str:
    return one.exposure.word if one.exposure.sure else f"{one.exposure.word}*"


def _reasons(one: _Open) -> str:
    return "; ".join(each.text for each in one.exposure.reasons)

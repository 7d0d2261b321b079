"""The right column of a lab in a wide window: what porttui sees without its verdict, sockets, what to try, the labs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import PurePath

from porttui.labs import telling
from porttui.labs.play import Play
from porttui.model.facts import Sockets
from porttui.model.report import Report, Status, StepResult
from porttui.reading import columns
from porttui.ui.lab_rows import Stand
from porttui.ui.lines import Line, aligned, cut, plain, wrap
from porttui.ui.words import MARKS

_HIDDEN = "for you to find"
_BOUND = ("LISTEN", "BOUND", "UNCONN")
"""Sockets that have a port and no other end."""
_MOST_SOCKETS = 6


def beside(play: Play, stand: Stand, report: Report | None, solved: Collection[str], width: int) -> list[Line]:
    """Return the column.

    Args:
        play: the lab.
        stand: how it stands.
        report: what porttui found at the last look; None: it has not looked yet.
        solved: the names of the labs that were solved.
        width: of the column.
    """
    rows: list[str] = []
    if report is None and stand.phase == "on":
        rows = [" What porttui sees: it is looking", ""]
    if report is not None and stand.phase in ("on", "solved"):
        rows = [*_steps(report, width, told=stand.phase == "solved"), "", *_sockets(play, report, width)]
    return plain([*rows, *tries(play, stand, width), *_labs(play, solved, width)])


def tries(play: Play, stand: Stand, width: int) -> list[str]:
    """Return commands that look at the lab, here and in a second terminal; a blank row is the last."""
    if stand.phase not in ("on", "solved"):
        return []
    target = play.scene.target
    url = target if "://" in target else f"http://{target}"
    typed = ["ss -ltn"] if play.lab.question == "bind" else [f"curl {url}", "ss -ltn"]
    rows = [" Things to try: ! and one of these", *(row for text in typed for row in wrap(text, width - 1, "   "))]
    return [
        *(rows if stand.phase == "on" else []),
        " In a second terminal",
        *wrap(telling.other_command(play), width - 1, "   "),
        "",
    ]


def _steps(report: Report, width: int, *, told: bool) -> Iterable[str]:
    """Return the six steps; what is wrong, and what names it, is left out until the lab is solved."""
    yield " What porttui sees" + ("" if told else ", without its verdict")
    for step in report.steps:
        mark = " ".join(MARKS[step.status])
        word, text = (mark, step.summary) if told else _veiled(step, mark)
        lead = f"   {step.name.value:<9}{word:<12}"
        yield from wrap(text, width - 1, lead) if text else [lead.rstrip()]


def _veiled(step: StepResult, mark: str) -> tuple[str, str]:
    """Return the mark of a step and what it says, without what leads to the cause."""
    if step.status in (Status.FAIL, Status.WARN):
        return "", _HIDDEN
    if step.status is Status.PASS:
        return mark, step.summary
    text = step.summary.partition(": ")[0].partition(";")[0]  # the first words; what follows says from what it follows
    return mark, "" if text.startswith("follows from") else text


def _sockets(play: Play, report: Report, width: int) -> list[str]:
    """Return the sockets of what the lab has started, and those on its port."""
    seen, port = report.facts.sockets, report.target.port
    if not isinstance(seen, Sockets):
        return []
    names = {process.pid: process for process in report.facts.processes or ()}
    own = {server.pid: f"{PurePath(server.program).stem}.py" for server in play.stage.started}
    rows = [
        row
        for row in seen.rows
        if row.protocol != "unix" and row.state in _BOUND and (row.port == port or not own.keys().isdisjoint(row.pids))
    ]
    title = f" Sockets of this lab and on port {port}"
    if not rows:
        return [title, "   none", ""]
    cells = [("LOCAL", "STATE", "PROGRAM", "PID")]
    for row in rows[:_MOST_SOCKETS]:
        kind = "" if row.protocol == "tcp" else f" {row.protocol}"
        program = columns.program(row, names)
        if program == columns.NOT_SEEN:  # the look was not at its port, so that the report does not name it
            program = next((own[pid] for pid in row.pids if pid in own), program)
        cells.append((columns.local(row) + kind, columns.state(row), program, columns.pid(row)))
    more = [f"   and {len(rows) - _MOST_SOCKETS} more"] * (len(rows) > _MOST_SOCKETS)
    return [title, *(cut(f"   {text}", width) for text in aligned(cells, gap=3)), *more, ""]


def _labs(play: Play, solved: Collection[str], width: int) -> list[str]:
    numbers = {lab.name: str(at) for at, lab in enumerate(play.labs, 1)}
    done = [numbers[name] for name in numbers if name in solved]
    return [
        " Your labs",
        *wrap(" ".join(done) or "none yet", width - 1, "   solved   "),
        f"   now      {numbers[play.lab.name]}",
        f"   left     {len(play.labs) - len(done)} of {len(play.labs)}",
    ]

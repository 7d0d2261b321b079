"""What is told before something is done to a process: what is sent, what is lost, who brings it back."""

from __future__ import annotations

from porttui.model.facts import Process
from porttui.model.report import Report
from porttui.reading.acts import Act
from porttui.reading.consequences import Consequences

ACTS = (Act.RESUME, Act.STOP, Act.KILL, Act.PAUSE)
"""In the order of their numbers."""


def told(found: Consequences, process: Process, report: Report) -> list[tuple[str, str]]:
    """Return label and text of all that a question about an act tells."""
    started = found.started.strftime(_when(report, process)) if found.started is not None else "?"
    rows = (
        ("sends", found.sends),
        ("you lose", found.lose),
        ("also", found.also),
        ("comes back", found.comes_back),
        ("rather", _rather(found)),
        ("but", found.doubt),
        ("checked again", f"just before sending: still pid {found.pid}, started {started}"),
    )
    return [row for row in rows if row[1]]


def _rather(found: Consequences) -> str:
    """Name the wiser action by its number."""
    if found.rather_act is None:
        return found.rather
    return f"{ACTS.index(found.rather_act) + 1} {found.rather}"


def _when(report: Report, process: Process) -> str:
    """Return how a start time is written: with its date unless that is today's."""
    today = (
        process.started is not None and process.started.date() == report.at.astimezone(process.started.tzinfo).date()
    )
    return "%H:%M:%S" if today else "%Y-%m-%d %H:%M:%S"

"""What the diagnosis screen shows: one frozen value, replaced as a whole when a look brings something new."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from porttui.model.base import Value
from porttui.model.facts import Host, Privileges, Process, Unseen
from porttui.model.report import Report, Severity
from porttui.model.target import Asked

if TYPE_CHECKING:  # the first screen is drawn without them
    from porttui.model.rules import Judged
    from porttui.model.watch import Timeline
    from porttui.reading.guide import Guide
    from porttui.reading.inspected import Inspected
    from porttui.reading.sender import Sender


class Here(Value, frozen=True, kw_only=True):
    """Who sits where: known before the first look."""

    privileges: Privileges
    host: Host


class Elsewhere(Value, frozen=True, kw_only=True):
    """What was asked about a connection from another machine, on the Firewall tab."""

    typed: str
    problem: str = ""
    """Why it cannot be asked about; empty when it can."""
    sender: Sender | None = None
    judged: Judged | Unseen | None = None
    """None: it is being worked out."""


class Shown(Value, frozen=True, kw_only=True):
    """The state of the diagnosis screen, read by its rows and tabs."""

    asked: Asked
    here: Here | None = None
    example: bool = False
    """Nobody asked about it: it gives the lessons something to show."""
    report: Report | None = None
    """The last result; parts of a look only while there is no finished one."""
    looking: bool = False
    """No finished result is shown yet."""
    again: bool = False
    """A finished result is shown, and a newer look is under way."""
    note: str = ""
    """One row about the last look: "Looked again 14:03:22: no change."."""
    changed: dt.datetime | None = None
    """When the last part of a look under way arrived."""
    failure: str = ""
    """What porttui itself failed at."""
    processes: tuple[Process, ...] = ()
    """Owners of other listeners, for the names in the table."""
    inspected: Inspected | None = None
    """The close look at the process that the Process tab has in focus; None while there is none."""
    marked: frozenset[tuple[str, int]] = frozenset()
    """Steps of ways that the user said are done: letter of the way and index of the step."""
    guide: Guide | None = None
    """Where the user stands on the way to a connection that works; None before the first finished result."""
    watching: bool = False
    """porttui goes on looking by itself."""
    watch_wanted: bool = False
    """The user asked for it, so that the timeline takes the place of the evidence."""

    elsewhere: Elsewhere | None = None
    """None: no sender was typed."""
    goal: str = ""
    """What solves the lab that this is about: "http://127.0.0.1:8080 shows the page."; empty when it is about none."""
    goal_is_the_target: bool = False
    """Another address that works does not solve the lab."""
    goal_by: str = ""
    """How a lab is solved where no way of porttui's does it; empty where that is not known."""

    @property
    def fixed(self) -> bool:
        """A fault was there, and it is proven gone."""
        return self.guide is not None and not self.looking and self.guide.fixed

    @property
    def fault(self) -> Report | None:
        """The report whose fault is worked on: its ways stay while a server restarts."""
        if self.guide is None or self.looking:
            return self.report
        ill = self.guide.first.verdict.severity in (Severity.FAULT, Severity.UNKNOWN)
        return self.guide.first if ill else self.report

    @property
    def timeline(self) -> Timeline | None:
        """What was seen so far."""
        return self.guide.timeline if self.guide is not None else None

    @property
    def who(self) -> Here | None:
        """Who looks, from the report when there is one."""
        if self.report is None:
            return self.here
        return Here(privileges=self.report.facts.privileges, host=self.report.facts.host)

    @property
    def names(self) -> dict[int, Process]:
        """All processes known, by pid."""
        known = {process.pid: process for process in self.processes}
        if self.report is not None:
            known |= {process.pid: process for process in self.report.facts.processes or ()}
        return known


def same_answer(one: Report, other: Report) -> bool:
    """Tell whether two looks found the same: verdicts, the outcome of every step, and what listens where."""
    return _essence(one) == _essence(other)


def _essence(report: Report) -> tuple[object, ...]:
    return (
        report.verdict.code,
        report.verdict.confidence,
        tuple(verdict.code for verdict in report.also),
        tuple((step.name, step.status) for step in report.steps),
        tuple((side.endpoint, side.text) for side in report.found),
    )

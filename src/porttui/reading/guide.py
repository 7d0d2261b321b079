"""The guide: which way the user goes, whether it worked, and what stands behind the fault that is gone.

A pure state machine. It is given a report after each look and answers with the next guide.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from msgspec.structs import replace

from porttui.model.base import Value
from porttui.model.facts import Facts
from porttui.model.parse import parse
from porttui.model.report import Remedy, Report, Severity, Status, Step
from porttui.model.target import Asked, Question, TargetError
from porttui.model.watch import Glance, Timeline
from porttui.reading import glance, keeping, seen, words

LOOKS = 3
"""Good looks in a row that prove a fix."""
RESTART = 10.0
"""Seconds for which nothing may listen while a server restarts."""
_LOOKS_AFTER_LOOP = 30
"""Good looks in a row that are asked for when the server has already come and gone before."""
_SERVERS = 3
"""With the third server that answered since the guide began, it is a loop and no restart."""
_NOBODY = ("nothing-listening", "bound-not-listening", "wrong-port", "server-starting", "crash-loop")
"""Codes that a restart shows for a moment; they never say that the fault before them is solved."""
_BEHIND: dict[Step | None, int] = {
    Step.NAME: 0,
    Step.BIND: 0,
    Step.FIREWALL: 1,
    Step.LISTENER: 2,
    Step.PATH: 3,
    Step.PROBE: 4,
    None: 5,
}
"""The order in which a packet meets the steps: what fails later stands behind what fails earlier."""

State = Literal["watching", "proven", "another", "unchanged"]


class Row(Value, frozen=True, kw_only=True):
    """One line of before and now."""

    name: str
    before: str
    before_status: Status
    now: str
    now_status: Status


class Guide(Value, frozen=True, kw_only=True):
    """Where the user stands on the way to a connection that works. Made by `Guide.begin`."""

    first: Report
    """The report with the fault that is worked on."""
    now: Report
    """The last one."""
    pinned: Remedy | None = None
    """The way in hand. It stays while the server restarts."""
    timeline: Timeline
    solved: tuple[Report, ...] = ()
    """Faults that are gone, oldest first, each as it was found."""
    state: State = "unchanged"
    """watching: something moved and it is not decided yet; proven: it works; another: a fault that was not there
    before leads now and `first` is that one; unchanged: still what it was."""
    good: int = 0
    """Good looks in a row, with one server."""
    servers: tuple[tuple[str, ...], ...] = ()
    """The identities of the servers that answered since the guide began."""
    other_since: dt.datetime | None = None
    """Since when another fault leads without a break."""
    other: str = ""
    """Its code; "nobody" for all that a restart shows for a moment."""
    other_looks: int = 0

    @classmethod
    def begin(cls, report: Report) -> Guide:
        """Begin with a finished report."""
        return cls(first=report, now=report, timeline=Timeline().add(glance.glance_of(report)))

    @property
    def target(self) -> str:
        """The target that has to be watched: the proof of the way in hand, else what was asked."""
        return self.pinned.proof if self.pinned else self.first.target.text

    @property
    def asked(self) -> Asked:
        """What has to be asked to see whether the way in hand has worked."""
        asked = self.first.facts.asked
        if self.pinned is None or self.pinned.proof == self.first.target.text:
            return asked
        try:
            read = parse(self.pinned.proof, self.pinned.proof_question or asked.question)
        except TargetError:
            return asked
        same = (read.target.host, read.target.port, read.target.scheme, read.question)
        mine = (asked.target.host, asked.target.port, asked.target.scheme, asked.question)
        return asked if same == mine else read

    @property
    def begun(self) -> Report:
        """The report with which it began: the first fault of all that were worked on."""
        return self.solved[0] if self.solved else self.first

    @property
    def fixed(self) -> bool:
        """A fault was there, and it is proven gone."""
        ill = self.first.verdict.severity in (Severity.FAULT, Severity.UNKNOWN)
        return self.state == "proven" and (ill or bool(self.solved))

    @property
    def needed(self) -> int:
        """How many good looks in a row prove it; more when the server has come and gone before."""
        loop = len(self.servers) >= _SERVERS or self.first.verdict.code == "crash-loop"
        return _LOOKS_AFTER_LOOP if loop else LOOKS

    def pin(self, way: str) -> Guide:
        """Take a way in hand by its letter; "" lets go of it. A way that does not exist changes nothing."""
        chosen = next((each for each in self.first.remedies if each.way == way), None)
        if way and chosen is None:
            return self
        return replace(self, pinned=chosen, good=0, servers=(), other="", other_looks=0, other_since=None)

    def seen(self, report: Report) -> Guide:
        """Take in a finished report on `target` and return the next state.

        A report on another target than `target`, from a look that began before the way was taken in hand, only adds
        to the timeline.
        """
        look = glance.glance_of(report)
        seen_now = replace(self, now=report, timeline=self.timeline.add(look))
        if not _is_on(report, self.target):
            return seen_now
        if look.good or _let_go(self.first, report):
            return _better(seen_now, look)
        return _worse(seen_now, report)

    @property
    def rows(self) -> tuple[Row, ...]:
        """Before and now, side by side: who listens, how the connection ends, what is answered; and what differs."""
        begun = self.begun
        always: tuple[Step, ...] = (Step.LISTENER, Step.PATH, Step.PROBE)
        if begun.question is Question.BIND:
            always = (Step.BIND, Step.LISTENER)
        found = []
        for before, now in zip(begun.steps, self.now.steps, strict=True):
            differs = before.status is Status.FAIL or now.status is Status.FAIL
            if before.name in always or differs:
                found.append(
                    Row(
                        name=before.name.value,
                        before=_short(begun.facts, before.name, before.summary),
                        before_status=before.status,
                        now=_short(self.now.facts, now.name, now.summary),
                        now_status=now.status,
                    )
                )
        return tuple(found)


def _let_go(first: Report, now: Report) -> bool:
    """Tell whether who held the port is gone, and what is left of its connections is in the way of no server like it.

    A bind with SO_REUSEADDR works only because the old server had set it, so that one can be started again at once.
    """
    bind = now.question is Question.BIND and bool(keeping.holders(first.facts)) and not keeping.holders(now.facts)
    return bind and bool(keeping.taken(now.facts)) and not keeping.taken_for_all(now.facts)


def _better(guide: Guide, look: Glance) -> Guide:
    same = guide.servers[-1:] == (look.identity,)
    good = guide.good + 1 if same else 1
    servers = guide.servers if same else (*guide.servers[-_SERVERS:], look.identity)
    calm = replace(guide, good=good, servers=servers, other="", other_looks=0, other_since=None)
    return replace(calm, state="proven" if good >= calm.needed else "watching")


def _worse(guide: Guide, report: Report) -> Guide:
    code, begun = report.verdict.code, guide.first.verdict.code
    bad = replace(guide, good=0)
    if code == begun or (begun == "crash-loop" and code in _NOBODY):
        return replace(bad, other="", other_looks=0, other_since=None, state="unchanged")
    if report.verdict.severity is Severity.UNKNOWN:
        return replace(bad, state="watching")
    kind = "nobody" if code in _NOBODY else code
    same = guide.other == kind and guide.other_since is not None
    since = guide.other_since if same and guide.other_since else report.at
    looks = guide.other_looks + 1 if same else 1
    lasts = (report.at - since).total_seconds() >= RESTART if kind == "nobody" else looks >= LOOKS
    if lasts:
        return _go_on_with(guide, report)
    return replace(bad, other=kind, other_since=since, other_looks=looks, state="watching")


def _go_on_with(guide: Guide, report: Report) -> Guide:
    """Work on another fault from now on; the one before is solved when the new one stands behind it."""
    solved = (*guide.solved, guide.first) if _is_behind(report, guide.first) else guide.solved
    return Guide(
        first=report, now=report, timeline=guide.timeline, solved=solved, state="another", servers=guide.servers
    )


def _is_on(report: Report, target: str) -> bool:
    """Tell whether a report is about a target; a scheme that was only guessed for it makes no difference."""
    if report.target.text == target:
        return True
    try:
        wanted = parse(target).target
    except TargetError:
        return False
    return (wanted.host, wanted.port) == (report.target.host, report.target.port)


def _is_behind(report: Report, first: Report) -> bool:
    """Tell whether the fault of a report shows that the first one is gone, because the packet came further."""
    verdict = report.verdict
    if verdict.code in _NOBODY or any(each.code == first.verdict.code for each in report.also):
        return False
    return _BEHIND[verdict.step] >= _BEHIND[first.verdict.step]


def _short(facts: Facts, step: Step, summary: str) -> str:
    """Tell a step so short that two of them stand side by side."""
    if step is Step.LISTENER:
        return glance.listener(facts)
    if step is Step.BIND and facts.asked.question is Question.BIND:
        return glance.word(facts)
    if step is Step.PATH and facts.asked.question is Question.CONNECT:
        attempts = seen.asked_attempts(facts)
        best = next((each for each in attempts if each.outcome == "open"), attempts[0] if attempts else None)
        return words.outcome(best) if best else summary
    if step is Step.PROBE and not seen.opened(facts):
        return "not reached"
    return summary

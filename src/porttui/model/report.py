"""Report: what the facts mean. The text, the JSON, the Markdown and the TUI are readers of this one value."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Literal

from porttui.model.base import Value
from porttui.model.facts import Facts, FirewallBackend, Unseen
from porttui.model.rules import Rule
from porttui.model.target import Question, Target
from porttui.model.watch import Timeline


class Severity(enum.StrEnum):
    """How bad a verdict is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"
    UNKNOWN = "unknown"


class Confidence(enum.StrEnum):
    """How sure a verdict is: certain (nothing unseen could change it), likely, possible."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Step(enum.StrEnum):
    """The six steps of a look, in the order in which porttui looks."""

    NAME = "name"
    BIND = "bind"
    LISTENER = "listener"
    PATH = "path"
    PROBE = "probe"
    FIREWALL = "firewall"


class Status(enum.StrEnum):
    """The outcome of one step. LOOKING occurs only while a look is under way."""

    PASS = "pass"  # noqa: S105
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"
    UNSEEN = "unseen"
    LOOKING = "looking"


class Evidence(Value, frozen=True, kw_only=True):
    """One thing that was seen and that speaks for the verdict."""

    text: str
    """One line; for an aligned pair the two halves are parted by a tab."""
    source: str
    """Where it was seen: "sock_diag", "connect", "/proc/net/snmp", "GET /"."""


class Verdict(Value, frozen=True, kw_only=True):
    """A cause, named."""

    code: str
    title: str
    """The fault's own name, the same on every machine: "The server is paused"."""
    summary: str
    """One plain sentence with this user's addresses, ports and programs in it."""
    severity: Severity
    confidence: Confidence
    step: Step | None
    """None for healthy and undetermined."""
    evidence: tuple[Evidence, ...] = ()
    gloss: str = ""
    """A sentence for newcomers under the summary: what the words of the trade mean here. May be empty."""


class RuledOut(Value, frozen=True, kw_only=True):
    """A cause that the facts exclude."""

    code: str
    because: str


class ReportUnseen(Value, frozen=True, kw_only=True):
    """Something that could not be looked at, and whether it could change the verdict."""

    what: str
    reason: str
    how_to_see: str
    """The command, without sudo; empty when nothing here would show it."""
    needs_root: bool = False
    """Whether that command takes root."""
    matters: bool = True

    @classmethod
    def of(cls, unseen: Unseen, *, matters: bool) -> ReportUnseen:
        """Take over an `Unseen` of the facts."""
        return cls(
            what=unseen.what,
            reason=unseen.reason,
            how_to_see=unseen.how_to_see,
            needs_root=unseen.needs_root,
            matters=matters,
        )


class StepResult(Value, frozen=True, kw_only=True):
    """One of the six steps, as every screen shows it."""

    name: Step
    status: Status
    summary: str
    """A few words, at most about 50 characters."""
    ms: float | None = None
    evidence: tuple[Evidence, ...] = ()
    """What stands under the step when it is in focus."""


class Edit(Value, frozen=True, kw_only=True):
    """A change to a file, as text to be written there."""

    file: str
    text: str


class RemedyStep(Value, frozen=True, kw_only=True):
    """One thing to do. At most one of argv, edit and url is set."""

    text: str
    """The sentence: "In the terminal where vite runs press ctrl+c"."""
    where: str = ""
    """Where to do it: "the terminal of vite (pts/2)", "this machine"; empty when it is all the same."""
    why: str = ""
    argv: tuple[str, ...] | None = None
    """The command, never a shell string."""
    edit: Edit | None = None
    url: str | None = None
    needs_root: bool = False


class Risk(enum.StrEnum):
    """What a way costs."""

    SAFE = "SAFE"
    RESTARTS = "RESTARTS"
    DISRUPTS = "DISRUPTS"
    EXPOSES = "EXPOSES"
    DESTROYS = "DESTROYS"


class Remedy(Value, frozen=True, kw_only=True):
    """A way out: all of its steps are done, and one way is enough."""

    way: str = ""
    """"A", "B" ...; given by diagnose() in the order in which the fault lists its ways."""
    title: str
    risk: Risk
    proof: str
    """The target that must be healthy when the way was gone."""
    proof_question: Question | None = None
    """The question that `proof` is asked with, where it is not the report's own: a server that was told to start on
    another port is asked for there."""
    tried: str | None = None
    """What trying it showed ("HTTP 200"), for a way that only needs another address; None when it was not tried."""
    undo: str | None = None
    steps: tuple[RemedyStep, ...]
    note: str = ""
    """A warning that belongs to the way: "Not plain --host: it opens the server to your whole network."."""
    cost: str = ""
    """The risk in words, with the program's name: "restarts vite"."""
    around: bool = False
    """Whether the fault stays as it is: another client is used, or a server is started as it was. A way that only
    leads to another address or port shows that by its `proof`."""

    @property
    def only_looks(self) -> bool:
        """Whether nothing comes of it but knowledge."""
        return "only looks" in self.cost


class Side(Value, frozen=True, kw_only=True):
    """One aligned line of asked against found."""

    endpoint: str
    family: str
    """"IPv4", "IPv6", or empty."""
    text: str


class ReportTarget(Value, frozen=True, kw_only=True):
    """The target as it was understood, and the addresses it led to."""

    input: str
    host: str
    port: int
    scheme: str | None
    addresses: tuple[str, ...]
    text: str
    """The short form that `porttui` reads back: "127.0.0.1:5173"."""

    @classmethod
    def of(cls, target: Target, addresses: tuple[str, ...]) -> ReportTarget:
        """Describe a target with the addresses that its name led to."""
        return cls(
            input=target.input,
            host=target.host,
            port=target.port,
            scheme=target.scheme,
            addresses=addresses,
            text=str(target),
        )


class ForUser(Value, frozen=True, kw_only=True):
    """What the rules do with the connection of who became root by sudo to ask; it was root's that was tried."""

    uid: int
    verdict: str
    """As `Firewall.verdict`; also "redirect:ADDRESS:PORT"."""
    rule: Rule | None = None


class Firewall(Value, frozen=True, kw_only=True):
    """What a firewall does to this connection, as far as it was seen."""

    verdict: str
    """accept, drop, reset, reject:icmp:TYPE:CODE, reject:icmp6:TYPE:CODE or unknown."""
    rule: Rule | None = None
    side: Literal["out", "in"] | None = None
    """Where it is blocked: on its way out of this machine or on its way in; None where it is not, or nobody knows."""
    for_user: ForUser | None = None
    """Where the rules do otherwise with the connection of who became root by sudo."""
    then: tuple[Rule, ...] = ()
    """What would stop it behind that, each as if it had been let past those before; a policy is told as a rule."""
    backends: tuple[FirewallBackend, ...] = ()


class Report(Value, frozen=True, kw_only=True):
    """The answer, with everything that it rests on."""

    schema: Literal[1] = 1
    porttui: str
    """Version."""
    at: dt.datetime
    question: Question
    target: ReportTarget
    verdict: Verdict
    also: tuple[Verdict, ...] = ()
    ruled_out: tuple[RuledOut, ...] = ()
    unseen: tuple[ReportUnseen, ...] = ()
    steps: tuple[StepResult, ...]
    remedies: tuple[Remedy, ...] = ()
    firewall: Firewall | None = None
    asked: tuple[Side, ...] = ()
    found: tuple[Side, ...] = ()
    timeline: Timeline | None = None
    """What was seen while the target was watched; None when it was not."""
    facts: Facts

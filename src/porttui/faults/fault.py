"""What a fault is: a code, a place on the packet's way, a check and its remedies."""

from __future__ import annotations

import enum
from collections.abc import Callable
from importlib import import_module
from typing import Any

from porttui.model.base import Value
from porttui.model.facts import Facts, Unseen
from porttui.model.report import Confidence, Evidence, Remedy, Severity, Step
from porttui.model.target import Question


class Stop(enum.IntEnum):
    """The stops of a packet, in the order in which it meets them. The first one at which it died leads."""

    ADDRESS = 1
    """The name, and the proxy variables, decide where it goes."""
    ROUTE = 2
    """Source address, source port and route; policies that deny connect(2)."""
    OUTPUT = 3
    INTERFACE = 4
    INPUT = 5
    NAT = 6
    LISTENER = 7
    ACCEPT = 8
    PROTOCOL = 9
    ANSWERED = 10
    """It arrived and was answered; what is told is a catch."""
    END = 11
    """It arrived, or nobody knows where it died."""


class Found(Value, frozen=True, kw_only=True):
    """The fault is there. The evidence quotes the facts that say so."""

    summary: str
    """One plain sentence with this user's addresses, ports and programs; it says "Probably" when only likely."""
    evidence: tuple[Evidence, ...]
    confidence: Confidence = Confidence.CERTAIN
    gloss: str = ""


class RuledOut(Value, frozen=True, kw_only=True):
    """The facts exclude the fault."""

    because: str
    """What excludes it, a few words: "something listens on 127.0.0.1:80"."""


class CannotTell(Value, frozen=True, kw_only=True):
    """The facts neither show nor exclude the fault."""

    because: str
    unseen: tuple[Unseen, ...] = ()
    """What would have to be seen. Empty when it simply was not looked at yet."""


Outcome = Found | RuledOut | CannotTell


class Fault(Value, frozen=True, kw_only=True):
    """One cause. Made once at the end of its file; `porttui.faults.registry` lists it."""

    code: str
    """Stable, kebab-case, the file's name with hyphens."""
    step: Step | None
    stop: Stop
    title: str
    explanation: str
    """The file's docstring: what `porttui explain CODE` and docs/faults.md print."""
    check: Callable[[Facts], Outcome]
    """Pure. Must cope with every part of the facts being None or Unseen."""
    remedies: Callable[[Facts], tuple[Remedy, ...]]
    """Pure; called only when `check` found the fault on these facts. May depend on `facts.os`."""
    questions: tuple[Question, ...] = (Question.CONNECT,)
    """The questions that it can answer."""
    severity: Severity = Severity.FAULT
    explains: tuple[str, ...] = ()
    """Codes that are mere symptoms when this fault is found."""

    @property
    def fault(self) -> Fault:
        """This one: `porttui.diagnose.diagnose` takes what is imported as it takes what is only `Listed`."""
        return self

    def outcome(self, facts: Facts) -> Outcome:
        """Tell what the check tells."""
        return self.check(facts)

    @property
    def text(self) -> str:
        """The explanation without the indentation of its source."""
        import textwrap

        first, _, rest = self.explanation.strip().partition("\n")
        return f"{first}\n{textwrap.dedent(rest)}"


class Listed:
    """A fault whose file is imported only where its first questions do not exclude it; see `beginnings`."""

    __slots__ = ("_fault", "begins", "code", "questions", "severity")

    def __init__(
        self,
        code: str,
        questions: tuple[Question, ...],
        severity: Severity,
        begins: Callable[[Facts], RuledOut | CannotTell | None] | None,
    ) -> None:
        """Take what `Fault` says of it.

        Args:
            code: of the fault.
            questions: that it can answer.
            severity: of the fault.
            begins: the questions with which its check begins; what they answer is what the check answers. None: it has
                to be asked itself.
        """
        self.code = code
        self.questions = questions
        self.severity = severity
        self.begins = begins
        self._fault: Fault | None = None

    @property
    def fault(self) -> Fault:
        """The fault itself."""
        if self._fault is None:
            file: Any = import_module(f"porttui.faults.{self.code.replace('-', '_')}")
            self._fault = file.FAULT
        return self._fault

    def outcome(self, facts: Facts) -> Outcome:
        """Tell what its check tells."""
        first = self.begins(facts) if self.begins is not None else None
        return self.fault.check(facts) if first is None else first

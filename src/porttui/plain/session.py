"""The whole conversation: which target, and then a line of choices until the user leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from porttui.act.recent import Recent
from porttui.act.save import save
from porttui.model.facts import Process
from porttui.model.parse import parse
from porttui.model.report import Report
from porttui.model.target import QUESTION_TEXT, Asked, Question, TargetError
from porttui.observe.look import Look
from porttui.plain.looking import Case
from porttui.plain.talk import Keys, LeaveError, Talk
from porttui.render import sections
from porttui.render.marks import STATUS_MARKS
from porttui.render.packet_way import stops

_KEYS: Keys = (
    ("1", "the answer, with the steps"),
    ("2", "the ways to fix it, step by step; 2 B begins with way B"),
    ("3", "the sockets of this machine; 3 WORDS filters them"),
    ("4", "the process behind the port, and what can be done to it"),
    ("5", "the firewall; 5 ADDRESS: would that machine get through?"),
    ("6", "learn: the lesson of the case; 6 TOPIC or 6 CODE that one"),
    ("e", "the evidence, and what was not seen; e all: what was ruled out, too"),
    ("r", "look again"),
    ("w", "watch, until it works or enter is pressed"),
    ("b", "the other question: why can't I connect, or why can't my server start"),
    ("t", "another target; t TARGET takes it at once"),
    ("s", "save the report as Markdown and JSON"),
)
_ASK = "1 answer, 2 fix, 3 sockets, 4 process, 5 firewall, 6 learn, e evidence, r look again, ? all of them, q leave."
_MOST_SEEN = 10
"""Lines of what was seen since the first look."""
_TABS = {"d": "1", "f": "2", "/": "3", "p": "4", "a": "4"}
"""Other names of choices, those of the screen."""
_START = (
    "What does not work? Type a port, an address or a URL, or paste an error message. l: what listens here; learn: "
    "lessons; lab: practice; ?: examples; q: leave."
)
_EXAMPLES: Keys = (
    ("5173", "a port of this machine"),
    ("localhost:3000", "a name or an address, and a port"),
    ("https://localhost:8443/", "a page"),
    ("connect ECONNREFUSED 127.0.0.1:5173", "an error message, as it was printed"),
    ("l", "what listens on this machine"),
    ("learn", "lessons about ports and connections; learn TOPIC begins with that one"),
    ("lab", "real faults to practise on; lab NAME or its number starts one"),
    ("q", "leave"),
)


class Left(NamedTuple):
    """How the conversation ended; porttui.cli makes the exit code of it."""

    report: Report | None
    """The last result; None when nothing was asked."""
    failure: Exception | None
    """What porttui itself failed at, at the last look."""
    stopped: bool
    """A question was asked, and nobody waited for the answer."""


class Session:
    """One conversation."""

    def __init__(
        self, talk: Talk, asked: Asked | None, recent: Recent, *, look: Look | None = None, every: float = 1.0
    ) -> None:
        """Prepare it.

        Args:
            talk: with the user.
            asked: the first target; None asks for it.
            recent: targets that were asked about before.
            look: bounds and choices of a look; the usual ones when None.
            every: seconds between two looks of a watch.
        """
        self._talk = talk
        self.labs: Callable[[str], None] | None = None
        """Plays the lab that is named, or lists them; None where there are none."""
        self._look = look or Look()
        self._recent = recent
        self._every = every
        self._asked = asked
        self._case: Case | None = None

    def run(self) -> Left:
        """Talk until the user leaves."""
        try:
            if self._asked is not None:
                self._begin(self._asked)
            else:
                self._greet()
            while True:
                if self._case is None:
                    self._start()
                else:
                    self._choose_safely(self._case)
        except LeaveError:
            pass
        case = self._case
        if case is None:
            return Left(None, None, stopped=False)
        return Left(case.report, case.failure, stopped=case.report is None and case.failure is None)

    def _greet(self) -> None:
        from porttui.plain.sockets import listeners

        listeners(self._talk)
        before = [str(each.target) for each in self._recent.targets()]
        if before:
            self._talk.tell(", ".join(before), "Asked before: ")

    def _start(self) -> None:
        """Ask for the first target, or for another one; nothing typed keeps the one under way."""
        kept = f" Enter keeps {self._case.asked.target}." if self._case is not None else ""
        typed = self._talk.ask_freely(_START + kept)
        word = typed.strip().lower()
        if word == "l":
            from porttui.plain.sockets import listeners

            listeners(self._talk)
        elif self._practised(typed):
            pass
        elif word == "?":
            self._talk.table(_EXAMPLES)
        elif word:
            self._ask(typed)

    def _practised(self, typed: str) -> bool:
        """Do what is typed as for a shell, with porttui in front or without: learn [TOPIC], lab [NAME]."""
        words = typed.lower().split()
        first, *rest = words[1:] if words[:1] == ["porttui"] and len(words) > 1 else words or [""]
        if first == "learn":
            from porttui.plain.learning import learn

            learn(self._talk, self._case.report if self._case is not None else None, " ".join(rest), labs=self.labs)
        elif first in {"lab", "labs"} and self.labs is not None:
            self.labs(" ".join(rest))
        else:
            return False
        return True

    def _ask(self, typed: str) -> None:
        try:
            asked = parse(typed)
        except TargetError as error:
            self._talk.tell(f"{error}")
            return
        if asked.read_from:
            self._talk.tell(f"Read as {asked.target}, {QUESTION_TEXT[asked.question]}")
        self._begin(asked)

    def _begin(self, asked: Asked) -> None:
        self._recent.remember(asked)
        self._case = Case(asked, self._talk, look=self._look, every=self._every)
        self._case.look()

    def _choose_safely(self, case: Case) -> None:
        """Do what is chosen; where porttui itself fails at it, say so and go on."""
        try:
            typed = self._talk.ask(_hint(case) + _ASK, _KEYS)
            if not self._practised(typed):
                self._choose(case, typed)
        except LeaveError:
            raise
        except Exception as error:
            if self._talk.broken:
                raise
            case.failed(f"what was chosen for {case.asked.target}", error)

    def _choose(self, case: Case, typed: str) -> None:  # one branch a choice
        letter, rest = typed[:1].lower(), typed[1:].strip()
        letter = _TABS.get(letter, letter)
        if typed and not (len(typed) == 1 or typed[1].isspace() or typed[0] == "/"):
            self._talk.tell(f"{typed[:40]!r} is no choice here; ? lists them, and t {typed[:20]} asks about it.")
        elif letter == "1":
            case.tell_answer()
        elif letter == "2":
            from porttui.plain.fixing import fix

            fix(case, rest)
        elif letter == "3":
            self._sockets(case, rest)
        elif letter == "4":
            self._process(case)
        elif letter == "5":
            from porttui.plain.firewall import firewall

            firewall(case, rest)
        elif letter == "6":
            from porttui.plain.learning import learn

            learn(self._talk, case.report, rest, labs=self.labs)
        elif letter == "e":
            _tell_evidence(case, ruled_out=rest == "all")
        elif letter in _DO:
            _DO[letter](case)
        elif letter == "b":
            other = Question.BIND if case.asked.question is Question.CONNECT else Question.CONNECT
            self._begin(replace(case.asked, question=other))
        elif letter == "t":
            self._ask(rest) if rest else self._start()
        elif letter:
            self._talk.tell(f"{typed!r} is no choice here; ? lists them.")

    def _sockets(self, case: Case, typed: str) -> None:
        from porttui.plain.sockets import sockets

        chosen = sockets(self._talk, typed)
        if isinstance(chosen, Asked):
            self._begin(chosen)
        elif chosen is not None:
            self._process(case, chosen)

    def _process(self, case: Case, wanted: Process | None = None) -> None:
        from porttui.plain.acting import process

        process(case, wanted)


def _hint(case: Case) -> str:
    """Return what to do next, before the choices."""
    guide, report = case.guide, case.fault
    if guide is None or report is None or guide.fixed or not report.remedies:
        return ""
    count = len(report.remedies)
    tried = next((way.way for way in report.remedies if way.tried), "")
    works = f" (way {tried} was tried and works)" if tried else ""
    ways = "one way" if count == 1 else f"{count} ways"
    return f"Next: 2 tells how to fix it, {ways}{works}.\n"


def _tell_evidence(case: Case, *, ruled_out: bool) -> None:
    """Tell why the answer is what it is: evidence, what was not seen, and when it is wanted what was ruled out."""
    report, talk = case.report, case.talk
    if report is None:
        return
    talk.say("", "Evidence")
    talk.table(sections.evidence(report) or [("none",)])
    if report.question is Question.CONNECT:
        talk.say("", "The packet's way")
        talk.table([(one.name, STATUS_MARKS[one.status].word, one.text) for one in stops(report)])
    lines = case.guide.timeline.lines if case.guide is not None else ()
    if len(lines) > 1:
        talk.say("", "What was seen, newest first", *(f"  {line}" for line in reversed(lines[-_MOST_SEEN:])))
    talk.say("", f"Not seen: {len(report.unseen)}")
    for unseen in report.unseen:
        changes = "it could change the answer" if unseen.matters else "it cannot change the answer"
        talk.tell(f"{unseen.what}{f' ({unseen.reason})' * bool(unseen.reason)}; {changes}", "  ")
        how = sections.how_to_see(unseen, report)
        if how:
            talk.typed(how, "      ", shell=report.facts.os != "windows")
    talk.say("", f"Ruled out: {len(report.ruled_out)}" + (": e all lists them" * (not ruled_out)))
    if ruled_out:
        talk.table([(one.code, one.because) for one in report.ruled_out])


def _save(case: Case) -> None:
    """Write the report, with what was seen of the target since."""
    if case.saved is not None:
        case.talk.typed(save(case.saved), "", shell=False)  # a path is copied in one piece


_DO = {"r": Case.look_again, "w": Case.watch, "s": _save}
"""What needs the case alone."""

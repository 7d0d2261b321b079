"""One target under way: what was found, how it stands with the fix, and the steps as they come in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.model.facts import Facts, Unseen
from porttui.model.report import Report, Severity, Status
from porttui.model.target import QUESTION_TEXT, Asked
from porttui.observe.look import Look
from porttui.observe.observe import observe
from porttui.observe.watch import watch
from porttui.plain.talk import LeaveError, Talk
from porttui.reading.guide import Guide
from porttui.render.marks import STATUS_MARKS
from porttui.render.proven import Place, todo_texts, works
from porttui.render.text import answer_lines

_PATIENCE = 30.0
"""Seconds for which a script watches at most; a person ends it by enter."""


class Case:
    """A target, the last report about it, and where the user stands on the way to a connection that works."""

    def __init__(self, asked: Asked, talk: Talk, *, look: Look, every: float) -> None:
        """Begin; nothing is looked at yet.

        Args:
            asked: the target and the question.
            talk: with the user.
            look: bounds and choices of each look.
            every: seconds between two looks of a watch.
        """
        self.asked = asked
        self.talk = talk
        self.report: Report | None = None
        self.guide: Guide | None = None
        self.marked: frozenset[Place] = frozenset()
        """Steps of ways that the user said are done."""
        self.failure: Exception | None = None
        """What porttui itself failed at, at the last look."""
        self._look = look
        self._every = every

    @property
    def fault(self) -> Report | None:
        """The report whose fault is worked on: its ways stay while a server restarts."""
        ill = self.guide is not None and self.guide.first.verdict.severity in (Severity.FAULT, Severity.UNKNOWN)
        return self.guide.first if self.guide is not None and ill else self.report

    @property
    def saved(self) -> Report | None:
        """The last report with all that was seen since the first one."""
        if self.report is None or self.guide is None:
            return self.report
        return replace(self.report, timeline=self.guide.timeline)

    def look(self) -> None:
        """Look, tell the steps as they come in, and then the answer."""
        self.talk.tell(f"Looking at {self.asked.target}: {QUESTION_TEXT[self.asked.question]}")
        told: dict[str, tuple[Status, str]] = {}
        said: list[str] = []

        def tell(seen: Report) -> None:
            if not said:
                said.append(_where(seen.facts))
                self.talk.tell(said[0], "  ")
            self._tell_steps(seen, told)
            if seen.facts.history is not None and len(said) == 1:
                said.append("Watching for a few seconds whether it stays so: a server may be starting or ending.")
                self.talk.tell(said[1], "  ")

        report = self._last(observe(self.asked, self._look), tell)
        if report is None:
            return
        self.take(report)
        later = [one for one in report.steps if told.get(one.name) != (one.status, one.summary)]
        if later:
            self.talk.tell("By now it is known:")
            self._tell_steps(report, {one.name: (one.status, one.summary) for one in report.steps if one not in later})
        self.tell_answer(steps=False)

    def look_again(self) -> None:
        """Look again, and tell whether something has changed."""
        before = self.report
        if before is None:
            self.look()
            return
        report = self._last(observe(self.guide.asked if self.guide else self.asked, self._look), lambda _: None)
        if report is None:
            return
        self.take(report)
        if self.told_fixed():
            return
        same = _essence(before) == _essence(report)
        self.talk.say(f"Looked again {report.at:%H:%M:%S}: {'no change' if same else 'it has changed'}.", "")
        if not same:
            self.tell_answer()

    def tell_answer(self, *, steps: bool = True) -> None:
        """Tell the last answer."""
        if self.report is not None:
            self.talk.say("", *answer_lines(self.report, self.talk.width, steps=steps))

    def watch(self) -> None:
        """Look once a second and tell what changes, until it is proven that it works, or enter is pressed."""
        if self.guide is None or self.report is None:
            return
        guide = self.guide
        proven = guide.state == "proven" or guide.first.verdict.severity in (Severity.OK, Severity.WARNING)
        until = "" if proven else ", until it works"
        stop = "Enter stops it." if self.talk.terminal else f"At most {_PATIENCE:.0f} seconds."
        self.talk.tell(f"Watching {guide.asked.target}, one look a second{until}. {stop}")
        known = self.report.facts if self.report.facts.asked == guide.asked and self.report.facts.done else None
        looks = watch(guide.asked, self._look, every=self._every, first=known)
        begun, said = self.report.at, ""
        try:
            for report in map(diagnose, looks):
                self.take(report)
                said = self._tell_glance(said)
                if self._decided(proven=proven):
                    return
                if self.talk.interrupted() or (
                    not self.talk.terminal and (report.at - begun).total_seconds() > _PATIENCE
                ):
                    break
        except LeaveError:
            raise
        except Exception as error:
            if self.talk.broken:
                raise
            self.failed(f"watching {guide.asked.target}", error)
            return
        finally:
            looks.close()
        self.talk.tell(f"Stopped watching at {self.report.at:%H:%M:%S}.")

    def _decided(self, *, proven: bool) -> bool:
        """Tell that it works, or that another fault is there now; both end a watch."""
        guide = self.guide
        if guide is None:
            return True
        if guide.state == "another":
            for solved in guide.solved[-1:]:
                self.talk.tell(f"Solved: {solved.verdict.summary}")
            self.talk.tell("Now it is another fault." if guide.solved else "It is another fault now.")
            self.tell_answer()
            return True
        return not proven and self.told_fixed()

    def told_fixed(self) -> bool:
        """Tell it when the fault is proven gone: before and now, what was seen, and what is still to do."""
        guide, talk = self.guide, self.talk
        if guide is None or not guide.fixed:
            return False
        talk.say("")
        talk.tell(works(guide), f"FIXED  {guide.now.target.text}  ")
        for solved in (*guide.solved, guide.first):
            talk.tell(solved.verdict.summary, f"  was at {solved.at:%H:%M:%S}  ")
        rows = [
            cells
            for row in guide.rows
            for cells in (
                (row.name, "was", STATUS_MARKS[row.before_status].word, row.before),
                ("", "now", STATUS_MARKS[row.now_status].word, row.now),
            )
        ]
        talk.table(rows)
        for text in todo_texts(guide, self.marked):
            talk.tell(text, "  still to do  ")
        if guide.pinned is not None and guide.pinned.undo:
            talk.tell(guide.pinned.undo, "  to undo it   ")
        return True

    def take(self, report: Report) -> None:
        """Take in a finished report."""
        before = self.guide
        guide = Guide.begin(report) if before is None else before.seen(report)
        same = guide.state == "unchanged" and guide.pinned is None and not self.marked
        if same and guide.target == report.target.text and report.remedies != guide.first.remedies:
            guide = replace(guide, first=report)  # the same fault: its ways name what is there now
        if before is not None and guide.first.remedies != before.first.remedies:
            self.marked = frozenset()
        self.report, self.guide, self.failure = report, guide, None

    def _last(self, looks: Iterable[Facts], each: Callable[[Report], None]) -> Report | None:
        """Return the last report of a look; what was seen before porttui failed still stands."""
        facts: Facts | None = None
        report: Report | None = None
        try:
            for facts in looks:
                report = diagnose(facts)
                each(report)
        except LeaveError:
            raise
        except Exception as error:
            if self.talk.broken:
                raise
            self.failed(f"looking at {self.asked.target}", error)
            if facts is None:
                return None
            broken = Unseen(what="rest of the look", reason="porttui failed here", how_to_see="")
            report = diagnose(replace(facts, failures=(*facts.failures, broken), done=True))
        return report

    def failed(self, what: str, error: Exception) -> None:
        """Tell that porttui itself failed at something; the details are told when the user leaves, with exit code 4."""
        error.add_note(what)
        self.failure = error
        self.talk.tell(f"porttui failed at {what}: {type(error).__name__}. This is a fault of porttui itself.")

    def _tell_steps(self, report: Report, told: dict[str, tuple[Status, str]]) -> None:
        """Tell those steps that are known now, in their order."""
        wide = max(len(one.name) for one in report.steps)
        words = max(len(mark.word) for mark in STATUS_MARKS.values())
        for one in report.steps:
            if one.name in told:
                continue
            if one.status is Status.LOOKING or not (one.summary or report.facts.done):
                return
            told[one.name] = (one.status, one.summary)
            lead = f"  {one.name.value:<{wide}}  {STATUS_MARKS[one.status].word:<{words}}  "
            self.talk.tell(one.summary, lead)

    def _tell_glance(self, before: str) -> str:
        """Tell what the last look showed, when that is something else than before; return it."""
        guide = self.guide
        if guide is None:
            return before
        seen = guide.timeline.lines[-1].glance
        moved = guide.state == "watching" and guide.good
        good = f"; good look {guide.good} of {guide.needed}" if moved else ""
        text = f"{seen.word}  {seen.listener}{good}"
        if text != before:
            self.talk.say(f"  {guide.now.at:%H:%M:%S}  {text}")
        return text


def _where(facts: Facts) -> str:
    """Return which machine this is, and for whom it is looked: "on devbox, as dev, over SSH"."""
    return f"on {facts.host.name}, as {facts.privileges.user}" + ", over SSH" * (facts.host.ssh is not None)


def _essence(report: Report) -> tuple[object, ...]:
    """Return what is compared to tell whether two looks found the same."""
    return (
        tuple((each.code, each.confidence) for each in (report.verdict, *report.also)),
        tuple((step.name, step.status) for step in report.steps),
        report.found,
    )

"""Tab 1: the sentence, asked against found, the six steps, and the evidence for the step in focus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from msgspec.structs import replace
from rich.cells import cell_len

from porttui.learn.glossary import hard_words
from porttui.model.report import Evidence, Report, ReportUnseen, Severity, Side, Status, Step, StepResult
from porttui.render.sections import FOR_ROOT, fix_heading, how_to_see, root_commands
from porttui.ui.keymap import key_of
from porttui.ui.lines import (
    EMPTY,
    NARROW,
    ROW_RULE,
    WIDE,
    Line,
    aligned,
    beside,
    cut,
    left_cells,
    pad,
    plain,
    squeezed,
    stopping,
    styled,
    wrap,
)
from porttui.ui.panels import laptop, packet_way, process, sockets_on_port
from porttui.ui.shown import Shown
from porttui.ui.tabs.tab import Drawing, Tab
from porttui.ui.timeline import last_look, watching_rows
from porttui.ui.ways import compact_ways
from porttui.ui.words import MARKS, ORDER, certainty, command, faults, fix_hint, unseen_row

if TYPE_CHECKING:
    from porttui.ui.tui import Tui

_INDENT = "   "
_EVIDENCE = " Evidence for "
_MOST_WORDS = 3
_FEW_ROWS = 14
"""With fewer rows no row is left empty, so that the answer and the steps are seen together."""
_SUMMARY_AT = 28
"""Column in which the words of a step begin."""
_LEFT_LABELS = ("you asked for", "what listens")
_NARROW_LABELS = ("asked", "found")
_NARROW_WORDS = {"nothing listens there": "nobody there"}


class DiagnosisTab(Tab):
    """The answer."""

    KEYS: ClassVar = (
        *("back", "fix", "recheck", "watch", "enter", "copy", "save", "target", "bare", "parts"),
        *("help", "quit"),
    )

    def __init__(self, shown: Shown, **options: Any) -> None:
        super().__init__(shown, **options)
        self._moved = False

    def update(self, shown: Shown) -> None:
        """Take over a report; the cursor stands on the step that failed until the user moves it."""
        if shown.looking and not self.shown.looking:
            self._moved = False
        self.shown = shown
        if not self._moved:
            self.cursor = _first_focus(_steps(shown))
        self.redraw()

    def move(self, by: int) -> None:
        """Move from step to step."""
        self._moved = True
        super().move(by)

    def go_to(self, stop: int) -> None:
        """Go to a step."""
        self._moved = True
        super().go_to(stop)

    def stops(self) -> int:
        """Return the number of steps; in a narrow window the text scrolls instead."""
        return 0 if self.size.width < NARROW else len(Step)

    def can(self, action: str) -> bool:
        """Tell whether there are reasons to show or a command to copy."""
        if action == "enter":
            return self.shown.report is not None and not self.shown.looking
        return super().can(action)

    def keys(self, width: int) -> tuple[str, ...]:
        """Return the keys of the key row; a narrow one has the way of copying that always works."""
        return self.KEYS if width >= NARROW else tuple("bare" if key == "copy" else key for key in self.KEYS)

    def label(self, action: str) -> str:
        """Name enter and esc."""
        if action == "watch" and self.shown.watching:
            return "Stop watching"
        return "Reasons" if action == "enter" else super().label(action)

    def help_of_enter(self) -> str:
        """Tell of the reasons."""
        return "show the reasons: every cause that was ruled out, and what was not seen"

    def copied(self) -> str:
        """Return the command that fixes it, or the one that shows what was not seen."""
        report = self.shown.report
        if report is None or self.shown.looking:
            return ""
        fixes = (command(step, report) for remedy in report.remedies for step in remedy.steps)
        shows = (how_to_see(unseen, report) for unseen in report.unseen if unseen.matters)
        return next((text for text in (*fixes, *shows) if text), "")

    def bare(self, width: int, height: int) -> str:  # noqa: ARG002  # a report has no height
        """Return the plain report."""
        from porttui.render.text import report_text

        report = self.shown.report
        if report is None:
            return ""
        return report_text(report, width=min(width, WIDE), command=cast("Tui", self.app).called_as)

    def bare_focus(self) -> str:
        """Return the beginning of what somebody with root is asked to run, where that would decide it."""
        return FOR_ROOT if self._for_root() else super().bare_focus()

    def _for_root(self) -> bool:
        report = self.shown.report
        return report is not None and not report.remedies and bool(root_commands(report))

    def hint(self, *, narrow: bool) -> str:
        """Say what to do next."""
        report = self.shown.report
        again, target, leave, copy = (key_of(each) for each in ("recheck", "target", "quit", "copy"))
        if self.shown.failure:
            return f"{again} tries again" + f"; the details are on the normal screen after {leave}" * (not narrow)
        if report is None or self.shown.looking:
            return "nothing to do" if narrow else "nothing to do; the tabs can be used meanwhile"
        if report.remedies:
            return fix_hint(report, narrow=narrow)
        if report.verdict.severity in (Severity.OK, Severity.WARNING):
            also = f" asks about another target; {leave} leaves, and the answer stays"
            return target + ("  another target" if narrow else also)
        if any(unseen.matters and unseen.how_to_see for unseen in report.unseen):
            if self._for_root():
                also = f"; {copy} copies the first command in it" * (not narrow)
                return f"{key_of('bare')}  {'the ' * (not narrow)}text for somebody with root{also}"
            return copy + (
                " copies a command" if narrow else "  copies the first command that would show what was not seen"
            )
        return f"{again} looks again" + f"; {key_of('tab_6')} tells more about this fault" * (not narrow)

    def draw(self, width: int, height: int) -> Drawing:
        """Draw for a narrow, a usual or a wide window."""
        if self.shown.failure and self.shown.report is None:
            return Drawing(_headline(self.shown, width))
        if width < NARROW:
            return self._narrow(width, height)
        if width < WIDE or height < _FEW_ROWS:
            return self._usual(width, height)
        return self._wide(width, height)

    def _usual(self, width: int, height: int) -> Drawing:
        body, focus, footer = self._answer(width, height)
        report = self.shown.report
        if self.shown.looking:
            gap = max(1, height - len(body) - len(footer) - 1)
            return Drawing([*body, *[EMPTY] * gap], focus, (*footer, EMPTY))
        several = report is not None and len(faults(report)) > 1
        rows = body if several else [*body, EMPTY]
        if height >= _FEW_ROWS:
            return Drawing(
                _no_bare_title(squeezed(rows, height - len(footer), focus[1]), height, footer), focus, footer
            )
        above = rows[: focus[0]].count(EMPTY)
        return Drawing(_dense(rows), (focus[0] - above, focus[1] - above), footer)

    def _wide(self, width: int, height: int) -> Drawing:
        cells = left_cells(width)
        body, focus, footer = self._answer(cells - 1, height)
        left = [*body, EMPTY, *footer]
        right: list[Line] = []
        report = self.shown.report
        if report is not None:
            if report.remedies and not self.shown.looking:
                left += [Line(ROW_RULE * cells), Line(f" {fix_heading(report)}")]
                left += compact_ways(report, self.shown.marked, cells)
            room = width - cells - 1
            for panel in (
                sockets_on_port(report, room),
                process(report, room),
                packet_way(report, room),
                laptop(report, room),
            ):
                right += [*panel, EMPTY] * bool(panel)
            right = right[:-1]
        return Drawing(beside(left, right, cells, width), focus)

    def _narrow(self, width: int, height: int) -> Drawing:
        shown, report = self.shown, self.shown.report
        rows = _headline(shown, width)
        if report is not None:
            rows += _narrow_sides(report, width)
            rows += plain(wrap(report.verdict.gloss, width - 1, " ")) if report.verdict.gloss else []
        steps = _steps(shown)
        rows.append(EMPTY)
        for step in steps:
            mark, word = MARKS[step.status]
            rows += plain(wrap(f"{step.name.value}: {mark} {word}", width - 1, " "))
            rows += plain(wrap(step.summary, width - 1, _INDENT)) if step.summary else []
        if report is not None and not shown.looking:
            failing = steps[_first_focus(steps)]
            if shown.watch_wanted:
                rows += [EMPTY, *watching_rows(shown, width, 8)]
            else:
                rows += [EMPTY, Line(f"{_EVIDENCE}{failing.name.value}")]
                rows += plain(_evidence_rows(_evidence_of(failing, report), width))
                words = _hard_words(_evidence_of(failing, report), report)
                rows += plain(wrap(f"{key_of('parts')} explains {', '.join(words)}", width - 1, " ")) if words else []
            sentence, unseen = certainty(report)
            rows += [EMPTY, *plain(wrap(sentence, width - 1, " ")), *plain(_unseen_rows(unseen, report, width))]
            if shown.note:
                rows += plain(wrap(shown.note, width - 1, " "))
            if shown.failure:
                rows += plain(wrap(shown.failure, width - 1, " "))
            known = report.verdict.severity is not Severity.UNKNOWN
            last = shown.note or (f"{report.verdict.confidence.value.capitalize()}." if known else "Cause not found.")
        else:
            last = "Looking."
        footer = (
            tuple(last_look(shown, width, more=len(rows) >= height)) if shown.watch_wanted and not shown.looking else ()
        )
        if len(rows) <= height and report is not None and not footer:
            return Drawing(rows)
        return Drawing(rows, None, footer or (Line(" " + cut(last, width - 2)),))

    def _answer(self, width: int, height: int) -> tuple[list[Line], tuple[int, int], tuple[Line, ...]]:
        """Return the rows from the sentence to the evidence, the rows in focus, and what follows them."""
        shown, report = self.shown, self.shown.report
        rows = [*_headline(shown, width), EMPTY]
        if report is not None:
            rows += _sides(report, width)
        else:
            rows += [EMPTY] * 2
        rows.append(EMPTY)
        if shown.looking:
            rows.append(EMPTY)
        elif report is not None and report.verdict.gloss:
            rows += [*plain(wrap(report.verdict.gloss, width - 1, " ")), EMPTY]
        steps = _steps(shown)
        start = len(rows)
        focus = (start, start)
        for index, step in enumerate(steps):
            drawn = _step_rows(step, width, in_focus=index == self.cursor)
            if index == self.cursor:
                focus = (len(rows), len(rows) + len(drawn) - 1)
            rows += stopping(drawn, index)
        if report is None or shown.looking:
            changed = f" Last change {shown.changed.strftime('%H:%M:%S')}." if shown.changed else ""
            return rows, focus, (Line(changed),)
        step = steps[self.cursor]
        evidence = _evidence_of(step, report)
        sentence, unseen = certainty(report)
        footer = [*wrap(sentence, width, " "), *_unseen_rows(unseen, report, width)]
        footer += [f" {shown.failure or shown.note}"] * bool(shown.failure or shown.note)
        if shown.watch_wanted and shown.timeline is not None:
            rows += [EMPTY, *watching_rows(shown, width, max(3, height - len(rows) - len(footer) - 2))]
        elif evidence or len(rows) + len(footer) + 3 <= height:
            rows += [EMPTY, _evidence_head(step, evidence, report, width), *plain(_evidence_rows(evidence, width))]
        return rows, focus, tuple(plain(footer))


def _evidence_head(step: StepResult, evidence: tuple[Evidence, ...], report: Report, width: int) -> Line:
    """Return "Evidence for listener", and at its right end the words of the trade that `x` explains.

    A word has to be explained where it first stands, and somebody who knows it has to be left in peace: so the
    sentence of the answer tells its words itself, the others are named in a row that is empty there anyway.
    """
    head = f"{_EVIDENCE}{step.name.value}"
    words = _hard_words(evidence, report)
    for count in range(len(words), 0, -1):
        note = f"{key_of('parts')} explains {', '.join(words[:count])}"
        gap = width - 1 - len(head) - len(note)
        if gap > 2:
            return Line(head + " " * gap + note)
    return Line(head)


def _hard_words(evidence: tuple[Evidence, ...], report: Report) -> list[str]:
    """Return the words of the evidence in sight that need explaining, then those of the answer; the nearest few."""
    verdict = report.verdict
    shown = (*(one.text for one in evidence), verdict.summary, verdict.gloss)
    return [term.word for term in hard_words("\n".join(shown))][:_MOST_WORDS]


def _no_bare_title(rows: list[Line], height: int, footer: tuple[Line, ...]) -> list[Line]:
    """Set the title of the evidence below what is in sight where nothing of the evidence would be seen with it."""
    last = height - max(1, len(footer)) - 1
    if len(rows) > last + 1 and rows[last].text.startswith(_EVIDENCE):
        rows.insert(last, EMPTY)
    return rows


def _dense(rows: list[Line]) -> list[Line]:
    """Leave out every empty row."""
    return [row for row in rows if row != EMPTY]


def _steps(shown: Shown) -> tuple[StepResult, ...]:
    if shown.report is not None and shown.failure and not shown.looking:
        return tuple(_broken_off(step) for step in shown.report.steps)
    if shown.report is not None:
        return shown.report.steps
    return tuple(StepResult(name=name, status=Status.LOOKING, summary="") for name in Step)


def _broken_off(step: StepResult) -> StepResult:
    """Return a step as it stands after porttui failed: nobody looks any more."""
    if step.status is not Status.LOOKING:
        return step
    return replace(step, status=Status.UNSEEN, summary="porttui failed before this was known")


def _first_focus(steps: tuple[StepResult, ...]) -> int:
    """Return the index of the step that failed, else is looked at, else has a warning, else passed last."""
    for status in (Status.FAIL, Status.LOOKING, Status.WARN):
        for index, step in enumerate(steps):
            if step.status is status:
                return index
    passed = [
        index for index, step in enumerate(steps) if step.status is Status.PASS and step.name is not Step.FIREWALL
    ]
    return max(passed, default=0)


def _headline(shown: Shown, width: int) -> list[Line]:
    report = shown.report
    if shown.failure and report is None:
        nothing = f"Nothing was found out: this tells nothing about {shown.asked.target}."
        return plain([*wrap(shown.failure, width - 1, " "), "", *wrap(nothing, width - 1, " ")])
    if report is None or shown.looking:
        return [Line(" Looking.")]
    several = faults(report)
    rows: list[str] = []
    if len(several) < 2:
        rows += wrap(report.verdict.summary, width - 1, " ")
    else:
        for name, verdict in zip(ORDER, several, strict=False):
            rows += wrap(verdict.summary, width - 1, f" {name:<7}")
    for verdict in report.also:
        if verdict.severity is Severity.WARNING:
            rows += wrap(verdict.summary, width - 1, " Also   ")
    return plain(rows)


def _sides(report: Report, width: int) -> list[Line]:
    """Return asked against found, their parts under each other."""
    sides = (*report.asked, *report.found)
    if not sides:
        return []
    ends = max(cell_len(side.endpoint) for side in sides) + 3
    families = max(len(side.family) for side in sides)
    families += 3 if families else 0
    rows: list[str] = []
    for label, group in zip(_LEFT_LABELS, (report.asked, report.found), strict=True):
        for index, side in enumerate(group or (Side(endpoint="", family="", text=_none(label)),)):
            start = f"{_INDENT}{label if index == 0 else '':<16}"
            start += pad(side.endpoint, ends) + side.family.ljust(families) if side.endpoint else ""
            rows += _fitted(start, side.text, width)
    return plain(rows)


def _none(label: str) -> str:
    return "nothing was seen yet" if label == _LEFT_LABELS[0] else "nothing that was seen"


def _fitted(start: str, text: str, width: int) -> list[str]:
    """Leave out what stands in brackets, part by part, before breaking a row."""
    room = width - cell_len(start)
    for words in _shorter(text):
        if cell_len(words) <= room:
            return [start + words]
    return wrap(text, width, start)


def _shorter(text: str) -> list[str]:
    if not text.endswith(")") or " (" not in text:
        return [text]
    before, _, inside = text[:-1].rpartition(" (")
    return [text, f"{before} ({inside.partition(',')[0]})", before]


def _narrow_sides(report: Report, width: int) -> list[Line]:
    sides = (*report.asked, *report.found)
    ends = max((cell_len(side.endpoint) for side in sides), default=0) + 2
    rows: list[str] = []
    for label, group in zip(_NARROW_LABELS, (report.asked, report.found), strict=True):
        for index, side in enumerate(group):
            start = f"{_INDENT}{label if index == 0 else '':<7}"
            start += pad(side.endpoint, ends) if side.endpoint else ""
            text = _NARROW_WORDS.get(side.text, side.text)
            if cell_len(start) + cell_len(_shorter(text)[-1]) <= width:
                rows += _fitted(start, text, width)
            else:
                rows += [start.rstrip(), *wrap(text, width - 1, " " * 10)]
    return plain(rows)


def _step_rows(step: StepResult, width: int, *, in_focus: bool) -> list[Line]:
    mark, word = MARKS[step.status]
    state = f"{mark} {word}"
    before = f" {'>' if in_focus else ' '} {step.name.value:<12}"
    first, *more = wrap(step.summary, width, " " * _SUMMARY_AT)
    after = " " * (13 - cell_len(state)) + first[_SUMMARY_AT:]
    if step.status is Status.FAIL:
        return [styled(before, state, "fail", after), *plain(more)]
    return [Line(before + state + after), *plain(more)]


def _evidence_of(step: StepResult, report: Report) -> tuple[Evidence, ...]:
    several = faults(report)
    if len(several) > 1 and step.name is report.verdict.step:
        return tuple(
            Evidence(text=f"{name.lower()}\t{evidence.text}", source=evidence.source)
            for name, verdict in zip(ORDER, several, strict=False)
            for evidence in verdict.evidence
        )
    if step.name is report.verdict.step and report.verdict.evidence:
        return report.verdict.evidence
    if step.evidence:
        return step.evidence
    if report.verdict.step is None and step is report.steps[_first_focus(report.steps)]:
        return report.verdict.evidence
    if step.status is Status.UNSEEN:
        rows = (unseen_row(unseen, report) for unseen in report.unseen)
        return tuple(Evidence(text=f"{what}\t{how}", source="") for what, how in rows)
    return ()


def _evidence_rows(evidence: tuple[Evidence, ...], width: int) -> list[str]:
    if not evidence:
        return [f"{_INDENT}no more than the row above says"]
    rows: list[str] = []
    cells = [_without_long(item.text.split("\t"), width) for item in evidence]
    for text, parts in zip(aligned(cells), cells, strict=True):
        lead = _INDENT + text[: len(text) - len(parts[-1])]
        rows += wrap(parts[-1], width, lead) if cell_len(lead) < width - 20 else wrap(text, width, _INDENT)
    return rows


def _without_long(parts: list[str], width: int) -> list[str]:
    """Put the last part on a line of its own where the one before it, such as a rule's text, leaves it no room.

    So a long row does not push the others' columns apart.
    """
    heads = sum(cell_len(part) + 2 for part in parts[:-1])
    if len(parts) < 3 or cell_len(_INDENT) + heads < width - 20:
        return parts
    return [*parts[:-2], f"{parts[-2]}\n{parts[-1]}"]


def _unseen_rows(unseen: tuple[ReportUnseen, ...], report: Report, width: int) -> list[str]:
    rows = [unseen_row(item, report) for item in unseen]
    texts: list[str] = []
    for (_, how), text in zip(rows, aligned(rows, gap=3), strict=True):
        texts += wrap(how, width, _INDENT + text[: len(text) - len(how)])
    return texts

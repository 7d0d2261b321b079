"""Tab 2: ways (lettered, choose one) of steps (numbered, do all), and the proof when one of them has worked.

The ways are those of the fault that is worked on: they stay while a server restarts and nothing listens for a moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from porttui.model.parse import parse
from porttui.model.report import Remedy, Report, Severity
from porttui.model.target import Question, TargetError
from porttui.render.processes import listening_processes
from porttui.render.proven import still_to_do
from porttui.render.sections import undo
from porttui.ui import proof
from porttui.ui.keymap import key_of
from porttui.ui.lines import EMPTY, NARROW, WIDE, Line, beside, left_cells, plain, wrap
from porttui.ui.panels import process, sockets_on_port
from porttui.ui.shown import Shown
from porttui.ui.tabs.tab import Drawing, Tab
from porttui.ui.timeline import last_look, watching_rows
from porttui.ui.ways import Place, explained, part_rows, places, step_name, step_rows, title_rows
from porttui.ui.words import all_needed, command, price, sentence

if TYPE_CHECKING:
    from porttui.ui.tui import Tui

_FEW_ROWS = 16
"""With fewer rows the last look alone is told of the timeline."""
_HOW_IT_LOOKS = (
    "A look reads the socket table. It connects only when the table has changed, or where the table cannot show the "
    "fault, at most every 10 s."
)


class FixTab(Tab):
    """The ways out, and the proof."""

    KEYS: ClassVar = ("enter", "copy", "bare", "parts", "watch", "recheck", "save", "target", "back", "help", "quit")

    def __init__(self, shown: Shown, **options: Any) -> None:
        super().__init__(shown, **options)
        self.explains = False
        """Whether the command in focus is told part by part."""

    def update(self, shown: Shown) -> None:
        """Take over a look; with another fault, or the proof, the cursor begins again."""
        before, self.shown = self.shown, shown
        if _fault_code(before) != _fault_code(shown) or before.fixed != shown.fixed:
            self.cursor = self.top = 0
            self.explains = False
        self.redraw()

    def stops(self) -> int:
        """Return the number of steps of all ways, or of those that are still to do."""
        return len(self._places())

    def can(self, action: str) -> bool:
        """Tell whether there is a step to mark, a command to explain, or another way to go to."""
        if action == "enter":
            return bool(self._places())
        if action == "parts":
            return self.explains or bool(explained(self._report(), self.place()))
        if action == "way":
            narrow = self.size.width < NARROW
            return len(self._remedies()) > 1 and not self.shown.fixed if narrow else self.can("parts")
        return super().can(action)

    def label(self, action: str) -> str:
        """Name enter and w."""
        if action == "enter":
            return "Not done" if self.place() in self.shown.marked else "Done"
        if action == "parts" and self.can("parts"):
            return "Part by part"
        if action == "watch" and self.shown.watching:
            return "Stop watching"
        return super().label(action)

    def copied(self) -> str:
        """Return the command of the step in focus."""
        report, place = self._report(), self.place()
        if report is None or place is None:
            return ""
        way, index = place
        return next((command(one.steps[index], report) for one in report.remedies if one.way == way), "")

    def keys(self, width: int) -> tuple[str, ...]:
        """Return the keys of the key row; a narrow one has the way of copying that always works."""
        return self.KEYS if width >= NARROW else tuple(key for key in self.KEYS if key != "copy")

    def bare(self, width: int, height: int) -> str:
        """Return the ways, each command at the beginning of a line of its own."""
        report = self._report()
        if report is None or not report.remedies or self.shown.fixed:
            return super().bare(width, height)
        rows = []
        for remedy in report.remedies:
            rows += wrap(f"{remedy.title} ({price(remedy)})", width, f"{remedy.way}  ")
            for index, step in enumerate(remedy.steps):
                rows += wrap(sentence(remedy, index, report), width, f"{index + 1}. ")
                rows += command(step, report).splitlines()
            rows += wrap(remedy.note, width) if remedy.note else []
            rows += wrap(f"To undo it: {undo(remedy, report)}", width) if remedy.undo else []
            rows.append("")
        return "\n".join(rows)

    def help_of_enter(self) -> str:
        """Tell of the marks."""
        return "mark the step as done, or take the mark back; a way with a mark is the one in hand"

    def move(self, by: int) -> None:
        """Move from step to step; what was opened is closed again."""
        self.explains = False
        super().move(by)

    def go_to(self, stop: int) -> None:
        """Go to a step; what was opened is closed again."""
        self.explains = False
        super().go_to(stop)

    def way(self, by: int) -> None:
        """In a narrow window, go to another way; else open or close the command in focus, and only then."""
        before = self.explains
        if self.size.width >= NARROW:
            self.explain(open_=by > 0)
            if self.explains != before:
                return
        ways = [remedy.way for remedy in self._remedies()]
        place = self.place()
        if place is None:
            return
        wanted = ways[(ways.index(place[0]) + by) % len(ways)]
        self.cursor = next(index for index, other in enumerate(self._places()) if other[0] == wanted)
        self.explains = False
        self._follow = True
        self.redraw()

    def explain(self, *, open_: bool | None = None) -> None:
        """Tell the command in focus part by part, or no longer."""
        wanted = not self.explains if open_ is None else open_
        self.explains = wanted and bool(explained(self._report(), self.place()))
        self._follow = True
        self.redraw()

    def marked(self) -> frozenset[Place]:
        """Return the marks with that of the step in focus turned over, and go on to the next step."""
        place = self.place()
        marks = self.shown.marked if place is None else self.shown.marked ^ {place}
        if place in marks and self.cursor + 1 < self.stops():
            self.cursor += 1
            self.explains = False
            self._follow = True
        return marks

    def heading(self) -> str:
        """Return which way is in sight."""
        remedies, place = self._remedies(), self.place()
        if self.shown.fixed or place is None:
            return "it works" if self.shown.fixed else ""
        at = [remedy.way for remedy in remedies].index(place[0]) + 1
        choose = f"choose one of {' '.join(one.way for one in remedies)}"
        report = self._report()
        if report is not None and all_needed(report):
            choose = "all, in this order"
        return f"{choose}   way {at} of {len(remedies)}"

    def hint(self, *, narrow: bool) -> str:
        """Say what to do next."""
        place = self.place()
        if self.shown.fixed:
            left = still_to_do(self.shown.guide, self.shown.marked)
            if narrow:
                return f"{step_name(left[0])} keeps it so" if left else f"{key_of('quit')} leaves"
            if self.shown.report is not None and self.shown.report.question is Question.BIND:
                return f"start your server now; {key_of('quit')} leaves, and the result stays here"
            return (
                f"{key_of('quit')} leaves, and the result stays in your terminal; {key_of('tab_6')} tells why it was so"
            )
        if place is None:
            return f"{key_of('tab_1')} shows the diagnosis"
        following = [remedy.way for remedy in self._remedies()]
        name = step_name(place)
        if narrow:
            after = following[following.index(place[0]) + 1 :]
            leads = "for way" if len(place[0]) == 1 else "to"  # "First" and "Then" leave less room than "A" and "B"
            return f"do {name}" + (f", or {key_of('next_way')} {leads} {after[0]}" if after else "")
        elsewhere = "do a way in a second terminal"
        if self._is_ours_to_send(place):
            elsewhere = f"{key_of('tab_4')}, then {key_of('act')}, does it from here; or do it in a second terminal"
        elif cast("Tui", self.app).has_shell:
            elsewhere += f" (none? {key_of('suspend')}, and fg comes back)"
        if not self.shown.watching:
            return f"{elsewhere}; then {key_of('recheck')}"
        guide = self.shown.guide
        if guide is not None and guide.state == "watching" and guide.good:
            return "nothing to do: it works again; porttui looks on, to be sure"
        if guide is not None and guide.pinned is not None:
            return f"{name}: a change is seen by itself; {key_of('enter')} only marks the step"
        return elsewhere

    def _is_ours_to_send(self, place: Place) -> bool:
        """Tell whether a step is a signal that the Process tab sends as well, behind its question."""
        report = self._report()
        if report is None or cast("Tui", self.app).hands is None:
            return False
        step = next(way for way in report.remedies if way.way == place[0]).steps[place[1]]
        if step.argv is None or step.argv[0] != "kill" or (step.needs_root and not report.facts.privileges.root):
            return False
        return step.argv[-1] in {str(one.pid) for one in listening_processes(report)}

    def draw(self, width: int, height: int) -> Drawing:
        """Draw all ways, in a narrow window the one in focus, or the proof."""
        report = self._report()
        if report is None or self.shown.looking:
            return Drawing(plain([" Looking. The ways to fix it follow."]))
        if self.shown.fixed:
            return self._fixed(report, width)
        narrow = width < NARROW
        left = left_cells(width) if width >= WIDE else width
        right = width - left - 1 if width >= WIDE else width
        rows: list[Line] = []
        focus: tuple[int, int] | None = None
        if report.remedies:
            opening = [] if narrow else [*self._news(left), *plain(wrap(self._opening(report), left, " "))]
            goal = plain(wrap(self._goal(report), left - 1, " ")) if self.shown.goal else []
            opening += [] if narrow else [*goal, EMPTY]
            drawn, (first, last) = self._ways(report, left, only=None)
            if narrow and len(drawn) >= height:
                drawn, (first, last) = self._ways(report, left, only=self.place())
            rows = [*opening, *drawn, *(goal if narrow else [])]
            focus = (first + len(opening), last + len(opening))
        else:
            rows = [*self._news(left), *plain(wrap(_nothing(report), left - 1, " "))]
        if narrow:
            below = tuple(last_look(self.shown, width, more=len(rows) >= height)) or (EMPTY,)
            return Drawing([*rows, *[EMPTY] * (height - len(rows) - len(below))], focus, below)
        watched = watching_rows(self.shown, right, 3 if height < 30 else 8)
        if width < WIDE and height < _FEW_ROWS:
            return Drawing(rows, focus, tuple(last_look(self.shown, width)))
        if width < WIDE:
            newest = (EMPTY, *watched)[: max(1, height // 3)]  # as many as a footer has room for: not the oldest
            return Drawing(rows, focus, newest if watched else ())
        return Drawing(beside(rows, self._beside(report, watched, right), left, width), focus)

    def _fixed(self, report: Report, width: int) -> Drawing:
        left = left_cells(width) if width >= WIDE else width
        rows, focus = proof.fixed_rows(self.shown, left, self.place())
        now = self.shown.report or report
        if width < WIDE:
            return Drawing(rows, focus, (EMPTY,) if width < NARROW else ())
        room = width - left - 1
        return Drawing(
            beside(rows, [*sockets_on_port(now, room), EMPTY, *process(now, room)], left_cells(width), width), focus
        )

    def _beside(self, report: Report, watched: list[Line], room: int) -> list[Line]:
        """Return the right column: the timeline, the sockets, and what differs from the beginning."""
        now, guide = self.shown.report or report, self.shown.guide
        rows = [*watched, EMPTY] if watched else []
        if self.shown.watching:
            rows += [*plain(wrap(_HOW_IT_LOOKS, room - 1, "   ")), EMPTY]
        rows += [*sockets_on_port(now, room), EMPTY]
        if guide is not None and len(guide.timeline.lines) > 1:
            return [*rows, *proof.compared(guide, room)]
        return [*rows, *process(now, room)]

    def _news(self, width: int) -> list[Line]:
        """Return what is solved already, and that it is another fault now."""
        guide = self.shown.guide
        if guide is None:
            return []
        rows = []
        for report in guide.solved:
            rows += wrap(f"Solved: {report.verdict.summary}", width - 1, " ✓ ")
        if guide.state == "another" or guide.solved:
            rows += wrap(
                f"{'Now' if guide.solved else 'It is another fault now'}: {guide.first.verdict.summary}", width - 1, " "
            )
        return plain(rows)

    def _opening(self, report: Report) -> str:
        again = (
            "porttui looks again and says when it works."
            if self.shown.watching
            else f"Then press {key_of('recheck')}: porttui looks again."
        )
        if all_needed(report):
            return f"Do all of these, in this order. {again}"
        ways = [remedy.way for remedy in report.remedies]
        if all(remedy.only_looks for remedy in report.remedies):
            return f"What follows only looks, and changes nothing. {again}"
        if len(ways) == 1:
            return f"One way: do its steps. {again}"
        looks = [remedy.way for remedy in report.remedies if remedy.only_looks]
        changes = [way for way in ways if way not in looks]
        if looks and changes:
            only = f"{_one_of(looks, 'and')} only look{'s' * (len(looks) == 1)}"
            if ways[0] in looks and len(changes) == 1:
                return f"Begin with {only.replace(' only', ', which only')}; then {changes[0]}. {again}"
            chosen = f"Choose {_one_of(changes, 'or')}" if len(changes) > 1 else f"{changes[0]} is the way"
            return f"{chosen}; {only}. {again}"
        return f"Choose one way: {_one_of(ways, 'or')}. {again}"

    def _goal(self, report: Report) -> str:
        """Return what solves the lab, and which ways only get around its fault; empty where this is no lab."""
        if not self.shown.goal:
            return ""
        if not self.shown.goal_is_the_target:
            return f"The goal of this lab: {self.shown.goal}"
        around = [one.way for one in report.remedies if one.around or _elsewhere(one, report)]
        leaves = ""
        if around:
            does = "works around the fault, and does" if len(around) == 1 else "work around the fault, and do"
            leaves = f" {_one_of(around, 'and')} {does} not solve it."
        if all(one.only_looks or one.way in around for one in report.remedies) and self.shown.goal_by:
            leaves += f" {self.shown.goal_by}"
        return f"The goal of this lab: {self.shown.goal}{leaves}"

    def _report(self) -> Report | None:
        return self.shown.fault

    def _remedies(self) -> tuple[Remedy, ...]:
        report = self._report()
        return () if report is None or self.shown.looking else tuple(one for one in report.remedies if one.steps)

    def _places(self) -> list[Place]:
        if self.shown.looking:
            return []
        return proof.kept_steps(self.shown) if self.shown.fixed else places(self._report())

    def place(self) -> Place | None:
        """Return the step in focus."""
        found = self._places()
        return found[min(self.cursor, len(found) - 1)] if found else None

    def _ways(self, report: Report, width: int, only: Place | None) -> tuple[list[Line], tuple[int, int]]:
        rows: list[str] = []
        stops: dict[int, int] = {}
        every = self._places()
        focus = (0, 0)
        place = self.place()
        told: list[str] = []
        wide = self.size.width >= WIDE
        for remedy in report.remedies:
            if only is not None and remedy.way != only[0]:
                continue
            start = len(rows)
            rows += title_rows(remedy, width)
            for index, step in enumerate(remedy.steps):
                here = (remedy.way, index) == place
                first = start if index == 0 else len(rows)
                rows += step_rows(report, (remedy.way, index), width, marks=self.shown.marked, at=place)
                rows += wrap(f"({step.why})", width - 1, " " * 13) if here and step.why else []
                if here and self.explains:
                    told = part_rows(report, (remedy.way, index), width)
                    rows += told if not wide else []
                focus = (first, len(rows) - 1) if here else focus
                stops |= dict.fromkeys(range(first, len(rows)), every.index((remedy.way, index)))
            rows += wrap(remedy.note, width - 1, "    ") if remedy.note else []
            rows += wrap(f"To undo it: {undo(remedy, report)}", width - 1, "    ") if remedy.undo else []
            rows += [""] * wide
        lines = [line._replace(stop=stops.get(at)) for at, line in enumerate(plain(rows))]
        return [*lines, *plain(told if wide else [])], focus


def _elsewhere(remedy: Remedy, report: Report) -> bool:
    """Tell whether a way leads to another address or port than the one that was asked for."""
    try:
        proof = parse(remedy.proof).target
    except TargetError:
        return False
    return (proof.host, proof.port) != (report.target.host, report.target.port)


def _one_of(ways: list[str], last: str) -> str:
    """Return "A", "A or B", "A, B or C"."""
    return f" {last} ".join((*([", ".join(ways[:-1])] if ways[1:] else []), ways[-1]))


def _fault_code(shown: Shown) -> tuple[str, int]:
    """Tell faults apart: what is looked for, and how many were solved before."""
    report = shown.fault
    return (report.verdict.code if report else "", len(shown.guide.solved) if shown.guide else 0)


def _nothing(report: Report) -> str:
    if report.verdict.severity in (Severity.OK, Severity.WARNING):
        return "Nothing has to be fixed."
    return (
        f"No way to fix this is known from here. {key_of('tab_1')} shows what was not seen, and "
        f"{key_of('tab_6')} tells more about this fault."
    )

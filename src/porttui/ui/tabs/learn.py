"""Tab 6: the lessons with this machine's values, the case at hand first; and the explanation of the leading fault.

Three pages: a lesson (left and right go to others), the explanation of what was found, and the list of all lessons.
Enter goes from one to the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from msgspec.structs import replace

from porttui.faults.fault import Fault
from porttui.learn.contents import LESSONS, Lesson, lessons_of
from porttui.learn.glossary import words_in
from porttui.learn.setting import lesson_rows, number
from porttui.model.facts import Facts
from porttui.model.report import Report, Severity
from porttui.ui.keymap import key_of
from porttui.ui.lines import EMPTY, NARROW, WIDE, Line, aligned, beside, left_cells, plain, styled, wrap
from porttui.ui.panels import packet_way
from porttui.ui.shown import Shown
from porttui.ui.tabs.tab import Drawing, Tab

if TYPE_CHECKING:
    from porttui.ui.tui import Tui

_MOST_WORDS = 4


class LearnTab(Tab):
    """A lesson, the explanation, or the list of lessons."""

    KEYS: ClassVar = ("next_way", "previous_way", "enter", "lab", "parts", "bare", "back", "help", "quit")

    def __init__(self, shown: Shown, **options: Any) -> None:
        super().__init__(shown, **options)
        self.page_shown: Literal["lesson", "why", "contents"] = "lesson"
        self._chosen: Lesson | None = None
        """The lesson that the user went to; None: that of the case."""

    @property
    def lesson(self) -> Lesson:
        """The lesson in sight, or the one to go back to."""
        return self._chosen or self._of_the_case() or LESSONS[0]

    @property
    def topic(self) -> str:
        """The topic of the lesson, while it is in sight."""
        return self.lesson.topic if self.page_shown == "lesson" else ""

    def begin(self) -> None:
        """Show the first lesson, whatever the case: for somebody who came to learn."""
        self._chosen = LESSONS[0]
        self.page_shown = "lesson"

    def update(self, shown: Shown) -> None:
        """Take over a look; about another target, or another fault, the case has another lesson."""
        if _code(self.shown) != _code(shown) and self.shown.asked != shown.asked:
            self._chosen = None
            self.page_shown = "lesson"
        super().update(shown)

    def stops(self) -> int:
        """Return how many lessons there are to choose from, in the list."""
        return len(LESSONS) if self.page_shown == "contents" else 0

    def can(self, action: str) -> bool:
        """Tell whether there is something to go to."""
        if action in ("enter", "way"):
            return self._report() is not None and (action == "enter" or self.page_shown == "lesson")
        return super().can(action)

    def label(self, action: str) -> str:
        """Name the keys by the page in sight."""
        if action == "enter":
            return {"lesson": self._after_it(), "why": "All lessons", "contents": "Open"}[self.page_shown]
        return {"way(1)": "Next", "way(-1)": "Back"}.get(action) or super().label(action)

    def _after_it(self) -> str:
        """Return what enter shows after a lesson: an example that nobody asked about needs no explanation."""
        return "All lessons" if self.shown.example else "Why it is so"

    def help_of_enter(self) -> str:
        """Tell of the three pages, or of two of them."""
        if self.shown.example:
            return "from the lesson to the list of lessons, and back"
        return "from the lesson to the explanation of what was found, from there to the list of lessons, and back"

    def heading(self) -> str:
        """Return which lesson is in sight."""
        return number(self.lesson) if self.page_shown == "lesson" else ""

    def enter(self) -> None:
        """Go to the next of the three pages; from the list to the lesson in focus."""
        self.top = 0
        if self.page_shown == "lesson" and not self.shown.example:
            self.page_shown = "why"
        elif self.page_shown in ("lesson", "why"):
            self.page_shown = "contents"
            self.cursor = LESSONS.index(self.lesson)
            self._follow = True
        else:
            self._chosen = LESSONS[self.cursor]
            self.page_shown = "lesson"
        self.redraw()

    def page(self, by: int) -> None:
        """Scroll by one screen; in the list go on by as many lessons."""
        if self.page_shown != "contents":
            super().page(by)
            return
        self.cursor = max(0, min(self.cursor + by * max(1, self.size.height - 2), len(LESSONS) - 1))
        self._follow = True
        self.redraw()

    def way(self, by: int) -> None:
        """Go to the next lesson or the one before."""
        self._chosen = LESSONS[(LESSONS.index(self.lesson) + by) % len(LESSONS)]
        self.top = 0
        self.redraw()

    def hint(self, *, narrow: bool) -> str:
        """Say what to do next."""
        report = self._report()
        if report is None:
            return "nothing to do; the look goes on"
        if self._below and self.page_shown != "contents":
            return f"{key_of('next')} reads on"
        if self.page_shown == "contents":
            return f"{key_of('enter')} opens it"
        if self.page_shown == "why":
            return (
                f"{key_of('back')} goes back"
                if narrow
                else f"{key_of('enter')}: all lessons; {key_of('back')} goes back"
            )
        following = LESSONS[(LESSONS.index(self.lesson) + 1) % len(LESSONS)]
        from porttui.labs.registry import labs_of  # every lab; first needed here

        if narrow:
            return f"{key_of('next_way')}: the next lesson"
        practice = labs_of(self.lesson.topic)
        then = f"{key_of('lab')} starts its lab" if practice else f"{key_of('enter')}: {_lower(self._after_it())}"
        return f"{key_of('next_way')}: {following.title}; {then}"

    def draw(self, width: int, height: int) -> Drawing:
        """Draw the page in sight; in a wide window a lesson has words, the packet's way and its neighbours beside."""
        report = self._report()
        if report is None:
            return Drawing([Line(" Looking. What it was can be explained when it is known.")])
        if self.page_shown == "why":
            return Drawing(_explanations(report, min(width, 100)))
        if self.page_shown == "contents":
            return self._contents(width)
        left = left_cells(width) if width >= WIDE else width
        rows = self._lesson(report, left, height)
        if width < WIDE:
            return Drawing(rows)
        text = "\n".join(row.text for row in rows)
        return Drawing(beside(rows, self._beside(report, text, width - left - 1), left, width))

    def _lesson(self, report: Report, width: int, height: int) -> list[Line]:
        lesson = self.lesson
        mine = ", your case" if lesson in self._own(report) else ""
        page = lesson.page(_facts(report, self.shown))
        typed = cast("Tui", self.app).typed_as
        title, *rows = lesson_rows(lesson, page, width - 2, room=height, note=number(lesson) + mine, typed=typed)
        head = title[: len(lesson.title)]
        return [styled(" ", head, "strong", title[len(head) :]), *plain(f" {row}".rstrip() for row in rows)]

    def _contents(self, width: int) -> Drawing:
        report = self._report()
        own = self._own(report) if report is not None else ()
        cells = [
            (f"{at:>2}", lesson.title, "your case" if lesson in own else "") for at, lesson in enumerate(LESSONS, 1)
        ]
        texts = aligned(cells) if width >= NARROW else [" ".join(cell[:2]) for cell in cells]
        rows = [Line(f" {'>' if at == self.cursor else ' '} {text}".rstrip(), stop=at) for at, text in enumerate(texts)]
        return Drawing(rows, (self.cursor, self.cursor))

    def _beside(self, report: Report, text: str, room: int) -> list[Line]:
        """Return the right column: the words of the lesson, the packet's way, and the lessons around it."""
        rows = [Line(" Words on this screen")]
        terms = words_in(text, self.topic)
        wide = max((len(term.word) for term in terms[:_MOST_WORDS]), default=0)
        for term in terms[:_MOST_WORDS]:
            rows += plain(wrap(term.meaning, room - 1, f"   {term.word:<{wide + 2}}"))
        if len(terms) > _MOST_WORDS:
            rows.append(Line(f"   and {len(terms) - _MOST_WORDS} more: {key_of('parts')}"))
        at = LESSONS.index(self.lesson)
        around = [each for each in (at - 1, at + 1, at + 2) if 0 <= each < len(LESSONS)]
        return [
            *rows,
            EMPTY,
            *packet_way(report, room - 1),
            EMPTY,
            Line(" Lessons next to this one"),
            *plain(f"   {each + 1:>2}  {LESSONS[each].title}" for each in around),
        ]

    def _of_the_case(self) -> Lesson | None:
        report = self._report()
        return next(iter(lessons_of(report.verdict.code)), None) if report is not None else None

    def _own(self, report: Report) -> tuple[Lesson, ...]:
        """Return the lessons on what was found, where somebody asked."""
        return lessons_of(report.verdict.code) if _ill(report) and not self.shown.example else ()

    def _report(self) -> Report | None:
        return None if self.shown.looking else self.shown.report


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _ill(report: Report) -> bool:
    return report.verdict.severity in (Severity.FAULT, Severity.WARNING)


def _code(shown: Shown) -> str:
    return shown.report.verdict.code if shown.report is not None else ""


def _facts(report: Report, shown: Shown) -> Facts:
    """Return the facts with all the processes that are known by now, for the names in the lessons."""
    known = tuple(shown.names.values())
    return replace(report.facts, processes=known) if known else report.facts


def _explanations(report: Report, width: int) -> list[Line]:
    """Return the explanation of each fault that was found, its paragraphs wrapped."""
    rows: list[Line] = []
    for verdict in (report.verdict, *report.also):
        rows += [*plain(wrap(f"{verdict.title} ({verdict.code})", width - 1, " ")), EMPTY]
        fault = _fault(verdict.code)
        rows += _page(fault, width) if fault else [*plain(paragraphs(verdict.summary, width - 1)), EMPTY]
    return rows[:-1]


def _page(fault: Fault, width: int) -> list[Line]:
    """Return the parts of an explanation, each under its heading."""
    from porttui.render.explanation import sections

    rows: list[Line] = []
    for section in sections(fault):
        if section.heading:
            rows.append(styled(" ", section.heading, "strong"))
        rows += [*plain(paragraphs(section.text, width - 1)), EMPTY]
    return rows


def _fault(code: str) -> Fault | None:
    from porttui.faults.catalogue import fault_of

    return fault_of(code)


def paragraphs(text: str, width: int) -> list[str]:
    """Wrap each paragraph; rows that are indented in the source stay as they are."""
    rows: list[str] = []
    for part in text.strip().split("\n\n"):
        lines = part.splitlines()
        if any(line.startswith((" ", "* ", "- ")) for line in lines):
            for line in lines:
                lead = line[: len(line) - len(line.lstrip())]
                rows += wrap(line.strip(), width, " " + lead)
        else:
            rows += wrap(" ".join(lines), width, " ")
        rows.append("")
    return rows[:-1]

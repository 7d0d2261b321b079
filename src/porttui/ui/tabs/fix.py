"""Tab 2: ways (lettered, choose one) of steps (numbered, do all). Each step says where to type."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len

from porttui.model.report import Remedy, Report
from porttui.ui.lines import EMPTY, NARROW, WIDE, Line, beside, cut, pad, plain, wrap
from porttui.ui.panels import process, sockets_on_port
from porttui.ui.tabs.tab import LEFT, Drawing, Tab
from porttui.ui.words import all_needed, command, number, price, sentence

_PRICE_AT = 51
_PRICE_AT_WIDE = 46


class FixTab(Tab):
    """The ways out."""

    KEYS: ClassVar = ("enter", "copy", "recheck", "target", "back", "help", "quit")

    def stops(self) -> int:
        """Return the number of steps of all ways."""
        return len(self._places())

    def can(self, action: str) -> bool:
        """Tell whether there is a step to mark, or another way to go to."""
        if action == "enter":
            return bool(self._places())
        if action == "way":
            return len(self._remedies()) > 1
        return super().can(action)

    def label(self, action: str) -> str:
        """Name enter."""
        if action == "enter":
            return "Not done" if self._place() in self.shown.marked else "Done"
        return super().label(action)

    def copied(self) -> str:
        """Return the command of the step in focus."""
        report, place = self.shown.report, self._place()
        if report is None or place is None:
            return ""
        way, index = place
        return next((command(one.steps[index], report) for one in report.remedies if one.way == way), "")

    def way(self, by: int) -> None:
        """Put the cursor on the first step of another way."""
        ways = [remedy.way for remedy in self._remedies()]
        place = self._place()
        if place is None:
            return
        wanted = ways[(ways.index(place[0]) + by) % len(ways)]
        self.cursor = next(index for index, other in enumerate(self._places()) if other[0] == wanted)
        self._follow = True
        self.redraw()

    def marked(self) -> frozenset[tuple[str, int]]:
        """Return the marks with that of the step in focus turned over, and go on to the next step."""
        place = self._place()
        marks = self.shown.marked if place is None else self.shown.marked ^ {place}
        if place in marks and self.cursor + 1 < self.stops():
            self.cursor += 1
            self._follow = True
        return marks

    def heading(self) -> str:
        """Return which way is in sight."""
        remedies, place = self._remedies(), self._place()
        if place is None:
            return ""
        at = [remedy.way for remedy in remedies].index(place[0]) + 1
        choose = f"choose one of {' '.join(one.way for one in remedies)}"
        if self.shown.report is not None and all_needed(self.shown.report):
            choose = "all, in this order"
        return f"{choose}   way {at} of {len(remedies)}"

    def hint(self, *, narrow: bool) -> str:
        """Say what to do next."""
        place = self._place()
        if place is None:
            return "1 shows the diagnosis"
        following = [remedy.way for remedy in self._remedies()]
        if narrow:
            after = following[following.index(place[0]) + 1 :]
            return f"do {place[0]}{place[1] + 1}" + (f", or right for way {after[0]}" if after else "; r looks again")
        return "do a way in a second terminal (none? ctrl+z, and fg comes back); then r"

    def draw(self, width: int, height: int) -> Drawing:  # noqa: ARG002
        """Draw all ways, or in a narrow window the one in focus."""
        report = self.shown.report
        if report is None or self.shown.looking:
            return Drawing(plain([" Looking. The ways to fix it follow."]))
        if not report.remedies:
            return Drawing(plain(wrap(_nothing(report), width - 1, " ")))
        if width < NARROW:
            rows, focus = self._ways(report, width, only=self._place())
            return Drawing(rows, focus, (EMPTY,))
        left = LEFT if width >= WIDE else width
        rows, focus = self._ways(report, left, only=None)
        opening = plain(wrap(_opening(report), left - 1, " "))
        rows = [*opening, EMPTY, *rows]
        focus = (focus[0] + len(opening) + 1, focus[1] + len(opening) + 1)
        if width < WIDE:
            return Drawing(rows, focus)
        room = width - LEFT - 1
        right = [*sockets_on_port(report, room), EMPTY, *process(report, room)]
        return Drawing(beside(rows, right, LEFT, width), focus)

    def _remedies(self) -> tuple[Remedy, ...]:
        report = self.shown.report
        return () if report is None or self.shown.looking else tuple(one for one in report.remedies if one.steps)

    def _places(self) -> list[tuple[str, int]]:
        return [(remedy.way, index) for remedy in self._remedies() for index in range(len(remedy.steps))]

    def _place(self) -> tuple[str, int] | None:
        places = self._places()
        return places[min(self.cursor, len(places) - 1)] if places else None

    def _ways(self, report: Report, width: int, only: tuple[str, int] | None) -> tuple[list[Line], tuple[int, int]]:
        rows: list[str] = []
        focus = (0, 0)
        place = self._place()
        for remedy in report.remedies:
            if only is not None and remedy.way != only[0]:
                continue
            start = len(rows)
            rows += _title(remedy, width)
            for index, step in enumerate(remedy.steps):
                here = (remedy.way, index) == place
                first = start if index == 0 else len(rows)
                rows += self._step(report, remedy, index, width)
                rows += wrap(f"({step.why})", width - 1, " " * 13) if here and step.why else []
                focus = (first, len(rows) - 1) if here else focus
            rows += wrap(remedy.note, width - 1, "    ") if remedy.note else []
            rows += wrap(f"To undo it: {remedy.undo}", width - 1, "    ") if remedy.undo else []
            rows += [""] * (width == LEFT)
        return plain(rows), focus

    def _step(self, report: Report, remedy: Remedy, index: int, width: int) -> list[str]:
        step = remedy.steps[index]
        place = (remedy.way, index)
        lead = (
            f" {'>' if place == self._place() else ' '}  [{'x' if place in self.shown.marked else ' '}] {index + 1}  "
        )
        rows = wrap(sentence(remedy, index, report), width - 1, lead)
        for part in command(step, report).splitlines():
            rows += _typed(part, width)
        return rows


def _typed(text: str, width: int) -> list[str]:
    """Set a command on a row of its own; one that is too long goes on below, broken where a blank is."""
    return [" " * 13 + text] if cell_len(text) + 13 <= width else wrap(text, width, " " * 8, " " * 10)


def _title(remedy: Remedy, width: int) -> list[str]:
    tried = f"   ✓ tried: {remedy.tried}" if remedy.tried else ""
    if width < NARROW and width != LEFT:
        lead = f" {remedy.way}  "
        tried = f", ✓ tried: {remedy.tried}" if remedy.tried else ""
        return [*wrap(remedy.title, width - 1, lead), *wrap(price(remedy) + tried, width - 1, "    ")]
    at = _PRICE_AT_WIDE if width == LEFT else _PRICE_AT
    title = f" {remedy.way}  {remedy.title}"
    if cell_len(title) < at and at + cell_len(price(remedy) + tried) <= width:
        return [pad(title, at) + price(remedy) + tried]
    return [*wrap(remedy.title, width - 1, f" {remedy.way}  "), *wrap(price(remedy) + tried, width - 1, "    ")]


def _opening(report: Report) -> str:
    if all_needed(report):
        return "Do all of these, in this order. Then press r: porttui looks again."
    ways = [remedy.way for remedy in report.remedies]
    if len(ways) == 1:
        return "One way. Do its steps, then press r: porttui looks again."
    return f"Choose one way: {', '.join(ways[:-1])} or {ways[-1]}. Then press r: porttui looks again."


def _nothing(report: Report) -> str:
    if report.verdict.severity.value in ("ok", "warning"):
        return "Nothing has to be fixed."
    return "No way to fix this is known from here. 1 shows what was not seen, and 6 tells more about this fault."


def compact_ways(report: Report, marked: frozenset[tuple[str, int]], width: int, limit: int = 12) -> list[Line]:
    """Return all ways in as few rows as they need, for the wide diagnosis."""
    rows: list[str] = []
    for done, remedy in enumerate(report.remedies):
        tried = f"   ✓ tried: {remedy.tried}" if remedy.tried else ""
        title = f" {remedy.way}  {remedy.title}"
        part = (
            [pad(title, 45) + price(remedy) + tried] if cell_len(title) < 45 else [title, f"    {price(remedy)}{tried}"]
        )
        for index, step in enumerate(remedy.steps):
            box = f"    [{'x' if (remedy.way, index) in marked else ' '}] {index + 1}  "
            typed = command(step, report)
            together = f"{box}{sentence(remedy, index, report)}  {typed}"
            if cell_len(together) <= width and "\n" not in typed:
                part.append(together.rstrip())
            else:
                part += wrap(sentence(remedy, index, report), width, box) + [
                    " " * 11 + one for one in typed.splitlines()
                ]
        part += wrap(remedy.note, width, " ") if remedy.note else []
        if rows and len(rows) + len(part) > limit:
            left = len(report.remedies) - done
            rows.append(f"    {number(left)} more way{'s' * (left > 1)}: 2")
            break
        rows += part
    return plain(cut(row, width) for row in rows)

"""Tab 6: why it is so: the explanation of the leading fault."""

from __future__ import annotations

from typing import ClassVar

from porttui.faults.fault import Fault
from porttui.ui.lines import EMPTY, Line, plain, styled, wrap
from porttui.ui.tabs.tab import Drawing, Tab


class LearnTab(Tab):
    """The explanation."""

    KEYS: ClassVar = ("fix", "recheck", "target", "back", "help", "quit")

    def hint(self, *, narrow: bool) -> str:
        """Say what to do next."""
        if self.shown.report is None or self.shown.looking:
            return "nothing to do; the look goes on"
        if self._below:
            return "down reads on"
        code = self.shown.report.verdict.code
        return "esc goes back" if narrow else f"esc goes back; on the shell: porttui explain {code}"

    def draw(self, width: int, height: int) -> Drawing:  # noqa: ARG002
        """Draw the explanation, its paragraphs wrapped."""
        report = self.shown.report
        if report is None or self.shown.looking:
            return Drawing([Line(" Looking. What it was can be explained when it is known.")])
        width = min(width, 100)
        rows: list[Line] = []
        for verdict in (report.verdict, *report.also):
            rows += [*plain(wrap(f"{verdict.title} ({verdict.code})", width - 1, " ")), EMPTY]
            fault = _fault(verdict.code)
            rows += _page(fault, width) if fault else [*plain(paragraphs(verdict.summary, width - 1)), EMPTY]
        return Drawing(rows[:-1])


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
    from porttui.faults.registry import BY_CODE  # the whole catalogue, first needed here

    return BY_CODE.get(code)


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

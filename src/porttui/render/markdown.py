"""The report as Markdown, for tickets and chats.

What came from the machine stands in code, where neither Markdown nor HTML nor @names mean anything.
"""

from __future__ import annotations

import re

from porttui.model import report as r
from porttui.render import sections
from porttui.render.lines import columns

_WIDE = 10_000
"""Lines in a code block are not wrapped: whoever shows them scrolls."""
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$^@&]|:(?=//)")
_BY_ENTITY = "@:&"
"""A backslash does not keep @ from calling somebody, nor :// from making a link; an entity does (CommonMark, 2.5)."""


def report_markdown(
    report: r.Report, *, exit_code: int | None = None, took: float | None = None, replayed: bool = False
) -> str:
    """Return the report as Markdown (CommonMark).

    Args:
        report: what to tell.
        exit_code: told for the ticket when not None.
        took: seconds that the look took.
        replayed: the facts were seen before, and this is said.

    Returns:
        Lines, each with its end.
    """
    blocks = [
        *(f"**{word}** {code(report.target.text)}: {escape(summary)}" for word, summary in sections.headlines(report)),
        *_block(sections.sides(report)),
        *_block(sections.steps(report)),
    ]
    well = report.verdict.severity is r.Severity.OK
    if well:
        blocks += [escape(line) for line in report.verdict.gloss.split("\n") if line]
    if report.remedies:
        blocks += [f"**{sections.fix_heading(report)}**", *(_way(way, report) for way in report.remedies)]
    if not well:
        if report.verdict.evidence:
            blocks += ["**Evidence**", *_block(sections.evidence(report))]
        blocks += [escape(line) for line in report.verdict.gloss.split("\n") if line]
        if report.verdict.severity is not r.Severity.UNKNOWN:
            blocks.append(sections.confidence(report))
    matter, harmless = sections.unseen_parted(report)
    if matter:
        blocks += [sections.could_change(report), _unseen(matter, report)]
    if harmless:
        blocks += [sections.cannot_change(report, len(harmless)), _unseen(harmless, report)]
    if report.timeline is not None:
        blocks += ["**What was seen**", code_block([str(line) for line in report.timeline.lines])]
    told = "" if exit_code is None else f", exit {exit_code}"
    blocks.append(
        f"{code(sections.codes(report))}{told}. {escape(sections.signature(report, took, replayed=replayed))}"
    )
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """Return text that reads as itself in Markdown: no character of it has a meaning any more."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};" if found[0] in _BY_ENTITY else "\\" + found[0], text)


def code(text: str) -> str:
    """Return text as a code span whose fence is longer than any run of backticks in it (CommonMark, 6.1)."""
    fence = "`" * (1 + _longest_run(text))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def code_block(lines: list[str], indent: str = "") -> str:
    """Return lines as a fenced code block (CommonMark, 4.5)."""
    fence = "`" * max(3, 1 + max(map(_longest_run, lines), default=0))
    return "\n".join(f"{indent}{line}".rstrip() for line in (fence, *lines, fence))


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _block(rows: sections.Rows) -> list[str]:
    return [code_block(columns(rows, _WIDE, indent=0))] if rows else []


def _way(way: r.Remedy, report: r.Report) -> str:
    lines = [f"- **{way.way}** {escape(sections.way_title(way))}"]
    for number, (before, step) in enumerate(zip((None, *way.steps), way.steps, strict=False), 1):
        lines.append(f"  {number}. {escape(sections.step_text(step, report, before))}")
        typed = sections.step_lines(step, report)
        lines += [code_block(typed, "     ")] if typed else []
        lines += [f"     {escape(step.why)}"] if step.why else []
    lines += ["", f"  {escape(way.note)}"] if way.note else []
    lines += ["", f"  Undo: {escape(sections.undo(way, report))}"] if way.undo else []
    return "\n".join(lines)


def _unseen(unseen: tuple[r.ReportUnseen, ...], report: r.Report) -> str:
    return "\n".join(
        f"- {escape(each.what)}"
        + (f" ({escape(each.reason)})" if each.reason else "")
        + (f": {code(how)}" if (how := sections.how_to_see(each, report)) else "")
        for each in unseen
    )

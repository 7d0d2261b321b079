"""The plain report: ASCII only, words instead of symbols, for pipes, logs, tickets and screen readers.

The first line is the whole answer and can be grepped; commands stand alone on their line, so that they can be selected;
the last lines are for the ticket.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from porttui.model import report as r
from porttui.model.target import Question
from porttui.render import sections
from porttui.render.lines import ascii_text, columns, paragraph

_BOLD_RED = "\x1b[1;31m"
_PLAIN = "\x1b[0m"
_MOST_LAST_WORDS = 6
_USUAL_WIDTH = 80


_UNBROKEN = 10_000


def report_text(  # noqa: PLR0913 - each is one independent choice of the caller
    report: r.Report,
    *,
    width: int = 80,
    command: tuple[str, ...] | None = None,
    exit_code: int | None = None,
    took: float | None = None,
    colour: bool = False,
    one_line: bool = False,
    replayed: bool = False,
) -> str:
    """Return the plain report.

    Args:
        report: what to tell.
        width: columns of a line; words and commands are never cut.
        command: how porttui is called here, with its path, for a command that root runs; ("porttui",) when None.
        exit_code: told for the ticket when not None.
        took: seconds that the look took.
        colour: print the word FAULT bold and red, the only colour that there is.
        one_line: leave the first line whole, however long: into a pipe it is grepped.
        replayed: the facts were seen before, and this is said.

    Returns:
        Lines, each with its end.
    """
    blocks = [
        [*_headlines(report, _UNBROKEN if one_line else width)],
        columns(sections.sides(report), width),
        ["Steps", *columns(sections.steps(report), width)],
    ]
    if report.verdict.severity is r.Severity.OK:
        blocks += [paragraph(report.verdict.gloss, width), _short_unseen(report, width), _fix(report, width)]
    else:
        blocks += [
            _fix(report, width),
            _titled("Evidence", columns(sections.evidence(report), width)),
            *_doubts(report, width),
            _for_root(report, width, command or ("porttui",)),
        ]
    who = ascii_text(sections.signature(report, took, replayed=replayed))
    blocks.append(_ticket(report, width, exit_code, who))
    text = "\n\n".join("\n".join(block) for block in blocks if block) + "\n"
    return re.sub(r"^FAULT\b", f"{_BOLD_RED}FAULT{_PLAIN}", text, flags=re.MULTILINE) if colour else text


def answer_lines(report: r.Report, width: int, *, steps: bool = True) -> list[str]:
    """Return the answer without evidence and fix: verdict, asked against found, steps, how sure it is.

    Args:
        report: what to tell.
        width: columns of a line; words and commands are never cut.
        steps: tell the steps, too.
    """
    blocks = [[*_headlines(report, width)], columns(sections.sides(report), width)]
    blocks += [["Steps", *columns(sections.steps(report), width)]] * steps
    if report.verdict.severity is r.Severity.OK:
        blocks += [paragraph(report.verdict.gloss, width), _short_unseen(report, width)]
    else:
        blocks += _doubts(report, width)
    return "\n\n".join("\n".join(block) for block in blocks if block).split("\n")


def _headlines(report: r.Report, width: int) -> Iterable[str]:
    """Yield the whole answer; each fault's begins with the word and the target, so that it can be grepped."""
    for word, summary in sections.headlines(report):
        yield from paragraph(summary, width, f"{word}  {ascii_text(report.target.text)}  ", " " * (len(word) + 2))


def _titled(title: str, lines: list[str]) -> list[str]:
    return [title, *lines] if lines else []


def _fix(report: r.Report, width: int) -> list[str]:
    if not report.remedies:
        return []
    label = max(len(way.way) for way in report.remedies)
    lines = [sections.fix_heading(report)]
    for way in report.remedies:
        lines += paragraph(sections.way_title(way), width, f"  {way.way.ljust(label)}  ")
        for number, (before, step) in enumerate(zip((None, *way.steps), way.steps, strict=False), 1):
            lines += paragraph(sections.step_text(step, report, before), width, f"     {number}. ")
            lines += (f"          {ascii_text(line)}".rstrip() for line in sections.step_lines(step, report))
            lines += paragraph(step.why, width, " " * 8)
        lines += paragraph(way.note, width, " " * 5)
        lines += paragraph(f"Undo: {sections.undo(way, report)}" if way.undo else "", width, " " * 5)
    return lines


def _doubts(report: r.Report, width: int) -> list[list[str]]:
    """Return how sure the verdict is and what was not seen, in one block or two."""
    matter, harmless = sections.unseen_parted(report)
    if report.verdict.severity is r.Severity.UNKNOWN:
        decide = _titled("What would decide it, quickest first", _numbered(matter, report, width))
        blocks = [paragraph(report.verdict.gloss, width), decide]
    else:
        sentence = sections.confidence(report)
        if matter:
            sentence += " " + sections.could_change(report)
        elif harmless:
            sentence += " " + sections.cannot_change(report, len(harmless))
        rows = _unseen_rows(matter or harmless, report)
        blocks = [[*paragraph(sentence, width), *columns(rows, width, gap=3)]]
        if not matter:
            return blocks
    if harmless:
        heading = paragraph(sections.cannot_change(report, len(harmless)), width)
        blocks.append([*heading, *columns(_unseen_rows(harmless, report), width, gap=3)])
    return blocks


def _unseen_rows(unseen: tuple[r.ReportUnseen, ...], report: r.Report) -> sections.Rows:
    return [(_what(each), sections.how_to_see(each, report)) for each in unseen]


def _what(unseen: r.ReportUnseen) -> str:
    return f"{unseen.what} ({unseen.reason})" if unseen.reason else unseen.what


def _numbered(unseen: tuple[r.ReportUnseen, ...], report: r.Report, width: int) -> list[str]:
    """Return a numbered list; the command stands beside what it shows when it fits there, else below."""
    wide = max((len(_what(each)) for each in unseen if each.reason), default=0)
    lines: list[str] = []
    for number, each in enumerate(unseen, 1):
        what, how = ascii_text(_what(each)), ascii_text(sections.how_to_see(each, report))
        beside = f"  {number}. {what.ljust(wide)}   {how}".rstrip()
        if each.reason and len(beside) <= width:
            lines.append(beside)
        else:
            lines += paragraph(what, width, f"  {number}. ")
            lines += [f"       {how}"] if how else []
    return lines


def _short_unseen(report: r.Report, width: int) -> list[str]:
    matter, harmless = sections.unseen_parted(report)
    words = [(sections.could_change(report), matter), (sections.cannot_change(report, len(harmless)), harmless)]
    told = (f"{sentence} {', '.join(map(_what, unseen))}." for sentence, unseen in words if unseen)
    return [line for each in told for line in paragraph(each, width)]


def _for_root(report: r.Report, width: int, program: tuple[str, ...]) -> list[str]:
    commands = sections.root_commands(report)
    if not commands:
        return []
    host = report.facts.host.name
    named = ", rule named:" if report.verdict.step is r.Step.FIREWALL else ":"
    return [
        *paragraph(f"{sections.FOR_ROOT}, to run on {host} (changes nothing):", width),
        *(f"  {ascii_text(each)}" for each in commands),
        f"Or the whole question again{named}",
        f"  {ascii_text(sections.check_again(report, program))}",
    ]


def _ticket(report: r.Report, width: int, exit_code: int | None, who: str) -> list[str]:
    what = sections.codes(report) + ("." if exit_code is None else f", exit {exit_code}.")
    lines = [f"{what} {who}"] if len(what) + len(who) < width else [what, *paragraph(who, width)]
    if report.verdict.severity in (r.Severity.FAULT, r.Severity.WARNING):
        lines += paragraph(f"More: {sections.more(report)}", width)
    return lines


def last_words(  # noqa: PLR0913  # each is one independent thing that is told
    report: r.Report,
    before: r.Report | None = None,
    *,
    todo: tuple[str, ...] = (),
    undo: str = "",
    width: int = 80,
    typed: tuple[str, ...] = ("porttui",),
) -> str:
    """Return what stays on the normal screen after quitting: at most six lines, with the time of the last look.

    Args:
        report: the last report.
        before: the report with the fault that is proven gone, when there is one.
        todo: what is still to do so that it stays gone, one sentence each.
        undo: what takes the way back that was gone.
        width: columns of a line.
        typed: what is typed here for porttui.

    Returns:
        Lines, each with its end.
    """
    facts, verdict = report.facts, report.verdict
    seen = f"Last look {report.at:%H:%M:%S} on {facts.host.name}."
    if before is not None and verdict.severity in (r.Severity.OK, r.Severity.WARNING):
        lines = paragraph(f"{verdict.summary} {seen}", width, f"FIXED  {ascii_text(report.target.text)}  ", " " * 7)
        lines += paragraph(f"{before.at:%H:%M:%S}  {before.verdict.summary}", width, "  was    ")
        lines += [line for text in todo for line in paragraph(text, width, "  to do  ")]
        back = paragraph(undo, width, "  undo   ") if undo else []
        return _most(lines + (back if len(lines + back) <= _MOST_LAST_WORDS else []), [])
    place = ""
    if report.found:
        side = report.found[0]
        held = re.sub(r" \(.*\)$", "", side.text)
        place = ", ".join(part for part in (side.endpoint, held) if part)
    question = (report.target.text,) if report.question is Question.CONNECT else ("check", report.target.text, "--bind")
    again = [f"  again  {sections.command((*typed, *question), report)}"]
    whole = list(_headlines(report, width))[:2] + _last_found(place, seen, width) + _last_fix(report, width)
    if width >= _USUAL_WIDTH:
        return _most(whole, again)
    brief = f"Last look {report.at:%H:%M:%S}."
    founds = (_last_found(place, brief, width), _last_found("", brief, width))
    choices = (
        list(_headlines(report, width)) + head + fix
        for head in (_last_found(place, seen, width), _last_found(place, brief, width))
        for fix in (_last_fix(report, width), _last_fix(report, width, typed=False), _last_fix(report, width, ways=1))
    )
    first = _first_headline(report, width)
    least = next((first + when for when in founds if len(first + when) < _MOST_LAST_WORDS), first)
    fits = (lines for lines in choices if sum(-(-len(line) // width) for line in (*lines, *again)) <= _MOST_LAST_WORDS)
    return _most(next(fits, least), again)


def _last_found(place: str, seen: str, width: int) -> list[str]:
    """Return what was found, and when."""
    return paragraph(f"{place}. {seen}", width, "  found  ") if place else paragraph(seen, width, "  when   ")


def _first_headline(report: r.Report, width: int) -> list[str]:
    """Return what leads, of several faults the first."""
    word, summary = sections.headlines(report)[0]
    return paragraph(summary, width, f"{word}  {ascii_text(report.target.text)}  ", " " * (len(word) + 2))


def _most(lines: list[str], end: list[str]) -> str:
    return "\n".join(lines[: _MOST_LAST_WORDS - len(end)] + end) + "\n"


def _last_fix(report: r.Report, width: int, *, ways: int = 2, typed: bool = True) -> list[str]:
    """Return the way that works already, or the first one, or both in a sentence, with what is to be typed or not."""
    if not report.remedies or report.verdict.severity is r.Severity.OK:
        return []
    works = next((way for way in report.remedies if way.tried and way.steps and way.steps[0].url), None)
    other = next((way for way in report.remedies if way is not works), None)
    parts = [f"{works.steps[0].url} works now"] if works else []
    parts += [_in_sentence(other)] if other else []
    parts = parts[:ways]
    lines = [line for step in other.steps if step.argv for line in sections.step_lines(step, report)] if other else []
    lines = lines[: int(typed and ways > 1)]
    return [
        *paragraph("; or ".join(parts) + (":" if lines else ""), width, "  fix    "),
        *(f"           {ascii_text(line)}" for line in lines),
    ]


def _in_sentence(way: r.Remedy) -> str:
    """Return a way as a command to the reader: "restart vite"; not so where other commands come before that."""
    prepares = len(way.steps) > 1 and way.steps[0].argv is not None
    if way.cost.startswith("restarts ") and not prepares:
        return "restart " + way.cost.removeprefix("restarts ")
    return way.title[:1].lower() + way.title[1:]

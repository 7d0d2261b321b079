"""The parts of a written report as rows and sentences. text.py and markdown.py set them, each in its own way."""

from __future__ import annotations

import re

from porttui.learn.contents import lessons_of
from porttui.model import report as r
from porttui.model.facts import Unseen
from porttui.model.target import Question
from porttui.render.lines import shell_command
from porttui.render.looking import how_to_look
from porttui.render.marks import RISK_WORDS, SEVERITY_MARKS, STATUS_MARKS

_AS_ROOT = (
    r"(?:^|(?<=; )|(?<=also ))"
    r"(?=(?:nft|ip6?tables(?:-\w+)?|sysctl|ip|ufw|firewall-cmd|fail2ban-client|setsebool|semanage"
    r"|systemctl(?! --user)) )"
)
"""Where a command for root begins in what takes a way back; compiled when one is told."""

Rows = list[tuple[str, ...]]
SURE = {
    r.Confidence.CERTAIN: "Certain.",
    r.Confidence.LIKELY: "Likely, not certain.",
    r.Confidence.POSSIBLE: "Possible, not certain.",
}
"""How sure a verdict is, as a sentence."""


FOR_ROOT = "For somebody with root"
"""How the commands begin that such a person is asked to run."""


def faults_of(report: r.Report) -> tuple[r.Verdict, ...]:
    """Return the leading verdict and the other faults that were found with it."""
    return (report.verdict, *(each for each in report.also if each.severity is r.Severity.FAULT))


def more(report: r.Report) -> str:
    """Return where to read on about the verdict: its explanation, and the lesson that it is an example of."""
    lessons = lessons_of(report.verdict.code)
    return f"porttui explain {report.verdict.code}" + (f"; porttui learn {lessons[0].topic}" if lessons else "")


def headlines(report: r.Report) -> list[tuple[str, str]]:
    """Return word and summary of each verdict: ("FAULT", ...), or ("FAULT 1 of 2", ...), then the warnings."""
    told = faults_of(report)
    warnings = [each for each in report.also if each.severity is r.Severity.WARNING]
    words = [SEVERITY_MARKS[each.severity].word for each in told]
    if len(told) > 1:
        words = [f"{word} {number} of {len(told)}" for number, word in enumerate(words, 1)]
    return [
        *((word, each.summary) for word, each in zip(words, told, strict=True)),
        *((SEVERITY_MARKS[each.severity].word, each.summary) for each in warnings),
    ]


def sides(report: r.Report) -> Rows:
    """Return asked against found, one row each, the label on the first of its kind."""
    rows: Rows = []
    for label, lines in (("you asked for", report.asked), ("what listens", report.found)):
        for at, side in enumerate(lines):
            said = (side.endpoint, side.family, side.text) if side.endpoint or side.family else (side.text,)
            rows.append((label if at == 0 else "", *said))
    return rows


def steps(report: r.Report) -> Rows:
    """Return the steps as name, word and summary."""
    return [(step.name.value, STATUS_MARKS[step.status].word, step.summary) for step in report.steps]


def evidence(report: r.Report) -> Rows:
    """Return what speaks for the verdicts; with several faults each first row is labelled "first" or "then"."""
    told = faults_of(report)
    if len(told) == 1:
        return [_cells(each) for each in report.verdict.evidence]
    return [
        (("first" if number == 0 else "then") if at == 0 else "", *_cells(each))
        for number, verdict in enumerate(told)
        for at, each in enumerate(verdict.evidence)
    ]


def _cells(evidence: r.Evidence) -> tuple[str, ...]:
    return tuple(evidence.text.split("\t"))


def all_needed(report: r.Report) -> bool:
    """Tell whether every way has to be gone, because there are several faults, and not one of them chosen."""
    return len(report.remedies) > 1 and any(len(way.way) > 1 for way in report.remedies)


def price(way: r.Remedy) -> str:
    """Return what a way costs, in words."""
    return way.cost or RISK_WORDS[way.risk]


def things(count: int) -> str:
    """Return "1 thing" or "3 things"."""
    return "1 thing" if count == 1 else f"{count} things"


def fix_heading(report: r.Report) -> str:
    """Return the line over the ways: one of them, or all of them in order."""
    ways = report.remedies
    if all_needed(report):
        return f"Fix: {'both' if len(ways) == 2 else 'all'}, in this order"
    return "Fix: choose one way" if len(ways) > 1 else "Fix"


def way_title(way: r.Remedy) -> str:
    """Return title and cost: "Let vite listen on 127.0.0.1 (restarts vite)"."""
    tried = f"; tried: {way.tried}" if way.tried else ""
    return f"{way.title} ({price(way)}{tried})"


def step_text(step: r.RemedyStep, report: r.Report, before: r.RemedyStep | None) -> str:
    """Return the sentence of a step, with the place where it is done unless that is clear, or as in the step before."""
    clear = {"this machine", report.facts.host.name, before.where if before else ""}
    place = "" if step.where in clear else step.where
    if place.startswith(("a ", "the ", "your ")):
        place = f"in {place}"
    if step.edit is not None and step.edit.file not in step.text:
        place = f"{place}, {step.edit.file}" if place else step.edit.file
    if not place or place.removeprefix("in ") in step.text:
        return step.text
    end = step.text[-1:] if step.text[-1:] in ".:" else ""
    return f"{step.text.removesuffix(end)} ({place}){end}"


def step_lines(step: r.RemedyStep, report: r.Report) -> list[str]:
    """Return what is typed or written in a step: a command, the lines of an edit, an address; empty when nothing is."""
    if step.argv is not None:
        return [command(step.argv, report, root=step.needs_root)]
    if step.edit is not None:
        return step.edit.text.splitlines()
    return [step.url] if step.url else []


def command_parts(step: r.RemedyStep, report: r.Report) -> tuple[tuple[str, str], ...]:
    """Return the command of a step part by part, each with its meaning; () when the step has none."""
    from porttui.remedies.parts import parts  # no written report needs it

    return () if step.argv is None else parts(_typed(step.argv, report, root=step.needs_root))


def command(argv: tuple[str, ...], report: r.Report, *, root: bool = False) -> str:
    """Return a command for this user's shell, with sudo when it needs root and the user has it not."""
    return shell_command(_typed(argv, report, root=root), windows=report.facts.os == "windows")


def _typed(argv: tuple[str, ...], report: r.Report, *, root: bool) -> tuple[str, ...]:
    """Return a command with sudo before it when it needs root and the user has it not; Windows has no sudo."""
    wanted = root and report.facts.os != "windows" and not report.facts.privileges.root
    return ("sudo", *argv) if wanted and argv[:1] != ("sudo",) else argv


def undo(way: r.Remedy, report: r.Report) -> str:
    """Return what takes a way back, with sudo before its commands where the way itself needs it; empty: not told."""
    told = way.undo or ""
    root = any(step.needs_root for step in way.steps)
    if not root or report.facts.os == "windows" or report.facts.privileges.root:
        return told
    return re.sub(_AS_ROOT, "sudo ", told) if told else told


def how_to_see(unseen: r.ReportUnseen | Unseen, report: r.Report) -> str:
    """Return the command that would show what was not seen, with sudo when it takes root and the user has it not."""
    return how_to_look(unseen, os=report.facts.os, root=report.facts.privileges.root)


def unseen_parted(report: r.Report) -> tuple[tuple[r.ReportUnseen, ...], tuple[r.ReportUnseen, ...]]:
    """Return what was not seen and could change the verdict, and the rest."""
    return (
        tuple(each for each in report.unseen if each.matters),
        tuple(each for each in report.unseen if not each.matters),
    )


def confidence(report: r.Report) -> str:
    """Return how sure the verdicts are and how many causes were ruled out: "Certain. 31 causes ruled out."."""
    told = faults_of(report)
    if len(told) == 1:
        sure = SURE[told[0].confidence]
    else:
        sure = f"First: {told[0].confidence.value}. " + " ".join(f"Then: {each.confidence.value}." for each in told[1:])
    count = len(report.ruled_out)
    return f"{sure} {count} {'cause' if count == 1 else 'causes'} ruled out." if count else sure


def could_change(report: r.Report) -> str:
    """Return the words over what was not seen and matters."""
    several = len(faults_of(report)) > 1 and report.verdict.confidence is r.Confidence.CERTAIN
    return f"Not seen, and it could change {'the second' if several else 'this'}:"


def cannot_change(report: r.Report, count: int) -> str:
    """Return the words over the rest that was not seen; harmless only when the verdict is certain."""
    if report.verdict.confidence is not r.Confidence.CERTAIN or report.verdict.severity is r.Severity.UNKNOWN:
        return "Also not seen:" if any(each.matters for each in report.unseen) else "Not seen:"
    what = "this" if len(faults_of(report)) == 1 else "the first"
    return f"{things(count)} not seen, which cannot change {what}:"


def root_commands(report: r.Report) -> list[str]:
    """Return the commands that somebody with root can run to settle the verdict; empty when that is not called for."""
    verdict = report.verdict
    settled = verdict.confidence is r.Confidence.CERTAIN or verdict.severity is r.Severity.UNKNOWN
    if settled or report.facts.privileges.root:
        return []
    asked = [each for each in report.unseen if each.matters and each.needs_root and each.how_to_see]
    return list(dict.fromkeys(how_to_see(each, report) for each in asked))


def check_again(report: r.Report, program: tuple[str, ...]) -> str:
    """Return the command that asks the whole question again, as root where this user is not."""
    bind = ("--bind",) if report.question is Question.BIND else ()
    return command((*program, "check", report.target.text, *bind), report, root=True)


def codes(report: r.Report) -> str:
    """Return the codes: "cert-expired, then upstream-dead-502"."""
    return ", then ".join(each.code for each in faults_of(report))


def signature(report: r.Report, took: float | None = None, *, replayed: bool = False) -> str:
    """Return who, where and when, with the offset from UTC: "dev@devbox, 2025-11-22 14:02:11 +0100, in 0.21 s."."""
    facts = report.facts
    when = report.at.strftime("%Y-%m-%d %H:%M:%S %z").rstrip()
    lasted = "" if took is None else f", in {seconds(took)}"
    told = f"{facts.privileges.user}@{facts.host.name}, {when}{lasted}."
    return f"Replayed, nothing was looked at now; seen by {told}" if replayed else told


def seconds(value: float) -> str:
    """Write a duration with two digits that mean something: "0.21 s", "3.1 s", "31 s"."""
    places = 2 if value < 1 else 1 if value < 10 else 0
    return f"{value:.{places}f} s"

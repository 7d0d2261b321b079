"""`porttui explain [CODE]`: what a fault is and how to tell it from others; `check` tells how to fix yours."""

from __future__ import annotations

import argparse

from porttui.cli import exits
from porttui.cli.parser import Parser
from porttui.faults.fault import Fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from porttui.render.faults_page import NamedLab

SUMMARY = "explain a fault by its code, or list all codes"
_MOST_NAMED = 6
"""Codes that are named for a word that is no code."""


def run(argv: list[str]) -> int:
    """Print one explanation or the list of codes."""
    from porttui.faults.registry import BY_CODE, FAULTS
    from porttui.render.faults_page import codes_text, explain_text, faults_markdown
    from porttui.render.json import lines_of_json

    args = build_parser().parse_intermixed_args(argv)
    told = FAULTS if args.code is None else (_find(args.code, BY_CODE),)
    if args.markdown:
        exits.emit(faults_markdown(told, named_labs))
    elif args.json:
        entries = [_entry(fault) for fault in told]
        exits.emit(lines_of_json(entries if args.code is None else entries[0]))
    elif args.code is None:
        exits.emit(codes_text(told))
    else:
        exits.emit(explain_text(told[0], named_labs(told[0].code)))
    return exits.Exit.HEALTHY


def build_parser() -> Parser:
    """Return the parser of this subcommand."""
    parser = Parser(
        "explain", "Explain a fault by its code; without one, list the codes.", "porttui explain sigstopped"
    )
    parser.add_argument("code", metavar="CODE", nargs="?", help="as in the last line of a report")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--markdown", action="store_true", help=argparse.SUPPRESS)  # makes docs/faults.md
    return parser


def _find(code: str, faults: dict[str, Fault]) -> Fault:
    wanted = code.strip().lower().replace("_", "-")
    if wanted in faults:
        return faults[wanted]
    import difflib

    from porttui.render.explanation import telling_of

    near = difflib.get_close_matches(wanted, faults, n=3, cutoff=0.5)
    telling = [fault.code for fault in telling_of(code, faults.values())][:_MOST_NAMED]
    meant = f"perhaps {' or '.join(near)}" if near else "porttui explain lists them"
    if telling:
        meant = f"it is told of in {', '.join(telling)}"
    example = telling[0] if telling else "sigstopped"
    raise exits.UsageError(
        f"there is no fault with the code {code[:60]!r}; {meant}. Example: porttui explain {example}"
    )


def named_labs(code: str) -> list[NamedLab]:
    """Return the labs in which a fault is to be found."""
    from porttui.labs.registry import labs_on
    from porttui.render.faults_page import NamedLab

    return [NamedLab(lab.name, lab.title) for lab in labs_on(code)]


def _entry(fault: Fault) -> dict[str, object]:
    from porttui.learn.contents import lessons_of
    from porttui.render.explanation import sections, see_also

    return {
        "code": fault.code,
        "title": fault.title,
        "step": fault.step,
        "severity": fault.severity,
        "questions": fault.questions,
        "explains": fault.explains,
        "text": fault.text,
        "sections": sections(fault),
        "lessons": [lesson.topic for lesson in lessons_of(fault.code)],
        "labs": [lab.name for lab in named_labs(fault.code)],
        "see_also": [other.code for other in see_also(fault)],
    }

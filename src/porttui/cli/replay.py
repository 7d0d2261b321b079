"""`porttui replay FILE`: the report on facts that were seen before, perhaps on another machine."""

from __future__ import annotations

import sys
from pathlib import Path

from porttui.cli import exits
from porttui.cli.check import add_forms, tell
from porttui.cli.parser import Parser

SUMMARY = "print the report on what check --json saw earlier"
_MOST_BYTES = 32_000_000


def run(argv: list[str]) -> int:
    """Read facts from a file, print the report on them, return the exit code of the verdict."""
    from porttui.render.json import FactsError, facts_from_json

    parser = build_parser()
    args = parser.parse_intermixed_args(argv)
    try:
        facts = facts_from_json(_read(args.file))
    except FactsError as error:
        raise exits.UsageError(f"{args.file}: {error}. Example: {parser.example}") from error
    return tell(facts, form=args.form, strict=args.strict, seen_before=True)


def build_parser() -> Parser:
    """Return the parser of this subcommand."""
    parser = Parser(
        "replay", "Print the report on facts that were seen earlier, perhaps elsewhere.", "porttui replay report.json"
    )
    parser.add_argument("file", metavar="FILE", help="what porttui check --json printed; - reads it from stdin")
    add_forms(parser)
    return parser


def _read(name: str) -> bytes:
    try:
        if name == "-":
            if sys.stdin is None:
                raise exits.UsageError("FILE - reads stdin, and stdin is closed. Example: porttui replay report.json")
            data = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise exits.UsageError(f"{name}: {error.strerror}. Example: porttui replay report.json") from error
    if len(data) > _MOST_BYTES:
        raise exits.UsageError(f"{name}: more than {_MOST_BYTES // 1_000_000} MB, so no report of porttui")
    return data

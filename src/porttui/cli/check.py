"""`porttui check TARGET`: one look, one report, one exit code. Never imports asyncio or textual."""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace

from msgspec.structs import replace

from porttui.cli import exits
from porttui.cli.arguments import called_as, colour_wanted, understand
from porttui.model.facts import Facts, Unseen
from porttui.model.report import Report
from porttui.model.target import Asked, Question
from porttui.observe.look import Look

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from porttui.cli.parser import Parser

SUMMARY = "look once and print a report"
_LONGEST = 600.0
_FLAGS: dict[str, tuple[str, object]] = {
    "--bind": ("bind", True),
    "--no-http": ("http", False),
    "--strict": ("strict", True),
    "--json": ("form", "json"),
    "--markdown": ("form", "markdown"),
    "--direct": ("proxy", "direct"),
    "--proxy": ("proxy", "proxy"),
}
"""The options without a value, and what they set."""


def run(argv: list[str]) -> int:
    """Look at TARGET, print the report, return the exit code."""
    args = plain(argv) or build_parser().parse_intermixed_args(argv)
    asked = understand(args.target, Question.BIND if args.bind else None)
    look = Look(timeout=args.timeout, settle=args.settle, http=args.http, proxy=args.proxy)
    return report_on(asked, look, form=args.form, strict=args.strict)


def report_on(asked: Asked, look: Look, *, form: str = "text", strict: bool = False) -> int:
    """Look, print the report in one of its forms, return the exit code."""
    began = time.perf_counter()
    facts, error = _look(asked, look)
    code = tell(facts, form=form, strict=strict, took=time.perf_counter() - began)
    return exits.failed(error) if error is not None else code


def tell(
    facts: Facts, *, form: str = "text", strict: bool = False, took: float | None = None, seen_before: bool = False
) -> int:
    """Print what facts mean, as "text", "json" or "markdown", and return the exit code.

    What porttui failed at is told on stderr, and its details go to a file; not those of facts `seen_before`, elsewhere.
    """
    from porttui.diagnose import diagnose

    with exits.doing(f"working out what was seen at {facts.asked.target}"):
        report = diagnose(facts)
    code = exits.of_report(report, strict=strict)
    with exits.doing(f"writing the report as {form}"):
        data = written(report, form, code=code, took=took, replayed=seen_before)
    exits.emit(data)
    exits.tell_failures(report.facts, kept=len(facts.failure_details) if seen_before else 0)
    return code


def written(report: Report, form: str, *, code: int, took: float | None, replayed: bool = False) -> str | bytes:
    """Return the report as it goes to stdout."""
    if form == "json":
        from porttui.render.json import report_json

        return report_json(report)
    if form == "markdown":
        from porttui.render.markdown import report_markdown

        return report_markdown(report, exit_code=code, took=took, replayed=replayed)
    from porttui.render.text import report_text

    terminal = sys.stdout is not None and sys.stdout.isatty()
    return report_text(
        report,
        command=called_as(),
        exit_code=code,
        took=took,
        colour=colour_wanted(),
        one_line=not terminal,
        replayed=replayed,
    )


def add_forms(parser: ArgumentParser) -> None:
    """Add --json, --markdown and --strict."""
    form = parser.add_mutually_exclusive_group()
    form.set_defaults(form="text")
    form.add_argument("--json", dest="form", action="store_const", const="json", help="print JSON, schema 1")
    form.add_argument(
        "--markdown", dest="form", action="store_const", const="markdown", help="print Markdown, for a ticket"
    )
    parser.add_argument("--strict", action="store_true", help="exit 1 on a warning, too")


def _look(asked: Asked, look: Look) -> tuple[Facts, Exception | None]:
    """Return the last facts, and the error that ended the look early: what was seen before it still stands."""
    from porttui.observe.observe import observe

    facts: Facts | None = None
    with exits.doing(f"looking at {asked.target}"):
        try:
            for facts in observe(asked, look):  # noqa: B007 - the last one is what is wanted
                pass
        except Exception as error:
            if facts is None:
                raise
            error.add_note(f"looking at {asked.target}")
            broken = Unseen(what="rest of the look", reason="porttui failed here", how_to_see="")
            return replace(facts, failures=(*facts.failures, broken), done=True), error
    if facts is None:
        raise RuntimeError("the look ended without facts")
    return facts, None


def plain(argv: list[str]) -> SimpleNamespace | None:
    """Read a command line in which nothing is wrong and no help is asked for, without importing argparse.

    Returns:
        What the parser of this subcommand would return; None when that has to be asked.
    """
    args = SimpleNamespace(
        target=[], bind=False, http=True, strict=False, form="text", proxy="both", timeout=4.0, settle=None
    )
    words = iter(argv)
    for word in words:
        option, equals, value = word.partition("=")
        if not word.startswith("-") or word == "-":
            args.target.append(word)
        elif word in _FLAGS:
            name, meant = _FLAGS[word]
            if name in {"form", "proxy"} and getattr(args, name) not in {"text", "both"}:
                return None
            setattr(args, name, meant)
        elif option in {"--timeout", "--settle"}:
            number = _in_bounds(value if equals else next(words, ""), zero=option == "--settle")
            if number is None:
                return None
            setattr(args, option[2:], number)
        else:
            return None
    return args if args.target else None


def build_parser() -> Parser:
    """Return the parser of this subcommand."""
    from porttui.cli.parser import Parser

    parser = Parser("check", "Look once at TARGET and print what is wrong with it.", "porttui check localhost:3000")
    parser.add_argument(
        "target", metavar="TARGET", nargs="+", help="port, address, URL or pasted error line; - reads it from stdin"
    )
    parser.add_argument("--bind", action="store_true", help="ask why a server cannot start there")
    parser.add_argument(
        "--timeout", metavar="S", type=seconds, default=4.0, help="give up on silence after S seconds (default 4)"
    )
    parser.add_argument(
        "--settle",
        metavar="S",
        type=_seconds_or_none,
        help="watch for S seconds whether the port comes and goes (default: at most 5, for a reason; 0: never)",
    )
    parser.add_argument("--no-http", dest="http", action="store_false", help="open connections, send nothing on them")
    way = parser.add_mutually_exclusive_group()
    way.set_defaults(proxy="both")
    way.add_argument("--direct", dest="proxy", action="store_const", const="direct", help="go past proxy variables")
    way.add_argument("--proxy", dest="proxy", action="store_const", const="proxy", help="go only by the proxy")
    add_forms(parser)
    return parser


def _seconds_or_none(text: str) -> float:
    return 0.0 if text == "0" else seconds(text)


def seconds(text: str) -> float:
    """Read a time of the command line, in seconds.

    Raises:
        argparse.ArgumentTypeError: it is no number, or not above 0 and up to 600.
    """
    value = _in_bounds(text)
    if value is None:
        from argparse import ArgumentTypeError

        raise ArgumentTypeError(f"'{text[:20]}' is not a time above 0 and up to {_LONGEST:g} seconds")
    return value


def _in_bounds(text: str, *, zero: bool = False) -> float | None:
    """Return a time, None when there is none in the text; 0 only as "0", where it may be."""
    if zero and text == "0":
        return 0.0
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value <= _LONGEST else None

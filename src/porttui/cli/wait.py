"""`porttui wait TARGET`: exit 0 as soon as the target is healthy, else the verdict when the time is over."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from porttui.cli import exits
from porttui.cli.arguments import understand
from porttui.cli.check import add_forms, seconds, tell
from porttui.cli.parser import Parser
from porttui.model.facts import Facts
from porttui.model.target import Asked, Question

SUMMARY = "wait until a target is healthy, for scripts"
_EVERY = 0.25
_LONGEST = 2.0
"""Seconds between two whole looks at a target whose change the socket tables cannot show."""


def run(argv: list[str]) -> int:
    """Wait for TARGET, then print the report; return its exit code."""
    args = build_parser().parse_intermixed_args(argv)
    asked = understand(args.target, Question.BIND if args.bind else None)
    began = time.perf_counter()
    with exits.doing(f"waiting for {asked.target}"):
        facts = wait(asked, args.timeout)
    return tell(facts, form=args.form, strict=args.strict, took=time.perf_counter() - began)


def wait(asked: Asked, timeout: float) -> Facts:
    """Look until the target is healthy or the time is over; a look under way is finished.

    Args:
        asked: the target and the question.
        timeout: seconds.

    Returns:
        The facts of the last look. On a terminal stderr has a line for each change meanwhile.
    """
    from porttui.diagnose import diagnose
    from porttui.model.watch import Timeline
    from porttui.reading.glance import glance_of

    until = time.monotonic() + timeout
    timeline = Timeline()
    for facts in _looks(asked, timeout):
        look = glance_of(diagnose(facts))
        before, timeline = timeline, timeline.add(look)
        if len(before.lines) < len(timeline.lines) or before.dropped < timeline.dropped:
            _say(f"{look.at:%H:%M:%S}  {look.word}  {look.listener}")
        if look.good or time.monotonic() + _EVERY > until:
            return facts
    raise RuntimeError("the watch ended by itself")


def _looks(asked: Asked, timeout: float) -> Iterator[Facts]:
    from porttui.observe.look import Look
    from porttui.observe.watch import watch

    look = Look(timeout=min(4.0, max(1.2, timeout)))
    return watch(asked, look, every=_EVERY, longest=_LONGEST)


def _say(line: str) -> None:
    if sys.stderr is not None and sys.stderr.isatty():
        exits.talk(line)


def build_parser() -> Parser:
    """Return the parser of this subcommand."""
    parser = Parser(
        "wait",
        "Wait until TARGET is healthy; when it is not in time, print what is wrong with it.",
        "porttui wait localhost:5432 --timeout 30",
    )
    parser.add_argument(
        "target", metavar="TARGET", nargs="+", help="port, address, URL or pasted error line; - reads it from stdin"
    )
    parser.add_argument("--bind", action="store_true", help="wait until a server can start there")
    parser.add_argument(
        "--timeout", metavar="S", type=seconds, default=60.0, help="wait for S seconds at most (default 60)"
    )
    add_forms(parser)
    return parser

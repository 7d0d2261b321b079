"""`porttui lab [NAME]`: a real fault on this machine to be found, with hints; it is cleaned up whatever happens."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from porttui.cli import exits
from porttui.cli.parser import Parser

if TYPE_CHECKING:
    from porttui.labs.lab import Lab

SUMMARY = "real faults to practise on, started and cleaned up for you"
_EXAMPLE = "porttui lab two-doors"
_MORE = f"""\
`porttui lab exam` draws six rounds by lot, the last one with two faults, and tells the points and what to read again.
`porttui lab reset` forgets what was solved.

exit codes: 0 solved, 1 left or time over, 2 usage, 3 it cannot run here, 130 interrupted
example: {_EXAMPLE}"""


def run(argv: list[str]) -> int:
    """List the labs, or run one."""
    from porttui.act import solved
    from porttui.labs.registry import why_not

    args = build_parser().parse_intermixed_args(argv)
    if args.name is None or args.list:
        return _list(as_json=args.json)
    if args.json:
        raise exits.UsageError(f"--json is for the list: porttui lab --list --json. Example: {_EXAMPLE}")
    if args.name == "reset":
        with exits.doing("forgetting which labs were solved"):
            solved.forget(solved.usual_path())
        exits.talk("porttui: no lab is solved now")
        return exits.Exit.HEALTHY
    if args.name.strip().lower() == "exam":
        from porttui.cli.lab_exam import run as run_exam

        return run_exam(args.seed)
    lab = _find(args.name)
    if why := why_not(lab):
        raise exits.CannotSeeError(f"the lab {lab.name} cannot run here: {why}")
    from porttui.cli.lab_session import Session
    from porttui.labs.play import MINUTES
    from porttui.labs.stage import StartError

    try:
        with Session(lab, until=time.monotonic() + 60 * MINUTES, minutes=MINUTES) as session:
            return session.serve() if args.serve else session.run()
    except StartError as error:
        raise exits.CannotSeeError(f"the lab {lab.name} could not be started: {error}") from error


def build_parser() -> Parser:
    """Return the parser of this subcommand."""
    parser = Parser("lab", "Start a real fault and find it; without a name, list the labs.", _EXAMPLE, _MORE)
    parser.add_argument("name", metavar="LAB", nargs="?", help="a name of the list or its number; exam; reset")
    parser.add_argument("--seed", metavar="N", type=int, help="of the exam: draw the same rounds for everybody")
    parser.add_argument("--list", action="store_true", help="list the labs and what was solved")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    parser.add_argument("--serve", action="store_true", help="print the target and keep the fault until ctrl+c")
    return parser


def _list(*, as_json: bool) -> int:
    from porttui.act import solved
    from porttui.labs.registry import LABS, reasons

    done = solved.solved(solved.usual_path())
    missing = reasons()
    if as_json:
        from porttui.render.json import lines_of_json

        rows = [
            {
                "number": number,
                "name": lab.name,
                "title": lab.title,
                "question": lab.question,
                "solved": lab.name in done,
                "missing": missing[lab.name] or None,
            }
            for number, lab in enumerate(LABS, 1)
        ]
        exits.emit(lines_of_json(rows))
    else:
        from porttui.labs.telling import listed

        exits.emit("\n".join(listed(done, missing)) + "\n")
    return exits.Exit.HEALTHY


def _find(typed: str) -> Lab:
    """Return a lab by name or number."""
    from porttui.labs.registry import BY_NAME, LABS

    wanted = typed.strip().lower().replace("_", "-")
    if wanted in BY_NAME:
        return BY_NAME[wanted]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(LABS):
        return LABS[int(wanted) - 1]
    import difflib

    near = difflib.get_close_matches(wanted, BY_NAME, n=2, cutoff=0.5)
    hint = f"perhaps {' or '.join(near)}" if near else "porttui lab lists them"
    raise exits.UsageError(f"there is no lab {typed[:60]!r}; {hint}. Example: {_EXAMPLE}")

"""`porttui lab [NAME]`: a real fault on this machine to be found, with hints; it is cleaned up whatever happens."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from porttui.cli import exits
from porttui.cli.parser import Parser
from porttui.render.lines import ascii_text

if TYPE_CHECKING:
    from porttui.cli.lab_session import Lines
    from porttui.labs.lab import Lab

SUMMARY = "real faults to practise on, started and cleaned up for you"
_EXAMPLE = "porttui lab two-doors"
_OWN_EXAMPLE = "porttui lab --from ./labs"
_MORE = f"""\
`porttui lab exam` draws six rounds by lot, the last one with two faults, and tells the points and what to read again.
`porttui lab reset` forgets what was solved.

exit codes: 0 solved, 1 left or time over, 2 usage, 3 it cannot run here, 130 interrupted
example: {_EXAMPLE}"""


def run(argv: list[str], *, typed: Lines | None = None) -> int:
    """List the labs, or run one.

    Args:
        argv: what follows `porttui lab`.
        typed: the lines of the learner, where somebody else reads stdin.
    """
    from porttui.act import solved
    from porttui.labs.registry import why_not

    args = build_parser().parse_intermixed_args(argv)
    labs, call = _labs(args.folder)
    if args.screen and args.serve:
        raise exits.UsageError("--serve and --screen exclude each other. Example: porttui lab two-doors --serve")
    if args.screen and args.name != "reset":
        return _screen(args.name, tuple(labs), call, args.seed)
    if args.name is None or args.list:
        return _list(labs, call, as_json=args.json)
    if args.json:
        raise exits.UsageError(f"--json is for the list: porttui lab --list --json. Example: {_EXAMPLE}")
    if args.name == "reset" and args.folder is None:
        with exits.doing("forgetting which labs were solved"):
            solved.forget(solved.usual_path())
        exits.talk("porttui: no lab is solved now")
        return exits.Exit.HEALTHY
    if args.name.strip().lower() == "exam" and args.folder is None:
        if args.serve:
            raise exits.UsageError("--serve is for one lab, not for the exam. Example: porttui lab two-doors --serve")
        from porttui.cli.lab_exam import run as run_exam

        return run_exam(args.seed, typed)
    lab = _find(args.name, labs, call)
    if why := why_not(lab):
        raise exits.CannotSeeError(f"the lab {lab.name} cannot run here: {why}")
    from porttui.cli.lab_session import Session
    from porttui.labs.play import MINUTES, Play
    from porttui.labs.stage import StartError

    try:
        until = time.monotonic() + 60 * MINUTES
        with Session(Play(lab, labs), until=until, typed=typed, call=call) as session:
            return session.serve() if args.serve else session.run()
    except StartError as error:
        raise exits.CannotSeeError(f"the lab {lab.name} could not be started: {error}") from error


def build_parser() -> Parser:
    """Return the parser of this subcommand."""
    parser = Parser("lab", "Start a real fault and find it; without a name, list the labs.", _EXAMPLE, _MORE)
    parser.add_argument("name", metavar="LAB", nargs="?", help="a name of the list or its number; exam; reset")
    parser.add_argument(
        "--from", dest="folder", metavar="DIR", help="labs of your own: the Python files in DIR, which are run as you"
    )
    parser.add_argument("--seed", metavar="N", type=int, help="of the exam: draw the same rounds for everybody")
    parser.add_argument("--screen", action="store_true", help="the same on the screen, in one terminal")
    parser.add_argument("--list", action="store_true", help="list the labs and what was solved")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    parser.add_argument("--serve", action="store_true", help="print the target and keep the fault until ctrl+c")
    return parser


def _labs(folder: str | None) -> tuple[Sequence[Lab], str]:
    """Return the labs, and what stands before the name of one; those of a folder are told of with what is wrong.

    Args:
        folder: the one that the user named; None: those that come with porttui, and those of the user's own folder.

    Raises:
        UsageError: the folder cannot be read, or holds none.
    """
    from porttui.labs.own import load, load_usual
    from porttui.labs.registry import LABS
    from porttui.render.lines import shell_command

    if folder is None:
        own = load_usual()
        for problem in own.problems:
            exits.talk(f"porttui: {ascii_text(problem)}")
        return (*LABS, *own.labs), "porttui lab"

    try:
        found = load(Path(folder).resolve())
    except OSError as error:
        raise exits.UsageError(f"--from {folder}: {error.strerror}. Example: {_OWN_EXAMPLE}") from error
    for problem in found.problems:
        exits.talk(f"porttui: {ascii_text(problem)}")
    if found.refused:
        raise exits.UsageError(f"--from {folder}: its labs stay unread. Example: {_OWN_EXAMPLE}")
    if not found.labs:
        none = "no file in it is a lab" if found.problems else "it holds no .py file"
        raise exits.UsageError(f"--from {folder}: {none}. How one is written: docs/labs.md. Example: {_OWN_EXAMPLE}")
    exits.talk(f"porttui: the labs in {ascii_text(folder)} are code of whoever wrote them, and are run as you")
    return found.labs, shell_command(("porttui", "lab", "--from", folder))


def _list(labs: Sequence[Lab], call: str, *, as_json: bool) -> int:
    from porttui.act import solved
    from porttui.labs.registry import LABS, reasons

    done = solved.solved(solved.usual_path())
    missing = reasons(labs)
    if as_json:
        from porttui.render.json import lines_of_json

        rows = [
            {
                "number": number,
                "name": lab.name,
                "title": lab.title,
                "question": lab.question,
                "solved": lab.name in done,
                "own": lab not in LABS,
                "missing": missing[lab.name] or None,
            }
            for number, lab in enumerate(labs, 1)
        ]
        exits.emit(lines_of_json(rows))
    else:
        from porttui.labs.telling import listed

        exits.emit("\n".join([*listed(done, missing, labs, call), *_whose(labs)]) + "\n")
    return exits.Exit.HEALTHY


def _whose(labs: Sequence[Lab]) -> list[str]:
    """Return where those behind the ones of porttui are from."""
    from porttui.labs.own import usual_folder
    from porttui.labs.registry import LABS, has_exam

    if not has_exam(labs) or len(labs) == len(LABS):
        return []
    return [ascii_text(f"From {len(LABS) + 1} on they are your own: {usual_folder()}")]


def _screen(name: str | None, labs: tuple[Lab, ...], call: str, seed: int | None) -> int:
    """Show the labs on the screen, and start the one that is named, or the exam.

    Raises:
        UsageError: there is no terminal for it.
        CannotSeeError: the exam cannot be played here.
    """
    from porttui.cli.tui import show, terminal_for_tui
    from porttui.labs.registry import has_exam

    exam = (name or "").strip().lower() == "exam" and has_exam(labs)
    lab = _find(name, labs, call) if name is not None and not exam else None
    if not terminal_for_tui():
        raise exits.UsageError(f"--screen takes a terminal, and this is none for it. Example: {_EXAMPLE}")
    if not exam:
        return show(None, labs=labs, lab=lab)
    from porttui.cli.lab_exam import drawn

    return show(None, labs=labs, exam=drawn(seed))


def _find(typed: str, labs: Sequence[Lab], call: str) -> Lab:
    """Return a lab by name or number."""
    by_name = {lab.name: lab for lab in labs}
    wanted = typed.strip().lower().replace("_", "-")
    if wanted in by_name:
        return by_name[wanted]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(labs):
        return labs[int(wanted) - 1]
    import difflib

    near = difflib.get_close_matches(wanted, by_name, n=2, cutoff=0.5)
    hint = f"perhaps {' or '.join(near)}" if near else f"{call} lists them"
    example = _EXAMPLE if "two-doors" in by_name else f"{call} {labs[0].name}"
    raise exits.UsageError(f"there is no lab {typed[:60]!r}; {hint}. Example: {example}")

"""`porttui firewall TARGET`: which rule decides over a connection, from here, from elsewhere, or on saved rules."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from msgspec.structs import replace

from porttui.cli import exits
from porttui.cli.arguments import called_as, colour_wanted, understand, width_of_stdout
from porttui.cli.parser import Parser
from porttui.model.address import family, parse_ip
from porttui.model.answer import FirewallAnswer, Sender
from porttui.model.printable import printable
from porttui.model.target import Asked, Question

SUMMARY = "tell which firewall rule decides over a connection"
_MOST_BYTES = 24_000_000
"""Of one saved ruleset, as of one listing of the machine's own."""
_EXAMPLE = "porttui firewall 8080 --from 192.168.1.7"


def run(argv: list[str]) -> int:
    """Judge a connection to TARGET by the rules, print the answer, return the exit code of its verdict."""
    args = build_parser().parse_intermixed_args(argv)
    asked = replace(understand(args.target), question=Question.CONNECT, read_from="")
    sender = _sender(args)
    if args.ruleset:
        answer = _by_files(asked, sender, args.ruleset)
    else:
        from porttui.observe import this_platform
        from porttui.observe.asking import ask_here
        from porttui.remedies.rule import past

        with exits.doing(f"reading the rules for {asked.target}"):
            answer = ask_here(asked, sender, this_platform(), past)
    if args.uid is None:
        answer = replace(answer, notes=(*answer.notes, *_who_asked(answer)))
    if args.json:
        from porttui.render.json import lines_of_json

        exits.emit(lines_of_json(answer))
    else:
        from porttui.render.firewall import Commands, answer_text

        own = args.uid is None and answer.here and bool(answer.uid)  # root would ask for root
        mine = answer.here and args.uid is None and args.sender is None and not args.ruleset
        commands = Commands(
            again=(*called_as(), "firewall", *(("--uid", str(answer.uid)) if own else ()), *argv),
            check=(*called_as(), "check", str(asked.target)) if mine else (),
        )
        code, colour, width = _exit(answer), colour_wanted(), width_of_stdout()
        exits.emit(answer_text(answer, commands=commands, exit_code=code, colour=colour, width=width))
    return _exit(answer)


def _exit(answer: FirewallAnswer) -> exits.Exit:
    if answer.verdict == "unknown":
        return exits.Exit.UNDETERMINED
    passes = answer.verdict == "accept" or answer.verdict.startswith("redirect:")
    return exits.Exit.HEALTHY if passes else exits.Exit.FAULT


def _sender(args: argparse.Namespace) -> Sender:
    sender: str | None = args.sender
    if sender is not None and parse_ip(sender) is None:
        raise exits.UsageError(f"--from {sender[:40]!r} is no IP address. Example: {_EXAMPLE}")
    if args.uid is not None and args.iif not in {None, "lo"}:
        raise exits.UsageError(f"--uid is a user of this machine, and --iif is for others. Example: {_EXAMPLE}")
    uid = args.uid
    if uid is None and args.ruleset:
        uid = _own_uid()
    return Sender(address=_canonical(sender) if sender else None, interface=args.iif, uid=uid)


def _canonical(address: str) -> str:
    ip, scope = parse_ip(address), address.partition("%")[2]
    return f"{ip}%{scope}" if scope else str(getattr(ip, "ipv4_mapped", None) or ip)


def _own_uid() -> int | None:
    import os

    return os.geteuid() if hasattr(os, "geteuid") else None


def _who_asked(answer: FirewallAnswer) -> tuple[str, ...]:
    """Tell whom the answer is not about: behind sudo(8) it is about root, and rules may treat the user otherwise."""
    import os

    from porttui.observe.session import sudo_uid

    user = sudo_uid(os.environ)
    if not answer.here or answer.uid != 0 or user is None:
        return ()
    tried = ", and so was the connection that was tried" if answer.tried is not None else ""
    return (f"asked as uid 0{tried}; you are uid {user}: --uid {user} asks for you",)


def _by_files(asked: Asked, sender: Sender, names: list[str]) -> FirewallAnswer:
    from porttui.firewall.saved import from_texts
    from porttui.observe.asking import ask_saved

    host = asked.target.host
    if host != "localhost" and parse_ip(host) is None:
        raise exits.UsageError(
            f"with --ruleset, TARGET is an address or localhost, and {host[:40]!r} is a name."
            f" Example: porttui firewall 10.0.0.5:80 --ruleset {names[0][:80]}"
        )
    if sender.address and host != "localhost" and family(host) != family(sender.address):
        raise exits.UsageError(f"--from and TARGET are of two families, IPv4 and IPv6. Example: {_EXAMPLE}")
    texts, cut = [], []
    for name in names:
        text, whole = _read(name)
        if whole:
            texts.append((printable(name, 200), text))
        else:
            cut.append(f"{printable(name, 200)} is larger than {_MOST_BYTES // 1_000_000} MB")
    with exits.doing("reading the saved rules"):
        ruleset = from_texts(texts)
        ruleset = replace(ruleset, unclear=(*cut, *ruleset.unclear))
        return ask_saved(asked, sender, ruleset, tuple(printable(each, 200) for each in names))


def _read(name: str) -> tuple[str, bool]:
    """Return the text of a file, and whether that is all of it."""
    try:
        if name == "-":
            if sys.stdin is None:
                raise exits.UsageError(f"--ruleset - reads stdin, and stdin is closed. Example: {_EXAMPLE}")
            data = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # a NUL byte in a name is a ValueError
        why = error.strerror if isinstance(error, OSError) else error
        raise exits.UsageError(
            f"--ruleset {name[:200]}: {why}. Example: porttui firewall 8080 --ruleset rules.json"
        ) from error
    return data.decode("utf-8", "replace"), len(data) <= _MOST_BYTES


def build_parser() -> Parser:
    """Return the parser of this subcommand."""
    parser = Parser("firewall", "Tell which firewall rule decides over a connection to TARGET.", _EXAMPLE)
    parser.add_argument("target", metavar="TARGET", nargs="+", help="port, address or URL; - reads it from stdin")
    parser.add_argument("--from", dest="sender", metavar="ADDR", help="the connection comes from ADDR, not from here")
    parser.add_argument(
        "--iif", metavar="NAME", help="it comes in by interface NAME (default: the one that leads to ADDR)"
    )
    parser.add_argument("--uid", metavar="N", type=_uid, help="it is made by user N of this machine (default: you)")
    parser.add_argument(
        "--ruleset",
        metavar="FILE",
        action="append",
        help="judge by saved rules: nft -j list ruleset, iptables-save, ip6tables-save, ipset save; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _uid(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text[:11]) < 2**32 - 1):
        raise argparse.ArgumentTypeError(f"'{text[:20]}' is no number of a user")
    return int(text)

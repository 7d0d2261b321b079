"""`porttui free [PORT | LO-HI | --near PORT]`: TCP ports that bind on every address, and are likely to stay free."""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Sequence

from porttui.cli import exits
from porttui.cli.listed import read, unseen_text
from porttui.cli.parser import Parser
from porttui.cli.who import holding
from porttui.model.address import endpoint
from porttui.model.base import Value
from porttui.model.facts import Unseen
from porttui.reading.lasting import doubts, keeping
from porttui.render.lines import ascii_text

SUMMARY = "find TCP ports that a server can have, or test one"
_MOST = 1000
_NOT_YET = "connections of before still keep it, and a server that does not set SO_REUSEADDR cannot have it yet"
_MISSING = ("EADDRNOTAVAIL", "EAFNOSUPPORT")
_MORE = """\
A port is printed when bind(2) has just succeeded for TCP on each address:
0.0.0.0, ::, 127.0.0.1 and ::1, as far as the machine has them, or the ones of
--address. The ports of UDP are their own.
First come the ports that are likely to stay free, which are
  - no source ports of outgoing connections, nor reserved by the administrator,
  - not known as the port of some service,
  - not kept by connections of before (TIME_WAIT),
  - not led elsewhere by a rule of NAT (which takes root to see).
When only others are left, stderr says what speaks against them. Another program
may still be quicker than yours.

exit codes: 0 as many ports as asked for, 1 fewer, or PORT is taken
            2 usage, 3 no port could be tried, 4 porttui itself failed
examples: PORT=$(porttui free)
          porttui free 8000-8999 -n 3
          porttui free --near 3000"""


class Free(Value, frozen=True, kw_only=True):
    """What was found out about a port."""

    port: int
    free: bool
    error: str | None = None
    """Name of the errno."""
    holders: tuple[str, ...] = ()
    """Who holds it, as far as that can be seen."""
    doubts: tuple[str, ...] = ()
    """Why it may not stay free, or may not serve."""
    unseen: tuple[Unseen, ...] = ()
    """What of that could not be looked at."""


def run(argv: list[str]) -> int:
    """Print free ports (exit code 0), or why there are fewer than were asked for (exit code 1)."""
    args = build_parser().parse_args(argv)
    if args.port is not None and args.near is not None:
        raise exits.UsageError("a port and --near exclude each other. Example: porttui free --near 3000")
    single = args.port is not None and len(args.port) == 1
    if single and args.count != 1:
        raise exits.UsageError("-n asks for several of one port. Example: porttui free 8000-8999 -n 3")
    found, error = _search(args)
    results = list(found)
    if single and not found:
        port = args.port[0]
        results = [Free(port=port, free=False, error=error, holders=_holders(port))]
    if args.json:
        from porttui.render.json import lines_of_json

        exits.emit(lines_of_json(results))
    elif found:
        exits.emit("".join(f"{each.port}\n" for each in found))
    elif single:
        exits.emit(_taken(results[0]))
    _talk(found, args, error, told=single)
    return exits.Exit.HEALTHY if len(found) == args.count else exits.Exit.FAULT


def _search(args: argparse.Namespace) -> tuple[tuple[Free, ...], str | None]:
    """Look first for ports that nothing speaks against, then for any; return them, and the last error.

    Raises:
        CannotSeeError: no port can be tried at all.
    """
    from porttui.observe import this_platform
    from porttui.observe.forwarded import Forwards
    from porttui.observe.free import EVERYWHERE, OF_PORTS, first_free

    with exits.doing("trying to bind"):
        eyes = this_platform()
        sysctls = eyes.sysctls()
        keeps, forwards = keeping(eyes.os, sysctls), Forwards(eyes)
        ports, named = _candidates(args, eyes.os, sysctls)

        def speaks_against(port: int) -> tuple[str, ...]:
            lead = forwards.leading(port)
            away = (f"a rule leads its connections to {endpoint(*lead.place)}: {lead.rule.text}",) if lead else ()
            return (*doubts(port, keeps, wanted=port == named), *away)

        addresses = tuple(dict.fromkeys(sum(args.address, ()))) or EVERYWHERE
        chosen = bool(args.address)
        lasting = (port for port in ports if not speaks_against(port))
        good, error = first_free(lasting, addresses, most=args.count, strict=True, each_one=chosen)
        found = [Free(port=port, free=True, unseen=forwards.unseen) for port in good]
        if len(good) < args.count and error in (None, *OF_PORTS):
            rest = (port for port in ports if port not in good)
            others, error = first_free(rest, addresses, most=args.count - len(good), each_one=chosen)
            for port in others:
                against = speaks_against(port) or (_NOT_YET,)
                found.append(Free(port=port, free=True, doubts=against, unseen=forwards.unseen))
    if error not in (None, *OF_PORTS, *_MISSING) and not found:
        raise exits.CannotSeeError(f"no port can be tried here: {error}")
    return tuple(found), error


def _candidates(args: argparse.Namespace, os: str, sysctls: dict[str, str]) -> tuple[Sequence[int], int | None]:
    """Return the ports to try, in this order, and the one that was named, if one was."""
    from porttui.observe.free import USUAL, near

    if args.port is not None:
        return args.port, args.port[0] if len(args.port) == 1 else None
    if args.near is not None:
        return (args.near, *near(args.near, os, sysctls)), args.near
    return random.sample(USUAL, len(USUAL)), None


def _talk(found: tuple[Free, ...], args: argparse.Namespace, error: str | None, *, told: bool) -> None:
    """Say on stderr what speaks against the ports, why there are no more, and, to a person, what was not seen."""
    for each in found:
        for doubt in each.doubts:
            exits.talk(f"porttui: {each.port} is free, but {doubt}")
    if told and found:
        for holder in _holders(found[0].port, "udp"):
            exits.talk(f"porttui: {found[0].port} is free for TCP; UDP is apart, and has {ascii_text(holder)}")
    if len(found) < args.count and not (told and not found):
        exits.talk(f"porttui: {_too_few(found, args, error)}")
    if found and found[0].unseen and sys.stderr is not None and sys.stderr.isatty():
        exits.talk(f"porttui: {unseen_text(found[0].unseen[0])}")


def _too_few(found: tuple[Free, ...], args: argparse.Namespace, error: str | None) -> str:
    if error in _MISSING:
        return f"this machine cannot listen on {' and '.join(sum(args.address, ())) or 'any address'}: {error}"
    where = (
        f"{args.port[0]} to {args.port[-1]}" if args.port else f"those near {args.near}" if args.near else "those tried"
    )
    number = f"only {len(found)} of {args.count} ports" if found else "no port"
    because = f"; the last one that could not fails with {error}" if error else ""
    return f"{number} of {where} can be bound{because}"


def _ports(text: str) -> range:
    read_as = re.fullmatch(r":?(\d{1,5})(?:(?:-|\.\.)(\d{1,5}))?", text.strip())
    low = int(read_as[1]) if read_as else 0
    high = int(read_as[2] or low) if read_as else 0
    if not 1 <= low <= high <= 65535:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no port or range of ports (1 to 65535)")
    return range(low, high + 1)


def _port(text: str) -> int:
    ports = _ports(text)
    if len(ports) > 1:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is a range; it goes without --near")
    return ports[0]


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:6]) <= _MOST:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is no number from 1 to {_MOST}")
    return int(text)


def _address(text: str) -> tuple[str, ...]:
    """Read an address to listen on; a name is none, but for localhost."""
    from porttui.model.address import parse_ip

    if text == "localhost":
        return ("127.0.0.1", "::1")
    bare = text.removeprefix("[").removesuffix("]")
    if parse_ip(bare) is None:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no address, such as 127.0.0.1 or ::1")
    return (bare,)


def _holders(port: int, protocol: str = "tcp") -> tuple[str, ...]:
    """Tell who holds a port of TCP or of UDP, as far as that can be seen."""
    try:
        rows, _ = read(port)
    except exits.CannotSeeError:
        return ()
    return tuple(
        f"{row.place} {row.socket.state} {row.program}, pid {row.pid}, user {row.user}"
        for row in holding(rows)
        if row.socket.protocol == protocol
    )


def _taken(result: Free) -> str:
    lines = [f"Port {result.port} cannot be bound: {result.error}.", *(f"  {each}" for each in result.holders)]
    lines.append(f"More: porttui check {result.port} --bind")
    return "\n".join(ascii_text(line) for line in lines) + "\n"


def build_parser() -> Parser:
    """Return the parser of this subcommand."""
    parser = Parser("free", "Print TCP ports that a server can have on this machine.", "porttui free 8000-8999", _MORE)
    parser.add_argument(
        "port",
        metavar="PORT | LO-HI",
        nargs="?",
        type=_ports,
        help="test this port, or take the first of a range; without it any from 20000 to 32767",
    )
    parser.add_argument("--near", metavar="PORT", type=_port, help="take this port, or else the nearest that is free")
    parser.add_argument(
        "-n", dest="count", metavar="N", type=_count, default=1, help=f"print N different ports, at most {_MOST}"
    )
    parser.add_argument(
        "--address",
        metavar="ADDRESS",
        type=_address,
        action="append",
        default=[],
        help="where the server is to listen; may be repeated (default: everywhere)",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON array")
    return parser

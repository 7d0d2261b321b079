"""Which port a server listens on and which one a client calls, by the words of a command line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from porttui.reading import forwards
from porttui.reading.kin import NOT_SERVERS


def may_serve(argv: tuple[str, ...]) -> bool:
    """Tell whether a program may be a server, by its name: shells, clients, editors and pagers are none.

    Of an interpreter the name of the script counts as well: "python3 /usr/bin/http", "uv run porttui".
    """
    program = _program(argv)
    if program in NOT_SERVERS:
        return False
    if any(word == "porttui" or word.endswith("/bin/porttui") for word in argv[1:4]):
        return False
    if ("-m", "porttui") in pairwise(argv):
        return False
    script = next((word for word in argv[1:4] if not word.startswith("-")), "")
    return not (program.startswith(("python", "node", "ruby", "perl")) and script.rpartition("/")[2] in NOT_SERVERS)


def ports_named(argv: Iterable[str]) -> frozenset[int]:
    """Return the numbers in a command line that stand where a server's port stands.

    A number counts alone ("8000"), as ":8000", "*:8000", "0.0.0.0:8000" and "=8000", directly after a letter option
    ("-p8000"), and the first of "8080:80". After another address it counts only where the words before it say that it
    is listened on: "--bind 127.0.0.1:8000", "runserver 127.0.0.1:8000"; alone that is as well where a client connects
    to. Numbers in URLs and in paths do not count: clients have those. Programs that hand connections on (ssh,
    docker-proxy, kubectl), socat and netcat listen only where their options say so.
    """
    told = forwards.ports(tuple(argv))
    if told is not None:
        return told
    words = _server_words(tuple(argv))
    numbers = [(*_port_in(word), at) for at, word in enumerate(words)]
    ports = (number for number, outer, at in numbers if number and (outer or _listened_on(words, at)))
    return frozenset(port for port in ports if port < 65536)


def ports_called(argv: Iterable[str]) -> frozenset[int]:
    """Return the ports of the addresses in a command line of which nothing says that they are listened on."""
    words = _server_words(tuple(argv))
    numbers = [(*_port_in(word), at) for at, word in enumerate(words)]
    return frozenset(number for number, outer, at in numbers if number and not outer and not _listened_on(words, at))


def _port_in(word: str) -> tuple[int, bool]:
    """Return the number that stands in a word where a port may, 0 for none, and whether it is the outer one of two."""
    before = word.rstrip("0123456789")
    digits = word[len(before) :]
    if before[-1:] == ":" and len(digits) in range(1, 6) and len(before) in range(3, 7) and before[:-1].isdecimal():
        return int(before[:-1]), True  # "8080:80"
    option = len(before) == 2 and before[0] == "-" and before[1].isascii() and before[1].isalpha()
    if len(digits) in range(2, 6) and (not before or before[-1] in "=:" or option):
        return int(digits), False
    return 0, False


def _listened_on(words: list[str], at: int) -> bool:
    """Tell whether a word with a port at its end is where a server listens; not so of an address alone."""
    before, equals, value = words[at].rpartition("=")
    host = value.rpartition(":")[0]
    if host in ("", "*", "0.0.0.0", "[::]", "::") or "listen" in host.lower() or re.match(r"^-[blp][\d\[]", value):
        return True
    if any(re.search(_SERVER, word) for word in words[:at]):
        return True
    option = before if equals else words[at - 1] if at else ""
    if not equals and not option.startswith("-"):
        return False
    if option in ("-b", "-l", "-p") or (option == "-S" and _program(tuple(words)).startswith("php")):
        return True
    name = re.split(r"[,;:=]", option.lstrip("-").lower())[-1]
    return "listen" in name or "bind" in name or bool(re.search(_HERE, name) and not re.search(_ELSEWHERE, name))


def _server_words(argv: tuple[str, ...]) -> list[str]:
    """Leave out the words that name the port of somewhere else."""
    program = _program(argv) if argv else ""
    # a process may write its whole title into one argument, as redis-server does
    words = [word for part in argv if "://" not in part for word in part.split()]
    if program == "socat":
        return [word.partition(",")[0] for word in words if "LISTEN:" in word.upper()]
    if program in ("nc", "ncat", "netcat", "nc.openbsd") and not any(
        re.match(r"^(-[a-z]*l|--listen)", w) for w in words
    ):
        return []
    return words


def _program(argv: tuple[str, ...]) -> str:
    path = argv[0] if len(argv) > 1 else argv[0].split(" ")[0]  # a title in one argument: "redis-server *:6379"
    return path.rpartition("/")[2].removeprefix("-")


_SERVER = r"(?i)^(?!-)(?:.*[/._-])?(?:run|web|api|http)?serve(?:r)?(?:\.(?:py|[mc]?js|ts|rb|pl|php|jar))?$"
"""A program, a module or a subcommand that serves: redis-server, http.server, runserver, server.py."""
_HERE = r"(?:^|[-_.])(?:(?:http|web|tcp|api)?addr(?:ess)?|host|port|serve|https?|socket|inspect(?:-brk)?)$"
"""Options whose value is where a server listens, unless they name somebody else:"""
_ELSEWHERE = (
    r"remote|upstream|target|connect|peer|dest|backend|proxy|server|client|database|redis|broker|join|seed|origin"
    r"|forward|(?:^|[-_.])db(?:[-_.]|$)"
)

"""A command, part by part: what each of its words does, for who wants to know before typing it."""

from __future__ import annotations

import functools
import re

from porttui.model.address import family_name, is_loopback, is_wildcard, parse_ip
from porttui.remedies.manuals import MANUALS, SMALL_SERVER, Rows

Parts = tuple[tuple[str, str], ...]

_PLACE = (
    "--host",
    "-H",
    "--hostname",
    "--bind",
    "-b",
    "--binding",
    "--ip",
    "-l",
    "--listen",
    "--server.address",
    "--urls",
)
_PORT = ("--port", "-p", "--server.port")
_SETTING = r"[A-Za-z_]\w*=.*"
_LAUNCHED = {"npm": "npm", "npx": "npx", "yarn": "yarn", "pnpm": "pnpm"}


def parts(argv: tuple[str, ...]) -> Parts:
    """Explain a command part by part.

    Args:
        argv: a command of a remedy; sudo in front of it is understood.

    Returns:
        Pairs of some words of the command and what they do, in order: joined by blanks, the words are the command
        again. Words of a program that is not known are explained as "an option" or as given to it.
    """
    if not argv:
        return ()
    name = _name(argv[0])
    if name == "sudo":
        return (("sudo", "with all rights; it asks for your password"), *parts(argv[1:]))
    if name == "env" and len(argv) > 2 and re.fullmatch(_SETTING, argv[1], re.DOTALL):
        variable, _, value = argv[1].partition("=")
        return ((" ".join(argv[:2]), f"sets {variable} to {value}, for this one command"), *_of_server(argv[2:]))
    if name == "export" and len(argv) == 2:
        variable, _, value = argv[1].partition("=")
        return ((" ".join(argv), f"sets {variable} to {value}, for what is started from this terminal"),)
    if name == "cmd" and argv[1:2] == ("/c",) and len(argv) == 3:
        setting, _, command = argv[2].removeprefix("set ").partition("&& ")
        return (
            ("cmd /c", "runs one line of the older command line of Windows"),
            (argv[2], f"sets {setting.replace('=', ' to ', 1)}, and then runs {command}"),
        )
    if argv[1:3] == ("-m", "http.server"):
        return _matched(argv, SMALL_SERVER)
    if name in MANUALS:
        return _matched(argv, MANUALS[name])
    return _of_server(argv)


def _name(word: str) -> str:
    return re.split(r"[/\\]", word)[-1].removesuffix(".exe")


def _matched(argv: tuple[str, ...], rows: Rows) -> Parts:
    """Explain a command by the rows of a manual; the first row is for the program itself."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(argv):
        used, meaning = next(
            ((used, meaning) for row in (rows[:1] if at == 0 else rows[1:]) if (used := _fits(row[0], argv, at))
             and (meaning := _meaning(row, argv, at, used))),
            (1, rows[0][1] if at == 0 else "an option" if argv[at].startswith("-") else "given to the program"),
        )  # fmt: skip
        found.append((" ".join(argv[at : at + used]), meaning))
        at += used
    return tuple(found)


def _fits(pattern: str, argv: tuple[str, ...], at: int) -> int:
    """Return how many words of the command a pattern takes at a place; 0 when it does not fit."""
    for words in _readings(pattern):
        piece = argv[at : at + len(words)]
        if len(piece) == len(words) and all(each.fullmatch(word) for each, word in zip(words, piece, strict=True)):
            return len(words)
    return 0


def _meaning(row: tuple[str, str], argv: tuple[str, ...], at: int, used: int) -> str:
    words = next(each for each in _readings(row[0]) if len(each) == used)
    told: dict[str, str] = {}
    for pattern, word in zip(words, argv[at : at + used], strict=True):
        match = pattern.fullmatch(word)
        told.update(match.groupdict() if match else {})
    return re.sub(r"\{(\w+)\}", lambda found: told.get(found[1], found[0]), row[1])


@functools.cache
def _readings(pattern: str) -> tuple[tuple[re.Pattern[str], ...], ...]:
    """Return a pattern as one expression a word; the filter of ss, which has blanks in it, is one word as well."""
    split = tuple(_expression(word) for word in pattern.split(" "))
    return ((_expression(pattern),), split) if " = " in pattern else (split,)


def _expression(word: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", word)
    text = "".join(f"(?P<{piece}>.+?)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))
    return re.compile(text, re.DOTALL)


def _of_server(argv: tuple[str, ...]) -> Parts:
    """Explain the command that starts a server: what starts it, and the options for address and port."""
    found: list[tuple[str, str]] = []
    rest = list(argv)
    first = _start(argv)
    found.append((" ".join(rest[: first[0]]), first[1]))
    at = first[0]
    plain: list[str] = []

    def flush() -> None:
        if plain:
            found.append((" ".join(plain), "as it was started before"))
            plain.clear()

    while at < len(rest):
        used, meaning = _server_option(argv, at)
        if used:
            flush()
            found.append((" ".join(rest[at : at + used]), meaning))
        else:
            plain.append(rest[at])
        at += max(1, used)
    flush()
    return tuple(found)


def _start(argv: tuple[str, ...]) -> tuple[int, str]:
    """Return how many words start a server, and what they do."""
    name = _name(argv[0])
    if name in _LAUNCHED and argv[1:2] == ("run",) and len(argv) > 2:
        return 3, f'runs "{argv[2]}" of package.json'
    if name in _LAUNCHED and argv[1:2] == ("start",):
        return 2, 'runs "start" of package.json'
    if name == "npx" and len(argv) > 1:
        return 2, f"runs {argv[1]} of this project"
    used = 1
    while used < len(argv) and not _server_option(argv, used)[0]:
        used += 1
    return used, "starts the server"


def _server_option(argv: tuple[str, ...], at: int) -> tuple[int, str]:
    """Return how many words an option for address or port takes, and what it does; 0 words when it is none."""
    word = argv[at]
    before = argv[at - 1] if at else ""
    if word == "--" and _name(argv[0]) in _LAUNCHED:
        return 1, f"what follows is for the program, not for {_name(argv[0])}"
    if before in ("runserver", "-S") and re.fullmatch(r"(?:\S*:)?\d{1,5}", word):
        return 1, _listening(word)
    if before == "http.server" and word.isdigit():
        return 1, f"listen on port {word}"
    name, equals, value = word.partition("=")
    value = value if equals else (argv[at + 1] if at + 1 < len(argv) else "")
    used = 1 if equals else 2
    if name in _PORT and value.isdigit():
        return used, f"listen on port {value}"
    if name in _PLACE and value and not value.startswith("-"):
        return used, _listening(value)
    return 0, ""


def _listening(place: str) -> str:
    """Tell what it means to listen at a place: "listen there: IPv4, reached by this machine only"."""
    bare = re.sub(r"^https?://", "", place)
    host, colon, port = bare.rpartition(":")
    if parse_ip(bare) is not None or not (colon and port.isdigit()):
        host, port = bare, ""
    host = host.strip("[]")
    where = f" on port {port}" if port else ""
    if host == "" and bare.isdigit():
        return f"listen on port {bare}"
    if is_wildcard(host):
        return f"listen{where} on every {family_name(host)} address: your network can reach it"
    if is_loopback(host):
        return f"listen{where} there: {family_name(host)}, reached by this machine only"
    return f"listen{where} there: {host}"

"""Command lines of network clients: where they would connect to. Read only as far as host and port need it.

Each program's options are those of its manual: curl(1), psql(1), redis-cli --help, mysql(1), ssh(1), nc(1), telnet(1).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from porttui.model.base import Value
from porttui.model.place import Place, fail, read_host, read_place, read_port
from porttui.model.secrets import HIDDEN
from porttui.model.services import SCHEME_PORTS
from porttui.model.target import Question, TargetError


class Program(Value, frozen=True, kw_only=True):
    """How a program is told where to connect to."""

    takes: str
    """"url": its first argument is a URL or host:port; "host": a host; "host port": both; "": options only."""
    scheme: str | None = None
    """The scheme that it speaks, which also has the port that it uses when it is not told one."""
    port: int | None = None
    host_options: tuple[str, ...] = ()
    port_options: tuple[str, ...] = ()
    place_options: tuple[str, ...] = ()
    """Options whose value is a URL or host:port."""
    valued: str = ""
    """Letters of other options that take a value, so that the value is not read as an argument."""
    listens: str = ""
    """The letter of the option that makes it a server."""


_CURL = Program(takes="url", valued="AbcCdDeEFHKmoPQrtTuUwxXyYz", place_options=("--url",))
_WEB = Program(takes="url")
_PSQL = Program(
    takes="url",
    scheme="postgresql",
    host_options=("-h", "--host"),
    port_options=("-p", "--port"),
    place_options=("-d", "--dbname"),
    valued="cdfLoPRTUv",
)
_REDIS = Program(
    takes="", scheme="redis", host_options=("-h",), port_options=("-p",), place_options=("-u",), valued="anirsx"
)
_MYSQL = Program(takes="", scheme="mysql", host_options=("-h", "--host"), port_options=("-P", "--port"), valued="uDeS")
_MONGO = Program(takes="url", scheme="mongodb", host_options=("--host",), port_options=("--port",), valued="up")
_SSH = Program(takes="host", scheme="ssh", port_options=("-p",), valued="BbcDEeFIiJLlmOoPQRSWw")
_SFTP = Program(takes="host", scheme="ssh", port_options=("-P",), valued="BbcDFiJloRSsX")
_NC = Program(takes="host port", port_options=(), valued="iIMmOPpqsTVWwXx", listens="l")

PROGRAMS: dict[str, Program] = {
    "curl": _CURL,
    "wget": Program(takes="url", valued="aoOePQtTUw"),
    **dict.fromkeys(("http", "https", "xh", "lynx", "w3m", "xdg-open"), _WEB),
    **dict.fromkeys(("ab", "wrk"), Program(takes="url", valued="cdnqtzHmT")),
    **dict.fromkeys(("websocat", "wscat", "grpcurl"), Program(takes="url", valued="dH", place_options=("--connect",))),
    **dict.fromkeys(("invoke-webrequest", "iwr", "invoke-restmethod", "irm"), Program(takes="url")),
    **dict.fromkeys(("psql", "pg_isready", "pg_dump", "pgcli", "createdb", "dropdb"), _PSQL),
    **dict.fromkeys(("redis-cli", "valkey-cli"), _REDIS),
    **dict.fromkeys(("mysql", "mysqladmin", "mysqldump", "mariadb", "mycli"), _MYSQL),
    **dict.fromkeys(("mongo", "mongosh"), _MONGO),
    "ssh": _SSH,
    **dict.fromkeys(("sftp", "scp"), _SFTP),
    **dict.fromkeys(("nc", "ncat", "netcat"), _NC),
    "telnet": Program(takes="host port", port=23, valued="Xbekln"),
    "ftp": Program(takes="host port", scheme="ftp"),
    "test-netconnection": Program(takes="host", host_options=("-ComputerName",), port_options=("-Port",)),
    "tnc": Program(takes="host", host_options=("-ComputerName",), port_options=("-Port",)),
    "openssl": Program(takes="", place_options=("-connect",)),
}

_PROMPT = re.compile(r"(?:[\w.@:~/\\\[\] -]{0,80}[$#%\u276f\u279c\u00bb>]\s+)?(.*)")
"""The prompts of sh, of root, of zsh and of PowerShell, and arrows that people like to have there."""
_BEFORE = {"sudo", "time", "exec", "command", "npx", "then", "watch", "strace", "proxychains"}


def read_command(line: str) -> tuple[Place, Question] | None:
    """Read one line as a command, with or without the prompt before it.

    Args:
        line: one line of cleaned text.

    Returns:
        The place that the program would connect to (or listen on), or None when it is no command that is known or
        names no place.

    Raises:
        TargetError: it is a known command, and the host or port in it is wrong.
    """
    words = _words(line)
    while words and (words[0] in _BEFORE or re.fullmatch(r"[A-Za-z_]\w*=.*", words[0])):
        words = words[1:]
    if len(words) < 2:
        return None
    server = _http_server(words)
    if server:
        return server
    program = PROGRAMS.get(re.split(r"[/\\]", words[0])[-1].lower().removesuffix(".exe"))
    return _read(program, words[1:]) if program else None


def _words(line: str) -> list[str]:
    match = _PROMPT.fullmatch(line.strip())
    text = (match[1] if match else line).replace(HIDDEN, "*")  # its letters are no options: mysql -p(hidden)
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    end = next(
        (place for place, word in enumerate(words) if word in ("|", "||", "&&", "&", ";", ">", ">>")), len(words)
    )
    return words[:end]


def _http_server(words: list[str]) -> tuple[Place, Question] | None:
    """Read ``python3 -m http.server 8000``, whose error names no port (Python docs, http.server, default 8000)."""
    if "http.server" not in words:
        return None
    ports = [word for word in words if re.fullmatch(r"[0-9]{1,5}", word)]
    host = next((words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-b", "--bind")), None)
    place = Place(host=host and read_host(host), port=read_port(ports[0] if ports else "8000"))
    return place, Question.BIND


def _read(program: Program, words: list[str]) -> tuple[Place, Question] | None:
    options, arguments = _options(program, words)
    listens = bool(program.listens) and any(name in (f"-{program.listens}", "--listen") for name in options)
    named = next((options[name] for name in program.place_options if options.get(name)), None)
    if named is not None and _is_place(named):
        return read_place(named), Question.CONNECT
    host = next((options[name] for name in program.host_options if options.get(name)), None)
    port = next((options[name] for name in program.port_options if options.get(name)), None)
    if listens:
        numbers = [word for word in (*arguments, options.get("-p", "")) if word.isdigit()]
        return (Place(host=None, port=read_port(numbers[0])), Question.BIND) if numbers else None
    if program.takes == "url" and host is None and port is None:
        word = _url(arguments, bare=program.scheme is None)
        if word or not program.scheme:
            return (_with_http(word), Question.CONNECT) if word else None
        host, port = _conninfo(arguments)
    if program.takes in ("host", "host port") and host is None and arguments:
        return _host_and_port(program, arguments, port), Question.CONNECT
    if host is None and port is None and not program.scheme:
        return None
    if host is not None and (host.startswith(("/", "@")) or not host):
        host = None
    number = _port(program, port)
    return Place(host=host and read_host(host), port=number, scheme=program.scheme), Question.CONNECT


def _host_and_port(program: Program, arguments: list[str], port: str | None) -> Place:
    word = arguments[0].rpartition("@")[2]
    if "://" in word:
        return read_place(word)
    if program.takes == "host port" and len(arguments) > 1:
        port = arguments[1]
    if program.scheme == "ssh":
        word = word.partition(":")[0] if word.count(":") == 1 else word
    elif port is None and (word.startswith("[") or word.count(":") == 1):
        return read_place(word)
    return Place(host=read_host(word), port=_port(program, port), scheme=program.scheme)


def _port(program: Program, port: str | None) -> int:
    if port is not None:
        return read_port(port)
    number = program.port or SCHEME_PORTS.get(program.scheme or "")
    if number is None:
        fail("the command names no port")
    return number


def _options(program: Program, words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Part options and arguments: ``-p5433``, ``-p 5433``, ``--port=5433``, ``--port 5433``, ``-vz``."""
    wanted = {*program.host_options, *program.port_options, *program.place_options}
    lower = {name.lower(): name for name in wanted if len(name) > 2}
    options: dict[str, str] = {}
    arguments: list[str] = []
    rest = iter(words)
    for word in rest:
        if word.startswith("-") and len(word) > 1:
            name, equals, value = word.partition("=")
            known = lower.get(name.lower())
            if known:
                options[known] = value if equals else next(rest, "")
            elif not word.startswith("--"):
                _letters(program, word, rest, wanted, options)
            elif name == "--listen":
                options[name] = ""
        else:
            arguments.append(word)
    return options, arguments


def _letters(program: Program, word: str, rest: Iterator[str], wanted: set[str], options: dict[str, str]) -> None:
    for at, letter in enumerate(word[1:], start=1):
        name = f"-{letter}"
        if name not in wanted and letter not in program.valued:
            options[name] = ""
            continue
        options[name] = word[at + 1 :] or next(rest, "")
        return


def _url(arguments: list[str], *, bare: bool) -> str | None:
    """Choose the argument that is the URL; a number may be the value of an option that is not known here."""
    likely = [word for word in arguments if "://" in word]
    if bare and not likely:
        likely = [word for word in arguments if (":" in word or "/" in word or "." in word) and _is_place(word)]
        likely = likely or [word for word in arguments[-1:] if _is_place(word)]
    return likely[0] if likely else None


def _conninfo(arguments: list[str]) -> tuple[str | None, str | None]:
    """Read ``psql "host=localhost port=5433"`` (libpq, 34.1.1.1)."""
    pairs = dict(re.findall(r"\b(host|hostaddr|port)\s?=\s?'?([^\s']+)", " ".join(arguments)))
    return pairs.get("host") or pairs.get("hostaddr"), pairs.get("port")


def _is_place(word: str) -> bool:
    try:
        read_place(word)
    except TargetError:
        return False
    return True


def _with_http(word: str) -> Place:
    place = read_place(word)
    if place.scheme is not None or "://" in word:
        return place
    return Place(host=place.host, port=place.port, scheme="http", path=place.path)

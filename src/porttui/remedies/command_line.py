"""The command that starts a server once more, at another address or port, made from the one that it runs with."""

from __future__ import annotations

import re

from porttui.model.address import endpoint
from porttui.model.facts import Facts, Process
from porttui.remedies.programs import Program

_LONGEST = 400
"""Characters of a command that somebody still copies."""
_KERNEL_NAME = 15
"""Bytes to which the kernel cuts a process's name (TASK_COMM_LEN, prctl(2), PR_SET_NAME)."""


def filled(words: tuple[str, ...], host: str, port: int) -> tuple[str, ...]:
    """Return words with ``{host}``, ``{port}`` and ``{place}`` (both) filled in."""
    return tuple(line(word, host, port) for word in words)


def line(text: str, host: str, port: int) -> str:
    """Return one text with ``{host}``, ``{port}`` and ``{place}`` (both) filled in."""
    place = endpoint(host, port) if host else str(port)
    return text.format(host=host, port=port, place=place)


def again(facts: Facts, process: Process | None, program: Program, host: str, port: int) -> tuple[str, ...] | None:
    """Return the command that starts a server with another address or port.

    Args:
        facts: what was seen: the system decides how a variable is set.
        process: the server that runs now, whose own command line is used when it is known in full.
        program: what is known of it.
        host: the address to listen on; "" leaves it as it is.
        port: the port to listen on. With a host it is the one that the server has, and is left out where its own
            command line has it already; one of `facts.free_ports` is new and always named.

    Returns:
        The command without an earlier use of the same options; None when the server is told in a file only.
    """
    old = _own(process, program)
    npm = _npm(process)
    if program.variable and not program.port_flag:
        return _with_variable(facts, f"{program.variable}={port}", npm or old or program.example)
    if program.after:
        return _with_argument(program, old or program.example, host, port)
    together = program.host_flag == program.port_flag
    kept_port = bool(host) and bool(npm or old) and not together and port not in (facts.free_ports or ())
    flags = (*(program.host_flag if host and not together else ()), *(() if kept_port else program.port_flag))
    if not flags or not (npm or old or program.example):
        return None
    added = filled(flags, host or (_old_host(program, old) or "127.0.0.1" if together else ""), port)
    if npm:
        return (*npm, "--", *added)
    replaced = _options(program, host=bool(host) or together, port=not kept_port)
    return (*_without(old or program.example, replaced), *added)


def _own(process: Process | None, program: Program) -> tuple[str, ...]:
    """Return the process's own command line; () when it is not known in full, or is no command line at all.

    Some servers write other things over it ("nginx: master process", "next-server (v14.1.0)"), and porttui hides
    passwords in it and cuts what is very long.
    """
    argv = process.argv if process else ()
    if not argv or sum(map(len, argv)) > _LONGEST or len(argv) >= 200:
        return ()
    if any("(hidden)" in word or "\\x" in word or word.endswith("...") for word in argv):
        return ()
    rewritten = " " in argv[0] or argv[0].endswith(":") or (len(argv) == 1 and "(" in argv[0])
    child = any(word.startswith(("from multiprocessing", "--multiprocessing-fork")) for word in argv)
    redis = program.title == "Redis" and len(argv) > 1 and re.fullmatch(r"\S+:\d+", argv[1])
    return () if rewritten or child or redis else argv


def _npm(process: Process | None) -> tuple[str, ...]:
    """Return "npm run dev" or "npm start" when that started the process; () when not, or when its name was cut."""
    for ancestor in process.ancestors if process else ():
        words = ancestor.name.split()
        if words[:2] == ["npm", "start"]:
            return ("npm", "start")
        if words[:2] == ["npm", "run"] and len(words) > 2:
            cut = len(ancestor.name.encode()) >= _KERNEL_NAME and len(words) == 3
            return () if cut else tuple(words[:3])
    return ()


def _with_variable(facts: Facts, setting: str, argv: tuple[str, ...]) -> tuple[str, ...]:
    name = setting.partition("=")[0]
    kept = tuple(word for word in argv if not word.startswith(f"{name}="))
    if facts.os == "windows":
        return ("cmd", "/c", f"set {setting}&& {' '.join(kept)}")
    return ("env", setting, *kept)


def _with_argument(program: Program, argv: tuple[str, ...], host: str, port: int) -> tuple[str, ...]:
    """Put the place behind its word: "runserver 127.0.0.1:8001"; a host that was given before stays."""
    if program.after not in argv:
        argv = program.example
    at = argv.index(program.after) + 1
    rest = argv[at:]
    old = rest[0] if rest and re.fullmatch(r"(?:\S*:)?\d{1,5}", rest[0]) else ""
    kept = rest[1:] if old else rest
    stays = host or old.rpartition(":")[0].strip("[]") or ("localhost" if program.after == "-S" else "")
    added = filled(program.host_flag, host, port) if host else ()
    if added:
        kept = _without(("", *kept), _options(program, host=True, port=False))[1:]  # the first word is never an option
    return (*argv[:at], line(program.argument, stays, port), *kept, *added)


def _old_host(program: Program, argv: tuple[str, ...]) -> str:
    """Return the host of an option that has host and port in one, "--bind 0.0.0.0:8000"; "" when there is none."""
    options = _options(program, host=True, port=False)
    for at, word in enumerate(argv):
        name, equals, value = word.partition("=")
        if name in options:
            value = value if equals else (argv[at + 1] if at + 1 < len(argv) else "")
            return re.sub(r"^https?://", "", value.split(";")[0]).rpartition(":")[0].strip("[]*+")
    return ""


def _options(program: Program, *, host: bool, port: bool) -> set[str]:
    """Return the names of the options that set what is set anew."""
    found: set[str] = set()
    for wanted, flag, others in ((host, program.host_flag, _HOST_NAMES), (port, program.port_flag, _PORT_NAMES)):
        if wanted and flag:
            found |= {flag[0].partition("=")[0], *(set(program.other_flags) & others)}
    return found


_HOST_NAMES = {"--hostname", "--listen", "--binding", "-h", "-b"}
_PORT_NAMES = {"--port", "-p"}


def _without(argv: tuple[str, ...], options: set[str]) -> tuple[str, ...]:
    """Return a command line without some options and their values: "-p 80", "-p80", "--port=80"; "--host" alone too."""
    kept: list[str] = []
    skip = False
    for at, word in enumerate(argv):
        if skip:
            skip = False
            continue
        name, equals, _ = word.partition("=")
        if at and name in options:
            skip = not equals and at + 1 < len(argv) and not argv[at + 1].startswith("-")
            continue
        glued = re.fullmatch(r"(-[a-zA-Z])\d+", word)
        if not (at and glued and glued[1] in options):
            kept.append(word)
    return tuple(kept)

"""Which listener on another port is the service that was meant, and why it is thought so.

Nobody writes down what a user means. What can be seen: a command line that names the port that was asked, the program
that the port or the scheme stands for, the folder that the user works in, and how near the ports are.
"""

from __future__ import annotations

from porttui.model.base import Value
from porttui.model.facts import Exchange, Facts, Process, Socket
from porttui.model.report import Confidence
from porttui.model.target import Target
from porttui.reading import history, kin, near, seen, words

_PROGRAMS: dict[str, frozenset[str]] = {
    "postgresql": frozenset(("postgres", "postmaster", "postgresql")),
    "mysql": frozenset(("mysqld", "mariadbd", "mysql", "mariadb")),
    "redis": frozenset(("redis-server", "valkey-server", "keydb-server", "redis", "valkey")),
    "memcached": frozenset(("memcached",)),
    "mongodb": frozenset(("mongod", "mongos")),
    "amqp": frozenset(("rabbitmq-server", "beam.smp")),
    "mqtt": frozenset(("mosquitto",)),
    "nats": frozenset(("nats-server",)),
    "ssh": frozenset(("sshd", "dropbear", "ssh")),
    "vite": frozenset(("vite",)),
    "jupyter": frozenset(("jupyter", "jupyter-lab", "jupyter-notebook")),
    "ollama": frozenset(("ollama",)),
    "prometheus": frozenset(("prometheus",)),
}
"""The programs that serve a service, by the names of their processes and units."""
_BY_PORT = {
    5432: "postgresql", 3306: "mysql", 6379: "redis", 11211: "memcached", 27017: "mongodb", 5672: "amqp",
    1883: "mqtt", 4222: "nats", 22: "ssh", 5173: "vite", 8888: "jupyter", 11434: "ollama", 9090: "prometheus",
}  # fmt: skip
"""Ports that stand for one service and hardly ever for another."""
_WEB = frozenset(("vite", "jupyter", "ollama", "prometheus"))
"""Services that speak HTTP."""
_ALIKE = {"mariadb": "mysql", "rediss": "redis", "sftp": "ssh", "amqps": "amqp", "mqtts": "mqtt"}


class Meant(Value, frozen=True, kw_only=True):
    """A listener on another port that is probably the one that the user means."""

    socket: Socket
    because: str
    """Goes on after "probably the one you mean, ": "as its command line names port 5173"."""
    confidence: Confidence

    @property
    def sure(self) -> str:
        """Say how sure that is, in one word."""
        return "probably" if self.confidence is Confidence.LIKELY else "perhaps"


def meant(facts: Facts) -> Meant | None:
    """Return the listener that was meant; None when none was, or when several could be and nothing tells which.

    A neighbour, or one on the well-known twin, is likely to be meant when it is the only one, or when its command line,
    its program or its folder single it out. Farther away only the program that the port stands for counts, and that
    makes it no more than possible.
    """
    close = [socket for socket in near.neighbours(facts) if _could_be(facts, socket)]
    for tell in (_names_the_port, _held_it, _is_the_program, _is_in_the_folder):
        told = [(socket, because) for socket in close if (because := tell(facts, socket))]
        if len(told) == 1:
            return Meant(socket=told[0][0], because=told[0][1], confidence=Confidence.LIKELY)
        if told:
            close = [socket for socket, _ in told]
    if close:
        chosen = close[0] if len(close) == 1 else _first_that_answers(facts, close)
        if chosen is not None:
            return Meant(socket=chosen, because=_by_number(facts, chosen), confidence=Confidence.LIKELY)
        return None
    far = [socket for socket in relatives(facts) if _could_be(facts, socket)]
    if len(far) == 1 and (because := _is_the_program(facts, far[0])):
        return Meant(socket=far[0], because=because, confidence=Confidence.POSSIBLE)
    return None


def relatives(facts: Facts) -> tuple[Socket, ...]:
    """Return the listeners farther away that belong to the program that the target stands for, nearest first."""
    port = facts.asked.target.port
    if service(facts.asked.target) is None or seen.listeners(facts):
        return ()
    found = [
        socket
        for socket in seen.all_listeners(facts)
        if not near.may_be_meant(socket, port)
        and any(seen.would_accept(socket, address) for address in seen.addresses(facts))
        and _is_the_program(facts, socket)
    ]
    found.sort(key=lambda socket: abs(socket.port - port))
    return tuple({socket.port: socket for socket in reversed(found)}.values())[::-1]


def service(target: Target) -> str | None:
    """Return the service that the target stands for, by its scheme or else by its port; None for a web address."""
    if target.scheme is not None:
        name = _ALIKE.get(target.scheme, target.scheme)
        return name if name in _PROGRAMS else None if target.scheme not in ("http", "https") else _web(target)
    return _BY_PORT.get(target.port)


def serves(process: Process, name: str) -> bool:
    """Tell whether a process is a program of a service."""
    return bool(_PROGRAMS[name] & {*kin.names(process), words.tool(process) or ""})


def worth_trying(facts: Facts) -> tuple[Socket, ...]:
    """Return the listeners that a remedy may recommend, best first."""
    return near.same_port(facts) or (*near.neighbours(facts), *relatives(facts))


def _web(target: Target) -> str | None:
    name = _BY_PORT.get(target.port)
    return name if name in _WEB else None


def _could_be(facts: Facts, socket: Socket) -> bool:
    """Tell whether a listener, where it was tried, opened and spoke what was asked for."""
    attempts = [each for each in facts.attempts or () if each.role == "elsewhere" and each.port == socket.port]
    if any(each.outcome != "open" for each in attempts):
        return False
    told = said(facts, socket)
    if not told:
        return True
    spoken = {each.protocol for each in told if each.outcome == "answer"}
    scheme = facts.asked.target.scheme
    stands_for = service(facts.asked.target)
    if scheme is None and stands_for is not None and stands_for not in _WEB:
        scheme = stands_for
    if scheme is None:
        return bool(spoken)
    return bool(spoken & ({"http", "tls"} if seen.wants_http(facts) else {scheme, _ALIKE.get(scheme), "tls"}))


def said(facts: Facts, socket: Socket) -> list[Exchange]:
    """Return what was said when a listener elsewhere was tried."""
    return [each for each in seen.exchanges(facts, "elsewhere") if each.port == socket.port]


def _first_that_answers(facts: Facts, close: list[Socket]) -> Socket | None:
    """Of several, take the nearest one that answers as a web server, where one may be meant."""
    if not seen.wants_http(facts) and facts.asked.target.scheme is not None:
        return None
    return next((each for each in close if any(one.http is not None for one in said(facts, each))), None)


def _names_the_port(facts: Facts, socket: Socket) -> str:
    """Tell so of "vite --port 5173" on 5174: it found its port taken when it started."""
    port = facts.asked.target.port
    for owner in seen.owners(facts, socket):
        started: tuple[kin.Kin, ...] = (owner, *kin.launchers(owner))
        if any(kin.names_port(each, port) for each in started):
            return f"as its command line names port {port}"
    return ""


def _held_it(facts: Facts, socket: Socket) -> str:
    """Tell so of a server that came back on another port while porttui watched."""
    gone = [owner for life in history.ended(facts) for owner in life.processes]
    for owner in seen.owners(facts, socket):
        if any(owner.pid == one.pid or (owner.argv and owner.argv == one.argv) for one in gone):
            return f"as it held port {facts.asked.target.port} a moment ago"
    return ""


def _is_the_program(facts: Facts, socket: Socket) -> str:
    name = service(facts.asked.target)
    if name is None:
        return ""
    program = seen.program_of(facts, socket) or ""
    if program in _PROGRAMS[name] or any(serves(owner, name) for owner in seen.owners(facts, socket)):
        by_port = facts.asked.target.scheme is None or name in _WEB
        asked = f"port {facts.asked.target.port} stands for" if by_port else "your address asks for"
        return f"as it is {words.protocol(name)}, which {asked}"
    return ""


def _is_in_the_folder(facts: Facts, socket: Socket) -> str:
    from pathlib import PurePath

    users = facts.privileges.user
    for owner in seen.owners(facts, socket):
        if owner.cwd is None or facts.folder is None:
            continue
        outer, inner = sorted((PurePath(owner.cwd), PurePath(facts.folder)), key=lambda path: len(path.parts))
        holds_all = len(outer.parts) < 3 or "~" in (words.tilde(str(outer), user) for user in (owner.user, users))
        if inner.is_relative_to(outer) and not holds_all:  # that both are in /tmp or in a home says nothing
            return f"as it runs in {words.tilde(owner.cwd, owner.user)}, the project that you ask from"
    return ""


def _by_number(facts: Facts, socket: Socket) -> str:
    port = facts.asked.target.port
    if near.is_twin(port, socket.port):
        return f"as {socket.port} often stands in for {port}"
    apart = abs(socket.port - port)
    side = "above" if socket.port > port else "below"
    return f"as it is the next port {side}" if apart == 1 else f"as it is only {apart} {side}"

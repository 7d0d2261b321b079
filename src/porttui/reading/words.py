"""The words for what was seen, the same on every screen."""

from __future__ import annotations

import math

from porttui.model.address import endpoint, is_loopback, is_wildcard
from porttui.model.facts import Attempt, Exchange, Facts, FirewallBackend, Name, Process, Socket
from porttui.model.report import Status
from porttui.reading import forwards, no_host, seen

ERRNO_WORDS = {
    "ECONNREFUSED": "refused",
    "EHOSTUNREACH": "no route to host",
    "EHOSTDOWN": "host is down",
    "ENETUNREACH": "network unreachable",
    "EACCES": "permission denied",
    "EPERM": "operation not permitted",
    "EADDRNOTAVAIL": "address not available",
    "EADDRINUSE": "address already in use",
    "EINVAL": "invalid argument",
    "ENOPROTOOPT": "protocol not available",
    "EMFILE": "too many open files",
    "EAFNOSUPPORT": "address family not supported",
    "ECONNRESET": "connection reset",
    "ENODEV": "no such network interface",
    "timeout": "no answer",
}
"""What strerror(3) says, in lower case and shortened."""

PROTOCOL_WORDS = {
    "http": "HTTP", "http2": "HTTP/2", "tls": "TLS", "ssh": "SSH", "redis": "Redis", "postgresql": "PostgreSQL",
    "mysql": "MySQL", "smtp": "SMTP (mail)", "ftp": "FTP", "imap": "IMAP (mail)", "pop3": "POP3 (mail)",
    "memcached": "memcached", "vnc": "VNC", "amqp": "AMQP", "mqtt": "MQTT", "telnet": "Telnet", "rtsp": "RTSP",
    "mongodb": "MongoDB", "socks": "SOCKS",
}  # fmt: skip

_TOOLS = (
    "vite",
    "next",
    "webpack",
    "nuxt",
    "astro",
    "uvicorn",
    "gunicorn",
    "hypercorn",
    "flask",
    "jupyter",
    "http.server",
)
"""Servers known by a word of their command line, where the program is only their interpreter."""


def duration(ms: float) -> str:
    """Write a time: "0.1 ms", "230 ms", "3.0 s"."""
    if ms >= 1000:
        return f"{ms / 1000:.1f} s"
    return f"{ms:.1f} ms" if ms < 10 else f"{ms:.0f} ms"


def seconds(left: float) -> str:
    """Write how long something still takes, in whole seconds, never too few: "42 s"."""
    return f"{math.ceil(left)} s"


def count(number: int, noun: str) -> str:
    """Write a number with its noun: "1 connection", "3 connections"."""
    return f"{number} {noun}{'s' * (number != 1)}"


def protocol(name: str | None) -> str:
    """Write the name of a protocol as its own documents do."""
    return PROTOCOL_WORDS.get(name or "", name or "an unknown protocol")


def machine(facts: Facts) -> str:
    """Name this machine."""
    return facts.host.name or "this machine"


def asked_endpoint(facts: Facts) -> str:
    """Name the target as host and port."""
    return endpoint(facts.asked.target.host, facts.asked.target.port)


def at(socket: Socket) -> str:
    """Name where a socket is: its endpoint, its path, or its port in another namespace."""
    return socket.path or endpoint(socket.address, socket.port)


def peer(socket: Socket) -> str:
    """Name the other end of a connection."""
    return endpoint(socket.peer, socket.peer_port)


def queue(socket: Socket) -> str:
    """Tell how many connections wait at a listener: "queue 0 of 511"; empty when the system does not tell."""
    if socket.queue is None:
        return ""
    return f"queue {socket.queue} of {socket.backlog}" if socket.backlog is not None else f"queue {socket.queue}"


def tool(process: Process) -> str | None:
    """Name the server that an interpreter runs, by its command line: "vite" for node; None when it shows none."""
    from pathlib import PurePosixPath

    script = [word for word in process.argv[1:] if not word.startswith("-")][:1]  # "vite" further on is an argument
    for word in script:
        name = PurePosixPath(word).name
        for known in _TOOLS:
            if name in (known, f"{known}.js", f"{known}.mjs"):
                return known
    if "runserver" in process.argv:
        return "Django"
    return None


def program(facts: Facts, socket: Socket) -> str:
    """Name who holds a socket, inside a sentence: "vite", "a program (probably vite)", "a program of user www-data"."""
    holding = seen.owners(facts, socket)
    if holding:
        name = tool(holding[0]) or holding[0].name
        return name if socket.owner_by == "descriptor" else f"a program (probably {name})"
    if socket.unit:
        return socket.unit
    return f"a program of user {socket.user}" if socket.user else "a program"


def subject(facts: Facts, socket: Socket) -> str:
    """Name who holds a socket, at the beginning of a sentence; a program's own name keeps its small letter."""
    name = program(facts, socket)
    return f"A{name[1:]}" if name.startswith("a program") else name


def plain_name(facts: Facts, socket: Socket) -> str:
    """Name who holds a socket, in a heading or a step: "vite", "the server" when it is not known."""
    holding = seen.owners(facts, socket)
    if holding:
        return tool(holding[0]) or holding[0].name
    return socket.unit or "the server"


NOBODY = "the kernel, no program"
"""Who holds what no process holds any more, or not yet."""


def nobodys(socket: Socket) -> bool:
    """Tell whether the system says that no process holds a connection: it is over, or nobody has accepted it."""
    return socket.inode == 0 and socket.state != "LISTEN"


def who(facts: Facts, socket: Socket) -> str:
    """Tell who holds a socket: "node, pid 4121 (vite, in ~/shop)", "user www-data, program: can't see"."""
    holding = seen.owners(facts, socket)
    if holding:
        first = holding[0]
        more = f" and {len(holding) - 1} more" if len(holding) > 1 else ""
        known = "" if socket.owner_by == "descriptor" else "probably "
        forward = forwards.leading_from(first.argv, socket.port)
        place = f"in {tilde(first.cwd, first.user)}" if first.cwd else None
        inside = ", ".join(filter(None, (tool(first), forwards.told(forward) if forward else place)))
        return f"{known}{first.name}, pid {first.pid}{more}" + (f" ({inside})" if inside else "")
    if nobodys(socket):
        return NOBODY
    if socket.container:
        return f"container {socket.container}"
    if socket.unit:
        return f"{socket.unit}, user {socket.user or '?'}"
    return f"user {socket.user}, program: can't see" if socket.user else "program: can't see"


def who_short(facts: Facts, socket: Socket) -> str:
    """Tell who holds a socket in few words: "node, pid 4121"."""
    holding = seen.owners(facts, socket)
    if holding:
        known = "" if socket.owner_by == "descriptor" else "probably "
        return f"{known}{holding[0].name}, pid {holding[0].pid}"
    if nobodys(socket):
        return NOBODY
    return socket.unit or (f"user {socket.user}" if socket.user else "program: can't see")


def tilde(path: str, user: str | None) -> str:
    """Write the home folder of a user as "~", where homes usually are; other paths stay as they are."""
    if not user:
        return path
    for home in ("/root",) if user == "root" else (f"/home/{user}", f"/Users/{user}"):
        if path == home or path.startswith(f"{home}/"):
            return "~" + path.removeprefix(home)
    return path


def nowhere(name: Name) -> str:
    """Tell that a name was not found: "db.example leads to no address (EAI_NONAME)"; or that nobody told in time."""
    if name.timed_out:
        return f"{name.host} was not looked up in {duration(name.ms)}: no answer until then"
    return f"{name.host} leads to no address ({name.error})"


def where(facts: Facts, address: str) -> str:
    """Tell whose address it is: "devbox itself, not your laptop", "an address of web3", "not an address of web3".

    Of a broadcast or multicast address it tells just that.
    """
    name = machine(facts)
    if is_wildcard(address):
        return f"every address of {name}"
    many = no_host.kind(facts, address)
    if many is not None:
        return f"a {many} address"
    if is_loopback(address):
        return f"{name} itself" + (", not your laptop" if facts.host.ssh else "")
    return f"an address of {name}" if seen.is_local(facts, address) else f"not an address of {name}"


def outcome(attempt: Attempt) -> str:
    """Tell how a connection attempt ended: "open in 0.1 ms", "refused in 0.1 ms", "no answer in 4.0 s"."""
    if attempt.self_connected:
        return f"connected to itself in {duration(attempt.ms)}"
    word = "open" if attempt.outcome == "open" else ERRNO_WORDS.get(attempt.outcome, attempt.outcome)
    return f"{word} in {duration(attempt.ms)}"


def answer(exchange: Exchange) -> str:
    """Tell in few words what an exchange brought: "HTTP 200", "answers as SSH", "closed without an answer"."""
    if exchange.http is not None and exchange.protocol in {None, "http"}:  # MongoDB says in HTTP that it speaks none
        whole = "" if exchange.http.complete else ", cut off"
        return f"HTTP{'S' if exchange.sent == 'https' else ''} {exchange.http.status}{whole}"
    if exchange.outcome == "answer":
        return f"answers as {protocol(exchange.protocol)}" if exchange.protocol else "answers, protocol not known"
    if exchange.outcome == "error" and exchange.tls is not None and exchange.tls.alert:
        return f"TLS alert {exchange.tls.alert}"
    return {
        "closed": "closed without an answer",
        "reset": "reset without an answer",
        "silent": f"no answer in {duration(exchange.ms)}",
        "refused": "the connection did not open",
    }.get(exchange.outcome, exchange.error or "failed")


def backend(one: FirewallBackend) -> tuple[Status, str]:
    """Tell what was read of a firewall: "read, 7 rules", "can't see, needs root", "not installed".

    What could not be read comes first, then what was: the kernel holds and shows rules without any program for them.
    """
    active = {True: ", switched on", False: ", switched off", None: ""}[one.active]
    if one.unseen is not None:
        return Status.UNSEEN, f"can't see, {one.unseen.reason}{active}"
    if one.rules is not None:
        count = "no rules" if one.rules == 0 else f"{one.rules} rule{'s' * (one.rules != 1)}"
        return Status.PASS, f"read, {count}{active}"
    if not one.installed:
        return Status.SKIPPED, "not installed"
    if one.active is not None:  # ufw and firewalld: their rules are among those of nftables and iptables
        return Status.PASS if one.active else Status.SKIPPED, f"installed{active}"
    return Status.UNSEEN, "installed, its rules were not read"


def quoted(text: str, limit: int = 60) -> str:
    """Quote foreign text, shortened, as one line: its line ends, which were made visible, become blanks."""
    text = " ".join(text.replace("\\r", " ").replace("\\n", " ").split())
    return f'"{text if len(text) <= limit else text[: limit - 3] + "..."}"'

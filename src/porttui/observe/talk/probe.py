"""Which words to say to a server, and in which order.

Each exchange has a connection of its own. A server is first spoken to in the protocol that the target, its port or its
owner suggests; only when it does not answer in it are other hellos tried, until one is recognised. A server that does
not accept connections is spoken to once: looking must not fill its queue.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence

from porttui.model.address import endpoint, parse_ip
from porttui.model.base import Value
from porttui.model.facts import Exchange
from porttui.model.services import TLS_SCHEMES
from porttui.model.target import Asked, Target
from porttui.observe.talk.banner import BANNER_SECONDS, greet
from porttui.observe.talk.wire import Call, FateReader, Role, Said


class Plan(Value, frozen=True, kw_only=True):
    """What to say to one server."""

    first: Said
    then: tuple[Said, ...] = ()
    """What to try, in this order, while the answer is not recognised."""
    web: bool = False
    """Whether HTTP may be said to a server that turns out to speak it."""
    patient: bool = True
    """Whether the first word is waited for as long as time allows; else as long as a banner takes."""


_WEB: dict[str, Said] = {"http": "http", "ws": "http", "https": "https", "wss": "https"}
_BY_SCHEME: dict[str, Said] = {
    **_WEB,
    "redis": "redis",
    "valkey": "redis",
    "postgresql": "postgresql",
    "memcached": "memcached",
    **dict.fromkeys(TLS_SCHEMES - set(_WEB), "tls"),
}
"""Any other scheme: its server is listened to."""
_SERVER_FIRST_SCHEMES = frozenset(
    ("ssh", "sftp", "ftp", "telnet", "smtp", "submission", "lmtp", "pop3", "imap", "nntp", "irc", "mysql", "mariadb")
) | {"mysqlx", "vnc", "rfb", "nats", "rsync"}
"""Whose servers greet: their banner is waited for as long as time allows."""
_BY_PORT: dict[int, Said] = {
    6379: "redis",
    5432: "postgresql",
    11211: "memcached",
    **dict.fromkeys((443, 8443), "https"),
    **dict.fromkeys((465, 636, 853, 990, 993, 995, 5671, 6380, 8883), "tls"),
    # SSH, FTP, Telnet, SMTP, POP3, IMAP, MySQL, VNC greet first; LDAP, MongoDB and AMQP are better not sent HTTP.
    **dict.fromkeys((21, 22, 23, 25, 110, 143, 389, 587, 2222, 3306, 5672, 5900, 5901, 27017, 33060), "nothing"),
}
_BY_OWNER: dict[str, Said] = {
    **dict.fromkeys(("redis-server", "valkey-server", "redis-sentinel", "keydb-server"), "redis"),
    **dict.fromkeys(("postgres", "postmaster"), "postgresql"),
    "memcached": "memcached",
}
_SERVER_FIRST_OWNERS = frozenset(
    ("sshd", "dropbear", "mysqld", "mariadbd", "vsftpd", "proftpd", "pure-ftpd", "exim4", "dovecot", "telnetd")
) | {"Xvnc", "Xtigervnc", "x11vnc"}
_CLIENT_FIRST_OWNERS = frozenset(("mongod", "mongos", "mosquitto", "slapd", "beam.smp"))
"""Which wait for a hello that porttui does not know, and are better not sent HTTP."""
_LISTEN = Plan(first="nothing")
_LISTEN_BRIEFLY = Plan(first="nothing", then=("tls",), patient=False)
_HANDSHAKE_SECONDS = 0.6
"""For a handshake that is only a guess; Redis, for one, waits in silence for the rest of a ClientHello."""
_BUSIEST = 3.0
"""How many times longer than on an idle machine a hello is waited for at most."""
_SLOW_HANDSHAKE_SECONDS = 1.2
_GUESSES: tuple[Said, ...] = ("nothing", "tls", "redis", "postgresql", "memcached")


def plan_for(asked: Asked, port: int, owner: str | None) -> Plan:
    """Choose what to say.

    Args:
        asked: the target; its scheme is what the user means to speak.
        port: the port to talk to; that of the target, or another one near it.
        owner: the name of the program that listens there, as far as it is known.

    Returns:
        A plan in which HTTP is never said first to a server that its owner or port shows to speak another protocol.
    """
    scheme = asked.target.scheme
    web = scheme is None or scheme in _WEB
    meant = _BY_SCHEME.get(scheme, "nothing") if scheme else None
    program = (owner or "").rpartition("/")[2]
    by_port = _BY_PORT.get(port)
    if program in _BY_OWNER:
        return Plan(first=_BY_OWNER[program], then=("tls",))
    if program in _SERVER_FIRST_OWNERS or scheme in _SERVER_FIRST_SCHEMES:
        return _LISTEN
    if program in _CLIENT_FIRST_OWNERS or (meant == "nothing" and not web):
        return _LISTEN_BRIEFLY
    if meant is not None and not web:
        rest: tuple[Said, ...] = ("nothing", "redis") if meant == "tls" else ("tls", "nothing")
        return Plan(first=meant, then=tuple(said for said in rest if said != meant))
    if meant is None and by_port in {"https", "tls"}:
        return Plan(first=by_port, then=("http", *_GUESSES), web=True)
    if by_port == "nothing":
        return Plan(first="nothing", then=(meant or "http", *_GUESSES[1:]), web=web, patient=False)
    if by_port in {"redis", "postgresql", "memcached"}:
        return Plan(first=by_port, then=("tls", "nothing"), web=web)
    if meant == "https":
        return Plan(first="https", then=("http", "nothing", *_GUESSES[2:]), web=True)
    if meant == "http":
        return Plan(first="http", then=_GUESSES, web=True)
    return Plan(first="nothing", then=("http", *_GUESSES[1:]), web=True, patient=False)


def next_word(plan: Plan, done: Sequence[Exchange], *, crowded: bool = False) -> Said | None:
    """Choose what to say next, or None when there is nothing left to learn.

    Args:
        plan: what to try.
        done: the exchanges so far, in order.
        crowded: many clients are connected.
    """
    if not done:
        return plan.first
    last = done[-1]
    if last.outcome == "refused" or (last.fate and last.fate.row == "waiting"):
        return None
    said = {exchange.sent for exchange in done}
    if last.protocol is not None:
        following = _after_recognising(plan, last, crowded=crowded)
        return following if following not in said else None
    main = _main(plan, done)
    silent = main is not None and main.outcome == "silent"
    accepted = main is not None and main.fate is not None and main.fate.row == "accepted"
    if silent and not accepted and main is not last:
        return None  # nobody knows whether it accepts: one more connection was enough
    for word in plan.then:
        # A server that was silent to a request had time enough to send a banner.
        if word not in said and not (silent and word == "nothing"):
            return word
    return None


def probe(  # noqa: PLR0913 - each is a choice of its own, and by keyword
    asked: Asked,
    address: str,
    port: int,
    *,
    role: Role = "asked",
    owner: str | None = None,
    timeout: float = 4.0,
    fate: FateReader | None = None,
    crowded: bool = False,
) -> Iterator[Exchange]:
    """Talk to a server that accepts TCP connections, until it is known what it speaks.

    Args:
        asked: what the user wants of it.
        address: where it is, an IP address.
        port: 1 to 65535.
        role: why it is asked.
        owner: the name of the program that listens there; None when it is not known.
        timeout: seconds that all exchanges together may take.
        fate: how to look up the server's side of a connection; asked while a silent one is still open.
        crowded: many clients are connected already, so that it is worth asking whether there is room for one more.

    Yields:
        Each exchange as it ends, at least one.
    """
    deadline = time.monotonic() + timeout
    plan = plan_for(asked, port, owner)
    call = Call(address=address, port=port, role=role, fate=fate)
    speaker = _Speaker(call=call, host=_host(asked.target, call), path=asked.target.path)
    done: list[Exchange] = []
    while (said := next_word(plan, done, crowded=crowded)) is not None:
        deadline += _load(said, speaker.url(said))
        left = deadline - time.monotonic()
        if done and left < 0.02:
            return
        exchange = speaker.say(said, _seconds(plan, said, done, left), web=plan.web)
        done.append(exchange)
        yield exchange
    if plan.web and role == "asked":
        from porttui.observe.talk.variants import variants

        web: Said = "https" if any(each.sent == "https" for each in done) else "http"
        yield from variants(call, speaker.url(web), done, deadline)


def _load(said: Said, url: str) -> float:
    """Import what a word takes, and return how many seconds that took: they are porttui's own, not the server's."""
    began = time.monotonic()
    # httpx costs 150 ms to import and ssl 20 ms: a look at Redis or SSH pays for neither.
    if said in {"http", "https"}:
        from porttui.observe.talk.http import load

        load(url)
    elif said == "tls":
        import porttui.observe.talk.tls  # noqa: F401
    return time.monotonic() - began


def _after_recognising(plan: Plan, last: Exchange, *, crowded: bool) -> Said | None:
    if last.protocol == "postgresql" and last.sent == "postgresql" and crowded:
        return "postgresql-startup"  # it answers an SSLRequest even when it has no room for another client
    if last.protocol == "http" and last.http is None and plan.web and last.sent != "http":
        return "http"
    if last.sent == "http" and (last.protocol == "tls" or _asks_for_tls(last)):
        return "tls"
    return None


def _asks_for_tls(exchange: Exchange) -> bool:
    """Tell whether a plain request was answered with "this port speaks TLS".

    nginx: 400 "The plain HTTP request was sent to HTTPS port"; Go: 400 "Client sent an HTTP request to an HTTPS
    server."; Apache: 400 "You're speaking plain HTTP to an SSL-enabled server port."
    """
    http = exchange.http
    if http is None or http.status not in {400, 497}:
        return False
    body = http.body.lower()
    return any(word in body for word in ("https", "ssl", "tls"))


def _main(plan: Plan, done: Sequence[Exchange]) -> Exchange | None:
    """Return the first exchange that was more than a short wait for a banner, whose silence means nothing."""
    return next((each for each in done if plan.patient or each.sent != "nothing"), None)


def _seconds(plan: Plan, said: Said, done: Sequence[Exchange], left: float) -> float:
    """Share out the time: the main request has most of it, and a second at most is kept for other hellos."""
    hello = min(BANNER_SECONDS, left)
    if not done:
        return left - min(1.0, left / 4) if plan.patient else hello
    main = _main(plan, done)
    if main is not None and main.outcome == "silent":  # whatever it says now tells more than the next hello would
        return min(BANNER_SECONDS * _busy(), left)
    if said not in {"http", "https", "tls"}:
        return hello
    if said == "tls":
        # a server that cuts requests off may be one that speaks TLS alone, and takes its time for a handshake
        cut = main is not None and main.sent == "http" and main.outcome in {"closed", "reset"}
        return min(_SLOW_HANDSHAKE_SECONDS if cut else _HANDSHAKE_SECONDS, left)
    return max(left - min(1.0, left / 4), hello)


def _busy() -> float:
    """Return how many times longer this machine takes for anything: programs that want to run for each processor."""
    try:
        return min(max(os.getloadavg()[0] / (os.cpu_count() or 1), 1.0), _BUSIEST)
    except (OSError, AttributeError):  # Windows has none
        return 1.0


def _host(target: Target, call: Call) -> str:
    """Return the host that a client would name; an address without its scope.

    Another place than the one asked is named by its address, which is what would be recommended, unless the user
    named the machine: then the name stays.
    """
    literal = parse_ip(target.host) is not None
    host = call.address if literal and call.role == "elsewhere" else target.host
    return host.partition("%")[0] if literal else host


class _Speaker(Value, frozen=True, kw_only=True):
    """Says one word at a time to one server."""

    call: Call
    host: str
    path: str

    def url(self, said: Said) -> str:
        return f"{said}://{endpoint(self.host, self.call.port)}{self.path}"

    def say(self, said: Said, seconds: float, *, web: bool) -> Exchange:
        if said in {"http", "https"}:
            from porttui.observe.talk.http import get

            return get(self.call, self.url(said), seconds)
        if said == "tls":
            from porttui.observe.talk.tls import handshake

            return handshake(self.call, self.host, seconds, web=web)
        return greet(self.call, said, seconds)

"""The server has too many clients.

Databases and other servers whose clients stay connected count them, and allow only so many: PostgreSQL max_connections
(100 unless set otherwise), MySQL and MariaDB max_connections (151), Redis maxclients (10000), sshd MaxStartups (logins
that are not finished). One client too many is not refused by the kernel: it is connected, and the server says in its
own protocol, in its very first words, that there is no room, and closes.

It comes about when a connection pool is made for every worker (ten processes with a pool of twenty are two hundred),
when a serverless function or a test opens connections and does not close them, when a development server reloads
itself and leaves the old pool behind, or when pgAdmin, DBeaver and a notebook stand open since last week.

How porttui knows: it connected, and the server itself said so: "sorry, too many clients already" and "remaining
connection slots are reserved" (PostgreSQL, SQLSTATE 53300), "Too many connections" (MySQL, error 1040), "max number of
clients reached" (Redis), "Exceeded MaxStartups" (OpenSSH), 421 (FTP and SMTP). PostgreSQL says it only to who names a
user; porttui does that, as user porttui and without a password, when many are connected already.

What looks the same and is not: emfile-queue and emfile-close (the limit is that of the system, and the server says
nothing), backlog-full (nobody is turned away, they wait), not-http (the database answers, and HTTP was asked). Redis
in its protected mode, and MySQL with "Host is not allowed", turn a client away for where it comes from, and not for
want of room.

To fix it, end clients that nobody needs: in PostgreSQL `select pid, state from pg_stat_activity` and
`pg_terminate_backend(PID)`, in MySQL `show processlist` and `kill ID`; both keep a slot for the administrator.
`ss -tnp` on Linux, `lsof -nP -iTCP:PORT` on macOS and `Get-NetTCPConnection` on Windows show which programs hold
them. Raising the limit takes a new start in PostgreSQL, in MySQL `set global max_connections = 300`, in Redis
`config set maxclients`.

To keep it from coming back, use one small pool for each process and give it an end for idle connections (pool_size,
idle_timeout, maxLifetime), put PgBouncer or ProxySQL between many clients and one server, and close connections in
tests.
"""

from __future__ import annotations

import re

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.facts import Exchange, Facts
from porttui.model.report import Edit, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, refusals, seen, stuck, words
from porttui.remedies import manager, network, service

_SETTINGS = {
    "postgresql": ("postgresql.conf", "max_connections = 200", "postgresql"),
    "mysql": ("my.cnf, under [mysqld]", "max_connections = 300", "mysql"),
    "redis": ("redis.conf", "maxclients 20000", "redis-server"),
    "ssh": ("sshd_config", "MaxStartups 100:30:200", "ssh"),
}
"""File, setting and service, by protocol."""
_SAYS = (
    r"sorry, too many clients already", r"remaining connection slots are reserved[\w -]*", r"Too many connections",
    r"max number of clients reached", r"Exceeded MaxStartups", r"421 .*",
)  # fmt: skip


def check(facts: Facts) -> Outcome:
    """Find it when the server turns porttui away in words that say that it has too many clients."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    full = _full(facts)
    if full is None:
        return RuledOut(because="the server does not say that it has too many clients")
    listener = stuck.listener(facts)
    held = len(stuck.taken(facts, listener)) if listener else 0
    return Found(
        summary=f"{_name(facts, full)} on port {full.port} has too many clients: it says {words.quoted(_words(full))}"
        + (f", with {held} connected." if held else "."),
        gloss="Such a server allows only so many clients at a time, and turns away whoever comes then.",
        evidence=(
            *evidence.exchanged((full,)),
            *evidence.listening(facts, (listener,) if listener else ()),
            *evidence.connects(facts),
        ),
    )


def _full(facts: Facts) -> Exchange | None:
    return next((each for each in seen.exchanges(facts) if refusals.of(each) == "too-many"), None)


def _words(exchange: Exchange) -> str:
    """Return the server's own words, without what its protocol puts around them."""
    found = (re.search(shape, exchange.data) for shape in _SAYS)
    return next((each[0] for each in found if each), exchange.data)


def _name(facts: Facts, exchange: Exchange) -> str:
    if exchange.protocol is not None:
        return words.protocol(exchange.protocol)
    listener = seen.accepting(facts, exchange.address, exchange.port)
    return words.subject(facts, listener) if listener else "The server"


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """End clients that nobody needs, or allow more."""
    full = _full(facts)
    if full is None:
        return ()
    name = _name(facts, full)
    end = Remedy(
        title="End clients that nobody needs",
        risk=Risk.DISRUPTS,
        cost="cuts those clients",
        proof=service.proof(facts),
        steps=(
            network.see_clients(
                facts, full.port, f"See which programs on this machine are connected to port {full.port}"
            ),
            RemedyStep(text="Close what nobody needs: old development servers, notebooks, tools that were left open"),
        ),
    )
    setting = _SETTINGS.get(full.protocol or "")
    if setting is None:
        more: tuple[RemedyStep, ...] = (
            RemedyStep(text=f"In the settings of {name} allow more clients, and start it again"),
        )
    else:
        file, line, unit = setting
        more = (
            RemedyStep(text=f"In the settings of {name} allow more clients", edit=Edit(file=file, text=line)),
            manager.change(facts, unit, "restart", "Start it again, so that it reads them"),
        )
    allow = Remedy(
        title=f"Let {name} have more clients",
        risk=Risk.RESTARTS,
        cost=f"{name} has to be started again",
        proof=service.proof(facts),
        steps=more,
    )
    return (end, allow)


FAULT = Fault(
    code="max-connections",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The server has too many clients",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("not-http", "accept-then-close", "plain-http-to-tls", "tls-to-plain"),
)

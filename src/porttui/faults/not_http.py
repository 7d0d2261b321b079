"""The port answers, in another protocol than HTTP.

A port number says nothing about the language that is spoken behind it. Whoever asks in HTTP at the door of a
database, a mail server or sshd is answered in a language that the client cannot read, or not at all: "empty reply
from server", "invalid HTTP response", "received HTTP/0.9 when not allowed", "connection reset by peer", or a wait
until time is up. Nothing is broken; two strangers met.

It comes about when two numbers are swapped in the settings, DATABASE_URL and API_URL, 5432 for 3000, or a tunnel ends
at 22 instead of 8022; or the port of `ssh -D` is taken for a web site, which is a proxy and speaks SOCKS. Many people
also open http://localhost:5432 in the browser to see "whether the database is up". It is, and it closes the connection
without a word, which looks like the opposite.

How porttui knows: the port greeted by itself in another protocol (ssh, MySQL, mail and FTP speak first), or answered
the first words of one (Redis, PostgreSQL, memcached and SOCKS wait), and HTTP was asked for and not answered; or it
answered an HTTP request with something that no HTTP client can read, in a protocol that porttui does not know. It
sends no HTTP to a port that its number or its program shows to be something else: Redis logs that as a possible
attack.

What looks the same and is not: plain-http-to-tls (HTTP, inside TLS), http2-only (HTTP, in a version that this client
does not begin with), proxy-protocol-expected (HTTP, after a line that only a load balancer writes), accept-then-close
and max-connections (the right client is turned away too).

To fix it, use the client that belongs to the service, which is typed alike on Linux, macOS and Windows (redis-cli
there inside WSL): `psql -h 127.0.0.1 -p 5432`, `redis-cli -h 127.0.0.1 -p 6379`, `mysql -h 127.0.0.1 -P 3306`,
`ssh -p 2222 USER@localhost`. If it was the web server that you wanted, `porttui sockets` lists every listener of this
machine with its program.

To keep it from coming back, write the scheme into settings, `postgres://localhost:5432/shop` and not localhost:5432,
so that a mix-up is seen by eye. To see whether a database is up, ask it: `pg_isready`, `redis-cli ping`,
`mysqladmin ping`.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.address import endpoint
from porttui.model.facts import Exchange, Facts
from porttui.model.report import Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import service

_HTTP = {"http", "tls", "http2", None}


def check(facts: Facts) -> Outcome:
    """Find it when HTTP was asked and the port was recognised as something else."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    if not seen.wants_http(facts):
        return RuledOut(because="HTTP was not asked for")
    exchanges = seen.exchanges(facts)
    if any(each.http is not None and each.protocol == "http" for each in exchanges):
        return RuledOut(because="the port answers HTTP")
    other, strange = _other(facts), _strange(facts)
    if other is None and strange is None:
        return RuledOut(because="the port was not recognised as anything else than HTTP")
    port = facts.asked.target.port
    speaks = f"speaks {words.protocol(other.protocol)}" if other is not None else "answers in an unknown protocol"
    return Found(
        summary=f"Port {port} {speaks}, not HTTP.",
        gloss="A port number does not tell which language is spoken there.",
        evidence=evidence.exchanged(exchanges),
    )


def _other(facts: Facts) -> Exchange | None:
    return next(
        (each for each in seen.exchanges(facts) if each.outcome == "answer" and each.protocol not in _HTTP), None
    )


def _strange(facts: Facts) -> Exchange | None:
    """Return an answer to an HTTP request that is in no language that is known, and has no HTTP in it either."""
    answers = (each for each in seen.exchanges(facts) if each.sent == "http" and each.outcome == "answer")
    return next(
        (each for each in answers if each.protocol is None and each.data.strip("\\rn ") and "HTTP/" not in each.data),
        None,
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Use the client that belongs to the service, or find the web server."""
    other = _other(facts)
    if other is None:
        return (service.find_it(facts),)
    client = _client(other)
    use = RemedyStep(
        text=f"Ask with a client of {words.protocol(other.protocol)}",
        where=words.machine(facts),
        argv=client,
    )
    return (
        Remedy(
            title=f"Use a client that speaks {words.protocol(other.protocol)}",
            risk=Risk.SAFE,
            cost="safe",
            proof=endpoint(other.address, other.port),
            tried=words.answer(other),
            steps=(use,),
        ),
        service.find_it(facts),
    )


def _client(exchange: Exchange) -> tuple[str, ...] | None:
    host, port = exchange.address, str(exchange.port)
    return {
        "ssh": ("ssh", "-p", port, host),
        "redis": ("redis-cli", "-h", host, "-p", port),
        "postgresql": ("psql", "-h", host, "-p", port),
        "mysql": ("mysql", "-h", host, "-P", port),
        "ftp": ("ftp", host, port),
        "mongodb": ("mongosh", "--host", host, "--port", port),
        "socks": ("curl", "--proxy", f"socks5h://{endpoint(host, exchange.port)}", "http://localhost/"),
    }.get(exchange.protocol or "")


FAULT = Fault(
    code="not-http",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The port answers, in another protocol than HTTP",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("tls-to-plain", "plain-http-to-tls", "accept-then-close"),
)

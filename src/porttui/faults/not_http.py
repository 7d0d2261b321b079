"""The port answers, in another protocol than HTTP.

A port number says nothing about the language that is spoken there. A browser or an HTTP client that asks a
database, a mail server or sshd gets something that it cannot read: "empty reply", "invalid HTTP response",
"connection reset", or nothing at all until it gives up.

It comes about when ports are mixed up in the settings (5432 for the web server, 22 for the tunnel), or when the
database's address is opened in a browser to see whether it works.

How porttui knows: the port greeted in another protocol by itself, or answered that protocol's own hello, and HTTP
was not answered. porttui sends no HTTP to ports that are known for Redis or PostgreSQL: Redis logs it as a possible
attack.

What looks the same and is not: plain-http-to-tls (it is HTTP, inside TLS), http2-only (it is HTTP, in a version
that this client does not begin with).

To keep it from coming back, use the client that belongs to the service: redis-cli, psql, ssh.
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
    if any(each.http is not None for each in exchanges):
        return RuledOut(because="the port answers HTTP")
    other = _other(facts)
    if other is None:
        return RuledOut(because="the port was not recognised as anything else than HTTP")
    return Found(
        summary=f"Port {facts.asked.target.port} speaks {words.protocol(other.protocol)}, not HTTP.",
        gloss="A port number does not tell which language is spoken there.",
        evidence=evidence.exchanged(exchanges),
    )


def _other(facts: Facts) -> Exchange | None:
    return next(
        (each for each in seen.exchanges(facts) if each.outcome == "answer" and each.protocol not in _HTTP), None
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Use the client that belongs to the service, or find the web server."""
    other = _other(facts)
    if other is None:
        return ()
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

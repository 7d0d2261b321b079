"""The server answers with an error of its own (5xx).

A status from 500 to 599 means: the request arrived, the server understood it, and something on the server's side
went wrong (RFC 9110, 15.6). Name, network, port and protocol are all right. 500 is an unexpected error in the
program, 501 and 505 are requests that it cannot serve, 503 means that it is overloaded or in maintenance, or not
ready yet.

How porttui knows: it asked for the page and quotes the status and the beginning of the answer.

What looks the same and is not: upstream-dead-502 (a reverse proxy answers, and the program behind it does not),
host-not-allowed and http-client-error (4xx: the server objects to the request).

To keep it from coming back, read the server's log at the time of the request: it names the error and the line.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.faults.upstream_dead_502 import GATEWAY
from porttui.model.facts import Exchange, Facts
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import manager, service

_MEANING = {
    500: "an unexpected error in the program",
    501: "the server does not know this kind of request",
    504: "it is a proxy, and the program behind it did not answer in time",
    503: "overloaded, in maintenance, or not ready yet",
    505: "the server does not speak this version of HTTP",
    507: "the server is out of room",
}


def check(facts: Facts) -> Outcome:
    """Find it when the answer to the request is a 5xx that is no gateway's."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    answered = _error(facts)
    if answered is None or answered.http is None:
        return RuledOut(because="no answer had a status of 500 or more")
    http = answered.http
    meaning = _MEANING.get(http.status)
    listener = seen.accepting(facts, answered.address, answered.port)
    name = words.plain_name(facts, listener) if listener else "the server"
    return Found(
        summary=f"{name} answers, with an error of its own: HTTP {http.status} {http.reason}".rstrip() + ".",
        gloss=f"{http.status} means {meaning}."
        if meaning
        else "5xx means that the request is fine and the server is not.",
        evidence=(*evidence.exchanged((answered,)), *_body(answered)),
    )


def _error(facts: Facts) -> Exchange | None:
    return next(
        (
            each
            for each in seen.exchanges(facts)
            if each.http is not None and 500 <= each.http.status <= 599 and each.http.status not in GATEWAY
        ),
        None,
    )


def _body(exchange: Exchange) -> tuple[Evidence, ...]:
    if exchange.http is None or not exchange.http.body.strip():
        return ()
    return (Evidence(text=f"it says\t{words.quoted(exchange.http.body.strip())}", source="GET"),)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Read the log of the server."""
    answered = _error(facts)
    listener = seen.accepting(facts, answered.address, answered.port) if answered else None
    owners = seen.owners(facts, listener) if listener else ()
    unit = manager.unit_of(facts, listener, owners[0] if owners else None)
    name = words.plain_name(facts, listener) if listener else "the server"
    terminal = f" ({owners[0].terminal})" if owners and owners[0].terminal else ""
    read = RemedyStep(text=f"Read what {name} wrote at {facts.at:%H:%M:%S}, in its terminal{terminal} or its log file")
    if unit and unit.endswith(".service"):
        users_own = manager.is_users_own(facts, owners[0] if owners else None)
        read = manager.log(facts, unit, f"Read what {name} wrote at {facts.at:%H:%M:%S}", users_own=users_own)
    return (
        Remedy(
            title="Read the server's log",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            steps=(read, RemedyStep(text="Mend what it names, and ask again")),
        ),
    )


FAULT = Fault(
    code="http-server-error",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The server answers with an error of its own (5xx)",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

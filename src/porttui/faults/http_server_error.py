"""The server answers with an error of its own (5xx).

A status from 500 to 599 means: the request arrived and was understood, and then something on the server's side went
wrong (RFC 9110, 15.6). Name, network, port and protocol are all right; you are past everything that porttui usually
finds. 500 is an unexpected error in the program, 503 says that it is overloaded, in maintenance or not ready yet, 504
is a proxy that waited too long for the program behind it, and 507 a full disk.

It comes about when a program meets something that it was not written for, and there the first request after a change
is the classic: a column that the migration has not made yet, a variable of the environment that is missing in the
container, a template with a typing error. It starts without complaint, since all of that is only needed when a page
is asked for. Servers that still load their data say 503 for a while.

How porttui knows: it asked for the page with GET, and quotes the status and the beginning of what came with it. It
asks once; a server that fails now and then may be fine the next time.

What looks the same and is not: upstream-dead-502 (a reverse proxy answers, and the program behind it is down),
http-client-error (4xx: the server objects to the request), proxy-env (the 503 is that of a proxy in your
environment), truncated-response (a good status, and the answer breaks off).

To fix it, read what the server wrote in that second; the error and the line are in its log, and on purpose not in its
answer. `journalctl -u NAME --since "5 min ago"` on Linux, `docker compose logs --tail 50 NAME`, the terminal that it
was started in, /opt/homebrew/var/log on macOS, `Get-WinEvent -LogName Application -MaxEvents 30` or its own log files
on Windows. On a development machine frameworks can show the error in the page: `flask run --debug`, DEBUG = True in
Django's settings, never where strangers can ask.

To keep it from coming back, let the program check its settings and its database when it starts, and refuse to start
without them; and let somebody be told of 5xx answers before the users tell it.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.faults.upstream_dead_502 import GATEWAY
from porttui.model.facts import Exchange, Facts
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, redirects, seen, words
from porttui.remedies import look_into, service

_MEANING = {
    500: "an unexpected error in the program",
    501: "the server does not know this kind of request",
    504: "it is a proxy, and the program behind it did not answer in time",
    503: "overloaded, in maintenance, or not ready yet",
    505: "the server does not speak this version of HTTP",
    507: "the server is out of room",
}


_LATE = 504


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
    status = f"HTTP {http.status} {http.reason}".rstrip()
    told = f"{name} answers {status}: it waited in vain for the program behind it."
    return Found(
        summary=told if http.status == _LATE else f"{name} answers, with an error of its own: {status}.",
        gloss=f"{http.status} means {meaning}."
        if meaning
        else "5xx means that the request is fine and the server is not.",
        evidence=(*evidence.exchanged((answered,)), *redirects.told(facts), *_body(answered)),
    )


def _error(facts: Facts) -> Exchange | None:
    return next(
        (
            each
            for each in redirects.heard(facts)
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
    return (
        Remedy(
            title="Read the server's log",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            steps=(look_into.what_it_wrote(facts, listener), RemedyStep(text="Mend what it names, and ask again")),
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

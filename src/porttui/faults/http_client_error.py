"""The server answers, and objects to the request (4xx).

A status from 400 to 499 means that the server works and does not want to serve this request (RFC 9110, 15.5): it
wants a login (401), it forbids (403), it has no such page (404), it wants another method (405). To the question
whether the port answers, that is a yes; to the question why the page does not come, the status is the answer.

How porttui knows: it asked for the page and quotes the status.

What looks the same and is not: host-not-allowed (it objects to the name that you asked by), plain-http-to-tls
(nginx's 400 on a TLS port), http-server-error (5xx: the server itself is in trouble).
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.facts import Exchange, Facts
from porttui.model.report import Remedy, RemedyStep, Risk, Severity, Step
from porttui.reading import evidence, seen, tls, words
from porttui.remedies import service

_MEANING = {
    400: "the server does not understand the request",
    401: "it wants to know who you are: log in",
    403: "you may not see this",
    404: "there is no such page; the server itself works",
    405: "the page exists and wants another method than GET",
    407: "a proxy on the way wants a login",
    408: "the request took too long",
    421: "the server is not the one for this name",
    426: "it wants another protocol, WebSocket for example",
    429: "too many requests: wait a little",
    431: "the headers are too large, often too many cookies",
}


def check(facts: Facts) -> Outcome:
    """Find it when the answer is a 4xx that means nothing more special."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    answered = _error(facts)
    if answered is None or answered.http is None:
        return RuledOut(because="no answer had a status from 400 to 499")
    if tls.handshakes(facts):
        return RuledOut(because="the port speaks TLS")
    status = answered.http.status
    if status == 426 and facts.asked.target.scheme in {"ws", "wss"}:
        return RuledOut(because="426 is how a WebSocket server answers a plain request")
    meaning = _MEANING.get(status, "the server objects to the request")
    return Found(
        summary=f"{words.asked_endpoint(facts)} answers HTTP {status}: {meaning}.",
        gloss="The port and the server work; 4xx is about what was asked.",
        evidence=evidence.exchanged((answered,)),
    )


def _error(facts: Facts) -> Exchange | None:
    return next((e for e in seen.exchanges(facts) if e.http is not None and 400 <= e.http.status <= 499), None)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask for something that the server wants to serve."""
    return (
        Remedy(
            title="Ask for something that it serves",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            steps=(
                RemedyStep(
                    text=f"Check the path ({facts.asked.target.path}), the method and the login of your request"
                ),
                RemedyStep(text="If they are right, read the server's log: it says why it objected"),
            ),
        ),
    )


FAULT = Fault(
    code="http-client-error",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The server answers, and objects to the request (4xx)",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    severity=Severity.WARNING,
)

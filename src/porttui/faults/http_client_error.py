"""The server answers, and objects to the request (4xx).

A status from 400 to 499 is a complete and civil answer (RFC 9110, 15.5): the request arrived, it was read, and the
server does not want to serve it as it is. To the question whether the port answers, that is a yes, and this is a
warning rather than a fault. To the question why the page does not come, the number is the answer: 401, say who you
are; 403, I know, and no; 404, there is no such page; 405, not with this method; 421, not under this name; 426, in
another protocol; 429, not so fast; 431, your headers are too large.

It comes about when the path is not the one that the server has. An API lives at /api/v1 and has no page at /, so that
http://localhost:8000/ is 404 while all is well; Express says "Cannot GET /", FastAPI {"detail":"Not Found"}. A 401 or
403 means a missing token or cookie. A 431 on localhost is mostly the cookies of ten other projects that share the
name.

How porttui knows: it asked for the page with GET, without a login, and quotes the status that came. Whether your own
request, with its method, headers and token, would be served it cannot know.

What looks the same and is not: host-not-allowed (a 400 or 403 about the name that you asked by; with another Host
header it goes away), plain-http-to-tls (the 400 of a TLS port), mtls-required (nginx's 400 for want of a client
certificate), proxy-env (the 403 is a proxy's), macos-airplay (the 403 on port 5000 of a Mac), http-server-error (5xx:
the server is in trouble).

To fix it, send what the server expects, and watch it: `curl -i http://localhost:8000/api/v1/health` on Linux and
macOS, `curl.exe -i` in Windows' PowerShell, with `-X POST`, `-H 'Authorization: Bearer TOKEN'` as needed. `curl -v`
shows what was really sent. The server's log names the route that it looked for and the reason why it said no. For a
431 delete the cookies of localhost in the browser, or use 127.0.0.1, which has its own.

To keep it from coming back, give every server a path that needs no login and always answers 200, /health by custom,
and point checks at that one instead of at /.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.facts import Exchange, Facts
from porttui.model.report import Remedy, RemedyStep, Risk, Severity, Step
from porttui.reading import evidence, redirects, tls
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
        summary=f"{redirects.place(facts, answered)} answers HTTP {status}: {meaning}.",
        gloss="The port and the server work; 4xx is about what was asked.",
        evidence=(*evidence.exchanged((answered,)), *redirects.told(facts)),
    )


def _error(facts: Facts) -> Exchange | None:
    return next(
        (e for e in redirects.heard(facts) if e.http is not None and 400 <= e.http.status <= 499),
        None,
    )


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

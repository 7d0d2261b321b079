"""A reverse proxy answers, and the program behind it does not.

nginx, Apache, Traefik, Caddy and their like take a request and pass it on to a program behind them, the upstream.
When that program is down, refuses or does not answer in time, the proxy says so with 502 Bad Gateway or 504 Gateway
Timeout (RFC 9110, 15.6.3 and 15.6.5). The port that you asked is fine; the fault is one hop further.

How porttui knows: the answer has the status 502, and it quotes who sent it (the Server header).

What looks the same and is not: http-server-error (the program itself answers with an error).

To keep it from coming back, let a service manager restart the program behind the proxy, and give it a health check.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.facts import Exchange, Facts
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import service

GATEWAY = frozenset({502})
"""The status that only a proxy sends, about a program behind it that refuses or is down (504: it is slow)."""


def check(facts: Facts) -> Outcome:
    """Find it when the answer has a gateway's status."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    answered = _gateway(facts)
    if answered is None or answered.http is None:
        return RuledOut(because="no answer had the status 502")
    server = answered.http.header("server") or "the proxy"
    return Found(
        summary=f"{server} on port {facts.asked.target.port} answers 502: the program behind it is down.",
        gloss="A reverse proxy stands in front of the real server and passes requests on to it.",
        evidence=(
            *evidence.exchanged((answered,)),
            Evidence(text=f"Server\t{server}", source="GET"),
        ),
    )


def _gateway(facts: Facts) -> Exchange | None:
    return next((e for e in seen.exchanges(facts) if e.http is not None and e.http.status in GATEWAY), None)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Find the upstream in the proxy's log, and ask about that one."""
    answered = _gateway(facts)
    server = (answered.http.header("server") if answered and answered.http else None) or ""
    machine = words.machine(facts)
    log = RemedyStep(text="Read in the proxy's log which address it tries")
    if server.startswith("nginx"):
        log = _nginx_log(facts)
    return (
        Remedy(
            title="Start the program behind the proxy",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            steps=(
                log,
                RemedyStep(
                    text="Ask porttui about that address: it is the one that fails, as in porttui localhost:3000",
                    where=machine,
                ),
            ),
        ),
    )


def _nginx_log(facts: Facts) -> RemedyStep:
    """Return the step that reads nginx's error log where its packages put it."""
    text = "See which address nginx tries: after upstream, in the last lines"
    if facts.os == "windows":
        argv: tuple[str, ...] = ("Get-Content", "-Tail", "20", "logs\\error.log")
        return RemedyStep(text=text, where="PowerShell, in nginx's folder", argv=argv)
    if facts.os == "macos":
        argv = ("tail", "-n", "20", "/opt/homebrew/var/log/nginx/error.log")
        return RemedyStep(text=text, where=words.machine(facts), argv=argv)
    argv = ("tail", "-n", "20", "/var/log/nginx/error.log")
    return RemedyStep(text=text, where=words.machine(facts), argv=argv, needs_root=True)


FAULT = Fault(
    code="upstream-dead-502",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="A reverse proxy answers, and the program behind it does not",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

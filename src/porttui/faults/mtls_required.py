"""The server asks for a client certificate.

In mutual TLS not only the server shows a certificate: the client has to show one as well, as its pass. Without one
the server ends the handshake with an alert ("certificate required"), with TLS 1.3 only after the client thinks that
it is connected; or it answers 400 "No required SSL certificate was sent" (nginx).

It comes about with services inside a cluster or a mesh, with the API of Docker and Kubernetes, and with
administrative ports.

How porttui knows: the alert of the handshake, or the words of the answer.

What looks the same and is not: cert-self-signed and its like (it is the client that refuses the server's
certificate), tls-version (no common version).

To keep it from coming back, keep the client's certificate with the program that needs it, and renew it in time.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.facts import Exchange, Facts
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, tls, words
from porttui.remedies import service

_ALERT = "certificate_required"
_NGINX = "No required SSL certificate was sent"


def check(facts: Facts) -> Outcome:
    """Find it when the server says that a client certificate is missing."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    if not tls.wanted(facts) and facts.asked.target.scheme is not None:
        return RuledOut(because="TLS was not asked for")
    asking = [each for each in seen.exchanges(facts) if _asks(each)]
    if not asking:
        return RuledOut(because="the server did not ask for a client certificate")
    answer = asking[0]
    told = Evidence(text=f"it says\t{words.quoted(_NGINX)}", source="GET")
    if answer.tls is not None and answer.tls.alert:
        told = Evidence(text=f"alert\t{answer.tls.alert}", source="TLS handshake")
    return Found(
        summary=f"The server on port {facts.asked.target.port} wants a certificate of the client, and got none.",
        gloss="In mutual TLS the client shows a certificate too, as its pass.",
        evidence=(told, *evidence.exchanged(asking)),
    )


def _asks(exchange: Exchange) -> bool:
    tls_answer = exchange.tls
    if tls_answer is not None and (tls_answer.alert == _ALERT or (tls_answer.alert and tls_answer.wants_certificate)):
        return True
    return exchange.http is not None and exchange.http.status in {400, 496} and _NGINX in exchange.http.body


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Give the client its certificate."""
    return (
        Remedy(
            title="Give your program its client certificate",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            steps=(
                RemedyStep(text="Get certificate and key for your program from whoever runs the server"),
                RemedyStep(text="Name both in its settings: cert and key in httpx, requests, curl and Node alike"),
                RemedyStep(
                    text="Try it by hand, with the names of your files",
                    argv=("curl", "--cert", "client.pem", "--key", "client.key", str(facts.asked.target)),
                ),
            ),
        ),
    )


FAULT = Fault(
    code="mtls-required",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The server asks for a client certificate",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("http-client-error",),
)

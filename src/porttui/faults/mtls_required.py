"""The server asks for a client certificate.

In ordinary TLS the server shows a certificate and the client checks it. In mutual TLS both do: the client's
certificate is its pass, and whoever has none is turned away. With TLS 1.3 this comes late. The handshake looks
complete, the client believes that it is connected, and only then arrives the alert "certificate required"; older
versions end the handshake itself, and nginx lets everybody in and answers 400, "No required SSL certificate was
sent".

It comes about when a tool talks to a service that is meant for machines: the Docker daemon on 2376, etcd on 2379, the
kubelet, a database with clientcert=verify-full, anything in a service mesh. The application has its pass and works.
The person with `curl https://localhost:2379` has none.

How porttui knows: the server sent the alert "certificate required", or asked for a certificate and ended the
handshake with another alert, or answered in nginx's words. porttui itself never shows a certificate.

What looks the same and is not: cert-self-signed, cert-expired and cert-hostname-mismatch (here it is the client that
refuses the server's certificate), tls-version (an alert as well, about the version), http-client-error (a 401 or 403
comes after TLS and asks for a password or a token), accept-then-close (it hangs up without a word).

To fix it, get a certificate and its key from whoever runs the service, or find the one that the application uses, and
give both to the client: `curl --cert client.pem --key client.key --cacert ca.pem https://localhost:2379/health`,
`docker --tlsverify -H tcp://localhost:2376 ps` with the files in ~/.docker, `sslcert` and `sslkey` for psql,
`cert=("client.pem", "client.key")` in Python's requests. It is the same on Linux and macOS; on Windows type curl.exe,
whose TLS may want the pass as one .p12 or .pfx file. A browser takes that form too.

To keep it from coming back, keep the pass where its program finds it and nobody else reads it, note the day on which
it expires, and for reading health or metrics ask for a port that needs none, on loopback only.
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

"""The port speaks TLS, and the client speaks plain HTTP.

HTTPS is HTTP inside an encrypted connection (TLS). A server that expects TLS cannot understand a plain request:
some close the connection or reset it ("empty reply", "connection reset by peer"), nginx and Apache answer 400 and
say "The plain HTTP request was sent to HTTPS port", Go answers "Client sent an HTTP request to an HTTPS server".

It comes about when the https:// was forgotten, when a reverse proxy was told http:// for an upstream that has TLS,
or when a health check asks the wrong scheme.

How porttui knows: a plain request got no proper answer, and a TLS handshake with the same port succeeded or was
answered in TLS.

What looks the same and is not: tls-to-plain (the other way round), not-http (the port speaks another protocol
altogether), accept-then-close (it closes whatever is said).

To keep it from coming back, write the scheme into every address: https://localhost:8443, not localhost:8443.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.facts import Exchange, Facts
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, tls, words
from porttui.remedies import address

_SAID_SO = (
    "plain HTTP request was sent to HTTPS port",
    "HTTP request to an HTTPS server",
    "speaking plain HTTP to an SSL",
)
"""What nginx, Go and Apache write into their answer."""


def check(facts: Facts) -> Outcome:
    """Find it when plain HTTP was asked and TLS is what the port speaks."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    if facts.asked.target.scheme != "http":
        return RuledOut(because="plain HTTP was not asked for")
    exchanges = seen.exchanges(facts)
    plain = [each for each in exchanges if each.sent == "http"]
    spoken = [each for each in tls.handshakes(facts) if each.sent in {"tls", "https"}]
    told = [each for each in plain if _says_so(each) or (spoken and each.http is not None and each.http.status == 400)]
    if not told and any(each.http is not None for each in plain):
        return RuledOut(because="the port answers plain HTTP")
    if not told and not spoken:
        return RuledOut(because="the port does not speak TLS")
    quoted = tuple(
        Evidence(text=f"it says\t{words.quoted(each.http.body)}", source="GET") for each in told if each.http
    )
    return Found(
        summary=f"Port {facts.asked.target.port} speaks HTTPS; you asked in plain HTTP.",
        gloss="HTTPS is HTTP inside an encrypted connection; a server expects the one or the other.",
        evidence=(*evidence.exchanged(plain), *quoted, *evidence.exchanged(spoken)),
    )


def _says_so(exchange: Exchange) -> bool:
    return exchange.http is not None and any(text in exchange.http.body for text in _SAID_SO)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Write https."""
    wanted = address.with_scheme(facts, "https")
    return (
        Remedy(
            title="Ask in HTTPS",
            risk=Risk.SAFE,
            cost="safe",
            proof=wanted,
            tried=address.said(facts, "https") or "the TLS handshake works",
            steps=(
                RemedyStep(
                    text="In the program that showed the error, write",
                    where="the program that showed the error",
                    url=wanted,
                ),
            ),
            note="If the program then does not trust the certificate, ask porttui about the https address.",
        ),
    )


FAULT = Fault(
    code="plain-http-to-tls",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The port speaks TLS, and the client speaks plain HTTP",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("http-client-error",),
)

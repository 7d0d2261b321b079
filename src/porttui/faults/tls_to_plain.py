"""The port speaks plain text, and the client speaks TLS.

A client that was given an https:// address begins with a TLS handshake. A server that speaks plain HTTP takes that
for a broken request and answers in plain text, and the client cannot read the answer as TLS: "wrong version number"
(OpenSSL), ERR_SSL_PROTOCOL_ERROR (Chrome), SSL_ERROR_RX_RECORD_TOO_LONG (Firefox), EPROTO (Node).

It comes about with development servers, which have no certificate; with browsers that remember that a name wants
HTTPS (HSTS) and rewrite http://localhost; with a proxy in front that already took the TLS off.

How porttui knows: the TLS handshake failed without a TLS answer, and a plain HTTP request to the same port was
answered.

What looks the same and is not: plain-http-to-tls (the other way round), not-http (another protocol altogether),
tls-version (the port does speak TLS).

To keep it from coming back, write http:// in the address, or give the server a certificate (mkcert for your own
machine).
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.facts import Facts
from porttui.model.report import Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen
from porttui.remedies import address


def check(facts: Facts) -> Outcome:
    """Find it when HTTPS was asked, TLS failed, and plain HTTP is answered."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    if facts.asked.target.scheme != "https":
        return RuledOut(because="HTTPS was not asked for")
    exchanges = seen.exchanges(facts)
    if any(each.sent in {"https", "tls"} and each.protocol in {"tls", "http"} and each.tls for each in exchanges):
        return RuledOut(because="the port speaks TLS")
    failed = [each for each in exchanges if each.sent in {"https", "tls"}]
    plain = [each for each in exchanges if each.sent == "http" and each.protocol == "http"]
    if not plain and not any(each.protocol == "http" for each in failed):
        return RuledOut(because="the port does not answer in plain HTTP")
    return Found(
        summary=f"Port {facts.asked.target.port} speaks plain HTTP; you asked in HTTPS.",
        gloss="The server has no encryption on this port, so it does not understand the client's greeting.",
        evidence=evidence.exchanged((*failed, *plain)),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Write http."""
    wanted = address.with_scheme(facts, "http")
    return (
        Remedy(
            title="Ask in plain HTTP",
            risk=Risk.SAFE,
            cost="safe",
            proof=wanted,
            tried=address.said(facts, "http"),
            steps=(
                RemedyStep(
                    text="In the program that showed the error, write",
                    where="the program that showed the error",
                    url=wanted,
                ),
            ),
            note="A browser that goes back to https by itself remembers it for the name (HSTS): use 127.0.0.1.",
        ),
    )


FAULT = Fault(
    code="tls-to-plain",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The port speaks plain text, and the client speaks TLS",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

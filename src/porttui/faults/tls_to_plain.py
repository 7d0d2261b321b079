"""The port speaks plain text, and the client speaks TLS.

A client that was given an https:// address begins with a TLS greeting, a few hundred bytes of binary. A server that
speaks plain HTTP takes them for a broken request and answers in plain letters, "HTTP/1.1 400 Bad Request". The client
expects TLS and reads those letters as a version number: "wrong version number" (OpenSSL, curl, Python),
ERR_SSL_PROTOCOL_ERROR (Chrome), SSL_ERROR_RX_RECORD_TOO_LONG (Firefox), EPROTO (Node). The message sounds like
cryptography, and means: there is none here.

It comes about when a development server, which has no certificate, is asked for by https://: by a bookmark, by an
application that insists, or by a browser. A browser may rewrite http://localhost:3000 to https by itself, if some
project on localhost has once told it to (HSTS); then curl works and the browser does not, for every port. It is also
seen behind a reverse proxy that takes the TLS off and is told to pass on to https://.

How porttui knows: the TLS handshake with the port failed without one byte of TLS from the server, and a plain HTTP
request to the same port was answered.

What looks the same and is not: plain-http-to-tls (the other way round), not-http (it speaks neither, and greets in
another protocol), tls-version (it does speak TLS, and refuses the version), cert-self-signed (the TLS is fine, and
the certificate is not trusted), redirect-elsewhere (an http:// address that the server itself sends on to https).

To fix it, write http:// in the address. A browser that jumps back: use http://127.0.0.1:3000, which has no such
memory, or take localhost out at chrome://net-internals/#hsts in Chrome and Edge, on Linux, macOS and Windows alike.
If it has to be https, give the server a certificate: `mkcert -install`, then `mkcert localhost 127.0.0.1 ::1`, and
name both files in its settings (`server.https` in vite.config.js, `uvicorn --ssl-certfile`,
`next dev --experimental-https`).

To keep it from coming back, let one place decide where TLS ends, the reverse proxy or the application, and write that
into the address that each part has of the next. Do not send Strict-Transport-Security from localhost.
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

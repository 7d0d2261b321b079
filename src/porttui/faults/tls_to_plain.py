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

Databases and mail servers have the same two addresses: rediss:// leads to a port that speaks TLS, redis:// to one that
does not.

How porttui knows: the TLS handshake with the port failed without one byte of TLS from the server, and a plain HTTP
request to the same port was answered, or a greeting or a hello of the protocol that the address names.

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
from porttui.reading import evidence, seen, tls, words
from porttui.remedies import address


def check(facts: Facts) -> Outcome:
    """Find it when TLS was asked for and failed, and the same protocol is answered in plain text."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    if not tls.wanted(facts):
        return RuledOut(because="TLS was not asked for")
    exchanges = seen.exchanges(facts)
    if any(each.sent in {"https", "tls"} and each.protocol in {"tls", "http"} and each.tls for each in exchanges):
        return RuledOut(because="the port speaks TLS")
    failed = [each for each in exchanges if each.sent in {"https", "tls"}]
    scheme = _plain_scheme(facts)
    spoken = "http" if scheme in {"http", "ws"} else scheme
    plain = [each for each in exchanges if each.sent not in {"https", "tls"} and each.protocol == spoken]
    if not plain and not any(each.protocol == spoken for each in failed):
        return RuledOut(because=f"the port does not answer in plain {words.protocol(spoken)}")
    told = "HTTPS" if scheme == "http" else f"{words.protocol(spoken)} inside TLS ({facts.asked.target.scheme}://)"
    return Found(
        summary=f"Port {facts.asked.target.port} speaks plain {words.protocol(spoken)}; you asked in {told}.",
        gloss="The server has no encryption on this port, so it does not understand the client's greeting.",
        evidence=evidence.exchanged((*failed, *plain)),
    )


def _plain_scheme(facts: Facts) -> str:
    """Return the scheme without TLS: "http" for https, "redis" for rediss."""
    return (facts.asked.target.scheme or "").removesuffix("s")


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Write http, or whatever the scheme is without TLS."""
    scheme = _plain_scheme(facts)
    wanted = address.with_scheme(facts, scheme)
    return (
        Remedy(
            title="Ask in plain HTTP" if scheme == "http" else f"Ask without TLS, by {scheme}://",
            risk=Risk.SAFE,
            cost="safe",
            proof=wanted,
            tried=address.said(facts, "http" if scheme == "ws" else scheme),
            steps=(
                RemedyStep(
                    text="In the program that showed the error, write",
                    where="the program that showed the error",
                    url=wanted,
                ),
            ),
            note="A browser that goes back to https by itself remembers it for the name (HSTS): use 127.0.0.1."
            if scheme == "http"
            else "",
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

"""The port speaks HTTP/2 only, and the client begins with HTTP/1.1.

HTTP/2 carries the same requests and answers as HTTP/1.1, but in binary frames and not in lines of text. On an
encrypted connection client and server agree on the version while they set up TLS (ALPN). Without TLS there is
nothing to agree by: the client simply has to know that the server wants HTTP/2, and begin with its preface ("prior
knowledge", RFC 9113, 3.3). A server that was built for that and nothing else does not understand "GET / HTTP/1.1".
Browsers never speak HTTP/2 without TLS, so a browser cannot be made to show such a port at all.

It comes about when the address of a gRPC service is opened in a browser or asked with curl: gRPC travels by HTTP/2
alone, and its servers (50051 is their customary port) run without TLS on a developer's machine. Other ways there
are nginx before version 1.25 with `listen 8080 http2;` and no ssl, node's http2.createServer, and a health check or
load balancer that asks an h2c service in HTTP/1.1. Clients say "invalid HTTP response", "Received HTTP/0.9 when not
allowed" (curl), "ERR_INVALID_HTTP_RESPONSE" (Chrome) or "Parse Error: Expected HTTP/" (node).

How porttui knows: the first thing that came back was a SETTINGS or GOAWAY frame on stream 0, with which every
HTTP/2 server begins (RFC 9113, 3.4), and no HTTP/1.1 answer came. A server that closes on the request without a
word is given the preface of HTTP/2 once. Inside TLS the sign is the alert no_application_protocol, or node's page
that says so; that alert only tells that HTTP/1.1 is not offered, so porttui then says "probably".

What looks the same and is not: plain-http-to-tls (binary bytes as well, but they are a TLS record), not-http
(another protocol, which is named), accept-then-close (not even the preface of HTTP/2 is answered). A server that
speaks both answers HTTP/1.1 with HTTP/1.1, and is healthy.

To fix it, ask in HTTP/2: `curl --http2-prior-knowledge http://localhost:50051/` on Linux and macOS (`curl.exe` on
Windows, whose own curl may lack HTTP/2), `grpcurl -plaintext localhost:50051 list` for gRPC, and h2c:// or the like
in the settings of a proxy (Caddy: `reverse_proxy h2c://localhost:50051`; nginx:
`grpc_pass grpc://localhost:50051;`). To see it in a browser, put a proxy with TLS in front of it.

To keep it from coming back, give health checks the gRPC health protocol and not a web page, and write beside the
port which version it speaks. A server of your own can take both: allowHTTP1 in node, `http2 on;` in nginx from
1.25.1 on.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.address import endpoint
from porttui.model.facts import Exchange, Facts
from porttui.model.report import Confidence, Remedy, RemedyStep, Risk, Step
from porttui.model.target import Target
from porttui.reading import evidence, seen, words
from porttui.remedies import manager, service

_NO_COMMON_VERSION = "no_application_protocol"
"""The alert of a server that offers none of the client's versions (RFC 7301, 3.2)."""
_NODE = "Unknown ALPN Protocol, expected `h2`"
"""What node's http2.createSecureServer answers in place of that alert."""


def check(facts: Facts) -> Outcome:
    """Find it when HTTP was asked, and what came back are frames of HTTP/2."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    if not seen.wants_http(facts):
        return RuledOut(because="HTTP was not asked for")
    exchanges = seen.exchanges(facts)
    told = next((each for each in exchanges if each.http is not None and _NODE in each.http.body), None)
    if told is None and any(each.http is not None for each in exchanges):
        return RuledOut(because="the port answers HTTP/1.1")
    framed = next((each for each in exchanges if each.protocol == "http2"), None)
    refused = next((each for each in exchanges if each.tls and each.tls.alert == _NO_COMMON_VERSION), None)
    port = facts.asked.target.port
    gloss = "HTTP/2 is written in binary frames; a client that begins with lines of text is not understood."
    if told is not None or framed is not None:
        return Found(
            summary=f"Port {port} speaks HTTP/2 only; you asked in HTTP/1.1, as browsers and curl begin.",
            gloss=gloss,
            evidence=evidence.exchanged(exchanges),
        )
    if refused is not None:
        return Found(
            summary=f"Probably port {port} speaks HTTP/2 only: it refused HTTP/1.1 while TLS was set up.",
            gloss=gloss,
            confidence=Confidence.LIKELY,
            evidence=evidence.exchanged(exchanges),
        )
    if _still_looking(facts, exchanges):
        return CannotTell(because="no answer came yet")
    return RuledOut(because="no frame of HTTP/2 came back")


def _still_looking(facts: Facts, exchanges: tuple[Exchange, ...]) -> bool:
    return not facts.done and all(each.protocol is None for each in exchanges)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask in HTTP/2, or find the web server that was meant."""
    target = facts.asked.target
    secure = target.scheme == "https"
    curl = "curl.exe" if facts.os == "windows" else "curl"
    version = () if secure else ("--http2-prior-knowledge",)
    where = manager.POWERSHELL if facts.os == "windows" else words.machine(facts)
    asked = RemedyStep(
        text="Ask in HTTP/2; for gRPC use grpcurl or the service's own client",
        where=where,
        argv=(curl, *version, "-I", str(target)),
    )
    behind = RemedyStep(
        text="A proxy in front of it has to be told so: grpc_pass in nginx, h2c:// in Caddy and Traefik, http2 in Envoy"
    )
    place = str(Target(input="", host=target.host, port=target.port))
    return (
        Remedy(
            title="Ask in HTTP/2",
            risk=Risk.SAFE,
            cost="safe",
            proof=place,
            tried=_tried(facts),
            steps=(asked, behind),
            note="No browser speaks HTTP/2 without TLS: for a browser, put a proxy with TLS in front of it."
            if not secure
            else "",
        ),
        service.find_it(facts),
    )


def _tried(facts: Facts) -> str | None:
    framed = next((each for each in seen.exchanges(facts) if each.protocol == "http2"), None)
    return f"{endpoint(framed.address, framed.port)} {words.answer(framed)}" if framed else None


FAULT = Fault(
    code="http2-only",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The port speaks HTTP/2 only, and the client begins with HTTP/1.1",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("accept-then-close", "http-client-error", "tls-version", "plain-http-to-tls"),
)

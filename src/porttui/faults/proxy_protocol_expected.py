"""The server waits for a PROXY protocol header that the client does not send.

A proxy hides its clients: the server behind it sees every connection come from the proxy's address. The PROXY
protocol mends that. Before the first byte of the real conversation the proxy writes one line, such as
`PROXY TCP4 192.0.2.7 192.0.2.1 56324 443`, that names the real client (haproxy.org, proxy-protocol.txt). Both sides
have to be told so in their settings; nothing is negotiated. A server that expects the line takes any other first
byte for an attack or a mistake, and closes the connection without an answer.

It comes about when a web server was prepared for the load balancer in front of it (nginx:
`listen 8080 proxy_protocol;`, HAProxy: `bind :8080 accept-proxy`, Traefik and Envoy alike) and is then asked
directly: by a developer with curl, by a health check, or by the same load balancer after its half of the setting
was lost. The browser says ERR_EMPTY_RESPONSE, curl "(52) Empty reply from server", and nginx writes "broken header"
into its log.

How porttui knows: a plain request was closed without an answer, no other protocol was recognised, and the same
request behind a PROXY line of version 1 was answered. The line names this machine as the client, so it claims
nothing that is not true. It is sent once, and never to a port that has shown to speak anything else.

What looks the same and is not: accept-then-close (it closes after the PROXY line as well), plain-http-to-tls (a TLS
hello is answered), emfile-close (the server is out of file descriptors and closes on everybody), not-http (another
protocol is recognised). A server that takes the line where it comes and does without it otherwise never has this
fault.

To fix it, ask the proxy in front of it and not the server itself; or let both ends agree. In nginx take
`proxy_protocol` out of the listen line, on HAProxy `accept-proxy` out of the bind line, and reload; or let the
proxy send it: `server web 127.0.0.1:8080 send-proxy` in HAProxy, `proxy_protocol on;` in nginx's stream block,
`--haproxy-protocol` for one try with curl. This is the same on Linux, macOS and Windows.

To keep it from coming back, give the server a second listen line without the header on 127.0.0.1, for health checks
and for people, and keep the one with the header for the load balancer alone.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.facts import Exchange, Facts
from porttui.model.report import Edit, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import address, manager, programs, service

_TOOK_IT_FOR_A_REQUEST = frozenset({400, 405, 501})
"""What a server answers that knows no PROXY line and reads "PROXY TCP4 ..." as a request: it had a bad moment."""


def check(facts: Facts) -> Outcome:
    """Find it when a request is closed, and answered as soon as a PROXY header stands before it."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    exchanges = seen.exchanges(facts)
    if any(each.protocol is not None for each in exchanges):
        return RuledOut(because="the port answers without a PROXY header")
    tried = _with_header(facts)
    if tried is None:
        return CannotTell(because="no request with a PROXY header was tried")
    if tried.http is None:
        return RuledOut(because=f"with a PROXY header: {words.answer(tried)}")
    if tried.http.status in _TOOK_IT_FOR_A_REQUEST:
        return RuledOut(because=f"the PROXY header was taken for a request (HTTP {tried.http.status})")
    asked = tuple(each for each in exchanges if each.sent in {"http", "https"})
    listener = seen.accepting(facts, tried.address, tried.port)
    name = words.subject(facts, listener) if listener else "The server"
    return Found(
        summary=f"{name} on port {facts.asked.target.port} answers only behind a PROXY protocol header.",
        gloss="A load balancer writes that line first, to name the real client; a browser never does.",
        evidence=(*evidence.exchanged((*asked, tried)), *(evidence.listening(facts, (listener,)) if listener else ())),
    )


def _with_header(facts: Facts) -> Exchange | None:
    return next((each for each in seen.exchanges(facts, "variant") if each.preamble), None)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask the proxy, take the setting out, or send the header."""
    tried = _with_header(facts)
    listener = seen.accepting(facts, tried.address, tried.port) if tried else None
    curl = "curl.exe" if facts.os == "windows" else "curl"
    where = manager.POWERSHELL if facts.os == "windows" else words.machine(facts)
    scheme = facts.asked.target.scheme or "http"
    url = f"{scheme}://{words.asked_endpoint(facts)}{facts.asked.target.path}"
    return (
        Remedy(
            title="Ask the load balancer in front of it, not the server itself",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            tried=f"behind a PROXY header: {words.answer(tried)}" if tried else None,
            steps=(
                RemedyStep(text="See that the server is well, with the header that it wants", where=where,
                           argv=(curl, "--haproxy-protocol", url)),
                RemedyStep(text="In the program that failed, write the address of the load balancer"),
            ),
        ),
        Remedy(
            title="Let it answer without the header",
            risk=Risk.RESTARTS,
            cost="the load balancer must stop sending it too",
            proof=service.proof(facts),
            steps=_without_it(facts, listener is not None),
        ),
    )  # fmt: skip


def _without_it(facts: Facts, seen_here: bool) -> tuple[RemedyStep, ...]:
    port = facts.asked.target.port
    listener = next((s for a in seen.addresses(facts) if (s := seen.accepting(facts, a)) is not None), None)
    owners = seen.owners(facts, listener) if listener is not None and seen_here else ()
    unit = manager.unit_of(facts, listener, owners[0] if owners else None)
    program = programs.known(owners[0]) if owners else programs.by_unit(unit or "")
    if program is not None and "nginx" in program.names:
        edit = RemedyStep(
            text="In the server block take proxy_protocol out of the listen line",
            edit=Edit(file=program.file, text=f"listen {port};"),
        )
        return address.loaded(facts, program, (edit,), unit or program.unit)
    return (
        RemedyStep(
            text="Take the option out of its settings: proxy_protocol in nginx's listen line, accept-proxy in "
            "HAProxy's bind line, proxyProtocol in Traefik's entry point"
        ),
        RemedyStep(text="Let it read its settings again"),
    )


FAULT = Fault(
    code="proxy-protocol-expected",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The server waits for a PROXY protocol header that the client does not send",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("accept-then-close", "emfile-close"),
)

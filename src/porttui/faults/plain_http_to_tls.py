r"""The port speaks TLS, and the client speaks plain HTTP.

HTTPS is HTTP inside an encrypted connection, TLS. A server expects the one or the other on a port. When it waits for
a TLS greeting and gets "GET / HTTP/1.1" in plain letters, it cannot make sense of it, and each says so in its own
way: nginx, Apache and Go answer with status 400 and name the reason, "The plain HTTP request was sent to HTTPS port";
others close or reset the connection, and the client reports "empty reply from server" or "connection reset by peer".

It comes about when the s is forgotten. `curl localhost:8443` means http, as an address without a scheme does in most
tools; and a browser adds http:// when one types localhost:8443. In settings it is a proxy_pass http://127.0.0.1:8443
in front of an application that has TLS of its own, a health check of the wrong scheme, or the console of a container
image that has lately become HTTPS only.

How porttui knows: it asked in plain HTTP and got no proper answer, or one that names the mistake; and a TLS handshake
with the same port went through, or was refused in TLS, which only a port that speaks it can do. A port that answers
plain HTTP too is not accused.

What looks the same and is not: tls-to-plain (the other way round), not-http (neither of the two: a database, ssh),
accept-then-close (it closes whatever is said), http-client-error (a 400 about the request itself), redirect-elsewhere
(plain HTTP is understood, and sent on to https).

To fix it, write https:// in the program that showed the error: `https://localhost:8443`. If it then complains about
the certificate, that is the next question and a better one: `porttui check https://localhost:8443` names what is
wrong with it. Do not answer it by turning the check off. In nginx write `proxy_pass https://127.0.0.1:8443;` and load
it with `sudo systemctl reload nginx` on Linux, `nginx -s reload` on macOS, `.\nginx.exe -s reload` on Windows.

To keep it from coming back, write the scheme into every address, in settings, in scripts and in messages to others.
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

"""No common TLS version.

TLS has versions: 1.0 and 1.1, which are retired (RFC 8996), 1.2 and 1.3, which are in use. In its greeting a client
says which it knows; the server picks the best of them that it knows as well. When there is none, it ends the
handshake with the alert "protocol version", and programs say "unsupported protocol", "tlsv1 alert protocol version",
ERR_SSL_VERSION_OR_CIPHER_MISMATCH (Chrome) or EPROTO (Node).

It comes about when one side has moved on and the other has not. The web page of an old printer, switch or server
management card, or a service on Java 6, knows nothing newer than 1.0, and today's browsers no longer offer it. The
other way round, a server was hardened to TLS 1.3 only, on the advice of a checklist, and the monitoring agent or an
old application cannot follow.

How porttui knows: the server ended the handshake with exactly that alert, which porttui quotes. porttui offers what
current programs offer, 1.2 and 1.3 in most cases, as this machine's OpenSSL is set up.

What looks the same and is not: tls-to-plain ("wrong version number" sounds alike, and means no TLS at all),
mtls-required (another alert: the server misses a certificate), cert-self-signed and cert-expired (the versions
agreed, and the certificate failed), not-http (it answers in another protocol).

To fix it, find out what the server takes: `openssl s_client -connect localhost:8443 -tls1_2`, and the same with
-tls1_3, on Linux and macOS; on Windows `curl.exe -v --tlsv1.2 https://localhost:8443`. Then let it take both, in
nginx `ssl_protocols TLSv1.2 TLSv1.3;` and `sudo systemctl reload nginx`, in other servers under a similar name. A
device that cannot be taught belongs behind a reverse proxy that speaks the old version to it and a current one to
everybody else. Lowering a whole client to TLS 1.0 is the last resort: current OpenSSL needs its security level
lowered for that too.

To keep it from coming back, allow 1.2 and 1.3 together for as long as one client needs 1.2, and update the library
(OpenSSL, Java) rather than the setting.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.facts import Facts
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import tls
from porttui.remedies import service

_ALERT = "protocol_version"


def check(facts: Facts) -> Outcome:
    """Find it when the server ends the handshake with the alert "protocol version"."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    if not tls.wanted(facts) and facts.asked.target.scheme is not None:
        return RuledOut(because="TLS was not asked for")
    refused = [each for each in tls.handshakes(facts) if each.tls is not None and each.tls.alert == _ALERT]
    if not refused:
        return RuledOut(because="the server did not object to the TLS version")
    return Found(
        summary=f"The server on port {facts.asked.target.port} speaks no TLS version that this client takes.",
        gloss="Both sides have to know a common version of TLS; the old ones are turned off in current programs.",
        evidence=(Evidence(text=f"alert\t{_ALERT}\t{refused[0].error}", source="TLS handshake"),),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Let the server take a current version, or find which one it takes."""
    host, port = facts.asked.target.host, facts.asked.target.port
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return (
        Remedy(
            title="Let the server take TLS 1.2 and 1.3",
            risk=Risk.RESTARTS,
            cost="restarts the server",
            proof=service.proof(facts),
            steps=(
                RemedyStep(
                    text="See which version it takes: try -tls1_2 and -tls1_3",
                    argv=("openssl", "s_client", "-connect", place, "-tls1_2"),
                ),
                RemedyStep(text="In its settings allow both (nginx: ssl_protocols TLSv1.2 TLSv1.3;) and load them"),
            ),
        ),
    )


FAULT = Fault(
    code="tls-version",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="No common TLS version",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

"""No common TLS version.

Client and server have to agree on a version of TLS. 1.0 and 1.1 are turned off in current clients (RFC 8996), and
some servers speak nothing newer, or have just been told to take 1.3 only. The handshake ends with the alert
"protocol version": "unsupported protocol", ERR_SSL_VERSION_OR_CIPHER_MISMATCH.

It comes about with old devices and old Java, and with servers whose settings were tightened.

How porttui knows: the server ended the handshake with that alert.

What looks the same and is not: tls-to-plain (no TLS at all), mtls-required (another alert).

To keep it from coming back, let the server take TLS 1.2 and 1.3.
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

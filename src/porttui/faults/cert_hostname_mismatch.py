"""The certificate is for another name.

A certificate lists the names and addresses that it is for. A client that asks for localhost, for 127.0.0.1 or for
the short name of a machine gets a certificate for www.example.com and refuses it: "hostname mismatch",
ERR_CERT_COMMON_NAME_INVALID. An address counts only when it is listed as an address.

It comes about when a server is asked by its address instead of its name, when a name was added and the certificate
was not, and when a server has several certificates and picks its first one because the client named none (SNI).

How porttui knows: it read the names of the certificate in the TLS handshake, and the host that you asked for is not
among them.

What looks the same and is not: cert-self-signed (not trusted at all), cert-expired (too old).

To keep it from coming back, ask for a server by the name that its certificate has, everywhere.
"""

from __future__ import annotations

from msgspec.structs import replace

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.address import parse_ip
from porttui.model.facts import Facts, TlsAnswer
from porttui.model.report import Remedy, RemedyStep, Risk, Step
from porttui.reading import tls, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when TLS was asked for and the certificate does not list the host."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    if not tls.wanted(facts):
        return RuledOut(because="TLS was not asked for")
    answer = tls.certificate(facts)
    if answer is None:
        return RuledOut(because="the port showed no certificate")
    if not _wrong_name(facts, answer):
        return RuledOut(because=f"the certificate is for {facts.asked.target.host}")
    names = ", ".join(answer.names[:3]) or "no name at all"
    return Found(
        summary=f"The certificate on port {facts.asked.target.port} is for {names}, not for {facts.asked.target.host}.",
        gloss="A certificate lists the names that it is for; the one that you asked for is not among them.",
        evidence=tls.told(answer),
    )


def _wrong_name(facts: Facts, answer: TlsAnswer) -> bool:
    if answer.verify_code in tls.WRONG_NAME:
        return True
    return answer.trusted is False and not tls.is_for(answer.names, facts.asked.target.host)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask by a name of the certificate, or get one for the name that is asked."""
    answer = tls.certificate(facts)
    names = [name for name in (answer.names if answer else ()) if not name.startswith("*") and parse_ip(name) is None]
    host = facts.asked.target.host
    ways: tuple[Remedy, ...] = ()
    if names:
        wanted = str(replace(facts.asked.target, host=names[0]))
        ways = (
            Remedy(
                title="Ask by a name that the certificate has",
                risk=Risk.SAFE,
                cost="safe",
                proof=wanted,
                steps=(
                    RemedyStep(text="In the program that showed the error, write", url=wanted),
                    RemedyStep(
                        text=f"{names[0]} must lead to {words.machine(facts)}: by DNS, or by a line in the hosts file"
                    ),
                ),
            ),
        )
    return (
        *ways,
        Remedy(
            title=f"Give the server a certificate for {host}",
            risk=Risk.RESTARTS,
            cost="restarts the server",
            proof=service.proof(facts),
            steps=(
                RemedyStep(text="For development, make one with mkcert", argv=("mkcert", host)),
                RemedyStep(text="Give both files to the server and start it again"),
            ),
        ),
    )


FAULT = Fault(
    code="cert-hostname-mismatch",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The certificate is for another name",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

"""The certificate, or the chain behind it, is not trusted.

A certificate proves a server's name only when somebody whom the client trusts has signed it. A certificate that is
signed by itself, by a company's own authority, or whose chain lacks a link, proves nothing to a client that does
not know that authority: "self-signed certificate", "unable to get local issuer certificate",
ERR_CERT_AUTHORITY_INVALID.

It comes about with development certificates, with an inner authority that this machine was not told of, and with
servers that send their own certificate without the ones between it and the root.

How porttui knows: it made the TLS handshake with the trust that the user's programs have (SSL_CERT_FILE and
SSL_CERT_DIR, else the system's store), OpenSSL refused the chain, and the same handshake without checking went
through.

What looks the same and is not: cert-expired (trusted, and too old), cert-hostname-mismatch (trusted, for another
name).

To keep it from coming back, make development certificates with mkcert, which makes its own authority trusted on
this machine; on servers send the whole chain.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.facts import Facts
from porttui.model.report import Remedy, RemedyStep, Risk, Step
from porttui.reading import tls, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when TLS was asked for and the chain does not end at a trusted authority."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    if not tls.wanted(facts):
        return RuledOut(because="TLS was not asked for")
    answer = tls.certificate(facts)
    if answer is None:
        return RuledOut(because="the port showed no certificate")
    if answer.trusted is not False or answer.verify_code not in tls.UNTRUSTED:
        return RuledOut(because="the certificate's chain was not what it was refused for")
    own = answer.subject == answer.issuer
    who = "itself" if own else f"{words.quoted(answer.issuer)}, whom this machine does not trust"
    return Found(
        summary=f"The certificate on port {facts.asked.target.port} is signed by {who}.",
        gloss="A certificate proves a name only when somebody whom your program trusts has signed it.",
        evidence=tls.told(answer),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Trust its authority, or get a certificate that is trusted."""
    host = facts.asked.target.host
    return (
        Remedy(
            title="Let your program trust this certificate's authority",
            risk=Risk.SAFE,
            cost="safe, for one program",
            proof=service.proof(facts),
            steps=(
                RemedyStep(
                    text="Find the authority's certificate (a .pem or .crt file; mkcert -CAROOT tells mkcert's folder)"
                ),
                RemedyStep(
                    text="Start your program with it: SSL_CERT_FILE=FILE for Python and OpenSSL, "
                    "NODE_EXTRA_CA_CERTS=FILE for Node, curl --cacert FILE",
                ),
            ),
            note="Do not turn the check off: then anybody on the way can pretend to be the server.",
        ),
        Remedy(
            title="Give the server a certificate that this machine trusts",
            risk=Risk.RESTARTS,
            cost="restarts the server",
            proof=service.proof(facts),
            steps=(
                RemedyStep(text="Make mkcert's authority trusted here, once", argv=("mkcert", "-install")),
                RemedyStep(text="Make a certificate for the name that you ask for", argv=("mkcert", host)),
                RemedyStep(text="Give both files to the server and start it again"),
            ),
        ),
    )


FAULT = Fault(
    code="cert-self-signed",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The certificate or its chain is not trusted",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

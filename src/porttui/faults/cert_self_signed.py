r"""The certificate or its chain is not trusted.

A certificate says "this key belongs to www.example.com", and is worth as much as the one who signed it. Clients have
a list of authorities that they trust, and believe a certificate when a chain of signatures leads from it to one of
them. A certificate that is signed by itself, by a company's own authority, or whose chain lacks a link in the middle
leads nowhere: "self-signed certificate", "unable to get local issuer certificate", DEPTH_ZERO_SELF_SIGNED_CERT
(Node), ERR_CERT_AUTHORITY_INVALID (Chrome). The encryption would work; what is missing is the proof of whom one talks
to.

It comes about when somebody makes a certificate for development with `openssl req -x509`; when a machine or a
container was never told of the company's own authority; when a proxy of the company opens TLS and signs anew. The sly
one is a server that sends its own certificate and not the ones between it and the root: browsers have seen those
elsewhere and help themselves, so the page opens, while curl and Python refuse.

How porttui knows: it made the handshake with the trust of your programs, SSL_CERT_FILE and SSL_CERT_DIR or else the
system's store; OpenSSL refused the chain; and the same handshake without that check went through. Programs that bring
a store of their own (Firefox, Node, Java, Python's requests) may judge differently.

What looks the same and is not: cert-expired (trusted, out of date), cert-hostname-mismatch (trusted, for another
name), mtls-required (the server misses a certificate of yours), tls-to-plain (no TLS at all).

To fix it, make the authority known, to one program or to the machine. One program: SSL_CERT_FILE=ca.pem (Python,
OpenSSL), NODE_EXTRA_CA_CERTS=ca.pem, `curl --cacert ca.pem`. The machine: on Debian and Ubuntu copy ca.crt to
/usr/local/share/ca-certificates and `sudo update-ca-certificates`; on macOS
`sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ca.crt`; on Windows, as
administrator, `Import-Certificate -FilePath ca.crt -CertStoreLocation Cert:\LocalMachine\Root`. For a missing link
let the server send the whole chain: fullchain.pem, not cert.pem.

To keep it from coming back, use mkcert for development: `mkcert -install` makes an authority of this machine's own,
once. Do not turn the check off: `verify=False` and `curl -k` have a way of reaching production.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_certificate
from porttui.model.facts import Facts, TlsAnswer
from porttui.model.report import Remedy, RemedyStep, Risk, Step
from porttui.reading import tls, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when TLS was asked for and the chain does not end at a trusted authority."""
    answer = not_the_certificate(facts)
    if not isinstance(answer, TlsAnswer):
        return answer
    if answer.trusted is not False or answer.verify_code not in tls.UNTRUSTED:
        return RuledOut(because="the certificate's chain was not what it was refused for")
    own = answer.subject == answer.issuer
    who = "itself" if own else f"{words.quoted(answer.issuer)}, whom this machine does not trust"
    return Found(
        summary=f"The certificate on port {facts.asked.target.port} is signed by {who}.",
        gloss="A certificate proves a name only when somebody whom your program trusts has signed it.",
        evidence=(*tls.refused_for(answer, tls.UNTRUSTED), *tls.told(answer, "issuer", "subject")),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Trust its authority, where that is all that is missing, or get a certificate that is trusted."""
    host = facts.asked.target.host
    return (
        *_trusted(facts),
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


def _trusted(facts: Facts) -> tuple[Remedy, ...]:
    """Return the way to trust it; none for a certificate that would be refused for its dates or its names then."""
    answer = tls.certificate(facts)
    if answer is None or tls.out_of_date(answer, facts.at) or not tls.is_for(answer.names, facts.asked.target.host):
        return ()
    whose = "this certificate" if answer.subject == answer.issuer else "this certificate's authority"
    find = "Find the authority's certificate (a .pem or .crt file; mkcert -CAROOT tells mkcert's folder)"
    if answer.subject == answer.issuer:
        find = "Find the file with the certificate that the server was given (.pem or .crt): it is its own authority"
    return (
        Remedy(
            title=f"Let your program trust {whose}",
            risk=Risk.SAFE,
            cost="safe, for one program",
            proof=service.proof(facts),
            steps=(
                RemedyStep(text=find),
                RemedyStep(
                    text="Start your program with it: SSL_CERT_FILE=FILE for Python and OpenSSL, "
                    "NODE_EXTRA_CA_CERTS=FILE for Node, curl --cacert FILE",
                ),
            ),
            note="With SSL_CERT_FILE or --cacert it trusts nobody else; NODE_EXTRA_CA_CERTS only adds one. Do not turn "
            "the check off: then anybody on the way can pretend to be the server.",
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

r"""The certificate is for another name.

A certificate lists the names that it is for (its subject alternative names). A client compares the host that it was
asked to reach with that list, letter by letter; `*.example.com` stands for one label and not for two, and an address
counts only when it is listed as an address. If the host is not among them, the client hangs up: "hostname mismatch",
"no alternative certificate subject name matches", ERR_TLS_CERT_ALTNAME_INVALID (Node), ERR_CERT_COMMON_NAME_INVALID
(Chrome).

It comes about when a server is asked by a shortcut. The certificate is for shop.example.com, and the test on the
machine itself asks https://localhost:8443 or https://127.0.0.1; or it is for localhost and the client says 127.0.0.1;
or a container asks its neighbour by the service's name, https://api:8443. A server with several certificates serves
its default one when the client names no host (SNI), and that is mostly another site's.

How porttui knows: it read the names of the certificate in the TLS handshake, and the host that you asked for is not
among them by the rules of RFC 9525. It lists those that there are.

What looks the same and is not: cert-self-signed (the name may be right, and nobody vouches for it), cert-expired
(right name, too old), host-not-allowed (TLS is fine; the web application objects to the name), redirect-elsewhere
(the right name answers, and sends you on to another one).

To fix it, ask by a name that is on the list, and let that name lead here: a line such as `127.0.0.1 shop.example.com`
in /etc/hosts on Linux and macOS, on Windows in C:\Windows\System32\drivers\etc\hosts. For one try curl needs no file,
on any system: `curl --resolve shop.example.com:8443:127.0.0.1 https://shop.example.com:8443/`. Or give the server a
certificate for the names that are really used: `mkcert localhost 127.0.0.1 ::1 api`, then start it again; for a
public name `sudo certbot --nginx -d example.com -d www.example.com`.

To keep it from coming back, settle on one name for each service and use it everywhere, in settings, tests and links.
When a name is added to a server, it is added to the certificate in the same change.
"""

from __future__ import annotations

from msgspec.structs import replace

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_certificate
from porttui.model.address import parse_ip
from porttui.model.facts import Facts, TlsAnswer
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import tls, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when TLS was asked for and the certificate does not list the host."""
    answer = not_the_certificate(facts)
    if not isinstance(answer, TlsAnswer):
        return answer
    if not _wrong_name(facts, answer):
        return RuledOut(because=f"the certificate is for {facts.asked.target.host}")
    names = ", ".join(answer.names[:3]) or "no name at all"
    return Found(
        summary=f"The certificate on port {facts.asked.target.port} is for {names}, not for {facts.asked.target.host}.",
        gloss="A certificate lists the names that it is for; the one that you asked for is not among them.",
        evidence=(
            Evidence(text=f"asked for\t{facts.asked.target.host}", source="target"),
            *tls.told(answer, "names", "subject"),
            *tls.refused_for(answer, tls.WRONG_NAME),
        ),
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

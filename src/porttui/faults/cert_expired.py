"""The certificate has expired, or is not valid yet.

A certificate is valid from one moment to another. Before and after, clients refuse it: "certificate has expired",
ERR_CERT_DATE_INVALID. Most certificates live for 90 days or less and are renewed by a program; when that program
fails, everything works until the day on which nothing does.

It comes about when the renewal failed, when it worked and the server was not told to load the new file, and when
the clock of this machine is wrong.

How porttui knows: it read the dates of the certificate in the TLS handshake and compared them with this machine's
clock.

What looks the same and is not: cert-self-signed (not trusted at all), cert-hostname-mismatch (for another name).

To keep it from coming back, let the renewal reload the server, and let something warn two weeks before the end.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.facts import Facts
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import tls, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when TLS was asked for and the certificate is out of date by this machine's clock."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    if not tls.wanted(facts):
        return RuledOut(because="TLS was not asked for")
    answer = tls.certificate(facts)
    if answer is None:
        return RuledOut(because="the port showed no certificate")
    how = tls.out_of_date(answer, facts.at)
    if how is None:
        return RuledOut(because="the certificate is valid today")
    moment = answer.not_after if how == "expired" else answer.not_before
    when = f"{'at' if how == 'expired' else 'before'} {moment:%Y-%m-%d %H:%M} UTC" if moment else ""
    port = facts.asked.target.port
    verb = "has expired" if how == "expired" else "is not valid"
    return Found(
        summary=f"The certificate on port {port} {verb} {when}".rstrip() + ".",
        gloss="A certificate is valid for some weeks or months only and has to be renewed in time.",
        evidence=(
            *tls.told(answer),
            Evidence(text=f"clock\t{facts.at:%Y-%m-%d %H:%M:%S %z}\tof this machine", source="clock"),
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Renew it and load it; or set the clock."""
    machine = words.machine(facts)
    return (
        Remedy(
            title="Renew the certificate",
            risk=Risk.SAFE,
            cost="safe; the server only loads a file",
            proof=service.proof(facts),
            steps=(
                RemedyStep(
                    text="Renew it the way this machine does: certbot renew, acme.sh --cron, or mkcert for development"
                ),
                RemedyStep(text="Let the server load the new file: reload it, or start it again"),
            ),
        ),
        Remedy(
            title="If the dates are right, set the clock",
            risk=Risk.DISRUPTS,
            cost="moves the clock of the machine",
            proof=service.proof(facts),
            steps=(RemedyStep(text="See what time this machine has", where=machine, argv=("date",)),),
        ),
    )


FAULT = Fault(
    code="cert-expired",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="The certificate has expired or is not valid yet",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

"""The certificate has expired or is not valid yet.

A certificate is valid from one moment to another, and both are written into it. Before the first and after the
second, clients refuse it: "certificate has expired", CERT_HAS_EXPIRED (Node), ERR_CERT_DATE_INVALID (Chrome). Most
certificates live for some months at most and are renewed by a program. When that program fails, nothing happens at
all, for weeks, and then everything stops on one day, often a Sunday.

It comes about when the renewal could not run (port 80 was closed, the DNS token was changed), or when it did run and
nobody told the server: nginx reads its files when it starts, so a fresh certificate may lie on the disk while the old
one is served. Development certificates, made once with 365 days, do it to whole teams on the same morning. And
sometimes the certificate is right and the clock is wrong: a virtual machine that slept, a board without a battery
whose time begins in 1970.

How porttui knows: it read the two dates from the certificate in the TLS handshake and compared them with this
machine's clock, which it quotes beside them. So look at the clock first, and then at the dates.

What looks the same and is not: cert-self-signed (not trusted at all), cert-hostname-mismatch (valid, for another
name). Of several defects of one certificate the most basic one leads the report: first trust, then dates, then the
name.

To fix it, renew it and load it: `sudo certbot renew`, or mkcert again for development; then
`sudo systemctl reload nginx`. What the port really serves is shown by
`openssl s_client -connect localhost:8443 < /dev/null | openssl x509 -noout -dates` on Linux and macOS, which may
differ from what lies on the disk. A wrong clock: `timedatectl` and `sudo timedatectl set-ntp true` on Linux,
`sudo sntp -sS time.apple.com` on macOS, `w32tm /resync` in a PowerShell of the administrator.

To keep it from coming back, let the renewal reload the server,
`certbot renew --deploy-hook "systemctl reload nginx"`, see that its timer runs, `systemctl list-timers`, and let
something that is not the renewal itself warn two weeks before the end.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_certificate
from porttui.model.facts import Facts, TlsAnswer
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import tls, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when TLS was asked for and the certificate is out of date by this machine's clock."""
    answer = not_the_certificate(facts)
    if not isinstance(answer, TlsAnswer):
        return answer
    how = tls.out_of_date(answer, facts.at)
    if how is None:
        return RuledOut(because="the certificate is valid today")
    moment = answer.not_after if how == "expired" else answer.not_before
    when = f"{'at' if how == 'expired' else 'before'} {moment:%Y-%m-%d %H:%M} UTC" if moment else ""
    port = facts.asked.target.port
    verb = "is not valid" if how != "expired" else "expired" if moment else "has expired"
    return Found(
        summary=f"The certificate on port {port} {verb} {when}".rstrip() + ".",
        gloss="A certificate is valid for some weeks or months only and has to be renewed in time.",
        evidence=(
            *tls.told(answer, "valid"),
            Evidence(text=f"clock\t{facts.at:%Y-%m-%d %H:%M:%S %z}, of this machine", source="clock"),
            *tls.told(answer, "subject"),
            *tls.refused_for(answer, {tls.EXPIRED, tls.NOT_YET}),
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

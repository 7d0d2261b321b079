"""Questions about TLS handshakes and certificates that several faults ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable

from porttui.model.address import parse_ip
from porttui.model.facts import Exchange, Facts, TlsAnswer
from porttui.model.report import Evidence
from porttui.model.services import TLS_SCHEMES
from porttui.reading import seen

UNTRUSTED = frozenset({2, 18, 19, 20, 21, 24, 26, 27, 28})
"""X509_V_ERR_ numbers that mean: the chain does not end at an authority that is trusted (openssl-verify(1))."""
NOT_YET, EXPIRED = 9, 10
WRONG_NAME = frozenset({62, 63, 64})
"""Host name, mail address and IP address mismatch."""


def wanted(facts: Facts) -> bool:
    """Tell whether the target is asked in TLS: https, wss, rediss, imaps ..."""
    return facts.asked.target.scheme in TLS_SCHEMES


def handshakes(facts: Facts) -> tuple[Exchange, ...]:
    """Return the exchanges with the target in which TLS was spoken by both sides, as far as an alert at least."""
    return tuple(each for each in seen.exchanges(facts) if each.sent in {"https", "tls"} and each.tls is not None)


def turned_down(facts: Facts) -> Exchange | None:
    """Return the exchange with the target in which the server ended TLS with an alert; None when there is none."""
    return next((each for each in handshakes(facts) if each.tls is not None and each.tls.alert), None)


def alert_meaning(facts: Facts, alert: str) -> str:
    """Tell in a sentence what an alert of the server means (RFC 8446, 6.2; RFC 6066, 3), and no more than that."""
    host = facts.asked.target.host
    if alert == "unrecognized_name":
        if parse_ip(host) is not None:
            return "It wants to be asked by a name that it knows; for an address, TLS sends none."
        return f'It does not know the name "{host}", which TLS sends along.'
    return _ALERTS.get(alert, "Why, the alert does not tell: the log of the server may.")


_ALERTS = {
    "handshake_failure": "It found nothing to agree on: no cipher suite that both take, or no certificate to show.",
    "insufficient_security": "It wants stronger cipher suites than those that were offered.",
    "internal_error": "It failed by itself; some servers also say so when they have no certificate for the name.",
    "access_denied": "It takes no connection from this client; why, the alert does not tell.",
}


def certificate(facts: Facts) -> TlsAnswer | None:
    """Return what was seen of the target's certificate; None when no handshake showed one.

    Its subject may be empty where it has names (RFC 5280, 4.1.2.6), as that of newer authorities is.
    """
    seen_ones = (each.tls for each in handshakes(facts) if each.tls is not None)
    return next((each for each in seen_ones if each.subject or each.issuer or each.not_after is not None), None)


def out_of_date(answer: TlsAnswer, at: dt.datetime) -> str | None:
    """Tell how a certificate is out of date: "expired", "not valid yet"; None when it is not."""
    if answer.verify_code == EXPIRED or (answer.not_after is not None and answer.not_after < at):
        return "expired"
    if answer.verify_code == NOT_YET or (answer.not_before is not None and answer.not_before > at):
        return "not valid yet"
    return None


def is_for(names: Iterable[str], host: str) -> bool:
    """Tell whether one of a certificate's names covers a host (RFC 9525, 6): equal, or one wildcard label."""
    wanted_ip = parse_ip(host)
    if wanted_ip is not None:
        return any(parse_ip(name) == wanted_ip for name in names)
    host = host.rstrip(".").lower()
    return any(_covers(name.rstrip(".").lower(), host) for name in names)


def _covers(name: str, host: str) -> bool:
    if not name.startswith("*."):
        return name == host
    first, _, rest = host.partition(".")
    return bool(first) and rest == name[2:]


def told(answer: TlsAnswer, *names: str) -> tuple[Evidence, ...]:
    """Quote of a certificate what a fault rests on.

    Args:
        answer: what the handshake showed.
        names: of "valid", "subject", "issuer" and "names", in the order in which they are to stand.

    Returns:
        A line for each that the certificate has.
    """
    until = f"until {answer.not_after:%Y-%m-%d %H:%M:%S} UTC" if answer.not_after else ""
    since = f"from {answer.not_before:%Y-%m-%d %H:%M:%S} UTC" if answer.not_before else ""
    lines = {
        "valid": ", ".join(filter(None, (until, since))),
        "subject": answer.subject,
        "issuer": answer.issuer,
        "names": ", ".join(answer.names[:6]),
    }
    return tuple(Evidence(text=f"{name}\t{lines[name]}", source="TLS handshake") for name in names if lines[name])


def refused_for(answer: TlsAnswer, codes: Container[int | None]) -> tuple[Evidence, ...]:
    """Quote what OpenSSL refused a certificate for, where that is one of `codes`."""
    if not answer.verify_code or answer.verify_code not in codes:
        return ()
    return (Evidence(text=f"OpenSSL\t{answer.verify_message} ({answer.verify_code})", source="TLS handshake"),)

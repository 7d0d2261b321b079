"""Faults of TLS that real servers show in other ways than the staged ones: no subject, other schemes, ALPN."""

from __future__ import annotations

import datetime as dt
from typing import Any

from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.model import facts as f
from porttui.model.report import Verdict
from tests import worlds as w


def verdict(*exchanges: f.Exchange, scheme: str | None) -> Verdict:
    facts: dict[str, Any] = {"sockets": w.sockets(w.listener()), "processes": (w.node(),), "attempts": (w.opened(),)}
    return diagnose(w.world(scheme=scheme, exchanges=exchanges, **facts)).verdict


def test_a_certificate_without_a_subject_is_a_certificate() -> None:
    """As those of Caddy are, and of all who leave the common name out: the names say whose it is."""
    shown = f.TlsAnswer(
        issuer="CN=Local Authority",
        names=("localhost",),
        not_after=dt.datetime(2099, 1, 1, tzinfo=dt.UTC),
        trusted=False,
        verify_code=20,
    )
    told = verdict(replace(w.http(200, "https"), tls=shown), scheme="https")
    assert (told.code, "Local Authority" in told.summary) == ("cert-self-signed", True)


def test_redis_without_tls_where_rediss_was_asked_for() -> None:
    told = verdict(w.said("redis", protocol="redis", data="+PONG\\r\\n"), scheme="rediss")
    assert (told.code, told.summary) == (
        "tls-to-plain",
        "Port 8080 speaks plain Redis; you asked in Redis inside TLS (rediss://).",
    )


def test_a_request_that_is_cut_off_behind_a_handshake() -> None:
    """As a tunnel does whose far end is dead: the handshake is its own, and says nothing of the server behind it."""
    spoken = f.TlsAnswer(version="TLSv1.3", trusted=True)
    cut, hello = w.said("https", "closed", tls=spoken), w.said("tls", protocol="tls", tls=spoken)
    assert verdict(cut, hello, scheme="https").code == "accept-then-close"


def test_a_bare_port_that_speaks_tls_is_not_blamed_for_cutting_off_plain_http() -> None:
    alert = f.TlsAnswer(alert="no_application_protocol")
    cut, hello = w.said(outcome="closed"), w.said("tls", "error", protocol="tls", tls=alert)
    assert verdict(cut, hello, scheme=None).code == "undetermined"

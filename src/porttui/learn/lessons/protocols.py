"""What is said on an open connection: HTTP, TLS and its certificates, proxies."""

from __future__ import annotations

from porttui.learn import values as v
from porttui.learn.lessons.ports import EXAMPLE
from porttui.learn.page import Page
from porttui.model.facts import Facts, Socket
from porttui.reading.words import machine


def http(facts: Facts) -> Page:
    """A port does not say which protocol is spoken on it."""
    return Page(
        idea="An open port says nothing about the protocol (the language spoken there). The URL does: http:// sends "
        "text, GET / HTTP/1.1; https:// first opens TLS (encryption) and sends the same inside of it. A TLS client at "
        'a plain server reads letters where it wants a handshake ("wrong version number"); a plain client at a TLS '
        "server gets an error or a closed connection.",
        here=(("USUAL PORT", "FOR", "ON " + machine(facts)), *_usual(facts)),
        then="The request names the host it wants in the header Host, also on localhost; a server may refuse names "
        "that it does not know. Status 200 is good; 400 to 499 blames the request, 500 to 599 the server.",
        tries=(
            (f"python3 -m http.server {EXAMPLE} --bind ::1", "a plain server"),
            (f"curl https://[::1]:{EXAMPLE}", "a TLS error, not a page"),
        ),
        sources="RFC 9110 4.2 (URLs), 7.2 (Host), 15 (status), RFC 8446 (TLS 1.3)",
    )


def _usual(facts: Facts) -> tuple[tuple[str, str, str], ...]:
    rows = v.listeners(facts)

    def who(port: int) -> str:
        if rows is None:
            return "can't see"
        found: list[Socket] = [row for row in rows if row.port == port]
        known = {one.pid: one for one in facts.processes or ()}
        name = next((known[pid].name for row in found for pid in row.pids if pid in known), "a program")
        return f"{name} listens" if found else "nobody listens"

    return tuple(
        (str(port), text, who(port))
        for port, text in ((80, "http://"), (443, "https://"), (8080, "http-alt, a stand-in for 80"))
    )


def certificates(facts: Facts) -> Page:
    """What a client checks before it trusts a server."""
    own = facts.environment.get("SSL_CERT_FILE")
    store = own or "the store of the system, or the program's own"
    return Page(
        idea="A certificate is a TLS server's proof of who it is: it binds a name to a key that only this server has. "
        "A client checks that an authority it trusts has signed it, that the name in it is the one asked for, and "
        "that the date is right. No public authority signs localhost, so a local HTTPS server has a certificate of "
        "its own making, which clients do not trust until told to.",
        here=(
            ("CHECK", "ON " + machine(facts)),
            ("signed by somebody trusted", store),
            ("the name", "localhost, 127.0.0.1, ::1: each has to be in it"),
            ("the date", f"its clock says {facts.at:%Y-%m-%d %H:%M %z}"),
        ),
        then="Names are read from the field subjectAltName alone; an address needs an entry of the kind IP. Switching "
        "the check off (curl -k) is for looking, not for use: then anybody can be the server.",
        tries=(
            ("openssl s_client -connect localhost:443", "a certificate, if any"),
            ("porttui explain cert-hostname-mismatch", "the commonest fault"),
        ),
        sources="RFC 5280 4.1.2.5 (dates), 4.2.1.6 (names), RFC 9525",
    )


def proxies(facts: Facts) -> Page:
    """Programs that stand between."""
    named = [f"{name}={value}" for name, value in facts.environment.items() if "proxy" in name.lower() and value]
    shown = "; ".join(named[:2]) + (f" and {len(named) - 2} more" if len(named) > 2 else "")
    return Page(
        idea="A proxy connects on behalf of somebody. One in front of the client is named by variables of its "
        "environment: HTTP_PROXY, HTTPS_PROXY, and NO_PROXY for what needs none. Many obey them even for "
        "localhost, which for the proxy is another machine. One in front of a server (reverse proxy: nginx, "
        "Caddy) takes the connection and asks the real server; when that one is down, it answers 502.",
        here=(("IN THIS ENVIRONMENT", ""), ("proxy variables", shown or "none is set")),
        then="A browser has settings of its own, and a service sees the variables of its manager, not yours. NO_PROXY "
        "has no standard: write localhost,127.0.0.1,::1 in full.",
        tries=(
            ("curl --noproxy '*' http://localhost:62893", "no proxy is asked"),
            (v.by_os(facts, "env | grep -i proxy", "env | grep -i proxy", "set | findstr /i proxy"), "what is set"),
        ),
        sources="RFC 9110 3.7 (intermediaries), 15.6.3 (502), curl(1) (ENVIRONMENT)",
    )

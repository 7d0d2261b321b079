"""Facts of what was said on a connection."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from porttui.model.base import Value
from porttui.model.facts.connections import Fate


class HttpAnswer(Value, frozen=True, kw_only=True):
    """An HTTP response, shortened."""

    status: int
    reason: str = ""
    version: str = "HTTP/1.1"
    headers: tuple[tuple[str, str], ...] = ()
    """Names in lower case."""
    body: str = ""
    """The first characters of the body, printable."""
    complete: bool = True
    """The body ended as announced, or a bound of porttui was hit; False when the connection broke off before."""
    cut: Literal["bytes", "time"] | None = None
    """The bound at which porttui stopped reading the body; None when it read all that came."""
    received: int | None = None
    """Bytes of the body that came, without the framing of chunks; None when they were not counted."""
    broke: str = ""
    """What the library or the system said when the body broke off; empty when it did not."""

    def header(self, name: str) -> str | None:
        """Return the first value of a header by its lower-case name, or None."""
        return next((value for key, value in self.headers if key == name), None)


class TlsAnswer(Value, frozen=True, kw_only=True):
    """What a TLS handshake showed."""

    version: str = ""
    """"TLSv1.3"."""
    subject: str = ""
    issuer: str = ""
    names: tuple[str, ...] = ()
    not_before: dt.datetime | None = None
    not_after: dt.datetime | None = None
    trusted: bool | None = None
    """Whether the user's clients would trust it for this host; None when not verified."""
    verify_code: int = 0
    """OpenSSL's X509_V_ERR_ number, 0 when it verified."""
    verify_message: str = ""
    alert: str = ""
    """Name of the TLS alert that ended the handshake; empty when it completed."""
    wants_certificate: bool | None = None
    """Whether a handshake that failed held a request for a client certificate; None when it did not fail."""


class Exchange(Value, frozen=True, kw_only=True):
    """One exchange of application data on a connection of its own, and what came back."""

    address: str
    port: int
    role: Literal["asked", "elsewhere", "proxy", "variant", "redirect"] = "asked"
    """asked: the target; elsewhere: a listener near it; proxy: by way of a proxy; variant: the target once more, asked
    differently to see what it minds, so that this answer is none to the user's question; redirect: see `Hop`."""
    sent: Literal[
        "nothing", "http", "https", "tls", "redis", "postgresql", "postgresql-startup", "memcached", "http2", "socks"
    ]  # fmt: skip
    """What porttui said: nothing (it waited for a banner), an HTTP request, an HTTP request over TLS, a TLS
    ClientHello alone, a Redis PING, a PostgreSQL SSLRequest or StartupMessage, a memcached "version", the beginning of
    HTTP/2, the greeting of SOCKS 5."""
    preamble: str = ""
    """The line that was sent before anything else: a PROXY protocol header; empty for none."""
    outcome: Literal["answer", "closed", "reset", "silent", "refused", "error"]
    """answer: bytes came; closed: orderly end without a byte; reset: ECONNRESET; silent: nothing within the time;
    refused: the connection did not open; error: see `error`."""
    protocol: str | None = None
    """The protocol that the answer speaks: "http", "tls", "ssh", "redis", "postgresql", "mysql", "smtp", "ftp",
    "imap", "pop3", "vnc", "memcached", "http2", ...; None when not recognised."""
    host: str = ""
    """The Host header that was sent; empty when it was no HTTP."""
    data: str = ""
    """The first bytes of the answer, printable, at most 200 characters."""
    error: str = ""
    """What the library or the system said, one printable line; empty when it answered as asked. An answer in another
    protocol than `sent` has one: "[SSL: WRONG_VERSION_NUMBER] ..."."""
    http: HttpAnswer | None = None
    tls: TlsAnswer | None = None
    fate: Fate | None = None
    """Where this connection stood on the server's side while porttui waited in vain."""
    ms: float = 0.0


class Hop(Value, frozen=True, kw_only=True):
    """One redirect: where an answer sent its client, and what came of going there."""

    status: int
    """Of the answer that redirects: 301, 302, 303, 307, 308."""
    url: str
    """Where to, as an absolute URL."""
    stopped: Literal["elsewhere", "again", "bound", "time", "unreadable", "impossible"] | None = None
    """Why porttui did not go there: another machine, or a name that only a resolver would know; asked already, with
    the same cookies; five were followed; no time left; a URL that porttui cannot ask for (another scheme, too long);
    one that no client can ask for (`flaw` tells why). None: it went."""
    flaw: Literal["port", "host", ""] = ""
    """The part by which no client can ask for the URL: a port that is no number from 1 to 65535; a host that is
    missing, or has characters that no host has."""
    exchange: Exchange | None = None
    """What came of it; None when porttui did not go."""


class Proxy(Value, frozen=True, kw_only=True):
    """A proxy that the environment names for requests to the target."""

    variable: str
    """"HTTP_PROXY", "all_proxy" ..."""
    url: str
    """Without the password."""
    applies: bool
    """Whether httpx, and clients like it, would use it for the target: scheme and NO_PROXY considered."""
    no_proxy: str = ""

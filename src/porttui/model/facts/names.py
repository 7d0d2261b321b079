"""Facts of names: what the hosts file and the name servers say."""

from __future__ import annotations

from typing import Literal

from porttui.model.base import Value
from porttui.model.facts.absence import Unseen


class DnsReply(Value, frozen=True, kw_only=True):
    """What a name server answered to one question of porttui."""

    server: str
    name: str
    kind: Literal["A", "AAAA"]
    outcome: str
    """"NOERROR", "SERVFAIL", "NXDOMAIN", "REFUSED" ... (RFC 1035, 4.1.1); "timeout"; or the name of an errno."""
    ms: float = 0.0


class Resolver(Value, frozen=True, kw_only=True, tag="resolver"):
    """Whom this system asks for names, and what they answer. Read only when a look-up failed for want of an answer."""

    path: str
    """The file that names the servers (resolv.conf(5))."""
    servers: tuple[str, ...]
    """The name servers in the order of the file; () when it names none."""
    search: tuple[str, ...] = ()
    """Domains that are tried after a short name."""
    hosts: tuple[str, ...] = ()
    """The words after "hosts:" in nsswitch.conf(5): "files", "dns" ...; () when there is no such line."""
    replies: tuple[DnsReply, ...] = ()


class HostsLine(Value, frozen=True, kw_only=True):
    """One entry of the hosts file that names the host in question (hosts(5))."""

    address: str
    names: tuple[str, ...]
    line: int
    """Counted from 1."""


class Name(Value, frozen=True, kw_only=True):
    """What the name of the target leads to."""

    host: str
    literal: bool
    """The host is an address already; nothing was looked up."""
    addresses: tuple[str, ...] = ()
    """In the order in which getaddrinfo(3) gives them, each once."""
    error: str | None = None
    """Name of the getaddrinfo error, "EAI_NONAME", "EAI_AGAIN"; None when it resolved."""
    timed_out: bool = False
    """The resolver had said nothing when porttui's time was over; `error` is then "EAI_AGAIN"."""
    hosts: tuple[HostsLine, ...] | Unseen = ()
    hosts_path: str = ""
    localhost: tuple[str, ...] = ()
    """What "localhost" leads to here, whatever the target is."""
    resolver: Resolver | Unseen | None = None
    """Whom the system asked; None unless the look-up ended for want of an answer."""
    ms: float = 0.0

"""Facts: what was seen on the machine, and nothing else.

No prose, no severity, no opinion. Three kinds of absence are kept apart everywhere:

* ``None``: not looked at (yet); a later, fuller Facts may have it;
* ``()``: looked, and there is none;
* `Unseen`: could not look, with the reason and the command that would show it.

All text that came from elsewhere (process names, banners, headers ...) was made printable in observe/.
"""

from __future__ import annotations

import datetime as dt

from porttui.model.base import Value
from porttui.model.facts.absence import Counters, Os, Unseen
from porttui.model.facts.connections import Attempt, Fate, Icmp
from porttui.model.facts.firewalls import FirewallBackend
from porttui.model.facts.machine import Host, Interface, Privileges, Ssh
from porttui.model.facts.names import DnsReply, HostsLine, Name, Resolver
from porttui.model.facts.processes import Ancestor, Doing, Process
from porttui.model.facts.routes import Neighbour, Route, RouteBlock
from porttui.model.facts.servers import Access, AccessLine, Activation, FarEnd, Meanwhile, Moment, Outside
from porttui.model.facts.sockets import BindTry, Socket, Sockets
from porttui.model.facts.talk import Exchange, Hop, HttpAnswer, Proxy, TlsAnswer
from porttui.model.rules import Judged
from porttui.model.target import Asked

__all__ = [
    "Access",
    "AccessLine",
    "Activation",
    "Ancestor",
    "Attempt",
    "BindTry",
    "Counters",
    "DnsReply",
    "Doing",
    "Exchange",
    "Facts",
    "FarEnd",
    "Fate",
    "FirewallBackend",
    "Hop",
    "Host",
    "HostsLine",
    "HttpAnswer",
    "Icmp",
    "Interface",
    "Meanwhile",
    "Moment",
    "Name",
    "Neighbour",
    "Os",
    "Outside",
    "Privileges",
    "Process",
    "Proxy",
    "Resolver",
    "Route",
    "RouteBlock",
    "Socket",
    "Sockets",
    "Ssh",
    "TlsAnswer",
    "Unseen",
]


class Facts(Value, frozen=True, kw_only=True):
    """Everything that was seen. Filled step by step by `porttui.observe.observe`; None means not looked at yet."""

    at: dt.datetime
    """When the look began, with the machine's offset from UTC."""
    os: Os
    asked: Asked
    privileges: Privileges
    host: Host
    environment: dict[str, str] = {}
    """The variables that matter for a connection: the proxy variables and SSL_CERT_FILE, passwords masked."""
    interfaces: tuple[Interface, ...] | Unseen | None = None
    sysctls: dict[str, str] = {}
    """Kernel settings by their sysctl(8) name: "net.ipv4.ip_unprivileged_port_start"."""
    name: Name | None = None
    routes: tuple[Route, ...] | Unseen | None = None
    route_blocks: tuple[RouteBlock, ...] | Unseen | None = None
    """Entries of the routing policy that refuse one of the target's addresses; None unless connect(2) was refused by
    this machine before a packet left."""
    neighbours: tuple[Neighbour, ...] | Unseen | None = None
    """What is known of the next machine on the way to each address; None unless a connection to another one failed."""
    binds: tuple[BindTry, ...] | Unseen | None = None
    free_ports: tuple[int, ...] | None = None
    """Ports that a server could bind instead, on every address of the target, nearest first; None when nobody looked,
    because the port itself could be had."""
    sockets: Sockets | Unseen | None = None
    processes: tuple[Process, ...] | None = None
    far_ends: tuple[FarEnd, ...] | None = None
    """Where the programs that hold the listener hand connections on to, when no answer came; () when none of them is
    known to do that. None: not looked for."""
    outside: tuple[Outside, ...] | None = None
    """What the port does outside of this container, when nothing listens on it inside; () when there is nowhere to ask.
    None: not looked at, as always where there are no marks of a container."""
    access: Access | Unseen | None = None
    """The files of TCP wrappers, when a listener of this machine gave no answer. None: not looked at."""
    activation: Activation | None = None
    """The activator that held the target's listener before porttui connected; None when none did."""
    own: tuple[int, ...] = ()
    """porttui and its ancestors, nearest first; () when not looked at."""
    folder: str | None = None
    """The folder that porttui was started in; None when it is gone, or not looked at."""
    starting: tuple[Process, ...] | None = None
    """Young processes whose command line names the port while nothing listens on it, none of them an ancestor of
    porttui: servers, perhaps, that have not opened it yet. None: not looked for."""
    history: tuple[Moment, ...] | None = None
    """What was seen of the port over a time, oldest first; the rest of the facts is as it was at the end. None: not
    watched."""
    attempts: tuple[Attempt, ...] | None = None
    exchanges: tuple[Exchange, ...] | None = None
    redirects: tuple[Hop, ...] | None = None
    """The way on which the first HTTP answer of the target sends a client, hop by hop; () when it sends it nowhere."""
    meanwhile: Meanwhile | None = None
    """None: no connection to the target stayed without an answer, or its listener is not known."""
    proxies: tuple[Proxy, ...] | None = None
    firewall: tuple[FirewallBackend, ...] | None = None
    tracked: bool | None = None
    """Whether connection tracking sees connections from this machine to itself: where it does not, no NAT rule is in
    force. None: not looked at, or not told."""
    judged: tuple[Judged, ...] | Unseen | None = None
    """What the rules of the firewalls, NAT among them, would do with this user's connection to each address of the
    target."""
    judged_for_user: tuple[Judged, ...] | None = None
    """What they would do with the same connections of the user who became root by sudo, where a rule on the way asks
    for the user; () where none does. None: nobody did, or no rules were read."""
    led_routes: tuple[Route, ...] | Unseen | None = None
    """The ways to the places outside of this machine to which rules lead the connections asked about, or those of
    others to the port; () where they lead none outside. None: no rules were read."""
    judged_elsewhere: tuple[Judged, ...] | None = None
    """What they would do with anybody's connection to the port that comes in by an interface, for each address that an
    interface has; None unless the port refused and nothing listens on it."""
    timeout: float = 4.0
    """Seconds after which a silent connection is given up."""
    took: dict[str, float] = {}
    """Milliseconds by part: "name", "sockets", "connect", ..."""
    unseen: tuple[Unseen, ...] = ()
    """What a bound of porttui left out: addresses, processes, settings over the number that is looked at."""
    failures: tuple[Unseen, ...] = ()
    """Parts of the look that porttui itself failed at; the rest still stands."""
    failure_details: tuple[str, ...] = ()
    """Where each of `failures` came from, in lines: a traceback for porttui's makers."""
    done: bool = False
    """The look is over; what is still None will stay so."""

"""Facts of sockets: the rows of the tables, and tries to bind a port."""

from __future__ import annotations

from typing import Literal

from porttui.model.base import Value
from porttui.model.facts.absence import Unseen


class BindTry(Value, frozen=True, kw_only=True):
    """One attempt to bind(2) the port and give it back at once, without listen(2)."""

    address: str
    port: int
    reuse_address: bool
    """Whether SO_REUSEADDR was set."""
    error: str | None = None
    """Name of the errno, "EADDRINUSE", "EACCES", "EADDRNOTAVAIL"; None when the bind succeeded."""


class Socket(Value, frozen=True, kw_only=True):
    """One row of a socket table."""

    protocol: Literal["tcp", "udp", "unix"]
    state: str
    """"LISTEN", "ESTABLISHED", "TIME_WAIT", ...; "BOUND" for a TCP socket that is bound and neither listens nor
    connects; "UNCONN" for an unconnected UDP socket."""
    address: str = ""
    """Link-local IPv6 with its scope. Linux: the IPv4 side of a dual-stack socket is written as IPv4."""
    port: int = 0
    peer: str = ""
    peer_port: int = 0
    path: str = ""
    """Of a unix socket; an abstract name starts with "@"."""
    queue: int | None = None
    """LISTEN: connections that wait for accept(2). Otherwise: received bytes that nobody has read."""
    backlog: int | None = None
    """LISTEN: how many may wait (listen(2)); None where the system does not tell (/proc, psutil)."""
    send_queue: int | None = None
    """Not LISTEN: sent bytes that are not acknowledged."""
    expires: float | None = None
    """TIME_WAIT, and FIN_WAIT2 that no process holds any more: seconds until the kernel forgets it (its timer in
    sock_diag(7) and in /proc/net/tcp); None where the system does not tell."""
    received: int | None = None
    """Not LISTEN: bytes received over the whole connection (tcp_info, tcpi_bytes_received); None when not asked."""
    sent: int | None = None
    """Not LISTEN: bytes sent that the other end has acknowledged (tcp_info, tcpi_bytes_acked); None when not asked."""
    uid: int | None = None
    user: str | None = None
    inode: int | None = None
    """0: no process holds it (TIME_WAIT, or a connection not accepted yet)."""
    v6only: bool | None = None
    """IPV6_V6ONLY of a ``::`` listener (ipv6(7)); None where the system does not tell."""
    device: str | None = None
    """SO_BINDTODEVICE (socket(7))."""
    unit: str | None = None
    """systemd unit by the socket's cgroup: "nginx.service"."""
    container: str | None = None
    """Container id or name by cgroup."""
    namespace: int | None = None
    """Inode of the network namespace when it is another one than ours; None for ours. Where this user may not know it,
    minus the inode of /proc/PID/net/tcp, which is another number and as unique."""
    pids: tuple[int, ...] = ()
    """Processes that hold the socket. Read `owner_by` before blaming one."""
    owner_by: Literal["descriptor", "cgroup", "command", "elimination"] | None = None
    """How `pids` are known: the descriptor was seen (certain); they share the socket's cgroup (likely); their command
    line names the port and the user fits (likely); no other process of the socket's user, cgroup and network namespace
    could (likely). None: not known."""


class Sockets(Value, frozen=True, kw_only=True, tag="sockets"):
    """The socket tables, as far as the question needs them."""

    rows: tuple[Socket, ...]
    """All listeners, and every row whose local or peer port is the target's. Sorted by port, then address."""
    total: int
    """How many sockets the machine has in all, of the protocols read."""
    source: Literal["netlink", "proc", "psutil", "command"]
    """Where the rows come from; only netlink tells backlog, v6only, device and bound sockets."""
    unseen: tuple[Unseen, ...] = ()
    """What this reading left out: owners without root, other namespaces, rows over the bound."""
    ms: float = 0.0

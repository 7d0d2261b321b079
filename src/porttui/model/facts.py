"""Facts: what was seen on the machine, and nothing else.

No prose, no severity, no opinion. Three kinds of absence are kept apart everywhere:

* ``None``: not looked at (yet); a later, fuller Facts may have it;
* ``()``: looked, and there is none;
* `Unseen`: could not look, with the reason and the command that would show it.

All text that came from elsewhere (process names, banners, headers ...) was made printable in observe/.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from porttui.model.base import Value
from porttui.model.rules import Judged
from porttui.model.target import Asked

Os = Literal["linux", "macos", "windows", "other"]
Counters = dict[str, int]
"""Differences of kernel counters by their documented names: "Tcp.OutRsts", "TcpExt.ListenOverflows"."""


class Unseen(Value, frozen=True, kw_only=True, tag="unseen"):
    """Something that could not be looked at. Never to be read as "no"."""

    what: str
    """The thing, as a short noun phrase: "firewall rules"."""
    reason: str
    """Why not: "needs root", "ss is not installed"."""
    how_to_see: str
    """The command or place that would show it, without sudo; empty when nothing here would."""
    needs_root: bool = False
    """Whether that command takes root."""


class Privileges(Value, frozen=True, kw_only=True):
    """What the user of this run may do."""

    user: str
    uid: int | None = None
    """None on Windows."""
    root: bool = False
    """Full rights: uid 0 with all of the capabilities that porttui uses, or an elevated Windows token."""
    capabilities: tuple[str, ...] = ()
    """Effective Linux capabilities in lower case without the prefix: "net_bind_service", "net_admin", "sys_ptrace"."""
    seccomp: int | None = None
    """Mode of seccomp(2) for porttui itself: 0 none, 1 strict, 2 a filter."""
    no_new_privs: bool | None = None
    """Whether porttui may never gain rights (PR_SET_NO_NEW_PRIVS), as programs in a sandbox; Landlock asks for it."""
    label: str = ""
    """Context or profile of SELinux or AppArmor (/proc/self/attr/current); empty where there is none."""
    selinux: bool | None = None
    """Whether SELinux enforces its policy; None where it is not in use."""
    cgroup: str = ""
    """porttui's own cgroup of version 2: "/system.slice/shop.service"."""
    open_files: int | None = None
    """Descriptors that porttui had when the look began."""
    open_files_limit: int | None = None
    """Soft RLIMIT_NOFILE of porttui."""


class Ssh(Value, frozen=True, kw_only=True):
    """The SSH session that porttui runs in, from SSH_CONNECTION (ssh(1), ENVIRONMENT)."""

    client: str
    server: str
    server_port: int = 22


class Host(Value, frozen=True, kw_only=True):
    """The machine."""

    name: str
    release: str = ""
    """Kernel or system version."""
    ssh: Ssh | None = None
    tmux: bool = False
    container: str | None = None
    """What the marks of a container say: "docker", "podman", "kubernetes", "container"; None when there are none."""
    wsl: bool = False
    systemd: bool = False
    """Whether systemd is pid 1 (sd_booted(3))."""


class Interface(Value, frozen=True, kw_only=True):
    """A network interface with its addresses."""

    name: str
    up: bool
    loopback: bool = False
    addresses: tuple[str, ...] = ()
    """IPv4 and IPv6 addresses without prefix length; link-local IPv6 with its scope."""
    kind: str = ""
    """What made it, where the system tells (ip-link(8), type): "veth", "bridge", "tun"; empty for hardware."""
    networks: tuple[str, ...] = ()
    """The networks of these addresses, "10.0.0.0/8", where the system tells them."""


class Route(Value, frozen=True, kw_only=True):
    """What the kernel answers to "which way to this address?" (RTM_GETROUTE, rtnetlink(7))."""

    destination: str
    kind: str = ""
    """"local", "unicast", "blackhole", "prohibit", "unreachable", "broadcast" ...; empty when `error` is set."""
    interface: str | None = None
    source: str | None = None
    gateway: str | None = None
    error: str | None = None
    """Name of the errno that the lookup ended with, such as "ENETUNREACH"."""


class RouteBlock(Value, frozen=True, kw_only=True):
    """An entry of the routing policy that sends no packet on: a route or a rule (ip-route(8), ip-rule(8))."""

    by: Literal["route", "rule"]
    kind: str
    """"blackhole", "unreachable", "prohibit", or of routes "throw"."""
    destination: str
    """The prefix that it is for: "10.0.0.0/8", "::/0"."""
    table: str = "main"
    """Of a route: the name or number of its table."""
    priority: int | None = None
    """Of a rule: lower ones are asked first."""
    uids: tuple[int, int] | None = None
    """Of a rule: first and last user that it is for; None for all."""
    ports: tuple[int, int] | None = None
    """Of a rule: first and last port of the other side that it is for; None for all."""
    partial: bool = False
    """Of a rule: it has conditions besides these (source, mark, interface ...)."""


class Neighbour(Value, frozen=True, kw_only=True):
    """What the kernel knows of an address on a local network: an entry of its ARP or NDP table (arp(7))."""

    address: str
    interface: str
    state: str
    """"REACHABLE", "STALE", "DELAY", "PROBE", "INCOMPLETE" (asked, no answer yet), "FAILED" (asked in vain), ..."""


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
    the inode of /proc/PID/net/tcp, which is another number and as unique."""
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


class Ancestor(Value, frozen=True, kw_only=True):
    """A process on the way from pid 1 to a process."""

    pid: int
    name: str
    argv: tuple[str, ...] = ()
    """Empty when not told."""


class Process(Value, frozen=True, kw_only=True):
    """A process that holds, or seems to hold, a socket on the port. None: not told to this user."""

    pid: int
    name: str
    argv: tuple[str, ...] = ()
    user: str | None = None
    uid: int | None = None
    state: str = ""
    """Letter of proc(5): R, S, D, T (stopped), t (held by a tracer), Z, X."""
    tracer: int = 0
    """Pid of the process that traces it, 0 for none (TracerPid of proc(5))."""
    group: int | None = None
    """Its process group: in an interactive shell the pid of the first process of its job (credentials(7))."""
    session: int | None = None
    """Its session: the pid of the shell or daemon that began it (setsid(2))."""
    adopted: bool | None = None
    """The parent that started it is gone: it began no session itself, and its parent, by now init or a subreaper, is in
    another one than it (prctl(2), PR_SET_CHILD_SUBREAPER). None where that cannot be told: it began a session, or is in
    that of init."""
    forked: bool | None = None
    """It is a copy of its parent and has never executed a program itself (PF_FORKNOEXEC, flags of proc_pid_stat(5))."""
    started: dt.datetime | None = None
    cwd: str | None = None
    terminal: str | None = None
    """Controlling terminal: "pts/2"."""
    ancestors: tuple[Ancestor, ...] = ()
    """From pid 1 down to the parent."""
    unit: str | None = None
    manager: Literal["system", "user"] | None = None
    """Which systemd has the unit: the machine's, or one user's (systemctl --user)."""
    container: str | None = None
    container_name: str | None = None
    """What docker calls the container; None when it was not asked, or does not tell this user."""
    image: str | None = None
    """The image that docker was told to make it of: "nginx:1.25"."""
    image_id: str | None = None
    """The first 12 digits of that image's id."""
    restart: str | None = None
    """What the manager of its unit or container does when it ends, in the manager's word: "no", "on-failure", "always"
    (Restart= of systemd.service(5)), "unless-stopped" (docker)."""
    restarts: int | None = None
    """How often that manager has started it again (NRestarts of systemd, RestartCount of docker)."""
    main_pid: int | None = None
    """The process whose end is for the manager the end of the unit or container."""
    unit_state: str | None = None
    """ActiveState and SubState of the unit: "active (running)"."""
    cpu_percent: float | None = None
    memory: int | None = None
    """Resident set size, bytes."""
    threads: int | None = None
    open_files: int | None = None
    open_files_limit: int | None = None
    """Soft RLIMIT_NOFILE."""
    capabilities: tuple[str, ...] | None = None
    seccomp: int | None = None
    no_new_privs: bool | None = None
    exe_deleted: bool | None = None
    """Whether the file of its program was deleted, or replaced by another, since it was started; None when this user
    may not know that."""
    sockets_given: int | None = None
    """How many listening sockets an activator gave it, by its own environment (LISTEN_FDS of sd_listen_fds(3)); 0 for
    none, None when this user may not read that."""


class Outside(Value, frozen=True, kw_only=True):
    """A connection to the target's port outside of the container that porttui runs in, on the same machine."""

    name: str
    """"the default gateway", or the name that the hosts file has for it: "host.docker.internal"."""
    address: str
    interface: str
    """The container's own interface by which it is reached; a virtual one."""
    outcome: str
    """As in Attempt."""
    ms: float = 0.0


class AccessLine(Value, frozen=True, kw_only=True):
    """One line of the files of TCP wrappers (hosts_access(5))."""

    path: str
    line: int
    """Counted from 1, where it begins."""
    text: str


class Access(Value, frozen=True, kw_only=True, tag="access"):
    """What TCP wrappers say, and which holders of the listener ask them."""

    lines: tuple[AccessLine, ...]
    """Of /etc/hosts.allow, then of /etc/hosts.deny, without comments; at most 200 of each."""
    linked: tuple[int, ...] = ()
    """Holders whose program is linked with libwrap; whether it asks may depend on its own settings."""


class FarEnd(Value, frozen=True, kw_only=True):
    """Where a program that only hands connections on sends them, and what is there, as far as that takes no login."""

    pid: int
    """The program that holds the listener."""
    host: str = ""
    """As its command line has it; empty when not told."""
    port: int | None = None
    place: Literal["here", "namespace", "elsewhere"]
    """here: an address of this machine; namespace: one of another network namespace of this machine (a container);
    elsewhere: on another machine, or not to be told."""
    namespace: int | None = None
    """As in Socket."""
    container: str | None = None
    """The container, by the cgroup of a process in that namespace."""
    listeners: tuple[Socket, ...] = ()
    """TCP listeners on `port` in that place, at whatever address; () also for elsewhere."""
    others: tuple[Socket, ...] = ()
    """TCP listeners on other ports in that namespace, at most 20; () for the other places."""


class Activation(Value, frozen=True, kw_only=True):
    """A listener that an activator holds until the first client comes: systemd, or systemd-socket-activate."""

    listener: Socket
    """As it was before porttui connected."""
    process: Process | None = None
    """The activator, as it was before porttui connected; None when only the unit of the socket is known."""
    looked_after: bool = False
    """Whether the rest was looked at, after the connections."""
    after: tuple[Socket, ...] = ()
    """The listeners on the port then."""
    processes: tuple[Process, ...] = ()
    """Who held them then, and what the activator's own pid was then: systemd-socket-activate becomes its service."""
    units: dict[str, str] = {}
    """What systemd said of the socket's unit and of the service that it starts: properties of systemctl(1) by
    "UNIT.PROPERTY"; empty when it was not asked, or did not answer."""


class Doing(Value, frozen=True, kw_only=True):
    """What a process did for a tenth of a second. None: not told, or not measured."""

    pid: int
    state: str = ""
    """As in `Process.state`, at the end of that time."""
    cpu_percent: float | None = None
    """Of one processor, all of its threads together."""
    busy: float | None = None
    """The share of that time, 0 to 1, for which its first thread ran or waited for a processor to run on."""
    busiest: float | None = None
    """The same of the thread with the highest share."""
    open_files: int | None = None
    open_files_limit: int | None = None
    """Soft RLIMIT_NOFILE."""
    open_files_most: int | None = None
    """Hard RLIMIT_NOFILE, up to which the process and its user may raise the soft one."""
    waits: tuple[str, ...] | None = None
    """The functions of the kernel that its first thread is in, the innermost first; () when it runs. Root is told."""


class Meanwhile(Value, frozen=True, kw_only=True):
    """A second look at the server, right after a connection of porttui's own had brought no answer."""

    doing: tuple[Doing, ...] = ()
    """The processes that hold the listener."""
    taken: int | None = None
    """How many of the connections that waited to be accepted at first (porttui's own first ones and others, eight at
    most) no longer wait. None: none was there to be followed."""
    over: int | None = None
    """How many of the connections that were accepted before porttui connected (eight at most) are over."""
    queue: int | None = None
    """How many connections wait at the listener now."""
    moved: Counters = {}
    """What the kernel's counters moved by since the first word was to be said."""


class Moment(Value, frozen=True, kw_only=True):
    """What the socket tables showed of the target's port for a while: equal readings in a row are one moment."""

    at: dt.datetime
    """The first reading that showed this."""
    until: dt.datetime
    """The last one."""
    looks: int = 1
    """How many readings showed it."""
    listeners: tuple[Socket, ...] = ()
    """Every TCP listener on the port in this network namespace."""
    processes: tuple[Process, ...] = ()
    """Their owners, as they were then; some may be gone by now."""
    outcome: str | None = None
    """How a connection ended that was tried then, as in `Attempt.outcome`; None when none was."""


class Icmp(Value, frozen=True, kw_only=True):
    """An ICMP or ICMPv6 error that answered a connection attempt, from the socket's error queue (ip(7), IP_RECVERR)."""

    version: Literal[4, 6]
    type: int
    code: int
    sender: str
    """The address that sent it; empty when not told."""


class Fate(Value, frozen=True, kw_only=True):
    """What became of our own connection on the server's side: the reverse row in the socket table."""

    row: Literal["missing", "waiting", "accepted", "unknown"]
    """missing: no such row here (translated, or another namespace); waiting: the kernel opened it and no program has
    accepted it (inode 0); accepted: a program has it; unknown: the table could not be read."""
    closed: bool = False
    """The server's program took the connection and has closed its end of it."""
    unread: int | None = None
    """Bytes of ours that the server's program has not read yet."""
    received: int | None = None
    """Bytes of ours that have arrived at all, read or not; None when the system does not count."""
    unsent: int | None = None
    """Bytes of the server's answer that have not arrived at our end."""
    to_address: str = ""
    """Where the connection was led when it was translated (NAT): the local end of its row, or what connection tracking
    says; empty when it was not, or when that is not known."""
    to_port: int = 0
    source: str = ""
    """The client's address as the server's side has it, where connection tracking told it."""


class Attempt(Value, frozen=True, kw_only=True):
    """TCP connection attempts to one address."""

    address: str
    port: int
    role: Literal["asked", "elsewhere", "sidestep"] = "asked"
    """asked: an address of the target; elsewhere: a listener near it that was tried so that it can be recommended;
    sidestep: an address of the target once more, from another address of this machine, to see what stops the asked."""
    outcome: str
    """"open", "timeout", or the name of the errno: "ECONNREFUSED", "EHOSTUNREACH" ..."""
    immediate: bool = False
    """connect(2) itself returned the error, before any packet."""
    ms: float = 0.0
    tries: int = 1
    """How many connections were begun; more than one when the counters had to be told from other traffic."""
    icmp: Icmp | None = None
    burst: Counters = {}
    """What the counters moved by in the few milliseconds around `tries` first packets."""
    whole: Counters = {}
    """What they moved by until the outcome."""
    transmits_counted: bool = False
    """Whether this kernel has the counter OutTransmits at all (Linux 6.6)."""
    devices_counted: bool = False
    """Whether the packets that interfaces sent were counted: Dev.Loopback, and Dev.Outside for all others together."""
    source: str = ""
    source_port: int = 0
    peer: str = ""
    """The address at the other end, when it opened; connecting to 0.0.0.0 or :: reaches a loopback address."""
    self_connected: bool = False
    """The socket is connected to itself (RFC 9293, 3.5, simultaneous open)."""
    fate: Fate | None = None
    """Read before the connection was given up, on systems that can tell it without a program; a silent one has one
    only where connection tracking told it."""


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
    sent: Literal["nothing", "http", "https", "tls", "redis", "postgresql", "postgresql-startup", "memcached", "http2"]
    """What porttui said: nothing (it waited for a banner), an HTTP request, an HTTP request over TLS, a TLS
    ClientHello alone, a Redis PING, a PostgreSQL SSLRequest or StartupMessage, a memcached "version", the beginning of
    HTTP/2."""
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
    stopped: Literal["elsewhere", "again", "bound", "time", "unreadable"] | None = None
    """Why porttui did not go there: another machine, or a name that only a resolver would know; asked already, with
    the same cookies; five were followed; no time left; no URL that can be asked for. None: it went."""
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


class FirewallBackend(Value, frozen=True, kw_only=True):
    """One program or kernel interface that may hold firewall rules."""

    name: str
    """"nftables", "iptables", "iptables-legacy", "ufw", "firewalld", "pf", "windows-firewall"."""
    installed: bool
    rules: int | None = None
    """How many rules it has; None when they could not be read."""
    active: bool | None = None
    """What its own settings say (ufw.conf ENABLED=); None when they say nothing."""
    default_input: str | None = None
    """What its own settings do with a packet that no rule names: "DROP" (ufw's DEFAULT_INPUT_POLICY)."""
    unseen: Unseen | None = None


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

"""One world for each fault: the least that shows it. A new fault gets its line here."""

from __future__ import annotations

import datetime as dt
from typing import Any

from msgspec.structs import replace

from porttui.model import facts as f
from porttui.model.target import Question
from tests import worlds as w

LAN = "192.168.4.20"
WEB = (w.listener(),)


def _open(*exchanges: f.Exchange, scheme: str | None = "http", state: str = "S") -> f.Facts:
    return w.world(
        scheme=scheme,
        sockets=w.sockets(*WEB),
        processes=(w.node(state=state),),
        attempts=(w.opened(),),
        exchanges=exchanges,
        binds=_binds("127.0.0.1", 8080, "EADDRINUSE"),
    )


def _shut(*rows: f.Socket, host: str = "127.0.0.1", port: int = 8080, scheme: str | None = None) -> f.Facts:
    return w.world(
        host, port, scheme=scheme, sockets=w.sockets(*rows), processes=(w.node(),), attempts=(w.refused(host, port),)
    )


def _silent(row: f.Socket, **counters: int) -> f.Facts:
    return w.world(sockets=w.sockets(row), processes=(w.node(),), attempts=(w.silent("127.0.0.1", 8080, **counters),))


def _binds(address: str, port: int, error: str) -> tuple[f.BindTry, ...]:
    return tuple(f.BindTry(address=address, port=port, reuse_address=reuse, error=error) for reuse in (False, True))


def _bind(host: str, port: int, error: str, *rows: f.Socket, root: bool = False) -> f.Facts:
    return w.world(
        host, port, question=Question.BIND, root=root, binds=_binds(host, port, error), sockets=w.sockets(*rows),
        processes=(w.node(),),
    )  # fmt: skip


def _tls(alert: str = "", **fields: Any) -> f.Facts:
    """Return an HTTPS target whose handshake the client refuses, or the server with an alert."""
    known = {"subject": "CN=127.0.0.1", "issuer": "CN=Some CA", "names": ("127.0.0.1",), "trusted": False}
    answer = f.TlsAnswer(**{**known, "alert": alert, **fields})
    if alert:
        return _open(w.said("https", "error", protocol="tls", tls=answer), scheme="https")
    return _open(replace(w.http(200, "https"), tls=answer), scheme="https")


def _windows(facts: f.Facts) -> f.Facts:
    tries = facts.binds if isinstance(facts.binds, tuple) else ()
    host = replace(facts.host, release="10.0.22631", systemd=False)
    plain = tuple(each for each in tries if not each.reuse_address)
    return replace(facts, os="windows", host=host, binds=plain, sysctls={})


def _macos(facts: f.Facts) -> f.Facts:
    return replace(facts, os="macos", host=replace(facts.host, release="15.1", systemd=False), sysctls={}, firewall=())


def _nameless(host: str, error: str, *outcomes: str) -> f.Facts:
    """Return a name that leads nowhere; `outcomes` are those of the name servers that were asked again."""
    servers = tuple(f"192.168.4.{number}" for number, _ in enumerate(outcomes, 1))
    replies = tuple(
        f.DnsReply(server=server, name=host, kind=kind, outcome=outcome, ms=1.0)
        for server, outcome in zip(servers, outcomes, strict=True)
        for kind in ("A", "AAAA")
    )
    resolver = f.Resolver(path="/etc/resolv.conf", servers=servers, replies=replies) if outcomes else None
    name = f.Name(host=host, literal=False, error=error, hosts_path="/etc/hosts", resolver=resolver)
    return w.world(host, name=name, routes=(), binds=(), attempts=())


def _connection(port: int, peer_port: int, state: str = "ESTABLISHED", **fields: Any) -> f.Socket:
    given = {"queue": 0, "backlog": None, "peer": "127.0.0.1", "peer_port": peer_port, **fields}
    return replace(w.listener(port=port), state=state, **given)


def _left(state: str, **fields: Any) -> tuple[f.Socket, ...]:
    """Return two connections that came in at port 8080."""
    return tuple(_connection(8080, peer, state, **fields) for peer in (40112, 40114))


def _forwarded(argv: str, end: f.FarEnd) -> f.Facts:
    words = tuple(argv.split())
    facts = _open(w.said(outcome="closed"), w.said("nothing", "closed"))
    return replace(facts, processes=(w.node(name=words[0], argv=words),), far_ends=(end,))


def _activated(outcome: Any, *after: f.Socket, fate: f.Fate | None = None) -> f.Facts:
    words = ("systemd-socket-activate", "-l", "8080", "/usr/bin/app")
    activator = w.node(name=words[0], argv=words)
    held = f.Activation(
        listener=WEB[0], process=activator, looked_after=True, after=after, processes=(w.node(name="app"),)
    )
    return replace(_open(w.said(outcome=outcome, fate=fate)), processes=(activator,), activation=held)


_DOCKER = "docker-proxy -proto tcp -host-ip 127.0.0.1 -host-port 8080 -container-ip 172.17.0.2 -container-port 80"
_INSIDE = f.FarEnd(pid=4121, host="172.17.0.2", port=80, place="namespace", namespace=4026532999)


def _stuck(
    *what: f.Exchange | f.Socket, taken: int = 0, queue: int = 1, moved: f.Counters | None = None, **doing: Any
) -> f.Facts:
    """Return an HTTP target that gives no answer, with the connections that its server has taken before."""
    did = f.Doing(**{"pid": 4121, "state": "S", "cpu_percent": 0.0, "busy": 0.0, "busiest": 0.0, "open_files": 12,
                     "open_files_limit": 64, **doing})  # fmt: skip
    rows = [each for each in what if isinstance(each, f.Socket)]
    return replace(
        _open(*(each for each in what if isinstance(each, f.Exchange))),
        sockets=w.sockets(w.listener(backlog=1), *rows),
        processes=(w.node(threads=1),),
        meanwhile=f.Meanwhile(doing=(did,), taken=taken, queue=queue, moved=moved or {}),
    )


def _taken(**fields: int) -> f.Socket:
    row = w.listener(pids=(4121,), inode=90)
    return replace(row, state="ESTABLISHED", peer="127.0.0.1", peer_port=50112, backlog=None, **fields)


_WAITS = w.said(outcome="silent", fate=f.Fate(row="waiting", unread=78), ms=3000.0)
_UDP = f.Socket(protocol="udp", state="UNCONN", address="0.0.0.0", port=8080, pids=(4121,), owner_by="descriptor")
_BOUND = replace(w.listener(), state="BOUND", queue=None, backlog=None)
_UNIX = f.Socket(protocol="unix", state="LISTEN", path="/run/postgresql/.s.PGSQL.8080", user="postgres")
_PLAIN = w.said("https", role="redirect", protocol="http", error="[SSL: WRONG_VERSION_NUMBER] wrong version number")
_CUT = w.said(
    protocol="http",
    http=f.HttpAnswer(
        status=200, headers=(("content-length", "5000"),), complete=False, received=1200,
        broke="peer closed connection without sending complete message body",
    ),
)  # fmt: skip
_AIRPLAY = w.node(
    name="ControlCenter", argv=("/System/Library/CoreServices/ControlCenter.app/Contents/MacOS/ControlCenter",)
)
_NAS = "192.168.4.30"
_GATEWAY = "172.28.16.1"
_ICMP = f.Icmp(version=4, type=3, code=3, sender="127.0.0.1")


CANNOT_OPEN = f.Unseen(what="socket tables", reason="netlink: EMFILE", how_to_see="")


def _client(port: int) -> f.Socket:
    return f.Socket(
        protocol="tcp", state="ESTABLISHED", address="127.0.0.1", port=port, peer="127.0.0.1", peer_port=8080,
        pids=(9,), owner_by="descriptor", inode=port,
    )  # fmt: skip


def _unreached(address: str, outcome: str, route: f.Route, **fields: Any) -> f.Facts:
    """Return an address that connect(2) refused at once; nothing listens anywhere."""
    attempt = f.Attempt(address=address, port=8080, outcome=outcome, immediate=True, ms=0.1)
    return w.world(address, binds=(), attempts=(attempt,), **{"routes": (route,), "route_blocks": (), **fields})


def _waited(address: str) -> f.Facts:
    icmp = f.Icmp(version=4, type=3, code=1, sender=LAN)
    attempt = f.Attempt(address=address, port=8080, outcome="EHOSTUNREACH", ms=3050, icmp=icmp, source=LAN)
    return w.world(
        address,
        binds=(),
        attempts=(attempt,),
        routes=(f.Route(destination=address, kind="unicast", interface="eth0", source=LAN),),
        neighbours=(f.Neighbour(address=address, interface="eth0", state="FAILED"),),
    )


_ETH0 = f.Interface(name="eth0", up=True, addresses=(LAN,))


def _moment(second: int, *pids: int) -> f.Moment:
    at = w.AT + dt.timedelta(seconds=second)
    rows = tuple(w.listener(inode=pid * 10, pids=(pid,)) for pid in pids)
    processes = tuple(w.node(pid, started=w.AT - dt.timedelta(seconds=1)) for pid in pids)
    outcome = "open" if pids else "ECONNREFUSED"
    return f.Moment(at=at, until=at, listeners=rows, processes=processes, outcome=outcome)


ONLY_ON: dict[str, tuple[f.Os, ...]] = {
    "privileged-port": ("linux", "macos"),
    "macos-airplay": ("macos",),
    "macos-local-network-privacy": ("macos",),
    "windows-excluded-range": ("windows",),
    "windows-http-sys": ("windows",),
    "wsl2-localhost": ("linux",),
}
"""Faults that not every system has."""


BY_CODE: dict[str, f.Facts] = {
    "healthy": _open(w.http(200)),
    "undetermined": _open(w.said(outcome="closed"), scheme=None),
    "port-taken": _bind("127.0.0.1", 8080, "EADDRINUSE", w.listener("0.0.0.0")),
    "orphan-child-holds-port": replace(
        _bind("127.0.0.1", 8080, "EADDRINUSE", w.listener()),
        processes=(w.node(name="sleep", argv=("sleep", "600"), adopted=True, forked=False),),
    ),
    "time-wait": _bind("127.0.0.1", 8080, "EADDRINUSE", *_left("TIME_WAIT", expires=41.2, inode=0, pids=())),
    "leftover-connection": _bind("127.0.0.1", 8080, "EADDRINUSE", *_left("ESTABLISHED")),
    "ephemeral-collision": _bind(
        "127.0.0.1", 50051, "EADDRINUSE",
        w.listener(port=5432), _connection(50051, 5432), _connection(5432, 50051),
    ),
    "reuseport-shared": replace(
        _open(w.http(200)),
        sockets=w.sockets(w.listener(), w.listener(inode=89, pids=(4122,))),
        processes=(w.node(), w.node(4122, argv=("node", "old.js"))),
    ),
    "shadowed-listener": replace(
        _open(w.http(200)),
        sockets=w.sockets(w.listener(), w.listener("::1", inode=89, pids=(4122,))),
        processes=(w.node(), w.node(4122, name="python3", argv=("python3", "-m", "http.server"))),
    ),
    "privileged-port": _bind("0.0.0.0", 80, "EACCES"),
    "addr-not-available": replace(_bind("10.9.9.9", 8080, "EADDRNOTAVAIL"), routes=()),
    "windows-excluded-range": replace(
        _windows(_bind("127.0.0.1", 8080, "EACCES")),
        sysctls={"netsh.ipv4.excludedportrange.tcp": "5357-5357* 8000-8090"},
    ),
    "windows-http-sys": replace(
        _windows(_bind("0.0.0.0", 80, "EACCES", w.listener("::", port=80, pids=(4,)))),
        processes=(w.node(pid=4, name="System", argv=()),),
    ),
    "macos-airplay": replace(
        _macos(_bind("127.0.0.1", 5000, "EADDRINUSE", w.listener("::", port=5000))), processes=(_AIRPLAY,)
    ),
    "macos-local-network-privacy": _macos(
        w.world(
            _NAS,
            root=False,
            routes=(f.Route(destination=_NAS, kind="unicast", interface="en0"),),
            attempts=(replace(w.refused(_NAS), outcome="EHOSTUNREACH", ms=0.4, burst={}),),
        )
    ),
    "wsl2-localhost": replace(
        w.world(host="127.0.0.1", attempts=(w.refused(), replace(w.opened(_GATEWAY), role="elsewhere"))),
        host=f.Host(name="devbox", release="5.15.167.4-microsoft-standard-WSL2", wsl=True, systemd=True),
    ),
    "bind-hostname-elsewhere": replace(
        _bind("10.9.9.9", 8080, "EADDRNOTAVAIL"),
        asked=w.world("app.test", question=Question.BIND).asked,
        name=f.Name(host="app.test", literal=False, addresses=("10.9.9.9",), localhost=("::1", "127.0.0.1")),
        routes=(),
    ),
    "hosts-localhost-missing": _nameless("localhost", "EAI_AGAIN"),
    "hosts-localhost-elsewhere": w.world(
        "localhost",
        name=f.Name(host="localhost", literal=False, addresses=("10.9.9.9",), localhost=("10.9.9.9",)),
        routes=(),
        attempts=(replace(w.refused("10.9.9.9"), outcome="ENETUNREACH"),),
    ),
    "subdomain-localhost": _nameless("shop.localhost", "EAI_NONAME"),
    "dns-nxdomain": _nameless("nosuch", "EAI_NONAME"),
    "nothing-listening": _shut(),
    "server-starting": replace(_open(w.http(200)), history=(_moment(0), _moment(2, 4121))),
    "crash-loop": replace(_shut(), history=(_moment(0, 7), _moment(1), _moment(2, 8), _moment(3))),
    "listener-other-address": _shut(w.listener("127.0.0.2")),
    "listener-loopback-only": _shut(w.listener("127.0.0.1"), host=LAN),
    "stale-address-listener": _shut(w.listener("10.9.9.9")),
    "ipv6-only-listener": _shut(w.listener("::1")),
    "ipv4-only-listener": _shut(w.listener("0.0.0.0"), host="::1"),
    "v6only-wildcard": _shut(w.listener("::", v6only=True)),
    "device-bound-listener": _shut(w.listener("0.0.0.0", device="eth0")),
    "wrong-port": _shut(w.listener(port=8081)),
    "bound-not-listening": _shut(_BOUND),
    "udp-only": _shut(_UDP),
    "unix-socket-only": _shut(_UNIX),
    "other-netns": _shut(replace(w.listener("0.0.0.0"), namespace=4026532999, container="0f3c9a7b1d2e")),
    "localhost-inside-container": replace(
        _shut(port=5432),
        host=f.Host(name="web", container="docker"),
        outside=(f.Outside(name="the default gateway", address="172.17.0.1", interface="eth0", outcome="open"),),
    ),
    "backlog-full": _silent(
        w.listener(queue=2, backlog=1), Ip_InReceives=4, Ip_InDelivers=4, TcpExt_ListenOverflows=4
    ),
    "backlog-abort": replace(
        _stuck(w.said(outcome="reset"), queue=2, moved={"TcpExt.ListenOverflows": 1}),
        sysctls={"net.ipv4.tcp_abort_on_overflow": "1"},
    ),
    "hung-event-loop": _stuck(_WAITS, _taken(received=78, queue=0, sent=0), waits=("hrtimer_nanosleep",)),
    "busy-loop": _stuck(_WAITS, state="R", cpu_percent=99.0, busy=0.99, busiest=0.99, waits=()),
    "single-thread-blocked": _stuck(_WAITS, _taken(received=0, queue=0, sent=0), waits=("wait_woken", "tcp_recvmsg")),
    "emfile-queue": _stuck(_WAITS, open_files=64),
    "emfile-close": _stuck(w.said(outcome="closed"), open_files=64),
    "handler-hangs": _stuck(
        w.said(outcome="silent", fate=f.Fate(row="accepted", unread=0), ms=3000.0), w.said("tls", protocol="http")
    ),
    "max-connections": _open(
        w.said("redis", protocol="redis", data="-ERR max number of clients reached\\r\\n"), scheme="redis"
    ),
    "accept-then-close": _stuck(w.said(outcome="closed")),
    "sigstopped": _open(w.said(outcome="silent"), state="T"),
    "proxy-env": replace(
        _open(w.http(200), w.said(outcome="refused", role="proxy", port=1)),
        proxies=(f.Proxy(variable="http_proxy", url="http://127.0.0.1:1", applies=True),),
    ),
    "container-loopback-bind": _forwarded(_DOCKER, replace(_INSIDE, listeners=(w.listener("127.0.0.1", 80),))),
    "published-wrong-container-port": _forwarded(_DOCKER, replace(_INSIDE, others=(w.listener("0.0.0.0", 3000),))),
    "ssh-forward-dead": _forwarded(
        "ssh -N -L 8080:127.0.0.1:9999 localhost", f.FarEnd(pid=4121, host="127.0.0.1", port=9999, place="here")
    ),
    "socket-activation-failing": _activated("reset"),
    "socket-activation-held": _activated("silent", *WEB, fate=f.Fate(row="waiting", unread=18)),
    "tcp-wrappers": replace(
        _open(w.said("nothing", "closed"), scheme=None),
        processes=(w.node(name="sshd"),),
        access=f.Access(lines=(f.AccessLine(path="/etc/hosts.deny", line=1, text="ALL: ALL"),), linked=(4121,)),
    ),
    "cert-self-signed": _tls(verify_code=18, issuer="CN=127.0.0.1"),
    "cert-expired": _tls(verify_code=10, not_after=w.AT - dt.timedelta(days=1)),
    "cert-hostname-mismatch": _tls(verify_code=62, names=("www.example.com",)),
    "mtls-required": _tls(alert="certificate_required", subject=""),
    "tls-version": _tls(alert="protocol_version", subject=""),
    "plain-http-to-tls": _open(w.said(outcome="closed"), w.said("tls", protocol="tls", tls=f.TlsAnswer())),
    "tls-to-plain": _open(w.said("https", protocol="http", error="WRONG_VERSION_NUMBER"), w.http(200), scheme="https"),
    "not-http": _open(w.said(outcome="closed"), w.said("redis", protocol="redis", data="+PONG\\r\\n")),
    "http2-only": _open(w.said(protocol="http2", data="\\x00\\x00\\x00\\x04", error="illegal request line")),
    "proxy-protocol-expected": _open(
        w.said(outcome="closed"), replace(w.http(200), role="variant", preamble="PROXY TCP4 127.0.0.1 ...")
    ),
    "host-not-allowed": _open(
        replace(w.http(403, body='Blocked request. This host ("shop.test") is not allowed.'), host="shop.test:8080"),
        replace(w.http(200), role="variant", host="localhost:8080"),
    ),
    "redirect-loop": replace(
        _open(w.http(302, location="/")), redirects=(f.Hop(status=302, url="http://127.0.0.1:8080/", stopped="again"),)
    ),
    "redirect-elsewhere": replace(
        _open(w.http(301, location="https://127.0.0.1:8080/")),
        redirects=(f.Hop(status=301, url="https://127.0.0.1:8080/", exchange=_PLAIN),),
    ),
    "truncated-response": _open(_CUT),
    "http-client-error": _open(w.http(404)),
    "http-server-error": _open(w.http(500)),
    "upstream-dead-502": _open(w.http(502, server="nginx")),
    "connect-denied-policy": w.world(
        privileges=f.Privileges(user="dev", uid=1000, seccomp=2, no_new_privs=True),
        attempts=(f.Attempt(address="127.0.0.1", port=8080, outcome="EPERM", immediate=True),),
    ),
    "bind-denied-policy": replace(
        _bind("127.0.0.1", 8080, "EPERM"), privileges=f.Privileges(user="dev", uid=1000, cgroup="/shop.service")
    ),
    "client-emfile": w.world(
        privileges=f.Privileges(user="dev", uid=1000, open_files=5, open_files_limit=5),
        sockets=CANNOT_OPEN,
        attempts=(f.Attempt(address="127.0.0.1", port=8080, outcome="EMFILE", immediate=True),),
    ),
    "ephemeral-exhaustion": w.world(
        sysctls={"net.ipv4.ip_local_port_range": "40000 40003"},
        sockets=w.sockets(*WEB, *(_client(port) for port in range(40000, 40004))),
        processes=(w.node(), w.node(9, name="ab", argv=("ab", "-n", "100000", "http://127.0.0.1:8080/"))),
        attempts=(f.Attempt(address="127.0.0.1", port=8080, outcome="EADDRNOTAVAIL", immediate=True),),
    ),
    "self-connect": w.world(
        sysctls={"net.ipv4.ip_local_port_range": "8000 9000"},
        attempts=(
            w.opened(source="127.0.0.1", source_port=8080, peer="127.0.0.1", self_connected=True),
        ),
    ),
    "nat-redirect-elsewhere": replace(
        _open(w.http(200)),
        sockets=w.sockets(*WEB, w.listener(port=9091, pids=(5,), inode=5)),
        attempts=(w.opened(peer="127.0.0.1", fate=f.Fate(row="missing", to_address="127.0.0.1", to_port=9091)),),
    ),
    "nat-redirect-dead": w.world(sockets=w.sockets(*WEB), processes=(w.node(),), judged=(w.redirect(8080, 9091),)),
    "nat-prerouting-only": w.world(
        sockets=w.sockets(w.listener(port=9091)),
        processes=(w.node(),),
        judged=(w.judged("accept", None),),
        judged_elsewhere=(w.redirect(8080, 9091, "192.168.4.20", address="192.168.4.20"),),
    ),
    "dnat-loopback-martian": replace(
        _silent(w.listener(port=9), Ip_OutRequests=4, TcpExt_TCPRetransFail=2),
        judged=(w.redirect(8080, 80, "172.17.0.2"),),
    ),
    "fw-reject-reset": w.world(
        sockets=w.sockets(*WEB), processes=(w.node(),), attempts=(w.refused(by_kernel=False),)
    ),
    "fw-reject-icmp": w.world(
        sockets=w.sockets(*WEB), processes=(w.node(),), attempts=(replace(w.refused(), icmp=_ICMP, tries=1),)
    ),
    "fw-drop-input": _silent(w.listener(), Ip_OutRequests=4, Ip_InReceives=4),
    "fw-drop-output": _silent(w.listener(), Ip_OutRequests=4, TcpExt_TCPRetransFail=2),
    "ipv6-disabled": _unreached(
        "::1",
        "EADDRNOTAVAIL",
        f.Route(destination="::1", error="ENETUNREACH"),
        interfaces=(f.Interface(name="lo", up=True, loopback=True, addresses=("127.0.0.1",)), _ETH0),
        sysctls={"net.ipv6.conf.lo.disable_ipv6": "1", "net.ipv6.conf.all.disable_ipv6": "1"},
    ),
    "loopback-address-missing": _unreached(
        "127.0.0.1",
        "ENETUNREACH",
        f.Route(destination="127.0.0.1", error="ENETUNREACH"),
        interfaces=(f.Interface(name="lo", up=True, loopback=True, addresses=("::1",)), _ETH0),
    ),
    "lo-down": _unreached(
        "127.0.0.1",
        "ENETUNREACH",
        f.Route(destination="127.0.0.1", error="ENETUNREACH"),
        interfaces=(f.Interface(name="lo", up=False, loopback=True), _ETH0),
    ),
    "route-missing": _unreached("10.9.9.9", "ENETUNREACH", f.Route(destination="10.9.9.9", error="ENETUNREACH")),
    "route-blocked": _unreached(
        "10.9.9.9",
        "EACCES",
        f.Route(destination="10.9.9.9", error="EACCES"),
        route_blocks=(f.RouteBlock(by="route", kind="prohibit", destination="10.0.0.0/8"),),
    ),
    "host-down": _waited("192.168.4.77"),
    "conntrack-full": replace(
        _silent(w.listener(), Ip_OutRequests=4, Conntrack_Drop=4, TcpExt_TCPRetransFail=1),
        sysctls={"net.netfilter.nf_conntrack_count": "65536", "net.netfilter.nf_conntrack_max": "65536"},
    ),
    "dns-servfail": _nameless("db.example", "EAI_AGAIN", "SERVFAIL", "timeout"),
    "dns-resolver-dead": _nameless("db.example", "EAI_AGAIN", "ECONNREFUSED"),
}  # fmt: skip

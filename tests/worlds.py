"""Worlds: typed builders of Facts, for everything between the look and the screen.

`world()` is a quiet Linux machine on which nothing listens and every connection is refused by the kernel itself. The
other builders change one thing of it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from msgspec.structs import replace

from porttui.model import facts as f
from porttui.model.address import family
from porttui.model.rules import HookPassed, Judged, Rule, RuleStop
from porttui.model.target import Asked, Question, Target

AT = dt.datetime(2025, 11, 22, 14, 2, 11, tzinfo=dt.timezone(dt.timedelta(hours=1)))
NEED_ROOT = f.Unseen(
    what="firewall rules (nftables)", reason="needs root", how_to_see="nft list ruleset", needs_root=True
)


def world(
    host: str = "127.0.0.1",
    port: int = 8080,
    *,
    scheme: str | None = None,
    question: Question = Question.CONNECT,
    root: bool = True,
    os: f.Os = "linux",
    **fields: Any,
) -> f.Facts:
    """Return the facts of a finished look at a machine on which nothing listens.

    Args:
        host: an address of the machine, or another one.
        port: the target's.
        scheme: the target's.
        question: what is asked.
        root: who looks.
        os: the operating system.
        fields: other fields of Facts, to replace the builder's.
    """
    target = Target(input=f"{host}:{port}", host=host, port=port, scheme=scheme)
    connect = question is Question.CONNECT
    made = f.Facts(
        at=AT,
        os=os,
        asked=Asked(target=target, question=question),
        privileges=f.Privileges(user="root" if root else "dev", uid=0 if root else 1000, root=root),
        host=f.Host(name="devbox", systemd=os == "linux"),
        interfaces=(
            f.Interface(name="lo", up=True, loopback=True, addresses=("127.0.0.1", "::1")),
            f.Interface(name="eth0", up=True, addresses=("192.168.4.20", "fd00:4::20")),
        ),
        sysctls={"net.ipv4.ip_unprivileged_port_start": "1024"},
        name=f.Name(host=host, literal=True, addresses=(host,), localhost=("::1", "127.0.0.1")),
        routes=(f.Route(destination=host, kind="local", interface="lo"),),
        binds=tuple(f.BindTry(address=host, port=port, reuse_address=reuse) for reuse in (False, True)),
        sockets=f.Sockets(rows=(), total=41, source="netlink"),
        processes=(),
        attempts=(refused(host, port),) if connect else None,
        exchanges=() if connect else None,
        proxies=(),
        firewall=(
            f.FirewallBackend(name="nftables", installed=True, rules=0)
            if root
            else f.FirewallBackend(name="nftables", installed=True, unseen=NEED_ROOT),
        ),
        done=True,
    )
    return replace(made, **fields)


def refused(address: str = "127.0.0.1", port: int = 8080, *, by_kernel: bool = True) -> f.Attempt:
    """Return a refusal: by the kernel itself, or by something that only looks like it."""
    prefix = "Ip6" if family(address) == 6 else "Ip"
    resets = {"Tcp.OutRsts": 5} if by_kernel else {f"{prefix}.InReceives": 10, f"{prefix}.InDelivers": 5}
    return f.Attempt(
        address=address, port=port, outcome="ECONNREFUSED", ms=0.1, tries=5, burst={"Tcp.AttemptFails": 5, **resets}
    )


def opened(address: str = "127.0.0.1", port: int = 8080, **fields: Any) -> f.Attempt:
    """Return a connection that opened."""
    return f.Attempt(address=address, port=port, outcome="open", ms=0.1, burst={"Tcp.ActiveOpens": 1}, **fields)


def silent(address: str = "127.0.0.1", port: int = 8080, **counters: int) -> f.Attempt:
    """Return a time-out; counters are given as ``Ip_InReceives=4`` and stand for burst and whole."""
    prefix = "Ip6." if family(address) == 6 else "Ip."
    moved = {name.replace("_", ".", 1).replace("Ip.", prefix): value for name, value in counters.items()}
    return f.Attempt(address=address, port=port, outcome="timeout", ms=4000, tries=4, burst=moved, whole=moved)


def listener(address: str = "127.0.0.1", port: int = 8080, **fields: Any) -> f.Socket:
    """Return a listener of pid 4121, whose descriptor was seen."""
    given = {
        "pids": (4121,),
        "owner_by": "descriptor",
        "queue": 0,
        "backlog": 511,
        "uid": 1000,
        "user": "dev",
        "inode": 88,
    }
    v6only = False if address == "::" else None
    given |= {"protocol": "tcp", "state": "LISTEN", "v6only": v6only}
    return f.Socket(address=address, port=port, **{**given, **fields})


def redirect(port: int, to_port: int, to_address: str = "127.0.0.1", **fields: Any) -> Judged:
    """Return what rules do with this machine's own connection to 127.0.0.1: one of nftables leads its port on."""
    place = f"[{to_address}]:{to_port}" if ":" in to_address else f"{to_address}:{to_port}"
    text = f"tcp dport {port} dnat to {place}"
    rule = Rule(text=text, table="ip nat", chain="output", handle=7)
    given: dict[str, Any] = {"port": port, "redirect": (to_address, to_port), "led_by": rule, "led_by_port": True}
    return judged(f"redirect:{place}", None, **{**given, **fields})


def judged(verdict: str, rule: Rule | RuleStop | None, hook: str = "input", **fields: Any) -> Judged:
    """Return what rules were judged to do with this machine's own connection to 127.0.0.1:8080, by a rule or policy."""
    stop = None
    if isinstance(rule, Rule):
        stop = RuleStop(table=rule.table, chain=rule.chain, word=verdict, rule=rule, backend=rule.backend)
    stop = stop or (rule if isinstance(rule, RuleStop) else None)
    given: dict[str, Any] = {"address": "127.0.0.1", "port": 8080, "sender": "127.0.0.1", "verdict": verdict}
    given |= {"rule": rule if isinstance(rule, Rule) else None, "policy": rule if isinstance(rule, RuleStop) else None}
    path = (HookPassed(hook=hook, way="there", stops=(stop,)),) if stop is not None else ()
    return Judged(**{**given, "path": path, **fields})


def node(pid: int = 4121, **fields: Any) -> f.Process:
    """Return the process behind `listener`."""
    return f.Process(
        pid=pid, **{"name": "node", "argv": ("node", "server.js"), "user": "dev", "uid": 1000, "state": "S", **fields}
    )


def sockets(*rows: f.Socket, unseen: tuple[f.Unseen, ...] = ()) -> f.Sockets:
    """Return socket tables with these rows."""
    return f.Sockets(rows=rows, total=41 + len(rows), source="netlink", unseen=unseen)


def said(sent: Any = "http", outcome: Any = "answer", **fields: Any) -> f.Exchange:
    """Return an exchange with the target at 127.0.0.1:8080."""
    return f.Exchange(**{"address": "127.0.0.1", "port": 8080, "sent": sent, "outcome": outcome, "ms": 3.0, **fields})


def http(status: int = 200, sent: Any = "http", body: str = "", **headers: str) -> f.Exchange:
    """Return an HTTP answer of the target at 127.0.0.1:8080."""
    answer = f.HttpAnswer(status=status, body=body, headers=tuple(headers.items()))
    return said(sent, protocol="http", http=answer)

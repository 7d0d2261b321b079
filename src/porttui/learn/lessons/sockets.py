"""Sockets of a server: bind, listen, accept; where it listens; a port in use; who may."""

from __future__ import annotations

from collections import Counter

from porttui.learn import values as v
from porttui.learn.lessons.ports import EXAMPLE
from porttui.learn.page import Page
from porttui.model.address import endpoint, is_loopback, is_wildcard
from porttui.model.facts import Facts, Socket
from porttui.reading import seen
from porttui.reading.words import machine, queue, who_short


def listen(facts: Facts) -> Page:
    """What the calls of a server leave in the socket table."""
    example = v.one_of(facts)
    row = (
        ("an example here", endpoint(example.address, example.port), f"LISTEN {queue(example)}".strip())
        if example
        else ("an example here", "none", "can't see" if v.listeners(facts) is None else "nobody listens")
    )
    return Page(
        idea="A server asks the kernel for three things, by calls of these names. bind: this address and this port "
        "are mine. listen: complete connections there. accept: give me one of them. Between the last two the kernel "
        "works alone: a client is connected before the program has seen it, and waits in a queue (the backlog). The "
        "socket table is the kernel's list of all this.",
        here=(
            ("AFTER", "IN THE SOCKET TABLE", "A CLIENT IS"),
            ("bind", v.by_os(facts, "no row in /proc/net/tcp", "no LISTEN"), "refused; a second bind fails"),
            ("listen", "LISTEN", "connected, and waits"),
            ("accept", "ESTABLISHED, with a program", "served"),
            row,
        ),
        then=f"The queue has room for what listen was given, at most {v.setting(facts, 'net.core.somaxconn')} here "
        "(somaxconn). When it is full, Linux does not answer new clients: their time runs out, without a firewall.",
        tries=(
            (
                v.by_os(facts, "ss -ltn", "netstat -anLp tcp", "netstat -an"),
                v.by_os(facts, "Recv-Q waiting, Send-Q room", "the queues", "the listeners"),
            ),
        ),
        sources="bind(2), listen(2), accept(2), tcp(7), RFC 9293 3.3.2 (states)",
    )


def who_can_reach(facts: Facts) -> Page:
    """What the address of a listener says about its clients."""
    rows = v.listeners(facts)
    name = machine(facts)
    lan = v.lan_address(facts)
    return Page(
        idea="The address that a server binds decides who can reach it. 127.0.0.1 and ::1: programs on this machine. "
        "0.0.0.0 means every IPv4 address of the machine, and :: every IPv6 address (with IPv4, unless IPV6_V6ONLY "
        "is set): also those who come from the network, unless a firewall keeps them out. Both are called wildcards.",
        here=(
            ("BOUND TO", "LISTENERS ON " + name, "REACHED BY"),
            ("127.0.0.1, ::1", _number(rows, "loopback"), "this machine only"),
            ("0.0.0.0, ::", _number(rows, "wildcard"), f"who can reach {lan or 'an address of it'}, and this machine"),
            ("another one", _number(rows, "other"), "who asks for exactly that address"),
        ),
        then="0.0.0.0 is for binding. As a destination it is no address at all; Linux takes it for the machine itself. "
        "So http://0.0.0.0:3000 in the log of a server is no address to open from elsewhere.",
        tries=((f"python3 -m http.server {EXAMPLE} --bind 127.0.0.1", f"at {lan or 'its LAN address'}: refused"),),
        sources="ip(7) (INADDR_ANY), ipv6(7) (IPV6_V6ONLY), RFC 4291 2.5.2 (::)",
    )


def _number(rows: tuple[Socket, ...] | None, kind: str) -> str:
    if rows is None:
        return "can't see"
    counted = Counter(
        "loopback" if is_loopback(row.address) else "wildcard" if is_wildcard(row.address) else "other" for row in rows
    )
    return str(counted[kind])


def in_use(facts: Facts) -> Page:
    """Why a server is told that its address is in use."""
    states = Counter(row.state for row in seen.rows(facts) if row.protocol == "tcp")
    example = v.one_of(facts)
    rows = (
        ("an example here", f"{endpoint(example.address, example.port)}: {who_short(facts, example)}")
        if example
        else ("an example here", "can't see" if v.listeners(facts) is None else "nobody listens")
    )
    looked = f"; on port {facts.asked.target.port} now: {states['TIME_WAIT']}" if seen.sockets_seen(facts) else ""
    return Page(
        idea='"Address already in use" (EADDRINUSE) is what bind says when the kernel will not give address and port '
        "twice. Mostly another program listens there: often an earlier start of the same server. On Linux a listener "
        "at 0.0.0.0 stands in the way of every IPv4 address of that port.",
        here=(
            ("WHAT HOLDS A PORT", "HOW LONG"),
            ("a listener", "until it is stopped"),
            ("a socket bound, not listening", "until its program closes it"),
            ("a connection in TIME_WAIT", f"{_time_wait(facts)}{looked}"),
            rows,
        ),
        then="TIME_WAIT remembers a closed connection on the side that closed first, so that late packets find no new "
        "one. No program holds it, so there is nobody to kill; servers that set SO_REUSEADDR, as most do, start all "
        "the same.",
        tries=(
            (f"porttui check {EXAMPLE} --bind", "whether a server could start there"),
            (f"porttui who {EXAMPLE}", "who holds it"),
        ),
        sources="bind(2), socket(7) (SO_REUSEADDR), RFC 9293 3.6.1 (TIME-WAIT)",
    )


def _time_wait(facts: Facts) -> str:
    return {"linux": "60 seconds", "macos": "30 seconds", "windows": "up to 2 minutes"}.get(facts.os, "a minute or so")


def owner(facts: Facts) -> Page:
    """Who holds a port, and who may take one."""
    rights = facts.privileges
    rows = v.listeners(facts)
    limit = v.setting(facts, "net.ipv4.ip_unprivileged_port_start")
    named = sum(1 for row in rows or () if row.pids and row.owner_by == "descriptor")
    seen_rows = "can't see" if rows is None else f"{named} of {len(rows)}, as user {rights.user}"
    return Page(
        idea="A port belongs to the process that has the socket open; when the process ends, the kernel closes it. A "
        "process that it starts (a child) inherits open sockets, so a port may stay taken after its server has "
        "gone. The socket table tells everyone the user of each socket; which process it is, Linux tells only for "
        "your own, or to root (who may do everything).",
        here=(
            ("ON " + machine(facts), ""),
            ("listeners whose process is seen", seen_rows),
            *((("ports that take a right to bind", _limit(limit)),) if facts.os == "linux" else ()),
            ("may you bind those?", _may(facts)),
        ),
        then="On Linux the right is the capability CAP_NET_BIND_SERVICE: give a server that, not root. Connecting "
        "needs no right at all. A security module (SELinux, AppArmor) or a sandbox may deny either.",
        tries=(
            (
                v.by_os(facts, "ss -ltnp", "lsof -nP -iTCP -sTCP:LISTEN", "netstat -abno"),
                "the processes you may see",
            ),
            ("porttui sockets", "the same, and what is only probable"),
        ),
        sources="capabilities(7), ip(7), proc(5), fork(2), the kernel's ip-sysctl.rst",
    )


def _limit(limit: str) -> str:
    return limit if not limit.isdigit() else "none" if limit == "0" else f"1 to {int(limit) - 1}"


def _may(facts: Facts) -> str:
    if facts.os == "windows":
        return "yes: Windows reserves no low ports"
    if facts.os != "linux":
        return "as root; on macOS everyone may at 0.0.0.0"
    if facts.sysctls.get("net.ipv4.ip_unprivileged_port_start") == "0":
        return "yes: everyone may"
    rights = facts.privileges
    if rights.root or "net_bind_service" in rights.capabilities:
        return f"yes, {rights.user} has the right"
    return f"no, {rights.user} has not the right"

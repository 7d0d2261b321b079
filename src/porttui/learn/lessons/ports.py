"""Ports: what one is, the three ranges, and ports that stay or are lent."""

from __future__ import annotations

from porttui.learn import values as v
from porttui.learn.page import Page
from porttui.model.facts import Facts
from porttui.reading import lasting
from porttui.reading.words import count, machine

EXAMPLE = 62893
"""The worked example of the lessons: a port of the dynamic range that no service is known by."""
_SYSTEM, _USER = 1023, 49151
"""Last system port, last user port (RFC 6335, 6)."""


def port(facts: Facts) -> Page:
    """What a port is."""
    rows = v.listeners(facts)
    seen = "can't see" if rows is None else count(len({row.port for row in rows}), "TCP port")
    return Page(
        idea="The address leads to the machine; the port leads to one program on it. A port is a number, 1 to 65535, "
        "in the head of every packet of TCP (connections) and UDP (single messages). It is no thing and has no place: "
        "a port is open while a program listens at it, and closed again when that program ends. TCP and UDP each "
        "count their own ports: a program at UDP 53 does not answer at TCP 53.",
        here=(("LISTENS AT", "PROGRAM", "PID", "USER", "REACHED AT"), *v.places(facts, rows)),
        then=f"Programs listen on {seen} of {machine(facts)} now; any other port refuses, or a firewall is silent. A "
        "connection has two ends, each with an address and a port: so one server port serves many clients. PID: "
        "the number of a process.",
        tries=(
            (f"porttui who {EXAMPLE}", "nobody, most likely"),
            ("porttui sockets", "every listener of this machine"),
        ),
        sources="RFC 9293 3.1 and 4 (socket, connection), RFC 768 (UDP), RFC 6335",
    )


def ranges(facts: Facts) -> Page:
    """Who uses which ports, and where 62893 stands."""
    first, last = lasting.source_ports(facts.os, facts.sysctls)
    limit = v.setting(facts, "net.ipv4.ip_unprivileged_port_start")
    inside = f"inside {first} to {last}" if first <= EXAMPLE <= last else f"outside {first} to {last}"
    risk = (
        "so a client may hold it when your server starts"
        if first <= EXAMPLE <= last
        else "so no client here is given it unasked"
    )
    return Page(
        idea="IANA, which assigns the numbers of the internet, keeps three ranges. 0 to 1023 are system ports, for "
        "standard services: 22 SSH, 443 HTTPS. 1024 to 49151 are user ports, assigned on request: 5432 PostgreSQL. "
        "49152 to 65535 are dynamic ports, never assigned. Each kernel has a range of its own besides, for the "
        "client's end of a connection, which needs a port too (its source port).",
        here=(
            ("RANGE", "OF", "HERE"),
            ("0-1023", "system ports", _first_unprivileged(facts, limit)),
            ("1024-49151", "user ports", _listening_among(facts, 1024, _USER)),
            ("49152-65535", "dynamic ports", _listening_among(facts, _USER + 1, 65535)),
            (f"{first}-{last}", "this kernel's", _source(facts)),
        ),
        then=f"Take {EXAMPLE}: a dynamic port, so no standard gives it a service. It is {inside}, {risk}.",
        tries=(
            (f"porttui free {EXAMPLE}", "is it free, and will it stay so"),
            (
                v.by_os(
                    facts,
                    "sysctl net.ipv4.ip_local_port_range",
                    "sysctl net.inet.ip.portrange.first",
                    "netsh int ipv4 show dynamicport tcp",
                ),
                "the range of this kernel",
            ),
        ),
        sources="RFC 6335 6 (ranges), 8.1.2 (dynamic ports), ip(7)",
    )


def _source(facts: Facts) -> str:
    return "source ports" if v.range_seen(facts) else "usual source ports; here: can't see"


def _first_unprivileged(facts: Facts, limit: str) -> str:
    if facts.os != "linux":
        return "for servers; who may is the system's matter"
    if limit == "can't see":
        return "who may bind them: can't see"
    return "anybody may bind them here" if limit == "0" else f"a server below {limit} needs a right"


def _listening_among(facts: Facts, first: int, last: int) -> str:
    rows = v.listeners(facts)
    if rows is None:
        return "listeners: can't see"
    ports = sorted({row.port for row in rows if first <= row.port <= last})
    if not ports:
        return "nobody listens"
    return f"listening: {', '.join(map(str, ports[:3]))}" + (f" and {len(ports) - 3} more" if len(ports) > 3 else "")


def static_and_dynamic(facts: Facts) -> Page:
    """Which ports are chosen by people, and which by the kernel."""
    example = v.one_of(facts)
    server = str(example.port) if example else "443"
    reserving = v.by_os(facts, " (sysctl net.ipv4.ip_local_reserved_ports)", "")
    return Page(
        idea="A server is found by its port, so it gets one that stays: from its settings, or the usual one of its "
        "service. A client needs no known port: when it connects, the kernel lends it one (an ephemeral port) for as "
        "long as the connection lives. A server that asks for port 0 is lent one too, and must tell it.",
        here=(
            ("SIDE", "PORT", "WHO CHOOSES", "HERE"),
            ("server", "stays", "you, in its settings", f"for example {server}"),
            ("client", "is lent", "the kernel", v.range_text(facts)),
            ("server", "port 0", "the kernel", "another one each time"),
        ),
        then="Give a server a port below the range that is lent; else a connection may hold it for a moment, and the "
        "server fails to start once in a while. Or reserve it" + reserving + ".",
        tries=(
            ("python3 -m http.server 0", "the port that it was lent"),
            ("porttui free", "ports that stay free"),
        ),
        sources="RFC 6056 (choice of source ports), RFC 6335 8.1.2, ip(7), bind(2)",
    )

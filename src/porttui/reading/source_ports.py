"""Source ports: which ones the kernel gives to outgoing connections, and which of them are in use."""

from __future__ import annotations

from collections import Counter

from porttui.model.address import destination, same_address
from porttui.model.facts import Facts, Socket
from porttui.reading import seen

RANGE = "net.ipv4.ip_local_port_range"
"""For IPv6 too (ip(7))."""
RESERVED = "net.ipv4.ip_local_reserved_ports"


def source_range(facts: Facts) -> tuple[int, int] | None:
    """Return the first and the last port that the kernel gives to outgoing connections; None when that was not told."""
    pair = facts.sysctls.get(RANGE, "").split()
    if len(pair) != 2 or not all(each.isdigit() for each in pair):
        return None
    return int(pair[0]), int(pair[1])


def reserved(facts: Facts) -> frozenset[int]:
    """Return the ports that are kept out of that range: "8081,9000-9002" (ip-sysctl.rst)."""
    ports: set[int] = set()
    for part in facts.sysctls.get(RESERVED, "").split(","):
        low, _, high = part.strip().partition("-")
        if low.isdigit() and (not high or high.isdigit()):
            ports.update(range(int(low), min(65535, int(high or low)) + 1))
    return frozenset(ports)


def in_range(facts: Facts, port: int) -> bool:
    """Tell whether the kernel may give a port to an outgoing connection; False when the range was not told."""
    ends = source_range(facts)
    return ends is not None and ends[0] <= port <= ends[1] and port not in reserved(facts)


def usable(facts: Facts) -> frozenset[int]:
    """Return every port that the kernel may give; empty when the range was not told."""
    ends = source_range(facts)
    return frozenset(range(ends[0], ends[1] + 1)) - reserved(facts) if ends else frozenset()


def towards(facts: Facts, address: str) -> tuple[Socket, ...]:
    """Return the client's side of every connection to the target's port at `address`, TIME_WAIT included."""
    port, whither = facts.asked.target.port, destination(address)
    return tuple(
        row
        for row in seen.rows(facts)
        if row.protocol == "tcp" and row.peer_port == port and row.peer and same_address(row.peer, whither)
    )


def taken(facts: Facts, address: str) -> frozenset[int]:
    """Return the ports of the range that no new connection to the target at `address` can have.

    Besides those of the connections to it, these are ports that somebody has bound: connect(2) passes them over
    (__inet_hash_connect in net/ipv4/inet_hashtables.c).
    """
    bound = {row.port for row in seen.rows(facts) if row.protocol == "tcp" and row.state in {"LISTEN", "BOUND"}}
    return (frozenset(row.port for row in towards(facts, address)) | bound) & usable(facts)


def holders(facts: Facts, address: str) -> tuple[tuple[int, int], ...]:
    """Return the pids behind the connections to the target at `address`, each with how many it has, most first."""
    return tuple(Counter(pid for row in towards(facts, address) for pid in row.pids[:1]).most_common())


def states(facts: Facts, address: str) -> tuple[tuple[str, int], ...]:
    """Return the states of those connections, each with how many are in it, most first."""
    return tuple(Counter(row.state for row in towards(facts, address)).most_common())


def to_itself(facts: Facts) -> Socket | None:
    """Return a socket on the target's port that is connected to itself, when some program has one."""
    port = facts.asked.target.port
    return next(
        (
            row
            for row in seen.rows(facts)
            if row.protocol == "tcp" and row.port == row.peer_port == port and row.address == row.peer
        ),
        None,
    )

"""The client is connected to itself.

A connection has two ends, each an address with a port. The client's own port is usually chosen by the kernel, out of
a range that is kept for that (net.ipv4.ip_local_port_range, 32768 to 60999 on most machines). TCP allows both ends
to be the same: when a client asks for a port of that range on its own machine and the kernel happens to choose that
very port for the client, its first packet comes back to itself, counts as an answer, and the connection opens without
any server (RFC 9293, 3.5, simultaneous open). The client then reads what it has written, as if the server echoed it.

It comes about when a program tries again and again to reach a server that is not up yet, on a high port: an
application that waits for its database on 127.0.0.1:50051, a test that waits for its server on 127.0.0.1:40000. After
some thousand tries one of them meets its own port. The real server, when it starts at last, is told that its port is
in use: by the client that waits for it.

How porttui knows: both ends of the connection have the same address and the same port (getsockname(2) and
getpeername(2) are equal), of porttui's own connection or of one in the socket table; nothing listens on the port.

What looks the same and is not: healthy (a server answers; porttui never takes its own echo for one),
ephemeral-collision (an outgoing connection has the port as well, but its other end is another service),
nothing-listening (the same port a moment later, when no client happens to have met itself), port-taken (a server
holds the port, and listens on it).

To fix it, start the server; if it cannot have the port, end the program that is connected to itself first. On Linux
`ss -tnp 'sport = :50051'` names it, on macOS `lsof -nP -iTCP:50051`, on Windows
`Get-NetTCPConnection -LocalPort 50051`. It lets the port go as soon as it ends or closes the connection.

To keep it from coming back, give the server a port below the range, or take its port out of the range:
`sysctl -w net.ipv4.ip_local_reserved_ports=50051` on Linux, `netsh int ipv4 add excludedportrange` on Windows; macOS
has no such list, so choose a port below 49152 there. A client that must wait can compare both ends of its connection
after connecting, and close it when they are equal.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.address import endpoint
from porttui.model.facts import Attempt, Facts, Socket
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, source_ports, words
from porttui.remedies import manager, service


def check(facts: Facts) -> Outcome:
    """Find it when both ends of a connection on the port are the same, and nothing listens there."""
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    own, other = _own(facts), source_ports.to_itself(facts)
    if own is None and other is None:
        return RuledOut(because="no connection on the port has the same end twice")
    if seen.opened(facts):
        return RuledOut(because="a server took the connection")
    port = facts.asked.target.port
    if own is not None:
        summary = (
            f"No server took the connection: it was given port {port} as its own, and so it is connected to itself."
        )
    else:
        who = words.subject(facts, other) if other else "A program"
        summary = f"{who} has a connection on port {port} that is connected to itself; no server has it."
    return Found(
        summary=summary,
        gloss="Client and server port were the same number on the same machine: TCP takes that for a connection.",
        evidence=(
            *evidence.connects(facts, (own,) if own else None),
            *((_ends(own.source, own.source_port, own.peer, port, "connect"),) if own else ()),
            *((_row(facts, other),) if other else ()),
            *((evidence.none_listening(facts),) if seen.sockets_seen(facts) and not seen.listeners(facts) else ()),
            *_range(facts),
        ),
    )


def _own(facts: Facts) -> Attempt | None:
    return next((each for each in seen.asked_attempts(facts) if each.self_connected), None)


def _ends(source: str, source_port: int, peer: str, peer_port: int, where: str) -> Evidence:
    return Evidence(text=f"both ends\t{endpoint(source, source_port)} and {endpoint(peer, peer_port)}", source=where)


def _row(facts: Facts, row: Socket) -> Evidence:
    text = f"{row.state}\t{words.at(row)} to {endpoint(row.peer, row.peer_port)}\t{words.who_short(facts, row)}"
    return Evidence(text=text, source="sockets")


def _range(facts: Facts) -> tuple[Evidence, ...]:
    ends = source_ports.source_range(facts)
    if ends is None or not source_ports.in_range(facts, facts.asked.target.port):
        return ()
    return (Evidence(text=f"{source_ports.RANGE}\t{ends[0]} to {ends[1]}", source="sysctl"),)


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Start the server, after ending the program that has its port; take the port out of the range."""
    other = source_ports.to_itself(facts)
    ways = [service.start(facts)]
    if other is not None and _own(facts) is None:
        ways.insert(0, service.stop_holder(facts, other))
    return (*ways, _keep_out(facts))


def _keep_out(facts: Facts) -> Remedy:
    port = str(facts.asked.target.port)
    where = manager.POWERSHELL_AS_ADMINISTRATOR if facts.os == "windows" else words.machine(facts)
    if facts.os == "linux":
        before = facts.sysctls.get(source_ports.RESERVED, "")
        listed = ",".join(part for part in (before, port) if part)
        step = RemedyStep(
            text="Keep the kernel from giving this port to clients; it lasts until the next start of the machine",
            where=where,
            argv=("sysctl", "-w", f"{source_ports.RESERVED}={listed}"),
            needs_root=True,
        )
        undo = f'sysctl -w {source_ports.RESERVED}="{before}"'
    elif facts.os == "windows":
        argv = ("netsh", "int", "ipv4", "add", "excludedportrange", "protocol=tcp", f"startport={port}")
        step = RemedyStep(
            text="Keep Windows from giving this port to clients, before the server starts",
            where=where,
            argv=(*argv, "numberofports=1"),
            needs_root=True,
        )
        undo = f"netsh int ipv4 delete excludedportrange protocol=tcp startport={port} numberofports=1"
    else:
        step = RemedyStep(text="Give the server a port below 49152, where macOS takes no source ports from")
        undo = None
    return Remedy(
        title="Keep the port for the server",
        risk=Risk.SAFE,
        cost="safe",
        proof=service.proof(facts),
        undo=undo,
        steps=(step,),
    )


FAULT = Fault(
    code="self-connect",
    step=Step.PATH,
    stop=Stop.ROUTE,
    title="The client is connected to itself",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("nothing-listening", "wrong-port", "ephemeral-collision", "leftover-connection"),
)

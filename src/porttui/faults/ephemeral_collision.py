"""An outgoing connection uses the port as its source port.

Every TCP connection has a port at both ends. The end that is called has the port of its service; the end that calls
gets any free port from the kernel, its source port, from a range that the system keeps for that: 32768 to 60999 on
Linux, 49152 to 65535 on macOS and Windows. Ports in that range are given out by chance, all the time. When a program
happens to have got the very port on which a server wants to listen, the server is told "address already in use"
(EADDRINUSE), although no list of listeners shows anybody, and setting SO_REUSEADDR does not help, because the client
has not set it.

It comes about when a server has a port in that range: 50051 of gRPC, 33060 of MySQL X, 35729 of livereload, ports
that a test picked long before it uses them. On a quiet machine it goes well for months; on a build machine with
hundreds of connections it fails once a week, and never when somebody looks. A browser, an agent that keeps one
connection to its database, or curl in a loop is then the owner of the port.

How porttui knows: a bind was told EADDRINUSE, no listener and no bound socket is in its way, and the socket tables
have a living connection whose own end is on the port and which goes out: something listens at its other end, or that
is the port of a well-known service. That the port is in the range of source ports (net.ipv4.ip_local_port_range) adds
to it.

What looks the same and is not: leftover-connection (the connection came in, and its server no longer listens),
time-wait (the connection is over), self-connect (a client that got as its source port the very port that it was
calling, and so talks to itself), port-taken and bound-not-listening (a socket that was bound on purpose).

To fix it, start the server on a port below the range: `porttui free` names one. Or end or restart the program that
has the port: it gets another source port the next time (`ss -tanp 'sport = :50051'` on Linux, `lsof -nP -iTCP:50051`
on macOS, `Get-NetTCPConnection -LocalPort 50051` on Windows name it). Root on Linux can cut the connection off:
`ss -K -tan 'sport = :50051'`. Inside a container the range is that of the container, so a published port of docker
does not collide with connections of the app, but may with those of the host.

To keep it from coming back, use ports below the range for servers. Where the port cannot be changed, take it out of
the range: `sysctl -w net.ipv4.ip_local_reserved_ports=50051` on Linux, kept in a file under /etc/sysctl.d;
`netsh int ipv4 add excludedportrange tcp 50051 1` on Windows; `sysctl net.inet.ip.portrange.first` on macOS raises
the whole range.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_kept_by_connections
from porttui.model.address import endpoint
from porttui.model.facts import Facts, Socket
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.model.target import Question
from porttui.reading import evidence, keeping, seen, words
from porttui.remedies import free_port, kept_port, service

_RANGE = "net.ipv4.ip_local_port_range"


def check(facts: Facts) -> Outcome:
    """Find it when a bind failed with EADDRINUSE and a living connection that goes out is in its way."""
    live = not_kept_by_connections(facts)
    if not isinstance(live, tuple):
        return live
    rows = _outgoing(facts)
    if not rows:
        if any(keeping.began(facts, row) is None for row in live):
            return CannotTell(because="which end began the connection cannot be seen")
        return RuledOut(because=f"the connection came in, from {words.peer(live[0])}")
    row = rows[0]
    sure = keeping.certainly_outgoing(facts, row) and keeping.all_seen(facts) and keeping.taken_for_all(facts)
    return Found(
        summary=_summary(facts, row, sure=sure),
        gloss="A program that connects gets any free port as its own end; this one got the port that you want.",
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(*evidence.kept(facts, rows), *_range(facts), *_served(facts, row), *evidence.binds(facts)),
    )


def _outgoing(facts: Facts) -> tuple[Socket, ...]:
    return tuple(row for row in keeping.connections(facts) if not keeping.waits(row) and keeping.began(facts, row))


def _summary(facts: Facts, row: Socket, *, sure: bool) -> str:
    who = words.subject(facts, row) if sure else f"Probably {words.program(facts, row)}"
    wanted = endpoint(facts.asked.target.host, facts.asked.target.port)
    return (
        f"{who} uses port {row.port} as the source port of its connection to {words.peer(row)}, "
        f"so no server can start on {wanted}."
    )


def _range(facts: Facts) -> tuple[Evidence, ...]:
    text = facts.sysctls.get(_RANGE)
    return (Evidence(text=f"{_RANGE}\t{text}", source="sysctl"),) if text else ()


def _served(facts: Facts, row: Socket) -> tuple[Evidence, ...]:
    server = seen.accepting(facts, row.peer, row.peer_port) if seen.is_local(facts, row.peer) else None
    return evidence.listening(facts, (server,)) if server else ()


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Take a port that is no source port; end the client; keep source ports off this one."""
    rows = _outgoing(facts)
    return (
        free_port.another_port(facts),
        *(service.stop_holder(facts, row) for row in rows[:1]),
        *kept_port.reserve(facts),
        *kept_port.cut(facts, rows),
    )


FAULT = Fault(
    code="ephemeral-collision",
    step=Step.BIND,
    stop=Stop.LISTENER,
    title="An outgoing connection uses the port as its source port",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.BIND,),
)

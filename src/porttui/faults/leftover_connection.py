"""Connections of a server that no longer listens keep the port.

A server has one socket that listens, and one more for each client that it has accepted. All of them are on the
server's port. When the server closes the listening socket, or ends while another process still holds some of the
accepted ones, the connections go on living: the client talks to nobody, or to whoever still has them. The port is
then in use although nobody listens on it. Clients are refused, and a new server is told "address already in use"
(EADDRINUSE), because the kernel gives a port with living connections to nobody but a server that sets SO_REUSEADDR,
and to that one only when the old server had set it, too.

It comes about when a server shuts down politely and never gets done: Node after server.close(), gunicorn or uvicorn
in their grace period, still wait for one browser tab that keeps its connection open. Or when a program that was
started for a client (a CGI script, a worker, git behind ssh) goes on after its server was killed. Or when a
connection was closed by one side only: the other side is in CLOSE_WAIT, and its program has forgotten to close.

How porttui knows: a bind was told EADDRINUSE, the socket tables have neither a listener nor a bound socket that is in
its way, and they have connections in ESTABLISHED, CLOSE_WAIT, FIN_WAIT or the like whose own end is on the port. The
connections came in: nobody listens at their other end, which has an ordinary source port, while this port is none.
When a bind with SO_REUSEADDR works all the same, the verdict is no more than likely, because whether your server sets
the option cannot be seen.

What looks the same and is not: time-wait (all connections are over, no process has them, and they go by themselves),
ephemeral-collision (the connection goes out from here, to a service, and has taken the port as its source port by
chance), port-taken (somebody listens), bound-not-listening (a socket is bound and neither listens nor is connected).

To fix it, end the process that still holds the connections: `ss -tanp 'sport = :8080'` on Linux,
`lsof -nP -iTCP:8080` on macOS and `Get-NetTCPConnection -LocalPort 8080` on Windows name it. When its own end has no
process any more (FIN_WAIT), end the client at the other end. Root on Linux can cut them off without ending anybody:
`ss -K -tan 'sport = :8080'`. A service of systemd is stopped with `systemctl stop`, which takes what the server had
started along; a container with `docker stop`. And set SO_REUSEADDR in the server, as most do.

To keep it from coming back, give the polite end a limit (`server.closeAllConnections()` in Node, `--graceful-timeout`
of gunicorn, TimeoutStopSec= of systemd), and close the inherited sockets in what the server starts.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_kept_by_connections
from porttui.model.facts import Facts, Socket
from porttui.model.report import Confidence, Evidence, Remedy, Step
from porttui.model.target import Question
from porttui.reading import evidence, keeping, words
from porttui.remedies import free_port, kept_port, service


def check(facts: Facts) -> Outcome:
    """Find it when a bind failed with EADDRINUSE and accepted connections alone are in its way."""
    live = not_kept_by_connections(facts)
    if not isinstance(live, tuple):
        return live
    rows = _accepted(facts)
    if not rows:
        if any(keeping.began(facts, row) is None for row in live):
            return CannotTell(because="which end began the connection cannot be seen")
        return RuledOut(because=f"the connection goes out, to {words.peer(live[0])}")
    return Found(
        summary=_summary(facts, rows),
        gloss="The listening socket is closed, but each accepted connection is a socket on the same port.",
        confidence=Confidence.CERTAIN if _sure(facts) else Confidence.LIKELY,
        evidence=(*evidence.kept(facts, rows), *_other_ends(facts, rows), *evidence.binds(facts)),
    )


def _accepted(facts: Facts) -> tuple[Socket, ...]:
    """Return the living connections that came in."""
    live = [row for row in keeping.connections(facts) if not keeping.waits(row)]
    return tuple(row for row in live if keeping.began(facts, row) is False)


def _sure(facts: Facts) -> bool:
    return keeping.taken_for_all(facts) and keeping.all_seen(facts)


def _summary(facts: Facts, rows: tuple[Socket, ...]) -> str:
    port = facts.asked.target.port
    held = next((row for row in rows if not words.nobodys(row)), None)
    many = words.count(len(rows), "connection")
    if keeping.taken_for_all(facts):
        if held is None:
            told = f"the kernel still ends {many} on port {port} of a server that is gone"
        else:
            told = f"{words.program(facts, held)} still has {many} on port {port}, where nobody listens any more"
        told = (
            f"Probably {told}" if not _sure(facts) else told if _named(facts, held) else f"{told[0].upper()}{told[1:]}"
        )
        return f"{told}, so no server can start there."
    who = words.program(facts, held) if held is not None else "the kernel"
    return f"Probably your server lacks SO_REUSEADDR: {who} still has {many} on port {port}, where nobody listens."


def _named(facts: Facts, held: Socket | None) -> bool:
    """Tell whether a sentence begins with a program's own name, which keeps its small letter."""
    return held is not None and not words.program(facts, held).startswith("a program")


def _other_ends(facts: Facts, rows: tuple[Socket, ...]) -> tuple[Evidence, ...]:
    ends = (keeping.other_end(facts, row) for row in rows[:2])
    return evidence.kept(facts, (each for each in ends if each is not None))


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """End who holds them, at either end; take another port; cut them; set SO_REUSEADDR."""
    rows = _accepted(facts)
    held = [row for row in rows if not words.nobodys(row)]
    ends = [each for row in rows if (each := keeping.other_end(facts, row)) is not None and not words.nobodys(each)]
    first = (held or ends)[:1]
    return (
        *(service.stop_holder(facts, each) for each in first),
        free_port.another_port(facts),
        *kept_port.cut(facts, rows),
        *kept_port.reuse(facts),
    )


FAULT = Fault(
    code="leftover-connection",
    step=Step.BIND,
    stop=Stop.LISTENER,
    title="Connections of a server that no longer listens keep the port",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.BIND,),
)

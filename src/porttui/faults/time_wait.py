"""Old connections in TIME_WAIT keep the port.

A TCP connection that is closed is not gone at once. The side that closed first keeps a memory of it for a while, in
the state TIME_WAIT, so that a late packet of the old connection is not taken for one of a new connection between the
same two ends (RFC 9293, 3.6.1; 60 seconds on Linux, 30 on macOS, up to two minutes on Windows). No program holds that
memory, the kernel does. When a new server wants to bind the port meanwhile, the kernel says "address already in use"
(EADDRINUSE), unless both the old server and the new one have set the socket option SO_REUSEADDR, which says: I know
that old connections may be left, give me the port all the same.

It comes about when a server is stopped and started again at once, after it had closed connections itself: a server
that somebody writes in Python with socket.socket() and bind(), stopped with ctrl+c while a browser was connected, and
started again. The first start worked, the second one fails, and a minute later it works again. Servers that are made
with Node, Go, Java, nginx, asyncio or http.server set the option and know no such minute.

How porttui knows: it tried to bind the address twice, without SO_REUSEADDR and with it. The first try failed, and in
the kernel's socket tables nothing but connections in TIME_WAIT is on the port, for which the kernel also tells how
long it keeps them. When the second try worked, only a server that does not set the option fails; whether yours does,
porttui cannot see, so it says "probably". When that failed too, the old server had not set it, and no server can
start until the time is over.

What looks the same and is not: port-taken (a server still listens), bound-not-listening (a program holds the port and
does not listen), leftover-connection (some connections are not over: a program still has them), ephemeral-collision
(a connection that goes out from this machine has taken the port by chance). In all of these the table has another
state than TIME_WAIT on the port.

To fix it, wait: `porttui wait 8080 --bind` returns when the port is free. Then set SO_REUSEADDR in the server, before
bind: on Linux and macOS `sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)` in Python, or
`allow_reuse_address = True` in a class made from socketserver. On Windows the option means something else (it takes a
port away from its owner), and is not needed. Root on Linux can let the kernel forget at once:
`ss -K -tan state time-wait 'sport = :8080'`. A service that systemd starts too early is given RestartSec=60; a
container has its own port table, so `docker restart` does not meet the fault. The settings tcp_tw_reuse and
tcp_fin_timeout do not help: they are about connections that go out, and about another state.

To keep it from coming back, set the option in every server that you write, and let the client close first where the
protocol allows it: TIME_WAIT is then on the client's side, where it is in nobody's way.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_in_use
from porttui.model.facts import Facts, Socket
from porttui.model.report import Confidence, Remedy, Step
from porttui.model.target import Question
from porttui.reading import evidence, keeping, seen, words
from porttui.remedies import free_port, kept_port


def check(facts: Facts) -> Outcome:
    """Find it when a bind failed with EADDRINUSE and only connections in TIME_WAIT are in its way."""
    first = not_in_use(facts)
    if first is not None:
        return first
    holders = keeping.holders(facts)
    if holders:
        return RuledOut(because=f"{words.at(holders[0])} is on the port ({holders[0].state})")
    rows = keeping.connections(facts)
    if not rows:
        if not keeping.all_seen(facts):
            return CannotTell(because="not every socket could be listed", unseen=seen.sockets_left_out(facts))
        return RuledOut(because="no connection in TIME_WAIT is on the port")
    live = next((row for row in rows if not keeping.waits(row)), None)
    if live is not None:
        return RuledOut(because=f"a connection on the port is not over ({live.state})")
    return Found(
        summary=_summary(facts, rows),
        gloss="The kernel remembers a closed connection for a while; only servers with SO_REUSEADDR may pass it by.",
        confidence=Confidence.CERTAIN if _sure(facts) else Confidence.LIKELY,
        evidence=(*evidence.kept(facts, rows), *evidence.binds(facts)),
    )


def _sure(facts: Facts) -> bool:
    return keeping.taken_for_all(facts) and keeping.all_seen(facts)


def _summary(facts: Facts, rows: tuple[Socket, ...]) -> str:
    port = facts.asked.target.port
    left = keeping.free_in(rows)
    until = f"for {words.seconds(left)} more" if left is not None else "for some time"
    old = words.count(len(rows), "old connection")
    keep = "keeps" if len(rows) == 1 else "keep"
    if keeping.taken_for_all(facts):
        how = "" if _sure(facts) else "Probably "
        return f"{how}{old} in TIME_WAIT {keep} every server from port {port}, {until}."
    return f"Probably your server lacks SO_REUSEADDR: {old} in TIME_WAIT {keep} it from port {port}, {until}."


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Wait; set SO_REUSEADDR; take another port; let the kernel forget them."""
    rows = keeping.connections(facts)
    return (
        kept_port.wait(facts),
        *kept_port.reuse(facts),
        free_port.another_port(facts),
        *kept_port.cut(facts, rows),
        *(kept_port.reserve(facts) if any(keeping.outgoing(facts, row) for row in rows) else ()),
    )


FAULT = Fault(
    code="time-wait",
    step=Step.BIND,
    stop=Stop.LISTENER,
    title="Old connections in TIME_WAIT keep the port",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.BIND,),
)

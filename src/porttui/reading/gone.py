"""What the memory of old connections tells of a server that is no longer there.

The end of a connection that closed it first keeps it in TIME-WAIT, alone of the two (RFC 9293, 3.3.2 and 3.6). Both
ends keep it only where both closed at the same time.
"""

from __future__ import annotations

from porttui.model.facts import Facts, Socket, Sockets
from porttui.model.report import Evidence
from porttui.reading import keeping, nat, seen, words

_FORGOTTEN = {"linux": "the last minute", "macos": "the last minute"}
"""When TIME-WAIT began at the earliest: 60 seconds ago on Linux (TCP_TIMEWAIT_LEN, net/tcp.h), 30 on macOS (twice
net.inet.tcp.msl). RFC 9293, 3.4.2, has four minutes, as some Windows do (TcpTimedWaitDelay)."""


def closed_by_server(facts: Facts) -> tuple[Socket, ...]:
    """Return the old connections that a server on the target's port closed before its clients did."""
    found = (row for row in keeping.connections(facts) if keeping.waits(row) and not keeping.is_service(row.peer_port))
    return tuple(row for row in found if keeping.outgoing(facts, row) is False and not _both(facts, row))


def closed_by_client(facts: Facts) -> tuple[Socket, ...]:
    """Return the old connections of this machine's clients to the target's port, which they closed first.

    They tell of a server on the port only where no rule can have led them elsewhere.
    """
    if not nat.impossible(facts):
        return ()
    port, asked = facts.asked.target.port, seen.addresses(facts)
    return tuple(
        row
        for row in seen.rows(facts)
        if (row.protocol, row.peer_port, row.namespace) == ("tcp", port, None)
        and keeping.waits(row)
        and row.port != port
        and row.peer in asked
    )


def said(facts: Facts) -> str:
    """Say in a sentence that a server was on the port until not long ago; empty where nothing shows it.

    When the connections were begun is not known, nor whether their end was the server's: it may have closed them first
    and gone on without them.
    """
    if closed_by_server(facts):
        return f"Connections that a server here closed first ended within {_when(facts)}: it was here not long ago."
    if closed_by_client(facts):
        return f"Connections of clients here to it ended within {_when(facts)}: a server was here not long ago."
    return ""


def told(facts: Facts) -> tuple[Evidence, ...]:
    """Say in words what the rows in TIME_WAIT mean."""
    rows, closed = closed_by_server(facts), "by the server on this port"
    if not rows:
        rows, closed = closed_by_client(facts), "by the client; a server had the other end"
    if not rows:
        return ()
    text = f"ended\t{words.count(len(rows), 'connection')}\twithin {_when(facts)}, closed first {closed}"
    return (Evidence(text=text, source=facts.sockets.source if isinstance(facts.sockets, Sockets) else "sockets"),)


def _when(facts: Facts) -> str:
    return _FORGOTTEN.get(facts.os, "the last four minutes")


def _both(facts: Facts, row: Socket) -> bool:
    other = keeping.other_end(facts, row)
    return other is not None and keeping.waits(other)

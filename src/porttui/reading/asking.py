"""The question that a row of a socket table stands for."""

from __future__ import annotations

from porttui.model.address import destination, endpoint
from porttui.model.facts import Socket
from porttui.model.target import Asked, Target


def question_about(row: Socket, *, served: bool) -> Asked | None:
    """Return what is asked about a socket: whether the listener can be reached.

    Args:
        row: the socket.
        served: something listens on its own port; else a connection was begun here, and its other end is asked about.

    Returns:
        None where there is nothing to connect to: no TCP, no port, or the addresses of another network namespace.
    """
    if row.namespace is not None or row.protocol != "tcp" or not row.port:
        return None
    host, port = destination(row.address), row.port
    if row.state != "LISTEN" and row.peer_port and not served:
        host, port = row.peer, row.peer_port
    return Asked(target=Target(input=endpoint(host, port), host=host, port=port))

"""A server that accepts and closes at once."""

from __future__ import annotations

from porttui.labs.common import answers, served, starts_with
from porttui.labs.lab import Lab

LAB = Lab(
    name="short-visit",
    title="Connected, and out again",
    code="accept-then-close",
    lesson="answers",
    story="""
        The port of the server is open: the connection check of the monitoring is green. The browser says that
        the server sent no data.
    """,
    goal="http://{target} shows the page.",
    hints=(
        "A check that only connects sees the kernel, not the program. What comes after the connection?",
        "The server accepts, and closes before it has answered. What in its options could turn clients away?",
        "It may have no clients at all: --clients 0. Start it with room: e --clients 100",
    ),
    explanation="""
        The connection was opened, and closed by the server without a byte: an empty reply. The path, the
        firewall and the port are then all in order, and the cause is in the program: a limit, an allow list, a
        crash while it answers, or another protocol. Its own log is the place to look. Here the limit was zero.
    """,
    start=served("--clients", "0"),
    look=answers(),
    solve=starts_with("--clients", "100"),
)

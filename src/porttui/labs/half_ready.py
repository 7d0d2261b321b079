"""A server that has a port and never listens."""

from __future__ import annotations

from porttui.labs.common import answers, served, starts_with
from porttui.labs.lab import Lab

LAB = Lab(
    name="half-ready",
    title="Ready, says the log",
    code="bound-not-listening",
    lesson="listen",
    story="""
        The log of the server says that it has port {port}. http://{target} is refused. No socket table shows a
        listener there, and yet another program that tries the port is told that it is in use.
    """,
    goal="http://{target} shows the page.",
    hints=(
        "Two calls make a server: bind takes the port, listen opens it. Which of them has happened?",
        "Who has the port, and what else can be seen of it? d asks porttui.",
        "It never listens. Start it so that it does: e --listen yes",
    ),
    explanation="""
        bind() gives a socket its port, and nobody else can have it. Only listen() makes the kernel answer
        connections; until then they are refused, as on a free port. A program that hangs between the two, or
        forgot the second, is missing in lists of listeners. Linux shows who it is only among the files of its
        process.
    """,
    start=served("--listen", "no"),
    look=answers(),
    solve=starts_with("--listen", "yes"),
)

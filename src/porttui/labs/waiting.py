"""A server that has read the request and waits for something else."""

from __future__ import annotations

from porttui.labs.common import answers, served, starts_with
from porttui.labs.lab import Lab

LAB = Lab(
    name="waiting",
    title="It works on it",
    code="handler-hangs",
    lesson="silence",
    story="""
        The process runs, it is not paused, the connection opens and the request is sent. No answer comes, for
        minutes. Yesterday it took a moment.
    """,
    goal="http://{target} shows the page within half a second.",
    hints=(
        "How far does it get? d asks porttui.",
        "The server has read the request. It is the program that waits: look at how it is started.",
        "It waits ten minutes for each answer, as for a database that is away. Start it without: e --wait 0",
    ),
    explanation="""
        The kernel shows that the bytes of the request were read, so the program has them and is at work or
        waits: for a database, a lock, a name that does not resolve. Nothing on the network can be changed to
        help. Its log, its stack (py-spy, jstack, a debugger) and its own connections tell what it waits for.
    """,
    start=served("--wait", "600"),
    look=answers(),
    solve=starts_with("--wait", "0"),
)

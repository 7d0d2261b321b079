"""A server that does not accept, with a queue that is full."""

from __future__ import annotations

from porttui.labs.common import answers, linux_only, served, starts_with
from porttui.labs.lab import Lab, Scene
from porttui.labs.stage import Stage


def _start(stage: Stage) -> Scene:
    scene = served("--workers", "0", "--backlog", "1")(stage)
    stage.start("crowd", "127.0.0.1", scene.words["port"], 4)
    return scene


LAB = Lab(
    name="full-house",
    title="Too many in the waiting room",
    code="backlog-full",
    lesson="handshake",
    story="""
        The server has been silent since this morning. A connection to it times out; no firewall is there, and
        on its own machine it is no better.
    """,
    goal="http://{target} shows the page.",
    hints=(
        "The server listens. How many wait to be accepted, and how many may? d asks porttui.",
        "The queue is full, and nobody takes from it: look at how the server starts.",
        "It has no workers. Give it some: e --workers 2 --backlog 16",
    ),
    explanation="""
        New connections wait in the accept queue of the listener until the program accepts them. When the
        program is too slow, or hangs, the queue fills, and Linux drops further first packets without a word: a
        time-out without a firewall. ss -ltn shows it: Recv-Q above Send-Q.
    """,
    start=_start,
    look=answers(),
    solve=starts_with("--workers", "2"),
    missing=linux_only,
)

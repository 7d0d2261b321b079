"""A server that cannot start, as another process has its port."""

from __future__ import annotations

from porttui.labs.common import tried_again
from porttui.labs.lab import Lab, Scene
from porttui.labs.stage import Stage


def _start(stage: Stage) -> Scene:
    holder = stage.start("page", "--text", "the page of last week")
    stage.start_line("page", "--port", holder.port)
    return Scene(target=f"127.0.0.1:{holder.port}", words={"port": holder.port, "pid": holder.pid})


def _solve(stage: Stage, scene: Scene) -> None:
    for server in stage.others():
        stage.end(server)


LAB = Lab(
    name="occupied",
    title="A page of last week",
    code="port-taken",
    question="bind",
    lesson="in-use",
    story="""
        Your server is to run on {target}. It ends as soon as it starts, and is tried again every second. The
        browser shows a page at that address all the same, but an old one.
    """,
    goal="Your server runs, on {port} or on another port.",
    hints=(
        "Ask about the start, and not about the connection: d does that.",
        "Who has the port? ! porttui who {port}",
        "End that process (it is this lab's own): ! kill {pid} - or take another port: e --port 0",
    ),
    explanation="""
        One address and port can be listened on by one socket at a time, unless all of them ask for it
        (SO_REUSEPORT). The process of last week was still there and answered, so the new one got EADDRINUSE,
        address already in use. Such a process is often left over from a terminal that was closed. The kernel
        tells who listens.
    """,
    start=_start,
    look=tried_again,
    solve=_solve,
)

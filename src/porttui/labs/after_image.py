"""A server that starts again while its old connections are in TIME_WAIT."""

from __future__ import annotations

from porttui.labs.common import tried_again
from porttui.labs.lab import Lab, Scene
from porttui.labs.stage import Stage, StartError


def _start(stage: Stage) -> Scene:
    """Let a server close a connection first, and end: its port is then kept by TIME_WAIT alone."""
    old = stage.start_line("page", "--reuse", "yes")
    if stage.ask("127.0.0.1", old.port).word != "HTTP 200":
        raise StartError("the first server does not answer")
    if stage.start_line("page", "--reuse", "no", "--port", old.port).port:
        raise StartError("this system keeps no old connection")
    return Scene(target=f"127.0.0.1:{old.port}", words={"port": old.port})


def _solve(stage: Stage, scene: Scene) -> None:
    stage.start_line("page", "--reuse", "yes", "--port", scene.words["port"])


LAB = Lab(
    name="after-image",
    title="In use by nobody",
    code="time-wait",
    lesson="in-use",
    story="""
        You stopped the server, put its new version in place, and started it. Now it ends with "Address already in
        use", though no process has the port any more. It is tried again every second.
    """,
    goal="Your server runs again, on {port} or on another port.",
    hints=(
        "Ask about the start, and not about a connection: d does that.",
        "Nobody listens on {port}, but old connections are still there: ! ss -tan state time-wait",
        "Start it with SO_REUSEADDR: e --reuse yes (or wait a minute)",
    ),
    explanation="""
        Who closes a connection first keeps it for a minute (TIME_WAIT, RFC 9293), so that late packets do not
        get into a new connection. Meanwhile Linux gives the port only to a listener that asks for it with
        SO_REUSEADDR, as the one before it must have done; nearly every server does. Without it, a restart fails
        until the minute is over.
    """,
    start=_start,
    look=tried_again,
    solve=_solve,
    question="bind",
)

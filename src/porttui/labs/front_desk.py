"""A reverse proxy whose upstream is on another port."""

from __future__ import annotations

from porttui.labs.common import answers
from porttui.labs.lab import Lab, Scene
from porttui.labs.stage import Stage, StartError


def _start(stage: Stage) -> Scene:
    """Point the proxy to a port that a program had, and has no more."""
    before = stage.start("page")
    stage.end(before)
    behind = stage.start("page")
    port = stage.start_line("gate", "--to", f"127.0.0.1:{before.port}").port
    gate = stage.start_line("gate", "--to", f"127.0.0.1:{before.port}", "--port", port)
    if not gate.port:
        raise StartError(gate.said)
    return Scene(target=f"http://127.0.0.1:{port}", words={"port": port, "other": behind.port})


def _solve(stage: Stage, scene: Scene) -> None:
    stage.start_line("gate", "--to", f"127.0.0.1:{scene.words['other']}", "--port", scene.words["port"])


LAB = Lab(
    name="front-desk",
    title="Bad gateway",
    code="upstream-dead-502",
    lesson="proxies",
    story="""
        A small proxy, gate.py, stands in front of the page. The page was started again, and since then the
        proxy answers, but with 502. The page itself is up, its owner says.
    """,
    goal="{target} shows the page.",
    hints=(
        "Who answers with 502: the page, or what stands before it? d asks porttui.",
        "Where does the proxy pass requests on to, and who listens there? Compare: ! porttui sockets listen",
        "The page is on {other} now. Tell the proxy: e --to 127.0.0.1:{other}",
    ),
    explanation="""
        A 502 comes from a proxy that could not get an answer from the program behind it. The connection from
        you to the proxy is in order; the second connection, from the proxy to its upstream, is the one to look
        at, from where the proxy runs. Here its upstream had moved to another port.
    """,
    start=_start,
    look=answers(),
    solve=_solve,
)

"""A server that ends soon after each start, and is started again."""

from __future__ import annotations

from porttui.labs.lab import Lab, Look, Scene
from porttui.labs.stage import Stage, StartError

_LIVES = "0.4"
"""Seconds."""


def _start(stage: Stage) -> Scene:
    port = stage.start_line("keep", "--lives", _LIVES).port
    keeper = stage.start_line("keep", "--lives", _LIVES, "--port", port)
    if not keeper.port:
        raise StartError(keeper.said)
    return Scene(target=f"127.0.0.1:{port}", words={"port": port})


def _look(stage: Stage, scene: Scene) -> Look:
    """A page is no proof: it has to be there for longer than the server used to live."""
    said = stage.ask("127.0.0.1", int(scene.words["port"]))
    stays = said.page == "page" and said.up > 2 * float(_LIVES)
    return Look(solved=stays, word="HTTP 200, for a good while" if stays else "now a page, now refused")


def _solve(stage: Stage, scene: Scene) -> None:
    stage.start_line("keep", "--port", scene.words["port"])


LAB = Lab(
    name="revolving-door",
    title="Now you see it",
    code="crash-loop",
    lesson="listen",
    story="""
        The page is there, and when you load it again it is refused, and then it is there again. The supervisor,
        keep.py, reports that everything runs.
    """,
    goal="http://{target} shows the page every time.",
    hints=(
        "Look for a while, not once: ! porttui check {target} --settle 5",
        "Is it one process that you see? Compare the pids: ! porttui who {port} - and again.",
        "It ends 0.4 s after each start: --lives 0.4. Start it without: e --lives 0",
    ),
    explanation="""
        A supervisor (systemd, a container runtime, a development server) starts what has ended again, which
        hides that it ends. To a client the port comes and goes. The pid that changes gives it away; why the
        program ends stands in its log, and in its exit status.
    """,
    start=_start,
    look=_look,
    solve=_solve,
)

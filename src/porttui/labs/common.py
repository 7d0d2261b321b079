"""What several labs do alike: a page that should be seen at an address, and a server that starts again differently."""

from __future__ import annotations

from collections.abc import Callable

from porttui.labs.lab import Look, Scene
from porttui.labs.stage import Server, Stage, StartError


def page(stage: Stage, *words: str | int) -> Server:
    """Start the server whose start the learner may change.

    Raises:
        StartError: it does not start.
    """
    server = stage.start_line("page", *words)
    if not server.port:
        raise StartError(server.said)
    return server


def answers(host: str = "127.0.0.1", scheme: str = "http", name: str = "") -> Callable[[Stage, Scene], Look]:
    """Return the look of labs that are solved when the page is seen at an address and the port of the scene."""

    def look(stage: Stage, scene: Scene) -> Look:
        said = stage.ask(host, int(scene.words["port"]), scheme, name)
        return Look(solved=said.word == "HTTP 200" and said.text.strip() == "page", word=said.word)

    return look


def starts_with(*words: str) -> Callable[[Stage, Scene], None]:
    """Return the solution of labs whose server has to start with other options; its port stays."""

    def solve(stage: Stage, scene: Scene) -> None:
        stage.start_line("page", *words, "--port", scene.words["port"])

    return solve

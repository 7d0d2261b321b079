"""A server one port further than the program asks."""

from __future__ import annotations

import re

from porttui.labs.common import answers, page
from porttui.labs.lab import Lab, Look, Scene
from porttui.labs.stage import Stage, StartError

_TRIES = 20


def _start(stage: Stage) -> Scene:
    for _ in range(_TRIES):
        other = page(stage).port
        if stage.ask("127.0.0.1", other - 1).word == "refused":
            page(stage, "--port", other)
            asked = other - 1
            return Scene(target=f"127.0.0.1:{asked}", words={"port": asked, "other": other})
    raise StartError("no two free ports beside one another")


def _look(stage: Stage, scene: Scene) -> Look:
    """Either the page is where it is asked for, or the learner says where it is."""
    seen = answers()(stage, scene)
    told = re.search(r"(\d+)\D*$", stage.answer)
    if seen.solved or told is None:
        return seen
    said = stage.ask("127.0.0.1", int(told[1])) if int(told[1]) <= 65535 else None
    right = said is not None and said.page == "page"
    if right and stage.line is not None and int(told[1]) == stage.line.port:
        return Look(solved=True, word=f"{seen.word}; the page is on {told[1]}")
    return Look(solved=False, word=f"{seen.word}; the page is not on {told[1]}")


def _solve(stage: Stage, scene: Scene) -> None:
    stage.answer = str(scene.words["other"])


LAB = Lab(
    name="next-door",
    title="It worked yesterday",
    code="wrong-port",
    lesson="port",
    story="""
        Yesterday the page was at http://{target}. Today the server was started again, it says that it is
        running, and your bookmark is refused.
    """,
    goal="http://{target} shows the page, or you name the port where it is (a PORT).",
    hints=(
        "Refused at once: nothing listens on that port of this machine. What does listen? ! porttui sockets listen",
        "Many development servers take the next free port when theirs is in use. Look at the ports near {port}.",
        "The page is on {other}. Say it: a {other} - or start the server where it was: e --port {port}",
    ),
    explanation="""
        A refused connection says nothing about the program that you had in mind: it may run on another port.
        Many development servers take the next one when theirs is in use, and say so in one line, which is easy
        to miss. {other} is so near to {port} that it was probably the one that was meant.
    """,
    asks=True,
    start=_start,
    look=_look,
    solve=_solve,
)

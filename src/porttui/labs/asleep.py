"""A server that is paused."""

from __future__ import annotations

from porttui.labs.common import answers, served
from porttui.labs.lab import Lab, Scene
from porttui.labs.programs.tie import on_linux
from porttui.labs.stage import Stage, StartError


def _start(stage: Stage) -> Scene:
    scene = served()(stage)
    if stage.line is None:
        raise StartError("no server")
    stage.pause(stage.line)
    return Scene(target=scene.target, words={**scene.words, "pid": stage.line.pid})


def _solve(stage: Stage, scene: Scene) -> None:
    if stage.line is not None:
        stage.resume(stage.line)


def _missing() -> str:
    return "" if on_linux() else "only Linux ends a paused process with porttui"


LAB = Lab(
    name="asleep",
    title="Connected, and then nothing",
    code="sigstopped",
    lesson="silence",
    story="""
        You tried something in the terminal of the server, and came back to the browser. The page loads, and
        loads. There is no error at all.
    """,
    goal="http://{target} shows the page, from the process that has been there all the time or from a new one.",
    hints=(
        "Is the connection refused, dropped, or open without an answer? d asks porttui.",
        "The kernel opens connections for the program. In what state is it? ! ps -o pid,stat,args -p {pid}",
        "State T: it is paused, as by ctrl+z. Let it go on: ! kill -CONT {pid}",
    ),
    explanation="""
        The kernel completes the TCP handshake for a listening socket by itself, so a connection to a paused
        program opens as quickly as ever. It is the program that would have to read and answer, and it does not
        run: ctrl+z (SIGTSTP), SIGSTOP or a debugger has stopped it. SIGCONT, or fg in its shell, lets it go on,
        and what waited is answered.
    """,
    start=_start,
    look=answers(),
    solve=_solve,
    missing=_missing,
)

"""How the screen looks at a lab: from this process, or from where the lab plays.

A lab in a network of its own, or with variables for the learner's programs, cannot be looked at from this process: a
porttui is started inside and its facts are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from porttui.labs import command
from porttui.labs.play import Play
from porttui.model.facts import Facts
from porttui.model.parse import parse
from porttui.model.target import Asked, Question
from porttui.render.json import FactsError, facts_from_json

if TYPE_CHECKING:
    from porttui.ui.tui import Tui


def question_of(play: Play) -> Asked:
    """Return what porttui is asked about a lab."""
    return parse(play.scene.target, Question.BIND if play.lab.question == "bind" else Question.CONNECT)


def is_apart(play: Play) -> bool:
    """Tell whether this process sees something else than the lab's programs do."""
    return bool(play.stage.inside() or play.stage.variables)


def look_at(play: Play, app: Tui) -> Callable[[Asked], Iterator[Facts]]:
    """Return what looks at a lab; blocking."""
    return partial(look_inside, play, app.called_as) if is_apart(play) else app.look


def look_inside(play: Play, called: tuple[str, ...], asked: Asked) -> Iterator[Facts]:
    """Look from inside: yields the facts of a porttui that is started there.

    Raises:
        OSError: it said nothing that can be read.
    """
    bind = ("--bind",) if asked.question is Question.BIND else ()
    done = command.run(play.stage, *called, "check", str(asked.target), *bind, "--json", errors=False)
    try:
        yield facts_from_json(done.text)
    except FactsError as error:
        raise OSError(f"porttui in the network of the lab told nothing that can be read: {error}") from error

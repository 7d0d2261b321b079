"""The diagnosis screen over a lab: what it shows is seen from where the lab plays, and esc goes back to the lab.

A lab in a network of its own, or with variables for the learner's programs, cannot be looked at from this process: a
porttui is started inside and its facts are read. What can only be looked at from here (a watch, the live sockets, a
sender elsewhere) is then not offered; it would be about another network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from porttui.labs import command, telling
from porttui.labs.play import Play
from porttui.model.facts import Facts
from porttui.model.parse import parse
from porttui.model.target import Asked, Question
from porttui.render.json import FactsError, facts_from_json
from porttui.ui.keymap import key_of
from porttui.ui.screens.diagnosis import DiagnosisScreen
from porttui.ui.shown import Shown
from porttui.ui.tabs.process import ProcessTab
from porttui.ui.tabs.sockets import SocketsTab

if TYPE_CHECKING:
    from porttui.ui.tui import Tui

_FIX = 2


class LabDiagnosis(DiagnosisScreen):
    """Looks at the target of a lab; what is found there is no result with which porttui ends."""

    def __init__(self, play: Play) -> None:
        """Make the screen."""
        question = Question.BIND if play.lab.question == "bind" else Question.CONNECT
        super().__init__(parse(play.scene.target, question))
        self._play = play
        aim = question is Question.CONNECT and not play.lab.asks
        self.shown = replace(self.shown, goal=telling.filled(play.lab.goal, play.scene), goal_is_the_target=aim)

    @property
    def tui(self) -> Tui:
        """The app, as seen from the lab."""
        return cast("Tui", _FromLab(cast("Tui", self.app), self._play, self.leave))

    def leave(self) -> None:
        """Go back to the lab."""
        self.dismiss()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let nobody go elsewhere from here: the lab would be left."""
        if action in ("target", "lab"):
            return False
        return super().check_action(action, parameters)

    def action_back(self) -> None:
        """Go back, at last to the lab."""
        tab = self.tab
        filtered = isinstance(tab, SocketsTab) and bool(tab.filter or tab.editing)
        one = isinstance(tab, ProcessTab) and tab.wanted is not None
        if self._visits or self.shown.again or filtered or one:
            super().action_back()
        else:
            self.leave()

    def hint(self, *, narrow: bool) -> str:
        """Say how to do in a lab what the Fix tab tells."""
        back, edit = key_of("back"), key_of("edit")
        if self.current != _FIX or not self._play.options:
            return super().hint(narrow=narrow)
        if narrow:
            return f"{back} to the lab, then {edit} edits"
        says = f", {key_of('answer')} says what you found" if self._play.lab.asks else ""
        return f"{back} goes back to the lab, and {edit} there changes how it starts{says}"

    def _keys(self) -> list[tuple[str, str]]:
        """Name the way back to the lab."""
        back = key_of("back")
        entries = super()._keys()
        if self._visits:
            return entries
        return [(back, "To the lab"), *(entry for entry in entries if entry[0] != back)]


class _FromLab:
    """The app as a diagnosis over a lab sees it: what is not said here is the app's own."""

    def __init__(self, app: Tui, play: Play, leave: Callable[[], None]) -> None:
        self._app = app
        self.ask_for_target = leave
        if play.stage.inside() or play.stage.variables:
            self.look = partial(_look, play, app.called_as)
            self.watcher = self.elsewhere = self.hands = self.inspect = None
            self.live = False

    def answered(self, shown: Shown) -> None:
        """Keep nothing for the exit code and for the last words."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)


def _look(play: Play, called: tuple[str, ...], asked: Asked) -> Iterator[Facts]:
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

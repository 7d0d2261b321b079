"""The diagnosis screen over a lab: what it shows is seen from where the lab plays, and esc goes back to the lab.

What can only be looked at from this process (a watch, the live sockets, a sender elsewhere) is not offered where the
lab is not seen from here; it would be about another network.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from porttui.labs import telling
from porttui.labs.play import Play
from porttui.model.target import Question
from porttui.ui.keymap import key_of
from porttui.ui.screens.diagnosis import DiagnosisScreen
from porttui.ui.screens.lab_look import is_apart, look_at, question_of
from porttui.ui.shown import Shown
from porttui.ui.tabs.process import ProcessTab
from porttui.ui.tabs.sockets import SocketsTab

if TYPE_CHECKING:
    from porttui.ui.tui import Tui

_FIX = 2
_INSIDE = " Type commands into the lab, with !, where they change nothing of this machine."


class LabDiagnosis(DiagnosisScreen):
    """Looks at the target of a lab; what is found there is no result with which porttui ends."""

    def __init__(self, play: Play) -> None:
        """Make the screen."""
        asked = question_of(play)
        super().__init__(asked)
        self._play = play
        aim = asked.question is Question.CONNECT and not play.lab.asks
        goal = telling.filled(play.lab.goal, play.scene) + (_INSIDE if play.stage.inside() else "")
        by = f"How its server starts has to change: {key_of('edit')} in the lab." if play.options else ""
        by = "" if play.sets_variables else by
        self.shown = replace(self.shown, goal=goal, goal_is_the_target=aim, goal_by=by)

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
        if self.current != _FIX:
            return super().hint(narrow=narrow)
        lab, back = self._play.lab, key_of("back")
        edits = f"{key_of('edit')} edits" if self._play.options else ""
        runs = f"{key_of('command')} runs a command"
        if narrow:
            types = f"{back} to the lab, {key_of('command')} types it there"
            return types if self._play.stage.inside() else f"{back} to the lab, then {edits or runs}"
        ways = [edits if lab.asks else f"{edits} its start"] * bool(edits) + [f"{key_of('answer')} answers"] * lab.asks
        return f"{back} goes back to the lab; there {', '.join([*ways, runs])}"

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
        if is_apart(play):
            self.look = look_at(play, app)
            self.watcher = self.elsewhere = self.hands = self.inspect = None
            self.live = False

    def answered(self, shown: Shown) -> None:
        """Keep nothing for the exit code and for the last words."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)

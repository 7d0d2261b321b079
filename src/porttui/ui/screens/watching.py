"""When porttui goes on looking by itself, at what, and until when.

It does so while the Fix tab is in sight, and from `w` to `w` everywhere. What is watched is the proof of the way in
hand, else what was asked.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from porttui.model.report import Severity
from porttui.model.target import Asked, Question
from porttui.ui import live
from porttui.ui.work import work

if TYPE_CHECKING:
    from porttui.ui.given import Watched
    from porttui.ui.screens.diagnosis import DiagnosisScreen

_FIX = 2


class Watching:
    """The watch of a diagnosis screen; at most one is under way."""

    def __init__(self, screen: DiagnosisScreen) -> None:
        self._screen = screen
        self._wish: bool | None = None
        """What the user said with `w`; None: as the tab in sight wants it."""
        self._asked: Asked | None = None
        """What is watched; None while nothing is."""
        self._watch: Watched | None = None

    def turn(self) -> None:
        """Begin to watch, or stop, because the user says so."""
        self._wish = not self._screen.shown.watching
        self._screen.show(replace(self._screen.shown, watch_wanted=self._wish))
        self.mind()

    def stop(self) -> None:
        """Watch nothing, and forget what the user had wished: another target is asked about."""
        self._wish = None
        self._end()

    def mind(self) -> None:
        """Begin, end or change the watch, as it is wanted now."""
        wanted = self._wanted()
        shown = self._screen.shown
        if wanted is None:
            self._end()
        elif wanted != self._asked:
            self._begin(wanted)
        if shown.watching != (wanted is not None):
            self._screen.show(replace(shown, watching=wanted is not None))

    def recheck(self) -> bool:
        """Make the next look a whole one, and at once; tell whether a watch is under way that does it."""
        if self._watch is None:
            return False
        self._watch.recheck()
        return True

    def _wanted(self) -> Asked | None:
        shown = self._screen.shown
        if self._screen.tui.watcher is None or shown.looking or shown.guide is None or shown.failure:
            return None
        if shown.fixed and shown.guide.first.question is Question.BIND and self._wish is None:
            return None  # the port is free, and the next to take it is the user's own server: no culprit
        ill = shown.guide.first.verdict.severity in (Severity.FAULT, Severity.UNKNOWN)
        return (
            shown.guide.asked if self._wish or (self._wish is None and ill and self._screen.current == _FIX) else None
        )

    def _begin(self, asked: Asked) -> None:
        self._asked = asked
        work(self._screen, "watch", partial(self._go, asked))

    def _end(self) -> None:
        if self._asked is not None:
            self._asked = None
            self._screen.workers.cancel_group(self._screen, "watch")

    async def _go(self, asked: Asked) -> None:
        """Read a watch until it is cancelled."""
        screen = self._screen
        report = screen.shown.report
        make = screen.tui.watcher
        if make is None or report is None:
            return
        known = report.facts if report.facts.asked == asked and report.facts.done else None
        judge = screen.tui.judge
        watch: Watched | None = None
        try:
            watch = make(asked, known)
            self._watch = watch
            async for seen in live.pulled(lambda: map(judge, watch)):
                screen.saw(seen)
        except Exception as error:  # noqa: BLE001  # told on the screen and on the normal screen
            error.add_note(f"watching {asked.target}")
            self._asked = None
            screen.failed("watching", error)
        finally:
            if watch is not None:
                watch.close()
                self._watch = None if self._watch is watch else self._watch

"""The live table of sockets: a look a second while the Sockets tab is in sight, made and arranged in a thread.

There is never more than one look under way, and the next one waits until this one was drawn: a terminal that does not
take what is written to it holds up the looks, and nothing piles up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from porttui.model.facts import Unseen
from porttui.ui import live
from porttui.ui.tabs.making import SOCKETS
from porttui.ui.work import work

if TYPE_CHECKING:
    from porttui.model.table import Table
    from porttui.reading.arrange import Arranged
    from porttui.ui.screens.diagnosis import DiagnosisScreen
    from porttui.ui.tabs.sockets import SocketsTab

_PERIOD = 1.0
"""Seconds from look to look."""
_SHARE = 0.5
"""How much of that time looks may take at most; where they take longer, they are made less often."""
_AT_ONCE = 2000
"""Tables of up to so many rows are arranged without a thread: that takes less time than a frame."""


class Following:
    """What the Sockets tab shows, kept up to date."""

    def __init__(self, screen: DiagnosisScreen) -> None:
        self._screen = screen
        self._under_way = False
        self._stale = False
        """The user wishes to see the table in another way than it is arranged."""
        self._arranging = False

    @property
    def _tab(self) -> SocketsTab:
        return self._screen.sockets_tab

    def mind(self, *, in_sight: bool = True) -> None:
        """Begin or end to look, as the tab is in sight or not."""
        wanted = in_sight and self._screen.current == SOCKETS and self._screen.tui.live
        if wanted and not self._under_way:
            self._under_way = True
            self._tab.begin()
            work(self._screen, "tables", self._follow)
        elif not wanted and self._under_way:
            self._under_way = False
            self._screen.workers.cancel_group(self._screen, "tables")

    async def _follow(self) -> None:
        screen, tab = self._screen, self._tab
        clock = asyncio.get_running_loop().time

        try:
            while True:
                began = clock()
                found = await live.in_thread(partial(_look, partial(screen.tui.table, tab.namespaces), tab.arranger()))
                while not isinstance(found, Unseen) and found.wish != tab.wish:  # another one was typed meanwhile
                    found = await live.in_thread(partial(tab.arranger(), found.table))
                self._show(found)
                took = clock() - began
                await asyncio.sleep(max(_PERIOD - took, took * (1 / _SHARE - 1)))
        except Exception as error:  # noqa: BLE001  # told on the screen and on the normal screen
            self._under_way = False
            error.add_note("looking at all sockets")
            screen.failed("looking at all sockets", error)

    def _show(self, found: Arranged | Unseen) -> None:
        tab = self._tab
        if isinstance(found, Unseen):
            tab.unseen = found
            tab.redraw()
        else:
            tab.take(found, live=True)
        self._screen.refresh_rows()

    # What the user wishes

    def at_once(self) -> None:
        """Look again now, as something else is to be looked at."""
        self.mind(in_sight=False)
        self.mind()

    def arrange(self) -> None:
        """Arrange the table that is shown in the way that the user wishes to see it now."""
        tab = self._tab
        if tab.arranged is None:
            return
        if len(tab.arranged.table) <= _AT_ONCE:
            tab.take(tab.arranger()(tab.arranged.table))
            return
        self._stale = True
        if not self._arranging:
            self._arranging = True
            work(self._screen, "arrange", self._settle)

    async def _settle(self) -> None:
        """Arrange until nothing else is wished: of keys that come quickly the last one counts."""
        tab = self._tab
        try:
            while self._stale and tab.arranged is not None:
                self._stale = False
                table = tab.arranged.table
                found = await live.in_thread(partial(tab.arranger(), table))
                if tab.arranged.table is not table or found.wish != tab.wish:
                    self._stale = True
                    continue
                tab.take(found)
                self._screen.refresh_rows()
        finally:
            self._arranging = False


def _look(take: Callable[[], Table | Unseen], arrange: Callable[[Table], Arranged]) -> Arranged | Unseen:
    """Look at all sockets, and arrange them. Blocking."""
    table = take()
    return table if isinstance(table, Unseen) else arrange(table)

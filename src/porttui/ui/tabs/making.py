"""The six tabs by their numbers; each is imported when it is made, and made when it is first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from porttui.ui.shown import Shown

if TYPE_CHECKING:
    from porttui.ui.tabs.tab import Tab

DIAGNOSIS, FIX, SOCKETS, PROCESS, FIREWALL, LEARN = NUMBERS = range(1, 7)


def make(number: int, shown: Shown) -> Tab:
    """Return a tab that knows what is shown.

    Args:
        number: that of its key.
        shown: what there is to show.
    """
    tab = _kind(number)(shown, id=f"tab-{number}")
    tab.update(shown)
    return tab


def _kind(number: int) -> type[Tab]:
    if number == DIAGNOSIS:
        from porttui.ui.tabs.diagnosis import DiagnosisTab

        return DiagnosisTab
    if number == FIX:
        from porttui.ui.tabs.fix import FixTab

        return FixTab
    if number == SOCKETS:
        from porttui.ui.tabs.sockets import SocketsTab

        return SocketsTab
    if number == PROCESS:
        from porttui.ui.tabs.process import ProcessTab

        return ProcessTab
    if number == FIREWALL:
        from porttui.ui.tabs.firewall import FirewallTab

        return FirewallTab
    from porttui.ui.tabs.learn import LearnTab

    return LearnTab

"""The only readers of the machine. `observe.observe` makes one look; `this_platform` gives the eyes for it.

Nothing is imported here: whoever only lists sockets does without all that a look needs.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from porttui.observe.platform import Platform


def this_platform() -> Platform:
    """Return the eyes for the operating system that porttui runs on."""
    system: str = sys.platform  # a variable, so that type checkers look at every branch on any system
    if system == "darwin":
        from porttui.observe.macos import MacOS

        return MacOS()
    if system == "win32":
        from porttui.observe.windows import Windows

        return Windows()
    if system == "linux":
        from porttui.observe.linux.platform import Linux

        return Linux()
    from porttui.observe.other import Other

    return Other()

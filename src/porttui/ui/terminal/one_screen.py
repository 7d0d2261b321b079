"""Terminals without a second screen: what was drawn there is wiped before the shell or the last words stand in it.

Textual draws on the alternate screen of xterm and leaves it at the end. The Linux console and the terminals of DEC have
none (terminfo(5): no `smcup`), so what was drawn would stay, with the prompt in the middle of it.
"""

from __future__ import annotations

from textual.driver import Driver

_WIPE = "\x1b[m\x1b[H\x1b[2J"
"""The default style, the cursor to the top left, and everything erased (ECMA-48: SGR, CUP, ED)."""


def wiping(driver: type[Driver]) -> type[Driver]:
    """Return a driver that wipes the screen before it gives the terminal back, at the end and while suspended."""

    class Wiping(driver):  # type: ignore[misc, valid-type]
        """The driver, wiping."""

        def stop_application_mode(self) -> None:
            """Do what it always does, and wipe, also what such a terminal has made of sequences it does not know."""
            super().stop_application_mode()
            self.write(_WIPE)
            self.flush()

    return Wiping

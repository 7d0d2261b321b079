"""Handing the mouse to the terminal and taking it back, while Textual runs.

Textual takes the mouse when it starts and has no public way to let it go. The two methods of its driver that do it are
used here; where they are not, as without a terminal, nothing is changed.
"""

from __future__ import annotations

from textual.driver import Driver


def mouse_taken(driver: Driver | None) -> bool:
    """Tell whether the terminal reports the mouse to porttui."""
    return bool(getattr(driver, "_mouse", False))


def take_mouse(driver: Driver | None, *, take: bool) -> None:
    """Let the terminal report the mouse, or leave it to the terminal, so that text can be selected with it.

    So it stays after ctrl+z and fg, too.
    """
    switch = getattr(driver, "_enable_mouse_support" if take else "_disable_mouse_support", None)
    if driver is None or switch is None or mouse_taken(driver) is take:
        return
    driver._mouse = True  # with False neither of the two writes anything
    switch()
    if take and getattr(driver, "_mouse_pixels", False):
        driver._enable_mouse_pixels()  # type: ignore[attr-defined]
    driver._mouse = take

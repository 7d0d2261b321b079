"""A page of a lesson: text with this machine's own values in it, and something to try."""

from __future__ import annotations

from porttui.model.base import Value


class Page(Value, frozen=True, kw_only=True):
    """What one lesson says on one machine; short enough for one screen of 80 columns and 24 rows."""

    idea: str
    """One idea in a paragraph."""
    here: tuple[tuple[str, ...], ...]
    """Rows of cells with values of this machine; the first row is the head."""
    then: str
    """What follows from it, in a paragraph."""
    tries: tuple[tuple[str, str], ...]
    """Commands to try now, each with what it should show."""
    sources: str
    """The standards and manuals that say so."""

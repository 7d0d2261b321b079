"""Which key a click means: the last row names keys with what they do, and so does the row of the tabs."""

from __future__ import annotations

import re

from rich.cells import cell_len

from porttui.ui.keymap import key_named

_ENTRY = re.compile(r"\S+(?: \S+)+")
"""A key and the words behind it; between two entries there are two blanks."""


def clicked(row: str, x: int) -> str:
    """Return the key, as Textual calls it, that stands with its words in a cell of a row; empty for none.

    Args:
        row: " f Fix  r Recheck", or "[1 Diagnosis] 2 Fix  3 Sockets".
        x: the cell, from 0.
    """
    texts = re.sub(r"\[(\S+ \w+)\]", r" \1 ", row)
    for entry in _ENTRY.finditer(texts):
        if cell_len(texts[: entry.start()]) <= x < cell_len(texts[: entry.end()]):
            return key_named(entry[0].split(" ")[0])
    return ""

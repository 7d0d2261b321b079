"""One quiet theme. State is told by symbol, word and place; colour only repeats it.

The colours are chosen so that what becomes of them on 256 and on 16 colours stays readable: near black, light grey
and one red. Only the state is reversed and only the one FAIL is coloured.
"""

from __future__ import annotations

from rich.style import Style
from textual.theme import Theme

from porttui.ui.lines import StyleName

BACKGROUND = "#121212"
FOREGROUND = "#d0d0d0"
RED = "#ff5f5f"

THEME = Theme(
    name="porttui",
    primary=FOREGROUND,
    secondary=FOREGROUND,
    accent=FOREGROUND,
    foreground=FOREGROUND,
    background=BACKGROUND,
    surface=BACKGROUND,
    panel=BACKGROUND,
    boost=BACKGROUND,
    error=RED,
    warning=FOREGROUND,
    success=FOREGROUND,
    dark=True,
)

STYLES: dict[StyleName, Style] = {
    "state": Style(reverse=True, bold=True),
    "fail": Style(color=RED, bold=True),
    "strong": Style(bold=True),
    "quiet": Style(),
}

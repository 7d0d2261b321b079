"""One quiet theme, dark and light. State is told by symbol, word and place; colour only repeats it.

The colours are those of the palette of 256 (xterm, 256colres.h), so that these terminals and those with more show the
same, and on sixteen they become black, white and red. Only the state is reversed and only the one FAIL is coloured.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.style import Style
from textual.theme import Theme

from porttui.ui.lines import StyleName
from porttui.ui.terminal.looks import THEMES


class Colouring(NamedTuple):
    """What a theme is made of."""

    background: str
    text: str
    quiet: str
    """Of what stands there until something is typed."""
    red: str


_DARK = Colouring(background="#121212", text="#d0d0d0", quiet="#949494", red="#ff5f5f")
_LIGHT = Colouring(background="#eeeeee", text="#262626", quiet="#585858", red="#af0000")
COLOURINGS = dict(zip(THEMES, (_DARK, _LIGHT), strict=True))


def themes() -> tuple[Theme, ...]:
    """Return the themes as Textual wants them."""
    return tuple(_theme(name, each) for name, each in COLOURINGS.items())


def _theme(name: str, of: Colouring) -> Theme:
    return Theme(
        name=name,
        primary=of.text,
        secondary=of.text,
        accent=of.text,
        foreground=of.text,
        background=of.background,
        surface=of.background,
        panel=of.background,
        boost=of.background,
        error=of.red,
        warning=of.text,
        success=of.text,
        dark=name == "dark",
        variables={"quiet": of.quiet},
    )


def _styles(of: Colouring) -> dict[StyleName, Style]:
    return {
        "state": Style(reverse=True, bold=True),
        "fail": Style(color=of.red, bold=True),
        "strong": Style(bold=True),
        "quiet": Style(),
    }


STYLES = {name: _styles(each) for name, each in COLOURINGS.items()}
"""The styles of rows, by the name of the theme."""

"""What the terminal can show, as its variables tell it: how many colours, which characters, a light or dark background.

A terminal is not asked: over a slow line its reply comes late, and what comes late is read as keys.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import NamedTuple


class Depth(enum.Enum):
    """How many colours are sent. The values are those of TEXTUAL_COLOR_SYSTEM."""

    NONE = "none"
    """Attributes only: bold, underlined, reversed."""
    FEW = "standard"
    """The sixteen of which every terminal has its own idea (ECMA-48, 8.3.117, and those of aixterm)."""
    MANY = "256"
    """The palette of xterm: above the first sixteen its colours are the same everywhere."""
    ALL = "truecolor"


class Glyphs(enum.Enum):
    """Which characters are sent."""

    ALL = "all"
    NO_MARKS = "no marks"
    """All but the two marks that the fonts of the Linux console lack (console_codes(4))."""
    ASCII = "ascii"


THEMES = ("dark", "light")
"""By the names that --theme takes; the first one is drawn where nothing is said."""


class Looks(NamedTuple):
    """How porttui looks in one terminal."""

    theme: str = THEMES[0]
    glyphs: Glyphs = Glyphs.ALL
    depth: Depth | None = Depth.ALL
    """None: as many colours as Textual finds."""
    second_screen: bool = True
    """Whether the terminal gets back what it showed before by itself."""


_CHOSEN = {"standard": Depth.FEW, "windows": Depth.FEW, "256": Depth.MANY, "truecolor": Depth.ALL}
_MONOCHROME = {
    *("vt52", "vt100", "vt102", "vt125", "vt131", "vt132", "vt200", "vt220", "vt300", "vt320", "vt400", "vt420"),
}
"""Terminals without colours, by what TERM begins with (terminfo(5): no `colors`)."""
_ONE_SCREEN = {"linux", "ansi", "cons25", "sun"}
"""Terminals without a second screen, besides those of DEC (terminfo(5): no `smcup`)."""
_MANY = {"kitty", "ghostty", "alacritty", "foot", "contour", "wezterm", "rio", "konsole", "mintty", "st"}
"""Terminals with 256 colours whose names do not say so; some begin with "xterm-"."""
_LIGHT = {"7", "9", "10", "11", "12", "13", "14", "15"}


def depth_of(environment: Mapping[str, str]) -> Depth | None:
    """Tell how many colours the terminal takes.

    Args:
        environment: NO_COLOR (https://no-color.org: only a value that is not empty counts), TEXTUAL_COLOR_SYSTEM,
            COLORTERM, TERM, and STY, which GNU screen sets: what it passes on by COLORTERM is of the terminal around.

    Returns:
        The depth; None where these do not tell, as on Windows.
    """
    term = _term(environment)
    if environment.get("NO_COLOR") or _first(term) in _MONOCHROME or term.endswith(("-m", "-mono")):
        return Depth.NONE
    if chosen := _CHOSEN.get(environment.get("TEXTUAL_COLOR_SYSTEM", "")):
        return chosen
    if environment.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"} and not environment.get("STY"):
        return Depth.ALL
    if not term:
        return None
    if term.endswith("-direct"):
        return Depth.ALL
    return Depth.MANY if "256color" in term or _first(term.removeprefix("xterm-")) in _MANY else Depth.FEW


def system_of(environment: Mapping[str, str]) -> str:
    """Return TEXTUAL_COLOR_SYSTEM for the same terminal: Textual ends with a traceback on a name it does not know."""
    depth = depth_of(environment)
    if depth is Depth.NONE:
        return str(Depth.FEW.value)
    return "auto" if depth is None else str(depth.value)


def glyphs_of(environment: Mapping[str, str], *, utf8: bool) -> Glyphs:
    """Tell which characters the terminal shows.

    Args:
        environment: TERM.
        utf8: whether it reads UTF-8.
    """
    first = _first(_term(environment))
    if not utf8 or _is_of_dec(first):
        return Glyphs.ASCII
    return Glyphs.NO_MARKS if first == "linux" else Glyphs.ALL


def has_second_screen(environment: Mapping[str, str]) -> bool:
    """Tell whether the terminal, TERM in these variables, has an alternate screen."""
    first = _first(_term(environment))
    return first not in _ONE_SCREEN and not _is_of_dec(first)


def is_light(environment: Mapping[str, str]) -> bool:
    """Tell whether the terminal's own background is light, where it says so.

    Args:
        environment: COLORFGBG, the numbers of foreground and background, as rxvt and Konsole set it ("0;15").
    """
    return environment.get("COLORFGBG", "").rpartition(";")[2] in _LIGHT


def _term(environment: Mapping[str, str]) -> str:
    return environment.get("TERM", "").lower()


def _first(term: str) -> str:
    """Return the name of the terminal without its variant: "linux" of "linux-16color"."""
    return term.partition("-")[0]


def _is_of_dec(first: str) -> bool:
    """Tell whether it is one of DEC's, as vt100."""
    return first.startswith("vt") and first[2:3].isdigit()

"""Takes the colours of what is drawn down to those that the terminal has; no letter gets the colour of its background.

Textual draws in 24 bits and leaves the rest to Rich, which looks for the nearest colour, one by one: a letter and what
is behind it may get the same. Where there are no colours (NO_COLOR, vt100) it sends greys.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color, ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as Background
from textual.filter import LineFilter

from porttui.ui.terminal.looks import Depth

_BLACK, _WHITE = Color.from_ansi(0), Color.from_ansi(7)
"""The two of the sixteen that can be told from each other in every palette: others are a background in some."""
_GREY = 40
"""Colours whose parts differ by less are taken for a grey."""
_FIRST_GREY, _LAST_GREY = 8, 238
"""Of the colours 232 to 255, ten apart (xterm, 256colres.h)."""
_MIDDLE = 0.18
"""The relative luminance (WCAG 2.2) from which on a colour is a light one: as far from black as from white."""


class Colours(LineFilter):
    """Applies `taken_down` to every row that Textual writes."""

    def __init__(self, depth: Depth) -> None:
        super().__init__(enabled=depth is not Depth.ALL)
        self._depth = depth

    def apply(self, segments: list[Segment], background: Background) -> list[Segment]:
        """Return the same segments in the colours that the terminal has."""
        is_dark = _is_dark(background)
        return [
            Segment(text, style if style is None else taken_down(style, self._depth, is_dark=is_dark), control)
            for text, style, control in segments
        ]


@lru_cache(1024)
def taken_down(style: Style, depth: Depth, *, is_dark: bool = True) -> Style:
    """Return a style in the colours of a terminal.

    Args:
        style: as Textual draws it, in 24 bits.
        depth: of the terminal.
        is_dark: whether the background around is; what has the other one is reversed where there are no colours.
    """
    if depth is Depth.NONE:
        behind = style.bgcolor
        swapped = behind is not None and not behind.is_default and _is_light(behind) == is_dark
        return style.without_color + Style(reverse=not style.reverse) if swapped else style.without_color
    if depth is Depth.ALL:
        return style
    nearest = _of_sixteen if depth is Depth.FEW else _of_palette
    behind = nearest(style.bgcolor)
    letter = nearest(style.color)
    if letter is not None and letter == behind:
        letter = _BLACK if _is_light(behind) else _WHITE
    taken = style + Style.from_color(letter, behind)
    # many terminals draw bold letters of the sixteen in the brighter twin of their colour, as grey as the background
    return taken + Style(bold=False) if behind == _WHITE and style.bold else taken


def luminance(colour: ColorTriplet) -> float:
    """Return the relative luminance of a colour, 0 for black and 1 for white (WCAG 2.2, "relative luminance")."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _of_sixteen(colour: Color | None) -> Color | None:
    """Return black or white for a grey, and for a colour the nearest of the sixteen."""
    if colour is None or colour.is_default or colour.type is ColorType.STANDARD:
        return colour
    triplet = colour.get_truecolor()
    if max(triplet) - min(triplet) < _GREY:
        return _WHITE if luminance(triplet) > _MIDDLE else _BLACK
    return _numbered(colour, ColorSystem.STANDARD)


def _of_palette(colour: Color | None) -> Color | None:
    """Return the nearest of the palette, for greys the exact one, from which Rich is one off."""
    if colour is None or colour.triplet is None:
        return colour
    red, green, blue = colour.triplet
    if red == green == blue and _FIRST_GREY <= red <= _LAST_GREY:
        return Color.from_ansi(232 + round((red - _FIRST_GREY) / 10))
    return _numbered(colour, ColorSystem.EIGHT_BIT)


def _numbered(colour: Color, system: ColorSystem) -> Color:
    """Return the colour of a system that Rich finds nearest, without the name of the one it was."""
    number = colour.downgrade(system).number
    return colour if number is None else Color.from_ansi(number)


@lru_cache(64)
def _is_dark(background: Background) -> bool:
    return not _is_light(background.rich_color)


def _is_light(colour: Color) -> bool:
    return luminance(colour.get_truecolor()) > _MIDDLE

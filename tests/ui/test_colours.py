"""Colours: every letter can be told from what is behind it, in both themes and with however few colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.pilot import Pilot

import porttui.ui
from porttui.ui.app import Ended, PortTui
from porttui.ui.commands import Palette
from porttui.ui.terminal.colours import luminance, taken_down
from porttui.ui.terminal.looks import THEMES, Depth, Glyphs, depth_of, glyphs_of, has_second_screen, is_light, system_of
from tests import reports
from tests.ui.screen import app_on, running, text, until

BRIGHT = 8
"""How much further the brighter twin of a colour stands, in which many terminals draw bold letters."""


def segments(pilot: Pilot[Ended]) -> Iterator[Segment]:
    """Yield what is drawn and is no blank."""
    for strip in pilot.app.screen._compositor.render_strips(pilot.app.size):
        yield from (segment for segment in strip if segment.text.strip())


def contrast(one: Color, other: Color) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    dark, light = sorted(luminance(each.get_truecolor()) for each in (one, other))
    return (light + 0.05) / (dark + 0.05)


def pair(style: Style) -> tuple[Color, Color]:
    """Return the colours of the letter and of what is behind it."""
    assert style.color is not None
    assert style.bgcolor is not None
    return (style.bgcolor, style.color) if style.reverse else (style.color, style.bgcolor)


@cache
def judge(style: Style) -> None:
    """Fail when this cannot be read in some depth."""
    for depth in (Depth.ALL, Depth.MANY):
        assert contrast(*pair(taken_down(style, depth))) >= 4.5, (style, depth)
    few = taken_down(style, Depth.FEW)
    letter, behind = pair(few)
    assert contrast(letter, behind) >= 3, style
    if few.bold and not few.reverse:
        assert letter.number is not None
        assert contrast(Color.from_ansi(letter.number % BRIGHT + BRIGHT), behind) >= 3, style
    none = taken_down(style, Depth.NONE)
    assert none.color is None
    assert none.bgcolor is None


KEYS = ("2", "5", "x", "escape", "t", *"xy", "shift+left", "shift+left", "escape", "ctrl+p", *"do", "down")


@pytest.mark.parametrize("theme", THEMES)
async def test_every_letter_can_be_read(theme: str) -> None:
    app = app_on(reports.ipv6_only())
    async with running(app, (120, 36)) as pilot:
        if theme == "light":
            await pilot.press("ctrl+t")
            await pilot.pause()
        drawn = list(segments(pilot))
        assert [each.text for each in drawn if _is_red(each)] == ["✗ FAIL"]
        assert {_is_on_light(each) for each in drawn} == {theme == "light"}
        for key in KEYS:
            await pilot.press(key)
            await pilot.pause()
            for each in segments(pilot):
                assert each.style is not None
                judge(each.style)
        await until(pilot, lambda: "Next row (down)" in text(pilot))
        chosen = {_is_on_light(each) for each in segments(pilot)}
        assert chosen == {True, False}, "the command that is chosen stands on the other ground"


def _is_red(segment: Segment) -> bool:
    assert segment.style is not None
    assert segment.style.color is not None
    colour = segment.style.color.get_truecolor()
    return colour.red > colour.blue


def _is_on_light(segment: Segment) -> bool:
    assert segment.style is not None
    assert segment.style.bgcolor is not None
    return luminance(segment.style.bgcolor.get_truecolor()) > 0.5


def test_nothing_on_the_screen_has_a_colour_of_its_own() -> None:
    """What a style sheet says is a colour of the theme, so that both themes and each depth have it."""
    sheets = [path.read_text(encoding="utf-8") for path in Path(porttui.ui.__path__[0]).rglob("*.tcss")]
    sheets += [PortTui.CSS, Palette.DEFAULT_CSS]
    named = {value for sheet in sheets for value in re.findall(r"(?:color|background)(?:-tint)?: *([^ ;]+)", sheet)}
    assert named == {"$background", "$foreground", "$quiet"}


@pytest.mark.parametrize(
    ("variables", "depth"),
    [
        ({"TERM": "xterm"}, Depth.FEW),
        ({"TERM": "linux"}, Depth.FEW),
        ({"TERM": "screen"}, Depth.FEW),
        ({"TERM": "screen.xterm-256color"}, Depth.MANY),
        ({"TERM": "tmux-256color"}, Depth.MANY),
        ({"TERM": "alacritty"}, Depth.MANY),
        ({"TERM": "xterm-ghostty"}, Depth.MANY),
        ({"TERM": "xterm-direct"}, Depth.ALL),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, Depth.ALL),
        ({"TERM": "screen-256color", "COLORTERM": "truecolor", "STY": "4711.pts-0.web3"}, Depth.MANY),
        ({"TERM": "vt100", "COLORTERM": "truecolor"}, Depth.NONE),
        ({"TERM": "vt220"}, Depth.NONE),
        ({"TERM": "xterm-mono"}, Depth.NONE),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, Depth.NONE),
        ({"TERM": "xterm", "NO_COLOR": ""}, Depth.FEW),
        ({"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "256"}, Depth.MANY),
        ({"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "bogus"}, Depth.FEW),
        ({}, None),
    ],
)
def test_the_variables_tell_how_many_colours_there_are(variables: dict[str, str], depth: Depth | None) -> None:
    assert depth_of(variables) is depth
    assert system_of(variables) in {"auto", "standard", "256", "truecolor"}
    found = {**variables, "TEXTUAL_COLOR_SYSTEM": system_of(variables)}
    assert depth_of(found) is depth, "asked again after Textual was told"


def test_the_variables_tell_which_characters_there_are() -> None:
    assert glyphs_of({"TERM": "xterm"}, utf8=True) is Glyphs.ALL
    assert glyphs_of({"TERM": "xterm"}, utf8=False) is Glyphs.ASCII
    assert glyphs_of({"TERM": "vt220"}, utf8=True) is Glyphs.ASCII
    assert glyphs_of({"TERM": "linux"}, utf8=True) is Glyphs.NO_MARKS


def test_the_variables_tell_whether_there_is_a_second_screen() -> None:
    assert [has_second_screen({"TERM": term}) for term in ("xterm", "screen-256color", "")] == [True] * 3
    assert [has_second_screen({"TERM": term}) for term in ("linux", "linux-16color", "vt100", "vt220")] == [False] * 4


def test_the_background_is_light_where_the_terminal_says_so() -> None:
    assert is_light({"COLORFGBG": "0;15"})
    assert is_light({"COLORFGBG": "0;default;7"})
    assert not is_light({"COLORFGBG": "15;0"})
    assert not is_light({"COLORFGBG": "15;default"})
    assert not is_light({})


@pytest.mark.parametrize("depth", [Depth.FEW, Depth.MANY])
@pytest.mark.parametrize("letter", ["#141414", "#f5f5f5", "#ff6060", "#00005c"])
@pytest.mark.parametrize("behind", ["#101010", "#fafafa", "#ff5f5f", "#00005f"])
def test_a_letter_never_gets_the_colour_of_its_background(letter: str, behind: str, depth: Depth) -> None:
    assert contrast(*pair(taken_down(Style(color=letter, bgcolor=behind), depth))) > 1

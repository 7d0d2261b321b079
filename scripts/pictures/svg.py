"""Screenshots in a small form of SVG that can be compared line by line.

What Textual exports repeats fonts and clip paths in every picture, and names its styles after a hash of the whole, so
that one changed letter changes every line. Here each piece of a row is one line, with its text in it.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

_STYLE = re.compile(r"\.[\w-]+-(r\d+) \{ (.*?) \}")
_BEHIND = re.compile(r'<rect fill="(#\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="[\d.]+" shape-rendering')
_FRAME = re.compile(r'<rect fill="(#\w+)" stroke')
_TEXT = re.compile(
    r'<text class="[\w-]+-(r\d+)" x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"[^>]*>(.*?)</text>', re.DOTALL
)
_THEIR_CELL, _THEIR_ROW, _THEIR_TOP, _THEIR_BASE = 12.2, 24.4, 1.5, 20.0
"""Width and height of a cell as Rich draws it, and where the background and the letters of the first row stand."""
_CELL, _ROW, _BASE, _SIDE, _HEAD = 12, 24, 18, 10, 36
"""The same here, and what the frame takes at the sides and above."""
_FONTS = "Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
_AS_XTERM = {
    "#292929": "#000000", "#4b4e55": "#000000", "#cc555a": "#cd0000", "#98a84b": "#00cd00", "#d0b344": "#cdcd00",
    "#608ab1": "#0000ee", "#98729f": "#cd00cd", "#68a0b3": "#00cdcd", "#c5c8c6": "#e5e5e5", "#9a9b99": "#7f7f7f",
    "#ff2627": "#ff0000", "#00823d": "#00ff00", "#d08442": "#ffff00", "#1984e9": "#5c5cff", "#ff2c7a": "#ff00ff",
    "#398280": "#00ffff", "#fdfdc5": "#ffffff",
}  # fmt: skip
"""For the sixteen colours, and those of a terminal to which none is sent, as Rich draws them: those of xterm."""
_LIGHTS = ("#ff5f57", "#febc2e", "#28c840")


class Piece(NamedTuple):
    """Cells of one row that look alike."""

    row: int
    column: int
    cells: int
    look: str
    """The colour behind them, or how their letters are drawn, as attributes of SVG."""
    text: str = ""

    @property
    def end(self) -> int:
        """The column behind the last cell."""
        return self.column + self.cells


def small(exported: str, size: tuple[int, int], title: str) -> str:
    """Return what Textual has exported, in the small form.

    Args:
        exported: the SVG of `App.export_screenshot`.
        size: columns and rows of the screen.
        title: what stands above it.
    """
    for theirs, colour in _AS_XTERM.items():
        exported = exported.replace(theirs, colour)
    looks = {name: _attributes(css) for name, css in _STYLE.findall(exported)}
    behind = [
        Piece(round((float(y) - _THEIR_TOP) / _THEIR_ROW), _cells(x), _cells(wide), f'fill="{colour}"')
        for colour, x, y, wide in _BEHIND.findall(exported)
    ]
    texts = [
        Piece(round((float(y) - _THEIR_BASE) / _THEIR_ROW), _cells(x), _cells(wide), looks[name], _plain(text))
        for name, x, y, wide, text in _TEXT.findall(exported)
        if text.strip()
    ]
    bare = size[0] * size[1] - sum(one.cells for one in behind)
    frame = Piece(-1, 0, bare, f'fill="{_FRAME.findall(exported)[0]}"')
    paper, ink = _commonest([*behind, frame]), _commonest(texts)
    width, height = size[0] * _CELL + 2 * _SIDE, size[1] * _ROW + _HEAD + _SIDE
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-size="20"',
        f' font-family="{_FONTS}" {ink} style="white-space:pre" xml:space="preserve">',
        f'<rect {paper} width="{width}" height="{height}" rx="8"/>',
        *(f'<circle cx="{20 + 22 * at}" cy="18" r="7" fill="{colour}"/>' for at, colour in enumerate(_LIGHTS)),
        f'<text x="{width // 2}" y="25" text-anchor="middle">{title}</text>',
        f'<g transform="translate({_SIDE},{_HEAD})">',
    ]
    lines += [
        f'<rect x="{one.column * _CELL}" y="{one.row * _ROW}" width="{one.cells * _CELL}" height="{_ROW}" {one.look}/>'
        for one in _joined(one for one in behind if one.look != paper)
    ]
    lines += [_drawn(one, "" if one.look == ink else f" {one.look}") for one in _joined(texts)]
    return "\n".join([*lines, "</g>", "</svg>", ""])


def _attributes(css: str) -> str:
    """Return declarations of CSS as attributes; all that Rich writes there have one of the same name."""
    parts = [part.partition(":") for part in css.split(";") if part.strip()]
    return " ".join(f'{name.strip()}="{value.strip()}"' for name, _, value in parts)


def _cells(units: str) -> int:
    return round(float(units) / _THEIR_CELL)


def _plain(text: str) -> str:
    return html.unescape(text).replace("\xa0", " ")


def _commonest(pieces: Iterable[Piece]) -> str:
    """Return the look that takes most cells."""
    count: Counter[str] = Counter()
    for one in pieces:
        count[one.look] += one.cells
    return count.most_common(1)[0][0]


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Return pieces row by row, those that look alike and touch, or have only blanks between them, in one."""
    found: list[Piece] = []
    for one in sorted(pieces):
        last = found[-1] if found else None
        gap = one.column - last.end if last is not None else -1
        if last is None or (last.row, last.look) != (one.row, one.look) or (gap and not one.text):
            found.append(one)
        else:
            text = last.text + " " * gap + one.text if one.text else ""
            found[-1] = last._replace(cells=one.end - last.column, text=text)
    return found


def _drawn(one: Piece, look: str) -> str:
    """Return a piece of text at its place, stretched to the width of its cells whatever the font."""
    text = one.text.lstrip(" ")
    column = one.column + len(one.text) - len(text)
    cells = one.end - column - (len(text) - len(text.rstrip(" ")))
    written = html.escape(text.rstrip(" "), quote=False)
    return (
        f'<text x="{column * _CELL}" y="{one.row * _ROW + _BASE}" textLength="{cells * _CELL}"{look}>{written}</text>'
    )

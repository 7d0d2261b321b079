"""An app of Textual that writes only the cells that changed.

Textual writes a region that was refreshed whole, however little of it differs; over a slow line every key then costs
tens of kilobytes. This stands between what Textual has composed and what it writes. With mouse.py it is all that knows
Textual's inside, and it was written against Textual 8.2: with any other version, or when what it needs is not as it
was there, Textual draws as it always does.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import textual
from rich.cells import cell_len, get_character_cell_size
from rich.color import ColorSystem
from rich.console import Console, RenderableType
from rich.segment import Segment
from textual import events
from textual.app import App
from textual.geometry import Offset, Size
from textual.screen import Screen
from textual.strip import Strip

from porttui.ui.terminal.cells import Picture, Piece

T = TypeVar("T")
VERSION = "8.2."
"""What the version of Textual has to begin with."""


class Inside(NamedTuple):
    """The two kinds of update that Textual composes."""

    whole: type[Any]
    part: type[Any]


def inside(version: str = "") -> Inside | None:
    """Return what is needed of Textual's inside; None when it is not what it was in the version known here."""
    if not (version or installed()).startswith(VERSION):
        return None
    try:
        from textual._compositor import ChopsUpdate, LayoutUpdate

        as_known = (
            _parameters(App._display) == ("self", "screen", "renderable")
            and _parameters(LayoutUpdate.__init__) == ("self", "strips", "region")
            and _parameters(ChopsUpdate.__init__) == ("self", "chops", "spans", "chop_ends")
            and _parameters(Strip.render_ansi) == ("style", "color_system")
        )
    except (ImportError, AttributeError, ValueError):
        return None
    return Inside(LayoutUpdate, ChopsUpdate) if as_known else None


def installed() -> str:
    """Return the version of Textual that is installed.

    It is read from the name of the folder beside it (PEP 376), which is there at once; to ask for `textual.__version__`
    imports the parser of e-mail, and takes a tenth of the whole start.
    """
    folders = [path.stem for path in Path(textual.__file__).parents[1].glob("textual-*.dist-info")]
    return folders[0].removeprefix("textual-") if len(folders) == 1 else textual.__version__


def _parameters(function: Any) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


class ChangedCells(App[T]):
    """Compares what Textual is about to write with what the terminal shows, and writes the difference."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._inside = inside()
        self._picture = Picture()
        self._cursor_written: Offset | None = None

    @property
    def draws_changed_cells(self) -> bool:
        """Whether only changed cells are written; else Textual draws as it always does."""
        return self._inside is not None

    def draw_as_textual_does(self) -> None:
        """Leave the drawing to Textual from now on."""
        self._inside = None

    def on_resize(self, event: events.Resize) -> None:
        """Draw everything again: what a terminal does with its cells when its size changes differs.

        The first one comes before anything was drawn.
        """
        blank = self._picture.blank
        self._forget(event.size)
        if not blank:
            self.screen.refresh()

    def rows_that_go_on(self, rows: tuple[int, ...]) -> None:
        """Name the rows of the screen that are full, and whose line of text goes on in the row below.

        A terminal keeps in mind which rows it has broken itself, until they are erased: that comes first, with the next
        update, and then all is drawn again.
        """
        if rows or self._picture.going_on:
            self._picture.erase()
        self._picture.going_on = frozenset(rows)

    def draw_all(self) -> None:
        """Draw everything again: something else has written to the terminal."""
        self._forget(self.size)
        self.screen.refresh(layout=True)

    def _forget(self, size: Size) -> None:
        self._picture.forget(size.width, size.height)
        self._cursor_written = None

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Let Textual write an update after what would change nothing was taken out of it."""
        if self._inside is not None and renderable is not None and not self.is_headless:
            try:
                renderable = self._reduced(self._inside, renderable)
            except (AttributeError, TypeError, ValueError, LookupError):
                self._inside = None  # Textual's inside is not what it was
        super()._display(screen, renderable)

    def _reduced(self, known: Inside, update: Any) -> RenderableType | None:
        """Return the update with nothing in it but what changes the terminal; None when nothing does.

        What the terminal shows is noted when Textual asks for the text: not every update is written.
        """
        pieces = _pieces(known, update, self.console)
        if pieces is None:
            self._forget(self.size)
            return update  # type: ignore[no-any-return]
        plan = self._picture.plan(pieces)
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        if not plan.output and cursor == self._cursor_written:
            return None

        def render_segments(_: Console) -> str:
            self._picture.written(plan)
            self._cursor_written = cursor
            return plan.output

        update.render_segments = render_segments
        return update  # type: ignore[no-any-return]


def _pieces(known: Inside, update: Any, console: Console) -> Iterator[Piece] | None:
    """Return the pieces of an update; None when it is of another kind."""
    if type(update) is known.whole:
        return (_piece(x, y, strip, console) for x, y, strip in _of_whole(update))
    if type(update) is known.part:
        return (_piece(x, y, strip, console) for x, y, strip in _of_part(update))
    return None


def _of_whole(update: Any) -> Iterator[tuple[int, int, Strip]]:
    """Yield the strips of an update of the whole screen, row by row, and where they belong."""
    for y, strips in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in strips:
            yield x, y, strip
            x += strip.cell_length


def _of_part(update: Any) -> Iterator[tuple[int, int, Strip]]:
    """Yield the strips within the spans (row, first column, column behind the last) of an update.

    A strip that reaches into a span from the left is drawn from its own beginning, as Textual does.
    """
    for y, first, behind in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x <= behind and end > first:
                yield x, y, strip if end <= behind else strip.crop(0, behind - x)


def _piece(x: int, y: int, strip: Strip, console: Console) -> Piece:
    """Return a strip cell by cell, or as Textual would write it when that cannot be done."""
    texts: list[str] = []
    styles: list[str] = []
    for segment in strip:
        cells = _cells(segment)
        if cells is None:
            return Piece(x, y, None, [], lambda: strip.render(console))
        texts += cells
        styles += [_sgr(segment, console)] * len(cells)
    if len(texts) != strip.cell_length:
        return Piece(x, y, None, [], lambda: strip.render(console))
    return Piece(x, y, texts, styles, lambda: strip.render(console))


def _sgr(segment: Segment, console: Console) -> str:
    style = segment.style
    if style is None:
        return ""
    # Textual itself keeps the parameters there, and takes truecolor where Rich knows of no colours
    return style._ansi or Strip.render_ansi(style, console._color_system or ColorSystem.TRUECOLOR)


def _cells(segment: Segment) -> list[str] | None:
    """Return what stands in each cell of a segment; None when that cannot be told."""
    text = segment.text
    if segment.control or (segment.style is not None and segment.style.link):
        return None
    if text.isascii():
        return list(text) if text.isprintable() else None
    cells: list[str] = []
    for char in text:
        width = get_character_cell_size(char)
        if width == 0:  # it is drawn into the cell of the character before
            if not cells:
                return None
            at = -1 if cells[-1] else -2
            cells[at] += char
        else:
            cells += [char, ""][:width]
    return cells if len(cells) == cell_len(text) else None

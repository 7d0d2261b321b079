"""Only changed cells are written, and an emulator then shows what a whole drawing would."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from porttui.ui.terminal.cells import Picture, Piece
from tests.ui.captured import Shown, emulator, feed, shown

WIDTH, HEIGHT = 14, 2
Cells = list[tuple[str, str]]


def pieces(rows: list[Cells]) -> list[Piece]:
    """Return whole rows of cells as pieces."""
    return [
        Piece(0, y, [text for text, _ in row], [style for _, style in row], lambda y=y, row=row: _raw(y, row))  # type: ignore[misc]
        for y, row in enumerate(rows)
    ]


def _raw(y: int, row: Cells) -> str:
    return "".join(f"\x1b[{y + 1};{x + 1}H\x1b[{style}m{text}\x1b[m" for x, (text, style) in enumerate(row) if text)


def drawn_whole(rows: list[Cells]) -> Shown:
    screen = emulator(WIDTH, HEIGHT)
    feed(screen, "".join(_raw(y, row) for y, row in enumerate(rows)))
    return shown(screen)


def a_row(texts: list[str], styles: list[str]) -> Cells:
    """Return a row of the width of the screen."""
    cells: Cells = []
    for text, style in zip(texts, styles, strict=True):
        cells += [(text, style), ("", style)] if text == "漢" else [(text, style)]
    cells = (cells + [(" ", "")] * WIDTH)[:WIDTH]
    return [*cells[:-1], (" ", cells[-1][1])]


ROW = st.builds(
    a_row,
    st.lists(st.sampled_from("  ab─✓漢é⚠"), min_size=WIDTH, max_size=WIDTH),
    st.lists(st.sampled_from(["", "", "1", "38;5;203;48;5;233"]), min_size=WIDTH, max_size=WIDTH),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(ROW, min_size=HEIGHT, max_size=HEIGHT), min_size=1, max_size=4))
def test_after_every_change_the_terminal_shows_the_same_as_after_a_whole_drawing(pages: list[list[Cells]]) -> None:
    picture = Picture()
    picture.forget(WIDTH, HEIGHT)
    screen = emulator(WIDTH, HEIGHT)
    for page in pages:
        plan = picture.plan(pieces(page))
        picture.written(plan)
        feed(screen, plan.output)
        assert shown(screen) == drawn_whole(page)
        assert picture.plan(pieces(page)).output == "" or any(text in "漢⚠" for row in page for text, _ in row), (
            "what is shown already is written again"
        )


def page(*texts: str) -> list[Cells]:
    return [[(char, "1") for char in text] for text in texts]


def drawn(*texts: str) -> Picture:
    picture = Picture()
    picture.forget(20, 3)
    picture.written(picture.plan(pieces(page(*texts))))
    return picture


def test_one_cell_and_small_gaps() -> None:
    picture = drawn("name   ok", "port   ok")
    assert picture.plan(pieces(page("name   ok", "port   no"))).output == "\x1b[2;8H\x1b[1mno\x1b[m"
    assert picture.plan(pieces(page("game  xok", "port   ok"))).output == "\x1b[1;1H\x1b[1mgame  x\x1b[m"


def test_what_was_not_written_is_not_taken_as_shown() -> None:
    picture = drawn("a")
    assert picture.plan(pieces(page("b"))).output == picture.plan(pieces(page("b"))).output != ""


def test_a_row_whose_widths_terminals_disagree_about_is_written_whole_and_put_right_after_each() -> None:
    picture = drawn("x ⚠ ab")
    assert picture.plan(pieces(page("x ⚠ ac"))).output == "\x1b[1;1H\x1b[1mx ⚠\x1b[4G ac\x1b[m"
    assert picture.plan(pieces(page("x ⚠ ab"))).output == ""
    assert picture.plan(pieces(page("x o ab"))).output == "\x1b[1;1H\x1b[1mx o ab\x1b[m"


def test_what_cannot_be_told_apart_into_cells_is_written_as_textual_does_and_again_whenever_it_is_touched() -> None:
    picture = drawn("abc", "def")
    odd = Piece(0, 0, None, [], lambda: "???")
    for _ in range(2):
        plan = picture.plan([odd])
        assert plan.output == "\x1b[1;1H???"
        picture.written(plan)
    assert picture.plan(pieces(page("abc", "def"))).output == "\x1b[1;1H\x1b[1mabc\x1b[m"


def test_nothing_is_written_outside_the_terminal() -> None:
    picture = Picture()
    picture.forget(3, 1)
    assert picture.plan(pieces(page("abcdef", "ghi"))).output == "\x1b[1;1H\x1b[1mabc\x1b[m"

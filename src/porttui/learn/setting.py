"""Setting a lesson for a screen: the same rows on the shell and on the Learn tab."""

from __future__ import annotations

from porttui.learn.contents import LESSONS, Lesson
from porttui.learn.page import Page
from porttui.render.lines import ascii_text, columns, paragraph

SCREEN = 19
"""Rows that a lesson may take: what a screen of 24 rows leaves between its tabs and its keys."""
_TRY, _SHOULD = "Try it in a terminal", "you should see"
_FAULTS = "Faults: porttui explain"
_APART = (4, 1, 3, 2, 5)
"""Before which part an empty row helps most: what to try looks like the paragraph above it, a table does not."""


def lesson_rows(  # noqa: PLR0913  # each is one independent choice of the caller
    lesson: Lesson,
    page: Page,
    width: int,
    *,
    room: int = SCREEN,
    note: str = "",
    typed: tuple[str, ...] = ("porttui",),
) -> list[str]:
    """Return a lesson as rows; empty rows part it as far as there is room.

    Args:
        lesson: which one.
        page: what it says on this machine.
        width: columns of a row.
        room: how many rows there are; a narrow window scrolls all the same.
        note: what stands at the right end of the title row: "lesson 3 of 24, your case".
        typed: what is typed here for porttui; where that is not its name, the commands to try say so.
    """
    parts = (
        title_rows(lesson, width, note),
        paragraph(page.idea, width),
        _table(page.here, width),
        paragraph(page.then, width),
        [*_tries(page, width), *_called(page, width, typed)],
        [*paragraph(f"Read on: {page.sources}", width), *see(lesson, width)],
    )
    spare = room - sum(map(len, parts))
    apart = _APART[: max(0, spare)]
    rows = [*parts[0]]
    for index, part in enumerate(parts[1:], 1):
        rows += ["", *part] if index in apart else part
    return rows


def title_rows(lesson: Lesson, width: int, note: str = "") -> list[str]:
    """Return the title, and the note at the end of its row or under it."""
    note = note or number(lesson)
    gap = width - len(lesson.title) - len(note)
    return [lesson.title + " " * gap + note] if gap > 1 else [*paragraph(lesson.title, width), *paragraph(note, width)]


def number(lesson: Lesson) -> str:
    """Return "lesson 3 of 24"."""
    return f"lesson {LESSONS.index(lesson) + 1} of {len(LESSONS)}"


def _table(here: tuple[tuple[str, ...], ...], width: int) -> list[str]:
    """Return the values as a table; where that is too wide, each row with its cells below one another."""
    rows = columns(here, width, indent=2, gap=3)
    if max(map(len, rows), default=0) <= width:
        return rows
    head, *others = here
    rows = []
    for first, *cells in others:
        rows += paragraph(first, width, "  ")
        for name, cell in zip(head[1:], cells, strict=False):
            rows += paragraph(f"{name}: {cell}" if name else cell, width, "    ")
    return rows


def _tries(page: Page, width: int) -> list[str]:
    """Return the commands with what they should show: beside one another where that fits, else below."""
    wide = max(len(_TRY), *(len(command) + 2 for command, _ in page.tries))
    if wide + 2 + max(len(_SHOULD), *(len(shown) for _, shown in page.tries)) <= width:
        pairs = [(_TRY, _SHOULD), *((f"  {command}", shown) for command, shown in page.tries)]
        return [f"{ascii_text(one).ljust(wide)}  {ascii_text(two)}" for one, two in pairs]
    rows = [_TRY]
    for command, shown in page.tries:
        rows += [f"  {ascii_text(command)}", *paragraph(shown, width, "    ")]
    return rows


def _called(page: Page, width: int, typed: tuple[str, ...]) -> list[str]:
    """Tell what to type in place of "porttui" when the shell does not find that and a command to try begins with it."""
    if typed == ("porttui",) or not any(command.startswith("porttui ") for command, _ in page.tries):
        return []
    return paragraph(" ".join(typed), width, "  here porttui is  ", "    ")


def see(lesson: Lesson, width: int) -> list[str]:
    """Name the faults that show what the lesson tells, as many as one row takes: `porttui explain` goes on there."""
    for count in range(len(lesson.codes), 0, -1):
        left = len(lesson.codes) - count
        row = f"{_FAULTS} {', '.join(lesson.codes[:count])}" + (f" (and {left} more)" if left else "")
        if len(row) <= width:
            return [row]
    return paragraph(f"{_FAULTS} {', '.join(lesson.codes)}", width)

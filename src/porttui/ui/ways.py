"""The ways to fix a fault as rows: lettered ways, numbered steps, what each costs, and a command part by part."""

from __future__ import annotations

from rich.cells import cell_len

from porttui.learn.glossary import hard_words
from porttui.model.report import Remedy, Report
from porttui.render.sections import command_parts
from porttui.ui.keymap import key_of
from porttui.ui.lines import LEFT, NARROW, Line, aligned, cut, pad, plain, wrap
from porttui.ui.words import command, number, price, sentence

Place = tuple[str, int]
"""A step: the letter of its way and its index."""
_PRICE_AT = 51
_PRICE_AT_WIDE = 46
_GAP = 3
"""Cells between a title and its price: fewer would be read as one sentence."""


def places(report: Report | None) -> list[Place]:
    """Return every step of every way."""
    ways = () if report is None else report.remedies
    return [(remedy.way, index) for remedy in ways for index in range(len(remedy.steps))]


def step_name(place: Place) -> str:
    """Return "B2"; with several faults, whose ways are called "First" and "Then", "First 2"."""
    way, index = place
    return f"{way}{' ' * (len(way) > 1)}{index + 1}"


def title_rows(remedy: Remedy, width: int) -> list[str]:
    """Return letter, title, price and whether it was tried."""
    tried = f"   ✓ tried: {remedy.tried}" if remedy.tried else ""
    if width < NARROW and width != LEFT:
        lead = f" {remedy.way}  "
        tried = f", ✓ tried: {remedy.tried}" if remedy.tried else ""
        return [*wrap(remedy.title, width - 1, lead), *wrap(price(remedy) + tried, width - 1, "    ")]
    at = _PRICE_AT_WIDE if width == LEFT else _PRICE_AT
    title = f" {remedy.way}  {remedy.title}"
    if cell_len(title) + _GAP <= at and at + cell_len(price(remedy) + tried) <= width:
        return [pad(title, at) + price(remedy) + tried]
    return [*wrap(remedy.title, width - 1, f" {remedy.way}  "), *wrap(price(remedy) + tried, width - 1, "    ")]


def step_rows(report: Report, place: Place, width: int, *, marks: frozenset[Place], at: Place | None) -> list[str]:
    """Return a step: mark, number, what to do and where, and below it what is typed."""
    remedy, index = next(one for one in report.remedies if one.way == place[0]), place[1]
    lead = f" {'>' if place == at else ' '}  [{'x' if place in marks else ' '}] {index + 1}  "
    rows = wrap(sentence(remedy, index, report), width - 1, lead)
    for part in command(remedy.steps[index], report).splitlines():
        rows += typed_rows(part, width)
    return rows


def typed_rows(text: str, width: int) -> list[str]:
    """Set a command on a row of its own; one that is too long goes on below, broken where a blank is."""
    return [" " * 13 + text] if cell_len(text) + 13 <= width else wrap(text, width, " " * 8, " " * 10)


def explained(report: Report | None, place: Place | None) -> tuple[tuple[str, str], ...]:
    """Return the command of a step part by part; () when the step has none."""
    if report is None or place is None:
        return ()
    step = next((remedy.steps[place[1]] for remedy in report.remedies if remedy.way == place[0]), None)
    return () if step is None else command_parts(step, report)


def part_rows(report: Report, place: Place, width: int) -> list[str]:
    """Return "The command of B2, part by part" and one row a part; then the words of the trade in its sentence."""
    found = explained(report, place)
    step = next(remedy.steps[place[1]] for remedy in report.remedies if remedy.way == place[0])
    words = [(term.word, term.meaning) for term in hard_words(f"{step.text} {step.why}")]
    told = [" Words in it"] * bool(words)
    for word, meaning in words:
        told += wrap(meaning, width - 1, f"   {word}   ")
    rows = [f" The command of {step_name(place)}, part by part"]
    widest = max((cell_len(part) for part, _ in found), default=0)
    if widest + 20 <= width and width >= LEFT:
        texts = aligned(found, gap=3)
        for text, (_, meaning) in zip(texts, found, strict=True):
            rows += wrap(meaning, width - 1, "   " + text[: len(text) - len(meaning)])
        return [*rows, *told]
    for part, meaning in found:
        rows += [*wrap(part, width - 1, "   "), *wrap(meaning, width - 1, "     ")]
    return [*rows, *told]


def compact_ways(report: Report, marked: frozenset[Place], width: int, limit: int = 12) -> list[Line]:
    """Return all ways in as few rows as they need, for the wide diagnosis."""
    rows: list[str] = []
    for done, remedy in enumerate(report.remedies):
        tried = f"   ✓ tried: {remedy.tried}" if remedy.tried else ""
        title = f" {remedy.way}  {remedy.title}"
        fits = cell_len(title) + _GAP <= _PRICE_AT_WIDE - 1
        cost = f"{price(remedy)}{tried}"
        part = [pad(title, _PRICE_AT_WIDE - 1) + cost] if fits else [title, f"    {cost}"]
        for index, step in enumerate(remedy.steps):
            box = f"    [{'x' if (remedy.way, index) in marked else ' '}] {index + 1}  "
            typed = command(step, report)
            together = f"{box}{sentence(remedy, index, report)}  {typed}"
            if cell_len(together) <= width and "\n" not in typed:
                part.append(together.rstrip())
            else:
                part += wrap(sentence(remedy, index, report), width, box)
                part += [row for one in typed.splitlines() for row in wrap(one, width, " " * 11, " " * 13)]
        part += wrap(remedy.note, width, " ") if remedy.note else []
        if rows and len(rows) + len(part) > limit:
            left = len(report.remedies) - done
            rows.append(f"    {number(left)} more way{'s' * (left > 1)}: {key_of('tab_2')}")
            break
        rows += part
    return plain(cut(row, width) for row in rows)

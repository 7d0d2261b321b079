"""What is said about the faults themselves: docs/faults.md, the table of the README, and `porttui explain CODE`."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable
from typing import NamedTuple

from porttui.faults.fault import Fault
from porttui.faults.registry import BY_CODE
from porttui.learn.contents import lessons_of
from porttui.learn.glossary import hard_words
from porttui.model.target import QUESTION_TEXT, Question
from porttui.render.explanation import Section, sections, see_also
from porttui.render.lines import ascii_text, columns
from porttui.render.marks import SEVERITY_MARKS
from porttui.render.packet_way import place_of
from porttui.render.packet_way import row as packet_row

_HEAD = """# The faults that porttui names

Made from the faults themselves by `make docs`; a change here is lost.
Each text is also printed by `porttui explain CODE`.
"""
_LISTED = re.compile(r" |[*|-] |\d+\. ")
"""How a line begins that belongs to a command, a list or a table."""
_HELD = "\0"
"""Stands for a blank at which no line may end: a command is pasted in one piece."""


class NamedLab(NamedTuple):
    """A lab in which a fault is to be found, by `porttui lab NAME`; whoever asks for a text knows the labs."""

    name: str
    title: str


def faults_markdown(faults: Iterable[Fault], labs_on: Callable[[str], Iterable[NamedLab]] = lambda _: ()) -> str:
    """Return docs/faults.md: a list of the codes, then one section a fault, in the order of the registry.

    Args:
        faults: what is told.
        labs_on: returns the labs in which the fault of a code is to be found.
    """
    told = tuple(faults)
    return "\n".join([_HEAD, faults_table(told, page=""), *(_section(each, labs_on(each.code)) for each in told)])


def faults_table(faults: Iterable[Fault], *, page: str = "docs/faults.md") -> str:
    """Return a Markdown table of code, step and title, each code a link into `page`."""
    rows = [f"| [{each.code}]({page}#{each.code}) | {_step(each)} | {_cell(each.title)} |" for each in faults]
    return "\n".join(["| code | step | what is true |", "| --- | --- | --- |", *rows]) + "\n"


def explain_text(fault: Fault, labs: Iterable[NamedLab] = (), *, width: int = 80) -> str:
    """Return what `porttui explain CODE` prints.

    Args:
        fault: the fault.
        labs: those in which it is to be found.
        width: columns of a line.

    Returns:
        Lines, each with its end.
    """
    head = [
        ascii_text(fault.title),
        "",
        f"  code      {fault.code}",
        f"  step      {_step(fault)}",
        f"  severity  {SEVERITY_MARKS[fault.severity].word}",
        f"  asked by  {_questions(fault)}",
    ]
    place = place_of(fault)
    if place is not None:
        head += ["", f"  {packet_row(place)}"]
    blocks = ["\n".join(head), *(_told(section, width) for section in sections(fault))]
    known = [code for code in fault.explains if code in BY_CODE]
    if known:
        blocks.append(_wrapped(f"Where it is found it explains: {', '.join(known)}.", width))
    others = see_also(fault)
    if others:
        rows = columns([(each.code, each.title) for each in others], width)
        blocks.append("\n".join(["See also, by porttui explain CODE", *rows]))
    own = (section.text for section in sections(fault) if section.name != "look-alikes")  # those have their own pages
    terms = hard_words("\n".join((fault.title, *own)))
    if terms:
        rows = columns([(each.word, each.meaning) for each in terms], width)
        blocks.append("\n".join(["Words of the trade in it", *rows]))
    lessons = lessons_of(fault.code)
    if lessons:
        rows = columns([(each.topic, each.title) for each in lessons], width)
        blocks.append("\n".join(["Lessons, by porttui learn TOPIC", *rows]))
    practised = tuple(labs)
    if practised:
        rows = columns(practised, width)
        blocks.append("\n".join(["To find it once yourself, by porttui lab NAME", *rows]))
    ask = "To see it on your own machine, with the fix for it:"
    again = "porttui check TARGET" + (" --bind" if fault.questions == (Question.BIND,) else "")
    blocks.append(f"{ask}\n  {again}")
    return "\n\n".join(blocks) + "\n"


def codes_text(faults: Iterable[Fault], *, width: int = 80) -> str:
    """Return the list of all codes with their titles, as `porttui explain` prints it."""
    told = tuple(faults)
    wide = max((len(fault.code) for fault in told), default=0)
    lines = [
        line
        for fault in told
        for line in textwrap.wrap(
            f"{fault.code.ljust(wide)}  {ascii_text(fault.title)}",
            width,
            subsequent_indent=" " * (wide + 2),
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
        )
    ]
    return "\n".join([*lines, "", "One of them in full: porttui explain CODE"]) + "\n"


def _section(fault: Fault, labs: Iterable[NamedLab]) -> str:
    lines = [
        f"## {fault.code}",
        "",
        f"**{_cell(fault.title)}**. Step: {_step(fault)}. Asked by: {_questions(fault)}",
        "",
    ]
    for section in sections(fault):
        lines += [*([f"**{section.heading}**", ""] if section.heading else []), section.text, ""]
    others = see_also(fault)
    if others:
        lines += [f"See also: {', '.join(f'[{each.code}](#{each.code})' for each in others)}", ""]
    lessons = lessons_of(fault.code)
    if lessons:
        lines += [f"Lessons: {', '.join(f'`porttui learn {each.topic}`' for each in lessons)}", ""]
    practised = ", ".join(f"`porttui lab {each.name}`" for each in labs)
    if practised:
        lines += [f"To find it once yourself: {practised}", ""]
    return "\n".join(lines)


def _told(section: Section, width: int) -> str:
    """Set a part of an explanation: its heading, and its paragraphs under it."""
    if not section.heading:
        return "\n\n".join(_wrapped(block, width) for block in section.text.split("\n\n"))
    blocks = [textwrap.indent(_wrapped(block, width - 2), "  ") for block in section.text.split("\n\n")]
    return "\n".join([section.heading, "\n\n".join(blocks)])


def _step(fault: Fault) -> str:
    return fault.step.value if fault.step else "-"


def _questions(fault: Fault) -> str:
    return " ".join(QUESTION_TEXT[question] for question in fault.questions)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _wrapped(block: str, width: int) -> str:
    """Wrap a paragraph; lines that are indented, or lists, stand as they were written, and so do `commands`."""
    lines = block.split("\n")
    if any(_LISTED.match(line) for line in lines):
        return "\n".join(ascii_text(line) for line in lines)
    joined = re.sub(r"`[^`]+`", lambda command: command[0].replace(" ", _HELD), ascii_text(" ".join(lines)))
    wrapped = textwrap.wrap(joined, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(wrapped).replace(_HELD, " ")

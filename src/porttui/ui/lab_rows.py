"""The rows of a lab on the screen: the goal and how it stands, how the server starts, the hints that were opened."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

from porttui.faults.registry import BY_CODE
from porttui.labs import exam, telling
from porttui.labs.lab import Lab
from porttui.labs.play import MINUTES, Play
from porttui.labs.registry import has_exam
from porttui.learn.contents import BY_TOPIC
from porttui.model.printable import printable
from porttui.model.report import Status
from porttui.render.lines import columns
from porttui.ui.keymap import key_of
from porttui.ui.lines import EMPTY, NARROW, Line, cut, plain, styled, wrap
from porttui.ui.words import MARKS

Phase = Literal["starting", "on", "solved", "given up", "over", "failed"]
_MOST_SEEN = 3
_BEFORE_TITLE = 9
"""Cells before the title of a lab in the list."""
_LEAD = 9
"""Cells before a story."""


class Seen(NamedTuple):
    """What looks have found since a moment."""

    at: str
    """The time of day."""
    word: str
    """What a client got."""


class Stand(NamedTuple):
    """How a lab stands."""

    phase: Phase
    seen: tuple[Seen, ...] = ()
    """What was found, the latest last; a look that found the same adds nothing."""
    told: tuple[str, ...] = ()
    """What became of what was typed last."""
    why: str = ""
    """Why it cannot be played."""
    ends: str = ""
    """The time of day at which it ends by itself."""


def title(play: Play) -> str:
    """Return "LAB 6 of 29  The server that is there and is not"."""
    return f"{telling.number(play).upper().replace('OF', 'of')}  {play.lab.title}"


def short_title(play: Play) -> str:
    """Return "LAB 6", for a narrow window."""
    return f"LAB {play.labs.index(play.lab) + 1}"


def state(stand: Stand) -> Line:
    """Return how it stands, with its mark: "✗ not yet: refused"."""
    word = stand.seen[-1].word if stand.seen else ""
    if stand.phase == "solved":
        return Line(f"{MARKS[Status.PASS][0]} goal reached: {word}")
    if stand.phase == "on" and word:
        return styled("", MARKS[Status.FAIL][0], "fail", f" not yet: {word}")
    texts = {
        "on": ". looking",
        "given up": "- given up",
        "over": "- the time is over",
        "failed": "? it cannot be played here",
    }
    return Line(texts.get(stand.phase, ". starting it"))


def rows(play: Play, stand: Stand, width: int) -> list[Line]:
    """Return all that is told while a lab goes on, and at its end."""
    if stand.phase == "failed":
        return plain(wrap(stand.why, width - 1, " "))
    if stand.phase == "starting":
        return plain(wrap("The fault is being made.", width - 1, " "))
    if stand.phase in ("solved", "given up"):
        return _solved(play, stand, width)
    lab, scene = play.lab, play.scene
    reached = state(stand)
    lead = "   goal reached?   " if width >= 60 else "   "
    return [
        *_labelled("Story", telling.filled(lab.story, scene), width),
        *_labelled("Goal", telling.filled(lab.goal, scene), width),
        EMPTY,
        *([_after(lead, reached)] if len(lead + reached.text) < width else plain(wrap(reached.text, width - 1, "   "))),
        *(Line(cut(f"   {each.at}   {each.word}", width - 1)) for each in stand.seen[-_MOST_SEEN:] if each.at),
        EMPTY,
        *_start(play, width),
        *plain(row for text in stand.told for row in wrap(printable(text), width - 1, "   ")),
        *([EMPTY] if stand.told or play.options else []),
        *_hints(play, width),
        EMPTY,
        *plain(wrap(_promise(play, stand), width - 1, " ")),
    ]


def _labelled(label: str, text: str, width: int) -> list[Line]:
    if width < 60:
        return plain(wrap(text, width - 1, f" {label}: ", " "))
    return plain(wrap(text, width - 1, f" {label:<{_LEAD - 1}}"))


def _after(lead: str, line: Line) -> Line:
    moved = tuple(span._replace(start=span.start + len(lead), end=span.end + len(lead)) for span in line.spans)
    return Line(lead + line.text, moved)


def _start(play: Play, width: int) -> list[Line]:
    """Return what `e` changes."""
    if not play.options:
        return []
    variables = play.sets_variables
    what = "Variables of your programs" if variables else "How the server starts"
    edit = key_of("edit")
    whole = "changes them" if variables else "changes this line, and it starts again"
    command = play.options if variables else telling.start_command(play)
    heads = (f" {what:<31}({edit} {whole})", f" {what}   ({edit} changes it)", f" {what}: {edit}")
    head = next((text for text in heads if len(text) < width), heads[-1])
    return plain([head, *wrap(printable(command), width - 1, "   ")])


def _hints(play: Play, width: int) -> list[Line]:
    found = plain([f" Hints opened: {play.opened} of {len(play.lab.hints)}"])
    for at, text in enumerate(play.lab.hints[: play.opened], 1):
        found += plain(wrap(telling.filled(text, play.scene), width - 1, f"   {at}  "))
    if play.opened < len(play.lab.hints):
        found += plain(wrap(f"{key_of('hint')} opens the next. The last one tells the solution.", width - 1, "   "))
    return found


def _promise(play: Play, stand: Stand) -> str:
    line = play.stage.line
    runs = line is not None and line.port and line.runs  # one that could not start is about to end
    own = f"this lab's own programs (the server is pid {line.pid})" if line and runs else "this lab's own programs"
    if stand.phase == "over":
        ended = f"The {MINUTES} minutes are over. All that the lab started has been ended"
        return f"{ended}; {key_of('again')} starts it once more."
    when = f" at {stand.ends}" if stand.ends else f" after {MINUTES} minutes"
    return f"Only {own} are touched. It ends by itself{when}, and when you leave."


def _solved(play: Play, stand: Stand, width: int) -> list[Line]:
    lab, given = play.lab, stand.phase == "given up"
    more = [
        row
        for code, topic in ((lab.code, lab.lesson), *lab.also)
        for row in (
            ("the fault", f"{BY_CODE[code].title} (porttui explain {code})"),
            ("the lesson", f"{BY_TOPIC[topic].title} (porttui learn {topic})"),
        )
    ]
    return [
        *_labelled("Goal", telling.filled(lab.goal, play.scene), width),
        _after("   ", state(stand)),
        EMPTY,
        *(plain([*wrap(telling.filled(lab.hints[-1], play.scene), width - 1, " "), ""]) if given else []),
        *plain(wrap(telling.filled(lab.explanation, play.scene), width - 1, " ")),
        EMPTY,
        Line(" Read on"),
        *plain(columns(more, width - 1, indent=3)),
        *([] if given else [EMPTY, *plain(wrap("What the lab started runs on until you leave it.", width - 1, " "))]),
    ]


def listed(
    labs: Sequence[Lab], solved: Collection[str], missing: dict[str, str], cursor: int, width: int
) -> list[Line]:
    """Return the list of labs, one a row, and behind them the exam, where it goes with them."""
    wide = max(len(lab.title) for lab in labs)
    marks = {True: MARKS[Status.PASS][0], False: " "}
    texts = []
    for at, lab in enumerate(labs):
        note = "solved" if lab.name in solved else "not here" if missing.get(lab.name) else ""
        mark = marks[lab.name in solved]
        row = f" {'>' if at == cursor else ' '} {at + 1:>2}  {mark} {lab.title}"
        room = width - 1 - len(note)
        whole = f"{row:<{_BEFORE_TITLE + wide}}  {note}".rstrip()
        texts.append(Line(whole if len(whole) < width else f"{cut(row, room - 2):<{room}}{note}".rstrip(), stop=at))
    if not has_exam(labs):
        return texts
    passed = exam.NAME in solved
    mark = ">" if cursor == len(labs) else " "
    last = f" {mark}     {marks[passed]} The exam{' ' * (wide - 6)}{'passed' if passed else ''}".rstrip()
    return [*texts, Line(last, stop=len(labs))]


def about(lab: Lab | None, missing: dict[str, str], width: int) -> list[str]:
    """Return what is told of the lab in focus: its lesson, or why it cannot run here; None is the exam."""
    if lab is None:
        return wrap(exam.RULES, width - 1, " ")
    if why := missing.get(lab.name):
        return wrap(f"It cannot run here: {why}.", width - 1, " ")
    own = "in a network of its own, so the firewall here is left alone" if lab.private else "on this machine alone"
    if width < NARROW:
        return wrap(f"Plays {own.partition(',')[0]}. Lesson: {BY_TOPIC[lab.lesson].title}.", width - 1, " ")
    text = f"porttui lab {lab.name} plays {own}. Its lesson: {BY_TOPIC[lab.lesson].title}."
    return wrap(text, width - 1, " ")


def windowed(rows_of_list: Sequence[Line], cursor: int, room: int) -> tuple[list[Line], str]:
    """Return the rows that fit, with that in focus in sight, and which they are where they are not all."""
    count = len(rows_of_list)
    first = max(0, min(cursor - room // 2, count - room))
    where = f"rows {first + 1} to {first + room} of {count}" if count > room else ""
    return list(rows_of_list[first : first + room]), where

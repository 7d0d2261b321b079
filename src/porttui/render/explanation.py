"""The parts of an explanation, and the faults that it names: what `explain`, its JSON and docs/faults.md share."""

from __future__ import annotations

import re
from collections.abc import Iterable

from porttui.faults.fault import Fault
from porttui.faults.registry import BY_CODE
from porttui.model.base import Value


class Opening(Value, frozen=True):
    """The words with which a part of an explanation begins, and what stands over it."""

    name: str
    heading: str
    words: str
    kept: bool = False
    """Whether the words are needed under the heading, for the sentence to stay one."""


OPENINGS = (
    Opening("when", "How it comes about", "It comes about when ", kept=True),
    Opening("evidence", "How porttui knows", "How porttui knows: "),
    Opening("look-alikes", "What looks the same and is not", "What looks the same and is not: "),
    Opening("fix", "To fix it", "To fix it, "),
    Opening("prevention", "To keep it away", "To keep it from coming back, "),
)
"""In the order in which they stand; what comes before the first tells what is true."""


class Section(Value, frozen=True):
    """One part of an explanation."""

    name: str
    heading: str
    """Empty for the first part, which stands under the fault's own title."""
    text: str
    """Its paragraphs, with an empty line between two, without the words that the heading says already."""


def sections(fault: Fault) -> tuple[Section, ...]:
    """Return the parts of an explanation; its first line, which is the title, is left out."""
    parts: list[tuple[Opening | None, list[str]]] = [(None, [])]
    for paragraph in fault.text.split("\n\n")[1:]:
        opening = next((each for each in OPENINGS if paragraph.startswith(each.words.rstrip())), None)
        if opening is None:
            parts[-1][1].append(paragraph)
        else:
            parts.append((opening, [_begun(paragraph, opening)]))
    return tuple(
        Section(opening.name if opening else "what", opening.heading if opening else "", "\n\n".join(paragraphs))
        for opening, paragraphs in parts
        if paragraphs
    )


def _begun(paragraph: str, opening: Opening) -> str:
    """Return a paragraph without the words of its opening, begun with a capital where it begins with a word."""
    if opening.kept:
        return paragraph
    rest = paragraph[len(opening.words) :]
    first = re.split(r"[\s,.;:(]", rest, maxsplit=1)[0]
    return rest[:1].upper() + rest[1:] if first.isalpha() and first not in BY_CODE else rest


def see_also(fault: Fault) -> tuple[Fault, ...]:
    """Return the other faults that an explanation names, in the order in which it does."""
    named = dict.fromkeys(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", fault.text))
    return tuple(
        BY_CODE[code] for code in named if code in BY_CODE and BY_CODE[code].step is not None and code != fault.code
    )


def telling_of(words: str, faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return the faults whose title or explanation has these words: "ECONNREFUSED", "docker". Titles come first."""
    wanted = re.compile(rf"(?<!\w){re.escape(words.strip())}(?!\w)", re.IGNORECASE)
    found = [fault for fault in faults if wanted.search(" ".join(fault.text.split()))]
    return tuple(sorted(found, key=lambda fault: wanted.search(fault.title) is None))

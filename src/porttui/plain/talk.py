"""Saying lines that fit the terminal, and asking questions that say what can be typed."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Sequence

from porttui.learn.glossary import words_in
from porttui.plain.typed import EndOfInputError, Typed
from porttui.render.lines import ascii_text, columns, paragraph

_NARROWEST = 40
_WIDEST = 120
"""Longer lines are hard to read, however wide the terminal is."""
_LEAVE = ("q", "quit", "exit")
Keys = Sequence[tuple[str, str]]
"""What can be typed, and what it does."""
EVERYWHERE: Keys = (
    ("x", "what the words above mean"),
    ("?", "this list"),
    ("q", "leave (so does ctrl+d, the end of the input)"),
)


class LeaveError(Exception):
    """The user leaves."""


class Talk:
    """Both directions of the conversation."""

    def __init__(self, write: Callable[[str], bool], typed: Typed, width: Callable[[], int], *, terminal: bool) -> None:
        """Take what is needed.

        Args:
            write: prints a text and tells whether somebody may have read it.
            typed: where answers come from.
            width: columns of the terminal, as it is now.
            terminal: a person types; else a script does, and what it types is written down with the questions.
        """
        self._write = write
        self._typed = typed
        self._width = width
        self.terminal = terminal
        self.broken = False
        """Nothing can be said any more."""
        self._question = ""
        """The one that waits for an answer."""
        self._block: list[str] = []
        """What was said since the last answer: `x` tells its words."""

    @property
    def width(self) -> int:
        """Columns that a line may have."""
        return max(_NARROWEST, min(self._width(), _WIDEST))

    def say(self, *lines: str) -> None:
        """Print lines; one that is too long goes on below.

        Raises:
            LeaveError: nobody reads any more.
        """
        self._block += lines
        self._aside(lines)

    def tell(self, text: str, first: str = "") -> None:
        """Print a paragraph."""
        self.say(*paragraph(text, self.width, first))

    def table(self, rows: Sequence[Sequence[str]], *, indent: int = 2) -> None:
        """Print rows of cells under each other."""
        self.say(*columns(rows, self.width, indent))

    def typed(self, text: str, indent: str, *, shell: bool) -> None:
        r"""Print what is to be typed or pasted, on lines of its own.

        Args:
            text: a command, a line for a file, an address.
            indent: what stands before it.
            shell: it is a command for a POSIX shell, and may go on below after a "\"; else it is never broken.
        """
        self._block.append(text)
        plain = ascii_text(text)
        lines = continued(plain, self.width, indent) if shell else [indent + plain]
        self._emit("".join(f"{line}\n" for line in lines))

    def ask(self, prompt: str, keys: Keys, *, words: bool = True) -> str:
        """Ask, and return what was typed, without blanks around it. What works everywhere is done here.

        Args:
            prompt: says what can be typed.
            keys: all that can be typed, for `?`.
            words: `x` tells the words of the trade; else it has a meaning of its own.

        Raises:
            LeaveError: the user leaves, or there are no answers any more.
        """
        while True:
            typed = self._answer(prompt, self._typed.line).strip()
            if typed.lower() in _LEAVE:
                raise LeaveError
            if typed == "?":
                everywhere = EVERYWHERE if words else [key for key in EVERYWHERE if key[0] != "x"]
                self._aside(columns([*keys, *everywhere], self.width))
            elif typed == "x" and words:
                found = words_in("\n".join(self._block))
                rows = [(term.word, term.meaning) for term in found] or [("none", "No word above is in the glossary.")]
                self._aside(columns(rows, self.width))
            else:
                self._block = []
                return typed

    def ask_freely(self, prompt: str) -> str:
        """Ask for a text of any kind, which may be a paste of several lines; a script types one line.

        Raises:
            LeaveError: the user leaves, or there are no answers any more.
        """
        self._block = []
        typed = self._answer(prompt, self._typed.paste if self.terminal else self._typed.line)
        if typed.strip().lower() in _LEAVE:
            raise LeaveError
        return typed

    def interrupted(self) -> bool:
        """Tell whether a person has pressed enter meanwhile; a script's lines wait for the next question.

        Raises:
            LeaveError: there will be no answers any more.
        """
        if not self.terminal:
            return False
        try:
            typed = self._typed.within(0)
        except EndOfInputError as error:
            self._emit("\n")
            raise LeaveError from error
        if typed is not None and typed.strip().lower() in _LEAVE:
            raise LeaveError
        return typed is not None

    def repeat(self) -> None:
        """Print the question that waits for an answer, if one does: after `fg` the shell's own lines stand below it."""
        if self._question:
            self._put(self._question)

    def _put(self, question: str) -> None:
        self._aside(["", *paragraph(question, self.width)])
        self._emit("> ")

    def _aside(self, lines: Iterable[str]) -> None:
        """Print lines whose words are not told by `x`."""
        self._emit("".join(f"{part}\n" for line in lines for part in fitted(line, self.width)))

    def _answer(self, prompt: str, read: Callable[[], str]) -> str:
        self._put(prompt)
        try:
            self._question = prompt  # only now: a signal that repeats it must not come while it is being written
            typed = read()
        except EndOfInputError as error:
            self._emit("\n")
            raise LeaveError from error
        finally:
            self._question = ""
        if not self.terminal:
            self._emit("".join(f"{line}\n" for line in fitted(typed, self.width - 2)) or "\n")
        return typed

    def _emit(self, text: str) -> None:
        self.broken = True
        if not self._write(text):
            raise LeaveError
        self.broken = False


def fitted(line: str, width: int) -> list[str]:
    """Return a line in parts of at most `width` columns; those below the first are set in as far, and a bit more."""
    text = ascii_text(line).rstrip()
    if len(text) <= width:
        return [text]
    lead = " " * min(len(text) - len(text.lstrip()) + 2, width // 2)
    return textwrap.wrap(
        text, width, subsequent_indent=lead, break_on_hyphens=False, drop_whitespace=True, replace_whitespace=False
    )


def continued(command: str, width: int, indent: str) -> list[str]:
    r"""Return a command in lines that can be pasted into a POSIX shell together: all but the last end in "\".

    A line ends between two words, never within quotes; a word that is longer than a line is left whole, because half of
    it would be another command.
    """
    if len(indent) + len(command) <= width:
        return [indent + command]
    words = re.findall(r"""(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+""", command)
    if " ".join(words) != command:
        return [indent + command]
    lines, line = [], indent
    for word in words:
        if line.strip() and len(line) + len(word) + 3 > width:
            lines.append(f"{line} \\")
            line = indent + "  "
        line += f" {word}" if line.strip() else word
    return [*lines, line]

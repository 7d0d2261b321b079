"""The line to type a target into. A paste of many lines is taken whole and neither cut nor submitted."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.message import Message
from textual.widgets import Input

from porttui.model.target import Asked, TargetError
from porttui.ui.keymap import key_named, key_of


class TargetInput(Input):
    """One row, a cursor that does not blink, no border."""

    class Help(Message):
        """The key for help was pressed while nothing was typed."""

    def __init__(self, *, helps: bool = False, **options: Any) -> None:
        """Make the line; `helps`: the key for help is no letter while nothing is typed."""
        super().__init__(select_on_focus=False, compact=True, **options)
        self._helps = helps
        self.cursor_blink = False
        self._pasted = ""
        self._stands_for_paste = ""

    @property
    def text(self) -> str:
        """What the user means: the whole paste while its line was not edited, else the line."""
        return self._pasted if self._pasted and self.value == self._stands_for_paste else self.value

    async def _on_key(self, event: events.Key) -> None:
        """Submit in the order of the keys: a binding would be looked up later, after letters that were typed ahead."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Submitted(self, self.value))
        elif self._helps and not self.value and event.key == key_named(key_of("help")):
            event.stop()
            event.prevent_default()
            self.post_message(self.Help())

    def _on_paste(self, event: events.Paste) -> None:
        """Take every line; show the part that decided when they can be read, else all of them in one row."""
        event.stop()
        event.prevent_default()
        text = event.text.strip()
        if len(text.splitlines()) <= 1:
            self.insert_text_at_cursor(_one_row(text))
            return
        self._pasted = text
        self._stands_for_paste = _one_row(_deciding(text) or text)[:500]
        self.value = self._stands_for_paste
        self.cursor_position = len(self.value)


def _deciding(text: str) -> str:
    read = read_target(text)
    return read.read_from if isinstance(read, Asked) else ""


def _one_row(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def read_target(text: str) -> Asked | TargetError:
    """Return how a text is understood, or why it is not."""
    from porttui.model.parse import parse  # its tables of error lines are first needed here

    try:
        return parse(text)
    except TargetError as error:
        return error

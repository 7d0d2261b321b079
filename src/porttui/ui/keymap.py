"""Other keys than the usual ones: what the user's file asks for, checked, and what each key is called on the screen.

A key that cannot be taken is told and left as it was: two meanings of one key would take one of them away unseen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import NamedTuple

from porttui.model.printable import printable
from porttui.ui.keys import APP, SCREENS, START, Key

_NAMED = {
    "esc": "escape", "pgup": "pageup", "pgdn": "pagedown",
    **{name: name for name in ("escape", "pageup", "pagedown", "enter", "tab", "shift+tab", "space", "backspace")},
    **{name: name for name in ("up", "down", "left", "right", "home", "end", "insert", "delete")},
    **{f"f{number}": f"f{number}" for number in range(1, 13)},
}  # fmt: skip
"""Keys by the names that are written in the file, as Textual calls them."""
_SHOWN = {"escape": "esc", "pageup": "pgup", "pagedown": "pgdn"}
_SENT_AS = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+j": "enter", "ctrl+h": "backspace"}
"""What a terminal sends for these cannot be told from another key (ASCII 8, 9, 10 and 13)."""
_CHARACTERS = {
    "/": "slash", "?": "question_mark", "!": "exclamation_mark", ".": "full_stop", ":": "colon", ";": "semicolon",
    "+": "plus", "-": "minus", "*": "asterisk", "=": "equals_sign", "<": "less_than_sign", ">": "greater_than_sign",
    "#": "number_sign", "%": "percent_sign", "&": "ampersand", "@": "at", "_": "underscore", "'": "apostrophe",
    '"': "quotation_mark", "(": "left_parenthesis", ")": "right_parenthesis", "[": "left_square_bracket",
    "]": "right_square_bracket", "{": "left_curly_bracket", "}": "right_curly_bracket", "\\": "backslash",
    "|": "vertical_line", "^": "circumflex_accent", "$": "dollar_sign", "~": "tilde", "`": "grave_accent",
}  # fmt: skip
"""Characters as Textual calls their keys; letters and digits are called by themselves."""
_OF_NAME = {name: char for char, name in _CHARACTERS.items()} | _SHOWN
FIXED = ("ask",)
"""Ids of what stays as it is."""
_EXAMPLE = '"r", "R", "/", "ctrl+r", "f5", "pgdn", or several: "j down"'


class Keymap(NamedTuple):
    """Keys in place of the usual ones."""

    keys: Mapping[str, str] = {}
    """For the id of a binding: keys as Textual calls them, parted by commas."""
    problems: tuple[str, ...] = ()
    """What was asked for and cannot be, a sentence each."""


_TAKEN: ContextVar[Keymap] = ContextVar("taken", default=Keymap())  # noqa: B039  # it is never changed


def use(keymap: Keymap) -> None:
    """Call keys by these names from here on: in the task that calls it, and in those that it starts."""
    _TAKEN.set(keymap)


def key_of(name: str) -> str:
    """Return what is shown for the key with an id: "esc", "R"."""
    taken = _TAKEN.get().keys.get(name)
    return shown(taken.split(",")[0]) if taken else _USUAL[name].shown


def shown(key: str) -> str:
    """Return what is shown for a key that Textual calls by a name of its own."""
    return _OF_NAME.get(key, key)


def read_keymap(wanted: Mapping[str, object]) -> Keymap:
    """Return the keys that are taken over, and what is wrong with the others.

    Args:
        wanted: for the id of a binding a key, or several in one text or a list.
    """
    keys: dict[str, str] = {}
    problems: list[str] = []
    for name, value in wanted.items():
        if name not in _USUAL:
            problems.append(f"there is no key {printable(name, 40)}; there are {', '.join(sorted(_USUAL))}")
            continue
        if name in FIXED:
            problems.append(f"{name}: it is always enter, as in every line that is typed")
            continue
        read = _read(value)
        if isinstance(read, str):
            problems.append(f"{name}: {read}")
        elif _while_typing(name) and (typed := next((key for key in read if len(shown(key)) == 1), None)):
            problems.append(f"{name}: {shown(typed)} is needed for typing; take one with ctrl+ or a named one")
        else:
            keys[name] = ",".join(read)
    while clash := _clash(keys):
        name, other, key = clash
        problems.append(f"{name}: {shown(key)} is the key of {other} already; give {other} another one as well")
        del keys[name]
    return Keymap(keys, tuple(problems))


def _read(value: object) -> list[str] | str:
    """Return the keys in a value of the file, or what is wrong with it."""
    given: list[object] = value if isinstance(value, list) else [value]
    texts = [text for text in given if isinstance(text, str)]
    if len(texts) < len(given):
        return f"a key is a text, as in {_EXAMPLE}"
    names = [name for text in texts for name in re.split(r"\s+|(?<=[^,\s]),", text.strip()) if name]
    if not names:
        return f"no key is named; there must be one, as in {_EXAMPLE}"
    keys = []
    for name in names:
        key = key_named(name)
        if not key:
            return f"{printable(name, 30)} is no key that every terminal sends; keys are {_EXAMPLE}"
        if key in _SENT_AS:
            return f"a terminal sends the same for {key} as for {_SENT_AS[key]}"
        keys.append(key)
    return list(dict.fromkeys(keys))


def key_named(name: str) -> str:
    """Return a key as Textual calls it; empty when it is none that can be relied on."""
    if len(name) == 1:
        return name if name.isascii() and name.isalnum() else _CHARACTERS.get(name, "")
    small = name.lower()
    return _NAMED.get(small, small if re.fullmatch(r"ctrl\+[a-z]", small) else "")


def _while_typing(name: str) -> bool:
    """Tell whether a key works while a text is typed, so that it cannot be a letter."""
    return any(key.id == name and (key.priority or key in START) for keys in (APP, *SCREENS) for key in keys)


def _clash(keys: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Return an id that was given another key, the id that has it on the same screen, and the key; None if none."""
    for screen in SCREENS:
        holder: dict[str, str] = {}
        for one in (*(key for key in (*APP, *screen) if key.id not in keys), *screen, *APP):
            for key in keys.get(one.id, one.keys).split(","):
                other = holder.setdefault(key, one.id)
                if other != one.id:
                    return one.id, other, key
    return None


_USUAL: dict[str, Key] = {key.id: key for keys in (*reversed(SCREENS), APP) for key in keys}

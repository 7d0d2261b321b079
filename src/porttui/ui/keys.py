"""Every key of the diagnosis screen, once: what it does, how the key row calls it, and how the help explains it."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from textual.binding import Binding

from porttui.ui.lines import NARROW


class Key(NamedTuple):
    """A key. The key row shows it only while its action does something."""

    id: str
    keys: str
    action: str
    shown: str
    """What is printed for the key: "enter", "/"."""
    label: str
    """The word behind it in the key row."""
    help: str
    """The sentence in the help."""
    priority: bool = False


DIAGNOSIS = (
    Key("next", "down,j", "next", "down", "Next row", "the next row, or further down in the text"),
    Key("previous", "up,k", "previous", "up", "Row before", "the row before, or further up in the text"),
    Key("page_down", "pagedown,space", "page(1)", "pgdn", "Page down", "one screen further down"),
    Key("page_up", "pageup", "page(-1)", "pgup", "Page up", "one screen further up"),
    Key(
        "next_way",
        "right",
        "way(1)",
        "right",
        "Next way",
        "the next way to fix it, in a wide window first its command part by part; the next lesson",
    ),
    Key("previous_way", "left", "way(-1)", "left", "Way before", "the way before; the lesson before"),
    Key("first", "home,g", "jump(-1)", "home", "First row", "the first row"),
    Key("last", "end,G", "jump(1)", "end", "Last row", "the last row"),
    Key("filter", "slash", "filter", "/", "Filter", "type words that the rows must contain"),
    Key("sort", "o", "sort", "o", "Sort", "sort by the next column; so does a click on a title"),
    Key("turn", "O", "turn", "O", "Turn", "sort the other way round"),
    Key("view", "v", "view", "v", "View", "group the rows by process, by port, or not at all"),
    Key(
        "namespaces",
        "n",
        "namespaces",
        "n",
        "Namespaces",
        "what listens in other network namespaces, as those of containers, too; again: not",
    ),
    Key("edit", "e", "edit", "e", "Edit sender", "type the address of another machine: would it get through?"),
    Key("enter", "enter", "enter", "enter", "", "what the key row says"),
    Key("process", "p", "process", "p", "Process", "show the process of this row"),
    Key("fix", "f", "tab(2)", "f", "Fix", "show the ways to fix it"),
    Key("parts", "x", "parts", "x", "Words", "what the words of this tab mean; on Fix: the command part by part"),
    Key("lab", "l", "lab", "l", "Lab", "labs: real faults to find, beginning with one like this"),
    Key("watch", "w", "watch", "w", "Watch", "go on looking, once a second, and write down what changes; again: stop"),
    Key("act", "a", "act", "a", "Act", "resume, stop, pause or kill this process, after a question"),
    Key("save", "s", "save", "s", "Save", "write the report to two files, Markdown and JSON"),
    Key("recheck", "r", "recheck", "r", "Recheck", "look again; the old result stays until the new one differs"),
    Key("copy", "c", "copy", "c", "Copy", "send the command in focus to the clipboard of your terminal (OSC 52)"),
    Key("bare", "C", "bare", "C", "Bare text", "the text alone, and the mouse let go, to select it by hand"),
    Key("question", "b", "question", "b", "Question", "ask the other question about the same target"),
    Key("target", "t", "target", "t", "Target", "ask about another target"),
    Key("tab_1", "1", "tab(1)", "1", "Diagnosis", "the answer, the six steps and the evidence"),
    Key("tab_2", "2", "tab(2)", "2", "Fix", "the ways to fix it, step by step"),
    Key("tab_3", "3", "tab(3)", "3", "Sockets", "what listens and what is connected"),
    Key("tab_4", "4", "tab(4)", "4", "Process", "the program that listens"),
    Key("tab_5", "5", "tab(5)", "5", "Firewall", "what firewalls do to this connection"),
    Key("tab_6", "6", "tab(6)", "6", "Learn", "lessons, with what was found in them"),
    Key("next_tab", "tab", "step_tab(1)", "tab", "Next tab", "the next of the six"),
    Key("previous_tab", "shift+tab", "step_tab(-1)", "shift+tab", "Tab before", "the one before"),
    Key("back", "escape", "back", "esc", "Back", "stop looking; back to the diagnosis"),
    Key("mouse", "m", "app.mouse", "m", "Mouse", "leave the mouse to your terminal, or take it back"),
    Key("help", "question_mark", "keys", "?", "Keys", "this list"),
    Key("quit", "q", "app.leave", "q", "Quit", "leave; the answer stays in your terminal"),
)
APP = (
    Key("leave", "ctrl+c,ctrl+q", "leave", "ctrl+c", "Quit", "leave, from everywhere", priority=True),
    Key("suspend", "ctrl+z", "suspend_process", "ctrl+z", "Suspend", "back to the shell; fg returns", priority=True),
    Key("theme", "ctrl+t", "theme", "ctrl+t", "Light or dark", "dark letters on light, and back", priority=True),
    Key("palette", "ctrl+p", "command_palette", "ctrl+p", "Palette", "find a command by its words", priority=True),
    Key("redraw", "ctrl+l", "redraw", "ctrl+l", "Redraw", "draw the screen again", priority=True),
)
START = (
    Key("ask", "enter", "ask", "enter", "Find out", "find out why"),
    Key("pick", "down", "pick(1)", "down", "Pick a program", "choose one of the programs below"),
    Key("unpick", "up", "pick(-1)", "up", "Line before", "back towards the line to type in"),
    Key("other_question", "ctrl+o", "question", "ctrl+o", "Question", "ask the other question", priority=True),
    Key("forget", "ctrl+d", "forget", "ctrl+d", "Forget", "forget this target", priority=True),
    Key("back", "escape", "back", "esc", "Back", "back to the diagnosis", priority=True),
)
LABS = (
    Key("next", "down,j", "move(1)", "down", "Next lab", "the next lab"),
    Key("previous", "up,k", "move(-1)", "up", "Lab before", "the lab before"),
    Key("page_down", "pagedown,space", "page(1)", "pgdn", "Page down", "one screen further down"),
    Key("page_up", "pageup", "page(-1)", "pgup", "Page up", "one screen further up"),
    Key("start", "enter", "start", "enter", "Start it", "start the fault of this lab, on this machine only"),
    Key("back", "escape", "back", "esc", "Back", "back to where you came from"),
    Key("help", "question_mark", "keys", "?", "Keys", "this list"),
    Key("quit", "q", "app.leave", "q", "Quit", "leave"),
)
LAB = (
    Key(
        "next_lab",
        "n",
        "next_lab",
        "n",
        "Next lab",
        "the lab after this one; in an exam on to the next round, or give up",
    ),
    Key("diagnose", "d", "diagnose", "d", "Diagnose", "porttui's own diagnosis, which names the cause; esc comes back"),
    Key("hint", "h", "hint", "h", "Hint", "open the next hint"),
    Key("edit", "e", "enter_text('edit')", "e", "Edit", "change how the server starts; it starts again at once"),
    Key("answer", "a", "enter_text('answer')", "a", "Answer", "say what you found"),
    Key("command", "exclamation_mark", "enter_text('command')", "!", "Command", "run a command where the lab plays"),
    Key("again", "z", "again", "z", "Start over", "make the fault once more, as new"),
    Key("explain", "x", "explain", "x", "Words", "what the words here mean; once it is solved, the whole explanation"),
    Key("copy", "c", "copy", "c", "Copy", "send the command for a second terminal to the clipboard of yours (OSC 52)"),
    Key("next", "down,j", "scroll(1)", "down", "Down", "one row further down"),
    Key("previous", "up,k", "scroll(-1)", "up", "Up", "one row further up"),
    Key("page_down", "pagedown,space", "page(1)", "pgdn", "Page down", "one screen further down"),
    Key("page_up", "pageup", "page(-1)", "pgup", "Page up", "one screen further up"),
    Key("back", "escape", "back", "esc", "Leave", "leave the lab; all that it started is ended", priority=True),
    Key("mouse", "m", "app.mouse", "m", "Mouse", "leave the mouse to your terminal, or take it back"),
    Key("help", "question_mark", "keys", "?", "Keys", "this list"),
    Key("quit", "q", "app.leave", "q", "Quit", "leave porttui; all that the lab started is ended"),
)
PAGE = (
    Key("next", "down,j", "scroll(1)", "down", "Down", "one row further down"),
    Key("previous", "up,k", "scroll(-1)", "up", "Up", "one row further up"),
    Key("page_down", "pagedown,space", "page(1)", "pgdn", "Page down", "one screen further down"),
    Key("page_up", "pageup", "page(-1)", "pgup", "Page up", "one screen further up"),
    Key("first", "home,g", "jump(-1)", "home", "First row", "the first row"),
    Key("last", "end,G", "jump(1)", "end", "Last row", "the last row"),
    Key("back", "escape", "back", "esc", "Back", "back to where you came from"),
    Key("close", "question_mark,enter,x", "back", "enter", "Close", "the same"),
    Key("quit", "q", "app.leave", "q", "Quit", "leave"),
)
BARE = tuple(key._replace(keys="C,enter") if key.id == "close" else key for key in PAGE)
TITLED = {
    "The six tabs": DIAGNOSIS,
    "The first screen": START,
    "The labs": LABS,
    "A lab": LAB,
    "A page of text": PAGE,
    "Bare text": BARE,
}
"""The keys of each screen, to which those of APP are added."""
SCREENS = tuple(TITLED.values())


def bindings(keys: tuple[Key, ...]) -> list[Binding]:
    """Return the keys as Textual wants them."""
    return [
        Binding(
            key.keys, key.action, key.label, key_display=key.shown, tooltip=key.help, id=key.id, priority=key.priority
        )
        for key in keys
    ]


def key_row(entries: list[tuple[str, str]], width: int, gap: int = 2) -> str:
    """Return the row of keys that fits.

    Args:
        entries: key and word; the last two are kept whatever the width.
        width: of the screen, in cells.
        gap: blanks between entries.
    """
    texts = [f"{key} {word}" for key, word in entries]
    kept = texts[-2:]
    room = width - 1 - (width >= NARROW) + gap - sum(cell_len(text) + gap for text in kept)
    chosen = []
    for text in texts[:-2]:
        if cell_len(text) + gap <= room:
            chosen.append(text)
            room -= cell_len(text) + gap
    return " " + (" " * gap).join(chosen + kept)

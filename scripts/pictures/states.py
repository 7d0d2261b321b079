"""Every state of the app of which there is a picture: on which facts, after which keys, in which sizes and colours."""

from __future__ import annotations

from typing import Literal

from porttui.model.base import Value
from porttui.ui.terminal.looks import Depth, Glyphs, Looks

Size = tuple[int, int]
"""Columns and rows."""
USUAL: Size = (80, 24)
SIZES: tuple[Size, ...] = ((40, 12), USUAL, (120, 36), (200, 50))
LOOKS = {
    "": Looks(),
    "light": Looks(theme="light"),
    "16": Looks(depth=Depth.FEW),
    "16-light": Looks(theme="light", depth=Depth.FEW),
    "none": Looks(depth=Depth.NONE),
    "ascii": Looks(glyphs=Glyphs.ASCII),
}
"""What the name of a picture ends with, and how the terminal looks there."""


class State(Value, frozen=True, kw_only=True):
    """One state of the app."""

    facts: str = "moved-1"
    """Name of the recorded facts."""
    keys: tuple[str, ...] = ()
    """Pressed after the look, before the picture."""
    seen: tuple[tuple[str, int, int], ...] = ()
    """What a watch shows: recorded facts, from which second after the first look on, and in how many looks."""
    then: tuple[str, ...] = ()
    """Pressed after the watch."""
    after: str = ""
    """Recorded facts that looks after the first one find; empty: the same."""
    typed: str | None = None
    """Pasted into the start screen, which is shown then; None: a target was named."""
    stops: Literal["", "first", "second"] = ""
    """Which look has found only a part and goes on while the picture is taken."""
    fails: bool = False
    """porttui itself fails at the look."""
    recent: tuple[str, ...] = ()
    """Targets that were asked about before, the last one first."""
    settings: tuple[tuple[str, object], ...] = ()
    """Keys that the user's file asks for."""
    lab: Literal["", "list", "on", "solved", "exam", "exam-solved"] = ""
    """What of a lab, or of an exam, is shown."""
    apart: bool = False
    """The keys are pressed in each size, as what is said on them depends on it."""
    sizes: tuple[Size, ...] = SIZES
    """In which it is taken, in the usual look."""
    more: tuple[tuple[str, Size], ...] = ()
    """Other looks, by their names."""

    @property
    def pictures(self) -> tuple[tuple[str, Size], ...]:
        """Look and size of each picture."""
        return (*(("", size) for size in self.sizes), *self.more)


_ONE = (USUAL,)
_BROAD: tuple[Size, ...] = ((120, 36),)
_RECENT = ("connect 127.0.0.1:8000", "bind 0.0.0.0:8080", "connect https://localhost:8443/app", "connect [::1]:5432")
_SETTINGS: tuple[tuple[str, object], ...] = (("recheck", "w"), ("fix", "hyper+f"), ("reload", "R"), ("watch", "W"))
_ALL_LOOKS = tuple((name, USUAL) for name in LOOKS if name)
_RESTART = (("moved-1", 1, 19), ("moved-2", 51, 3))
_FIXED = (*_RESTART, ("moved-3", 54, 3))
_FIX = ("f", "down", "enter", "x")
STATES = {
    "start": State(typed="connect ECONNREFUSED 127.0.0.1:8000"),
    "start-empty": State(typed=""),
    "start-unread": State(typed="it does not work", sizes=((40, 12), USUAL)),
    "start-picked": State(typed="", keys=("down",), sizes=((40, 12), USUAL)),
    "start-recent": State(typed="", recent=_RECENT, keys=("down",), sizes=((40, 12), USUAL)),
    "start-settings": State(typed="", settings=_SETTINGS, sizes=_ONE),
    "start-settings-keys": State(typed="", settings=_SETTINGS, keys=("question_mark",), sizes=((40, 12), USUAL)),
    "start-small": State(typed="connect ECONNREFUSED 127.0.0.1:8000", sizes=((39, 11), (20, 4))),
    "looking": State(stops="first"),
    "failed": State(fails=True, sizes=((40, 12), USUAL)),
    "again": State(keys=("r",), stops="second", sizes=_ONE),
    "diagnosis": State(more=(*_ALL_LOOKS, ("ascii", (40, 12)))),
    "small": State(sizes=((39, 11), (20, 4))),
    "healthy": State(facts="moved-3"),
    "note": State(facts="http-client-error"),
    "as-nobody": State(facts="fw-drop-input"),
    "undetermined": State(facts="undetermined"),
    "process-unseen": State(facts="fw-drop-input", keys=("4",), sizes=((40, 12), USUAL)),
    "firewall-unseen": State(facts="fw-drop-input", keys=("5",)),
    "two-at-once": State(facts="cert-expired"),
    "nothing-listening": State(facts="nothing-listening", sizes=_ONE),
    "fw-reject-reset": State(facts="fw-reject-reset", sizes=_ONE),
    "sigstopped": State(facts="sigstopped", sizes=_ONE),
    "port-taken": State(facts="port-taken", sizes=_ONE),
    "upstream-dead-502": State(facts="upstream-dead-502", sizes=_ONE),
    "reasons": State(keys=("enter",)),
    "copied": State(keys=("c",), apart=True, sizes=((40, 12), USUAL)),
    "saved": State(keys=("s",), apart=True, sizes=((40, 12), USUAL)),
    "ways": State(keys=("f",)),
    "fix": State(keys=_FIX, seen=(("moved-1", 1, 19),)),
    "fix-restarting": State(keys=_FIX, seen=_RESTART, sizes=((120, 36),)),
    "watch": State(keys=("w",), seen=_RESTART),
    "fixed": State(keys=_FIX[:3], seen=_FIXED, more=(("16", USUAL), ("none", USUAL))),
    "sockets": State(facts="moved-3", keys=("3",), more=(("none", USUAL),)),
    "sockets-filtered": State(facts="moved-3", keys=("3", "slash", *"listen"), sizes=((40, 12), USUAL)),
    "sockets-none": State(facts="moved-3", keys=("3", "slash", *"nothing", "enter"), sizes=((40, 12), USUAL)),
    "sockets-grouped": State(facts="moved-3", keys=("3", "v"), sizes=((40, 12), USUAL)),
    "sockets-opened": State(facts="moved-3", keys=("3", "v", "enter", "o"), sizes=_ONE),
    "process": State(facts="sigstopped", keys=("4",)),
    "acts": State(facts="sigstopped", keys=("4", "a")),
    "confirm": State(facts="sigstopped", keys=("4", "a", "2"), more=(("none", USUAL),)),
    "acted": State(facts="sigstopped", keys=("4", "a", "1", "y"), after="resumed"),
    "firewall": State(facts="fw-reject-reset", keys=("5",)),
    "firewall-sender": State(facts="fw-reject-reset", keys=("5", "e", *"10.231.8.7", "enter")),
    "firewall-dropped": State(facts="fw-reject-reset", keys=("5", "e", *"10.231.8.66", "enter"), sizes=((120, 36),)),
    "learn": State(keys=("6",)),
    "lesson": State(keys=("6", "enter")),
    "keys": State(keys=("question_mark",)),
    "keys-start": State(typed="", keys=("question_mark",), sizes=_ONE),
    "keys-fix": State(keys=("f", "question_mark"), sizes=_BROAD),
    "keys-sockets": State(facts="moved-3", keys=("3", "question_mark"), sizes=_BROAD),
    "keys-process": State(facts="sigstopped", keys=("4", "question_mark"), sizes=_BROAD),
    "keys-firewall": State(facts="fw-reject-reset", keys=("5", "question_mark"), sizes=_BROAD),
    "keys-learn": State(keys=("6", "question_mark"), sizes=_BROAD),
    "keys-labs": State(lab="list", keys=("question_mark",), sizes=_ONE),
    "keys-lab": State(lab="on", keys=("question_mark",), sizes=_ONE),
    "keys-exam": State(lab="exam", keys=("question_mark",), sizes=_ONE),
    "palette": State(keys=("ctrl+p",), sizes=((40, 12), USUAL), more=(("light", USUAL), ("none", USUAL))),
    "palette-found": State(keys=("ctrl+p", *"save"), sizes=_ONE),
    "words": State(keys=("x",)),
    "bare": State(keys=("C",)),
    "labs": State(lab="list"),
    "lab": State(lab="on", keys=("h",)),
    "lab-solved": State(lab="solved", facts="moved-3"),
    "lab-small": State(lab="on", sizes=((39, 11), (20, 4))),
    "exam": State(lab="exam", sizes=((40, 12), USUAL, (120, 36))),
    "exam-solved": State(lab="exam-solved", sizes=((40, 12), USUAL)),
    "exam-over": State(lab="exam-solved", keys=("n",), sizes=((40, 12), USUAL)),
}
README = {
    "start-80x24": "start",
    "diagnosis-80x24": "diagnosis",
    "diagnosis-120x36": "diagnosis-120",
    "diagnosis-40x12-ascii": "diagnosis-40",
    "diagnosis-80x24-light": "diagnosis-light",
    "fix-80x24": "fix",
    "fix-restarting-120x36": "fix-120",
    "watch-80x24": "watch",
    "fixed-80x24": "fixed",
    "process-80x24": "process",
    "confirm-80x24": "confirm",
    "sockets-80x24": "sockets",
    "learn-80x24": "learn",
    "reasons-80x24": "reasons",
    "nothing-listening-80x24": "nothing-listening",
    "fw-reject-reset-80x24": "fw-reject-reset",
    "firewall-sender-80x24": "firewall",
    "firewall-dropped-120x36": "firewall-120",
    "sigstopped-80x24": "sigstopped",
    "port-taken-80x24": "port-taken",
    "two-at-once-80x24": "cert-expired",
    "upstream-dead-502-80x24": "upstream-dead-502",
}
"""Pictures that the README shows, and what they are called in screenshots/."""


def name_of(state: str, look: str, size: Size) -> str:
    """Return the name of a picture: "diagnosis-40x12-ascii"."""
    return f"{state}-{size[0]}x{size[1]}{'-' * bool(look)}{look}"

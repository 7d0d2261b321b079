"""Labs from a folder of somebody's own: each file is one lab, and what is wrong with one is told with file and line.

The files are Python, and reading them runs them. So a folder is read only when the user names it, or when it is the one
in the user's own settings and nobody else may write there; root never runs a file that others may write.
"""

from __future__ import annotations

import functools
import os
import re
import string
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from porttui.labs.lab import Lab, Look, Scene
from porttui.labs.registry import BY_NAME
from porttui.labs.stage import Stage, StartError
from porttui.labs.trust import others_write
from porttui.model.printable import printable

T = TypeVar("T")
_RESERVED = ("exam", "reset")


class Loaded(NamedTuple):
    """What a folder holds."""

    labs: tuple[Lab, ...]
    problems: tuple[str, ...]
    """Why the others are none, a line each: "slow.py, line 12: NameError: name 'page' is not defined"."""
    refused: bool = False
    """No file was read, as others could change it."""


def usual_folder() -> Path:
    """Return the folder whose labs stand behind those of porttui: ~/.config/porttui/labs on Linux."""
    from platformdirs import user_config_path

    return user_config_path("porttui", appauthor=False) / "labs"


@functools.cache
def load_usual() -> Loaded:
    """Return the labs of the usual folder, which nobody has to have; once in a run, as reading them runs them."""
    folder = usual_folder().resolve()
    try:
        folder.stat()
    except OSError:  # not there, or in the home of another user, as su(1) and setpriv(1) may leave HOME
        return Loaded((), ())
    try:
        why = others_write(folder)
        return Loaded((), (_skipped(why),), refused=True) if why else _load(folder)
    except OSError as error:
        return Loaded((), (f"{folder}: {error.strerror}",))


def load(folder: Path) -> Loaded:
    """Run the files of a folder that end in .py, apart from those whose names begin with _, and return their labs.

    Raises:
        OSError: the folder cannot be read.
    """
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    why = others_write(folder) if root else ""
    return Loaded((), (_skipped(why),), refused=True) if why else _load(folder)


def _skipped(why: str) -> str:
    if os.geteuid() == 0:
        return f"{why}. No lab was read: as root, porttui runs only files that nobody else can change"
    return f"{why}. No lab was read: others can change it; if you trust them, name the folder with --from"


def _load(folder: Path) -> Loaded:
    files = sorted(path for path in folder.iterdir() if path.suffix == ".py" and not path.name.startswith("_"))
    labs: list[Lab] = []
    problems: list[str] = []
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.append(str(folder))  # for what several of them share, in a file that begins with _
    try:
        for path in files:
            found = _read(path, {lab.name for lab in labs})
            if isinstance(found, Lab):
                labs.append(found)
            else:
                problems.append(found)
    finally:
        sys.path.remove(str(folder))
        sys.dont_write_bytecode = written
    return Loaded(tuple(labs), tuple(problems))


def _read(path: Path, taken: set[str]) -> Lab | str:
    """Return the lab of a file, or what is wrong with it."""
    module = ModuleType(f"porttui_own_lab_{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    try:
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)  # noqa: S102  # the user has named it
    except (Exception, SystemExit) as error:  # noqa: BLE001  # it is told, and the other labs stay
        return told(error, path)
    lab = getattr(module, "LAB", None)
    if not isinstance(lab, Lab):
        return f"{path.name}: it has no LAB = Lab(...)"
    wrong = _wrong(lab, taken)
    return f"{path.name}: {wrong}" if wrong else _guarded(lab, path)


def _wrong(lab: Lab, taken: set[str]) -> str:
    """Tell what is wrong with the words of a lab; empty when nothing is."""
    from porttui.faults.registry import BY_CODE  # every fault and lesson; who has no labs does without them
    from porttui.learn.contents import BY_TOPIC

    fields: tuple[object, ...] = (lab.name, lab.title, lab.code, lab.lesson, lab.story, lab.goal, lab.explanation)
    if not all(isinstance(each, str) for each in fields):
        return "one of name, title, code, lesson, story, goal and explanation is no text"
    hints: object = lab.hints
    if not isinstance(hints, tuple) or not hints or not all(isinstance(each, str) for each in hints):
        return "hints is no tuple of texts; one text alone is written with a comma behind it"
    if not re.fullmatch(r"[a-z0-9-]{1,40}", lab.name) or lab.name.isdecimal():
        return f"its name {printable(lab.name, 60)!r} is not of small letters, digits and hyphens"
    if lab.name in taken or lab.name in BY_NAME or lab.name in _RESERVED:
        return f"there is a lab {lab.name} already"
    if lab.code not in BY_CODE:
        return f"code {printable(lab.code, 60)!r} is none of those that porttui explain lists"
    if lab.lesson not in BY_TOPIC:
        return f"lesson {printable(lab.lesson, 60)!r} is none of those that porttui learn lists"
    return ""


def told(error: BaseException, path: Path) -> str:
    """Return an error of a lab's code in one line, with the line of its file."""
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == str(path) else None
    for frame in traceback.extract_tb(error.__traceback__):
        line = frame.lineno if frame.filename == str(path) else line
    what = error.msg if isinstance(error, SyntaxError) else str(error)
    where = f"{path.name}, line {line}" if line is not None else path.name
    return f"{where}: {type(error).__name__}: {printable(what, 300)}"


def _guarded(lab: Lab, path: Path) -> Lab:
    """Return a lab whose functions cannot make porttui fail: what is wrong with them is told as a lab's words are."""

    def start(stage: Stage) -> Scene:
        scene = _checked(lambda: lab.start(stage), Scene, "start", path)
        for text in (lab.story, lab.goal, *lab.hints, lab.explanation):
            try:
                string.Formatter().vformat(text, (), {"target": scene.target, **scene.words})
            except (LookupError, ValueError, AttributeError, TypeError) as error:
                why = "a text of it names in braces what the scene has no word for"
                raise StartError(f"{path.name}: {why}: {printable(str(error), 60)}") from error
        return scene

    def look(stage: Stage, scene: Scene) -> Look:
        try:
            return _checked(lambda: lab.look(stage, scene), Look, "look", path)
        except StartError as error:
            return Look(solved=False, word=str(error))

    def solve(stage: Stage, scene: Scene) -> None:
        _checked(lambda: lab.solve(stage, scene), object, "solve", path)

    def missing() -> str:
        try:
            return _checked(lab.missing, str, "missing", path)
        except StartError as error:
            return str(error)

    return replace(lab, start=start, look=look, solve=solve, missing=missing)


def _checked(call: Callable[[], object], kind: type[T], name: str, path: Path) -> T:
    """Return what a function of a lab returns.

    Raises:
        StartError: it failed, or returned something else; told with file and line.
    """
    try:
        made = call()
    except StartError:
        raise
    except Exception as error:
        raise StartError(told(error, path)) from error
    if not isinstance(made, kind):
        raise StartError(f"{path.name}: {name} returned {type(made).__name__}, and not {kind.__name__}")
    return made

"""The user's settings: a small file in TOML, which nobody has to have. What is wrong in it is told and left out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_MOST_BYTES = 64 * 1024
_KNOWN = {"keys", "theme", "ascii"}


class Settings(NamedTuple):
    """What the file asks for."""

    keys: Mapping[str, object] = {}
    """For the id of a binding the keys that it is to have; not checked yet."""
    theme: str | None = None
    """One of `porttui.ui.terminal.looks.THEMES`; None: as the terminal is."""
    ascii_only: bool = False
    problems: tuple[str, ...] = ()
    """What cannot be read, a sentence each."""


def usual_path() -> Path:
    """Return the file: ~/.config/porttui/config.toml on Linux (XDG_CONFIG_HOME, XDG Base Directory Specification)."""
    from platformdirs import user_config_path

    return user_config_path("porttui", appauthor=False) / "config.toml"


def read(path: Path) -> Settings:
    """Read a file; without it there are no settings, and one that cannot be read is told and means none, too."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        if not _is_there(path):  # in the folder of another user, as su(1) and setpriv(1) may leave HOME
            return Settings()
        return Settings(problems=(f"can't be read: {error.strerror or type(error).__name__}",))
    if len(data) > _MOST_BYTES:
        return Settings(problems=(f"is not read: it is longer than {_MOST_BYTES // 1024} KiB",))
    return understand(data)


def _is_there(path: Path) -> bool:
    """Tell whether a file can be seen, be it read or not."""
    try:
        path.lstat()
    except OSError:
        return False
    return True


def understand(data: bytes) -> Settings:
    """Return what a file means."""
    import tomllib  # no file, no parser

    from porttui.model.printable import printable
    from porttui.ui.terminal.looks import THEMES

    try:
        found = tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        return Settings(problems=(f"is no UTF-8 text (byte {error.start})",))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Settings(problems=(f"is no TOML: {error}",))
    unknown = [f"[{name}]" if isinstance(value, dict) else name for name, value in found.items() if name not in _KNOWN]
    problems = [f"{printable(name, 40)} is not known; there are theme, ascii and [keys]" for name in unknown]
    keys = found.get("keys", {})
    if not isinstance(keys, dict):
        problems.append('keys is a table, as in [keys], and below it recheck = "R"')
        keys = {}
    theme, ascii_only = found.get("theme"), found.get("ascii", False)
    if theme is not None and theme not in THEMES:
        problems.append(f"theme: it is {' or '.join(THEMES)}")
        theme = None
    if not isinstance(ascii_only, bool):
        problems.append("ascii: it is true or false")
        ascii_only = False
    return Settings(keys=keys, theme=theme, ascii_only=ascii_only, problems=tuple(problems))

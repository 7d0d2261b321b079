"""The user's settings: a small file in TOML, which nobody has to have. What is wrong in it is told and left out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_MOST_BYTES = 64 * 1024
_TABLES = ("keys",)


class Settings(NamedTuple):
    """What the file asks for."""

    keys: Mapping[str, object] = {}
    """For the id of a binding the keys that it is to have; not checked yet."""
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
        return Settings(problems=(f"can't be read: {error.strerror or type(error).__name__}",))
    if len(data) > _MOST_BYTES:
        return Settings(problems=(f"is not read: it is longer than {_MOST_BYTES // 1024} KiB",))
    return understand(data)


def understand(data: bytes) -> Settings:
    """Return what a file means."""
    import tomllib  # no file, no parser

    try:
        found = tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        return Settings(problems=(f"is no UTF-8 text (byte {error.start})",))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Settings(problems=(f"is no TOML: {error}",))
    problems = [f"[{name}] is not known; there is [keys]" for name in found if name not in _TABLES]
    keys = found.get("keys", {})
    if not isinstance(keys, dict):
        problems.append('keys is a table, as in [keys], and below it recheck = "R"')
        keys = {}
    return Settings(keys, tuple(problems))

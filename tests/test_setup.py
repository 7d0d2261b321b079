"""`scripts/setup`, which stands behind `make`: where it sets up, for whom, and what it says when it cannot.

A stand-in plays Python, since to make a real virtual environment takes seconds: it leaves behind what `-m venv` does,
as far as the script looks at it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

_SETUP = Path(__file__).resolve().parents[1] / "scripts/setup"
_PYTHON = """#!/bin/sh
case "$*" in
    *ensurepip*) exit ${NO_VENV:-0} ;;
    *version_info\\[*) echo ${VERSION:-3.12} ;;
    *version_info*) [ ${VERSION:-3.12} != 3.9 ] ;;
    *-m\\ pip*) exit ${NO_NETWORK:-0} ;;
    *-m\\ venv*)
        for folder; do :; done
        mkdir -p "$folder/bin"
        cp "$0" "$folder/bin/python"
        for program in pip porttui; do
            printf '#!/bin/sh\\n# %s/bin/python\\nprintf "porttui was told:"; printf " [%%s]" "$@"\\n' "$folder" \\
                >"$folder/bin/$program"
            chmod +x "$folder/bin/$program"
        done ;;
esac
"""
_AS_ROOT = os.geteuid() == 0 if hasattr(os, "geteuid") else False
pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="`make` is for POSIX; on Windows: pip install .")


class Checkout:
    """A checkout with nothing in it but the script, in a folder that everyone may read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "some one's checkout"
        self.theirs = folder / "theirs"
        self.python = folder / "python"
        (self.folder / "scripts").mkdir(parents=True)
        self.theirs.mkdir()
        shutil.copy(_SETUP, self.folder / "scripts")
        (self.folder / "pyproject.toml").touch()
        self.python.write_text(_PYTHON)
        self.python.chmod(0o755)
        folder.chmod(0o755)

    def run(
        self, *words: str, other: bool = False, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Call it as the owner, or as somebody who may write only in `theirs`."""
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHON": str(self.python),
            "HOME": "/nonexistent",
            **(variables or {}),
        }
        if other and not _AS_ROOT:
            self.folder.chmod(0o555)
            for folder in (each for each in self.folder.rglob("*") if each.is_dir()):
                folder.chmod(0o555)
        if other and _AS_ROOT:
            os.chown(self.theirs, 65534, 65534)
        return subprocess.run(
            [self.folder / "scripts/setup", *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            user=65534 if other and _AS_ROOT else None,
        )

    def outdate(self) -> None:
        """Let pyproject.toml be newer than what was set up."""
        later = (self.folder / ".venv/.run-is-set-up").stat().st_mtime + 10
        os.utime(self.folder / "pyproject.toml", (later, later))


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    with tempfile.TemporaryDirectory() as folder:
        there = Checkout(Path(folder))
        yield there
        there.folder.chmod(0o755)
        for each in (each for each in there.folder.rglob("*") if each.is_dir()):
            each.chmod(0o755)


def test_it_is_set_up_once_and_the_program_gets_its_words(checkout: Checkout) -> None:
    first = checkout.run("run", "porttui", "", "a b", "it's")
    assert first.stdout == "porttui was told: [] [a b] [it's]"
    assert f"Setting up {checkout.folder}/.venv" in first.stderr
    second = checkout.run("run", "porttui", "8000")
    assert (second.stdout, second.stderr) == ("porttui was told: [8000]", "")


def test_somebody_elses_is_used_without_writing_and_when_it_is_old_a_folder_of_ones_own(checkout: Checkout) -> None:
    checkout.run("run")
    there = checkout.run("run", "porttui", "8000", other=True)
    assert (there.stdout, there.stderr) == ("porttui was told: [8000]", "")
    checkout.outdate()
    cache = checkout.theirs / "cache"
    own = checkout.run("run", "porttui", "8000", other=True, variables={"XDG_CACHE_HOME": str(cache)})
    assert own.stdout == "porttui was told: [8000]"
    assert f"Setting up {cache}/porttui/checkout-" in own.stderr


def test_who_may_write_nowhere_is_told_what_to_do(checkout: Checkout) -> None:
    done = checkout.run("run", "porttui", other=True)
    assert done.returncode == 2
    assert "XDG_CACHE_HOME=" in done.stderr
    assert "Permission denied" not in done.stderr


def test_a_checkout_that_was_moved_is_set_up_anew(checkout: Checkout) -> None:
    checkout.run("run")
    checkout.folder = checkout.folder.rename(checkout.folder.parent / "moved")
    done = checkout.run("run", "porttui")
    assert f"Setting up {checkout.folder}/.venv" in done.stderr


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"PYTHON": "/nonexistent/python"}, "porttui needs Python 3.11 or newer; here there is no /nonexistent/python"),
        ({"VERSION": "3.9"}, "porttui needs Python 3.11 or newer; here {python} is 3.9"),
        ({"NO_VENV": "1"}, "apt install python3.12-venv"),
        ({"NO_NETWORK": "1"}, "it has to reach https://pypi.org"),
    ],
    ids=["no Python", "an old one", "no python3-venv", "no network"],
)
def test_what_is_missing_is_named(checkout: Checkout, variables: dict[str, str], told: str) -> None:
    done = checkout.run("run", "porttui", variables=variables)
    assert (done.returncode, done.stdout) == (2, "")
    assert told.format(python=checkout.python) in done.stderr

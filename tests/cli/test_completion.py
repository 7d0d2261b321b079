"""The completions work in the real shells: what is typed before the tab key is completed from the parsers."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.run import environment, listener, porttui

_START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
_SETUP = {
    "bash": "source ./script",
    "zsh": "PS1='$ '; autoload -U compinit; compinit -u -D; source ./script",
    "fish": "source ./script",
}


def _installed(shell: str, folder: Path) -> dict[str, str]:
    """Put porttui on PATH, and its completion beside it; return the environment of the shell."""
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    program = folder / "porttui"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m porttui "$@"\n')
    program.chmod(0o755)
    done = porttui("completion", shell)
    assert (done.returncode, done.stderr) == (0, b"")
    (folder / "script").write_bytes(done.stdout)
    path = f"{folder}:{os.environ['PATH']}"
    return environment(PATH=path, TERM="dumb", HOME=str(folder), LC_ALL="C.UTF-8", PS1="$ ")


def _completed(shell: str, folder: Path, asked: dict[str, str]) -> dict[str, str]:
    """Type words and the tab key into an interactive shell; return what it shows, once that has what is wanted."""
    env = _installed(shell, folder)
    if shell == "fish":  # it can say by itself what it would offer
        script = f"source script; {'; '.join(f'complete -C {words!r}; echo ---' for words in asked)}"
        done = subprocess.run(["fish", "--no-config", "-c", script], env=env, cwd=folder, stdout=-1, check=True)
        return dict(zip(asked, done.stdout.decode().split("---\n"), strict=False))
    ours, theirs = pty.openpty()
    shown = {}
    with subprocess.Popen(
        _START[shell], stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True, cwd=folder
    ) as process:
        os.close(theirs)
        os.write(ours, f"{_SETUP[shell]}; echo rea''dy\n".encode())
        _until(ours, "ready\r\n")
        for words, wanted in asked.items():
            os.write(ours, words.encode() + b"\t")
            shown[words] = _until(ours, wanted)
            os.write(ours, b"\x15")  # ctrl+u: an empty line again
        process.kill()
    os.close(ours)
    return shown


def _until(terminal: int, wanted: str) -> str:
    shown = ""
    end = time.monotonic() + 20
    while wanted not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 65536).decode(errors="replace")
    return shown


@pytest.mark.parametrize("shell", list(_START))
def test_what_was_begun_is_completed(shell: str, tmp_path: Path) -> None:
    (tmp_path / "one.json").touch()
    with listener() as port:
        asked = {
            "porttui expl": "explain",
            "porttui explain sigst": "sigstopped",
            "porttui sockets --exp": "--exposed",
            "porttui sockets esta": "established",
            f"porttui who {str(port)[:-1]}": str(port),
            "porttui replay on": "one.json",
            "porttui completion z": "zsh",
        }
        shown = _completed(shell, tmp_path, asked)
    for words, wanted in asked.items():
        assert wanted in shown[words], (words, shown[words])

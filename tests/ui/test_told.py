"""What cannot be known of a terminal is no failure."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from porttui.ui.terminal import told
from tests.cli.run import SRC

_WATCHES = """
import asyncio
from porttui.ui.terminal import told

async def until_told():
    gone = asyncio.Event()
    told.Told(lambda number: gone.set()).watch_terminal()
    await asyncio.wait_for(gone.wait(), 20)

asyncio.run(until_told())
"""


def test_where_there_are_no_terminal_settings_none_are_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "termios", None)  # as on Windows
    assert told._settings() is None
    told._restore(None)


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal is a thing of Unix")
def test_a_terminal_that_goes_away_while_porttui_starts_is_noticed() -> None:
    master, slave = pty.openpty()
    os.close(master)
    try:
        given = {**os.environ, "PYTHONPATH": SRC}
        done = subprocess.run(
            (sys.executable, "-c", _WATCHES), stdin=slave, capture_output=True, env=given, check=False
        )
    finally:
        os.close(slave)
    assert done.returncode == 0, done.stderr.decode()

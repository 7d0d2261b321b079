"""What cannot be known of a terminal is no failure."""

from __future__ import annotations

import sys

import pytest

from porttui.ui.terminal import told


def test_where_there_are_no_terminal_settings_none_are_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "termios", None)  # as on Windows
    assert told._settings() is None
    told._restore(None)

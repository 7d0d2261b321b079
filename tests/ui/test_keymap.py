"""Keys of one's own: what is taken over, what is told, and that the screen calls them by their new names."""

from __future__ import annotations

from pathlib import Path

import pytest

from porttui.cli import settings
from porttui.cli.tui import keys_of
from porttui.ui.app import PortTui
from porttui.ui.keymap import read_keymap
from porttui.ui.keys import APP, SCREENS
from tests import reports
from tests.ui.screen import app_on, rows, running, settled, text, visible
from tests.ui.terminal import Terminal, end


def app_with(**keys: object) -> PortTui:
    app = app_on(reports.ipv6_only())
    app.keymap = read_keymap(keys)
    assert app.keymap.problems == ()
    return app


async def test_a_key_is_changed_and_everything_calls_it_by_its_new_name() -> None:
    async with running(app_with(recheck="f", fix="R : ctrl+r", tab_3="0")) as pilot:
        assert rows(pilot)[-1].startswith(" R Fix  f Recheck  ")
        assert visible(pilot)[-2].startswith(" Next  R  fix it: ")
        assert " 0 Sockets " in rows(pilot)[1]
        await pilot.press("f")
        await settled(pilot)
        assert any("Looked again" in row for row in rows(pilot))
        for key in ("R", "colon", "ctrl+r"):
            await pilot.press(key)
            assert "[2 Fix]" in rows(pilot)[1]
            await pilot.press("1")
        await pilot.press("r", "3")
        assert "[1 Diagnosis]" in rows(pilot)[1]
        await pilot.resize_terminal(80, 60)
        await pilot.press("question_mark")
        await pilot.pause()
        shown = [row.split() for row in rows(pilot)]
        assert ["f", "look", "again;"] in [words[:3] for words in shown]
        assert ["R", "show", "the", "ways"] in [words[:4] for words in shown]


def test_each_key_has_a_name_of_its_own_on_its_screen_and_a_sentence_and_no_two_are_the_same() -> None:
    for keys in SCREENS:
        names = [key.id for key in (*keys, *APP)]
        pressed = [one for key in (*keys, *APP) for one in key.keys.split(",")]
        assert len(set(names)) == len(names)
        assert len(set(pressed)) == len(pressed)
        assert all(key.help for key in keys)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"nonsense": "x"}, "there is no key nonsense; there are act, "),
        ({"fix": ""}, "fix: no key is named"),
        ({"fix": 3}, "fix: a key is a text"),
        ({"fix": "alt+f"}, "fix: alt+f is no key that every terminal sends"),
        ({"fix": "ctrl+i"}, "fix: a terminal sends the same for ctrl+i as for tab"),
        ({"fix": "r"}, "fix: r is the key of recheck already"),
        ({"fix": "ctrl+c"}, "fix: ctrl+c is the key of leave already"),
        ({"leave": "Q"}, "leave: Q is needed for typing"),
        ({"back": "h"}, "back: h is needed for typing"),
        ({"ask": "f2"}, "ask: it is always enter"),
    ],
)
def test_what_cannot_be_is_told_and_left_out(wanted: dict[str, object], told: str) -> None:
    keymap = read_keymap({**wanted, "watch": "W"})
    assert [each[: len(told)] for each in keymap.problems] == [told]
    assert keymap.keys == {"watch": "W"}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"[keys\n", "is no TOML: "),
        (b"\xff", "is no UTF-8 text (byte 0)"),
        (b"keys = 3", "keys is a table"),
        (b"[colour]\nx = 1\n", "[colour] is not known; there are theme, ascii and [keys]"),
        (b"theme = 'pink'", "theme: it is dark or light"),
        (b"theme = []", "theme: it is dark or light"),
        (b"ascii = 'yes'", "ascii: it is true or false"),
        (b"a = " + b"[" * 9000, "is no TOML: "),
        (b"#" * 70000, "is not read: it is longer than 64 KiB"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_means_no_settings(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(data)
    keymap = keys_of(path)
    assert [each.startswith(f"{path}: {told}") for each in keymap.problems] == [True]
    assert keymap.keys == {}
    assert keys_of(tmp_path / "none").problems == ()
    assert settings.read(tmp_path).problems == ("can't be read: Is a directory",)


def test_porttui_starts_with_a_bad_file_and_tells_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "porttui"
    folder.mkdir()
    (folder / "config.toml").write_text('theme = "light"\nascii = true\n[keys]\nquit = "Q"\nfix = "r"\n')
    one = Terminal("porttui", XDG_CONFIG_HOME=str(tmp_path))
    try:
        one.wait_for(b"something in your settings can't be used")
        one.type(b"?")
        one.wait_for(b"fix: r is the key of recheck already")
        one.type(b"\x03")
        assert one.ended() == 0
        assert f"porttui: {folder}/config.toml: fix: r is the key of recheck already".encode() in one.output
        assert b"48;5;255" in one.output, "no light background"
        assert one.output.isascii()
    finally:
        end(one)


def test_the_example_of_the_documentation_can_be_used() -> None:
    page = (Path(__file__).parents[2] / "docs" / "keys.md").read_text()
    found = settings.understand(page.partition("```toml\n")[2].partition("```")[0].encode())
    assert found.problems == read_keymap(found.keys).problems == ()
    assert len(found.keys) == 3


def test_a_file_that_cannot_even_be_seen_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert settings.read(tmp_path / "file" / "config.toml") == settings.Settings()


async def test_the_first_screen_lists_its_keys_while_nothing_is_typed() -> None:
    async with running(app_on(reports.ipv6_only(), start=True)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert "ask the other question" in text(pilot)
        assert "back to the diagnosis" not in text(pilot)
        await pilot.press("escape", *"x?")
        await pilot.pause()
        assert " > x?" in rows(pilot)[4]


async def test_the_screen_tells_that_something_in_the_settings_cannot_be_used() -> None:
    app = app_on(reports.ipv6_only())
    app.keymap = read_keymap({"fix": "r"})
    async with running(app) as pilot:
        assert visible(pilot)[-2] == " Something in your settings can't be used: ? tells what."
        await pilot.press("question_mark")
        await pilot.pause()
        assert "fix: r is the key of recheck already" in text(pilot)

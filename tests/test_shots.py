"""The pictures of all states are what the app shows now, and the facts that they are made of can be read."""

from __future__ import annotations

import asyncio
import difflib
from pathlib import Path

import pytest
from scripts import shots
from scripts.pictures import played
from scripts.pictures.recorded import RECORDED, recorded
from scripts.pictures.states import SIZES, STATES

from porttui.diagnose import diagnose

LATER = ("moved-1", "moved-2", "moved-3", "resumed")
"""Looks that are told apart by their place in a story."""
FACTS = sorted(RECORDED.glob("*.json"))


def _changed(picture: str, drawn: str) -> str:
    """Return what differs from the picture that was accepted, and how to accept it; empty when nothing does."""
    path = shots.path_of(picture)
    accepted = path.read_text(encoding="utf-8") if path.exists() else ""
    if drawn == accepted:
        return ""
    rows = difflib.unified_diff(accepted.splitlines(), drawn.splitlines(), "accepted", "shown now", n=0, lineterm="")
    how = f"{path.relative_to(shots.ROOT)} is not what the app shows; `make shots` writes it anew, look at it then:"
    return "\n".join([how, *rows])


@pytest.mark.parametrize("state", STATES)
def test_pictures_are_what_the_app_shows(state: str) -> None:
    told = [_changed(picture, drawn) for picture, drawn in asyncio.run(played.pictures_of(state)).items()]
    assert not any(told), "\n\n".join(filter(None, told))


def test_no_picture_is_left_over() -> None:
    there = {path for folder in shots.FOLDERS for path in folder.glob("*")}
    assert there == shots.paths(), "run `make shots`"


def test_a_changed_picture_is_named_with_the_row_and_the_command_that_accepts_it() -> None:
    accepted = shots.path_of("diagnosis-80x24").read_text(encoding="utf-8")
    told = _changed("diagnosis-80x24", accepted.replace("IPv6 only", "IPv4 only"))
    assert told.splitlines()[0].startswith("screenshots/diagnosis.svg is not what the app shows; `make shots`")
    assert len([row for row in told.splitlines() if row.startswith("+") and "IPv4 only" in row]) == 1


@pytest.mark.parametrize("name", ["start", "diagnosis", "ways", "sockets"])
def test_a_resized_screen_is_the_same_as_one_that_began_in_that_size(name: str) -> None:
    state = STATES[name]
    for size, resized in zip(SIZES, asyncio.run(played.taken(state, "", SIZES)), strict=True):
        assert asyncio.run(played.taken(state, "", (size,), first=size)) == [resized]


@pytest.mark.parametrize("path", FACTS, ids=lambda path: path.stem)
def test_recorded_facts_load_and_name_no_place(path: Path) -> None:
    facts = recorded(path.stem)
    report = diagnose(facts)
    assert facts.done
    assert facts.host.name == "devbox"
    assert facts.privileges.user in ("dev", "root")
    if path.stem not in LATER:
        assert report.verdict.code == path.stem


def test_each_recorded_fault_is_in_a_picture() -> None:
    every = STATES.values()
    used = {state.facts for state in every} | {name for state in every for name, *_ in state.seen}
    used |= {state.after for state in every if state.after}
    assert used == {path.stem for path in FACTS}

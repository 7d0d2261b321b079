"""The pictures of the README are what the app shows now, and the facts that they are made of can be read."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from scripts import shots

from porttui.diagnose import diagnose
from tests.system.people import CHECKOUT

RECORDED = sorted((CHECKOUT / "tests/data/recorded").glob("*.json"))


@pytest.mark.parametrize("name", shots.SHOTS)
def test_a_picture_is_what_the_app_shows(name: str) -> None:
    path = shots.FOLDER / f"{name}.svg"
    assert path.read_text(encoding="utf-8") == asyncio.run(shots.take(shots.SHOTS[name])), "run `make shots`"


def test_no_picture_is_left_over() -> None:
    assert {path.stem for path in shots.FOLDER.glob("*.svg")} == set(shots.SHOTS)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_recorded_facts_load_and_name_no_place(path: Path) -> None:
    facts = shots.recorded(path.stem)
    report = diagnose(facts)
    assert facts.done
    assert facts.host.name == "devbox"
    assert facts.privileges.user in ("dev", "root")
    if not path.stem.startswith("moved"):
        assert report.verdict.code == path.stem


def test_each_recorded_fault_is_in_a_picture() -> None:
    every = shots.SHOTS.values()
    used = {shot.facts for shot in every} | {name for shot in every for name, *_ in shot.seen}
    assert used == {path.stem for path in RECORDED}

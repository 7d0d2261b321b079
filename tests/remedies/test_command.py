"""A word that was meant as a command: it is asked about, and the name stays unknown all the same."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from porttui.cli.main import COMMANDS
from porttui.diagnose import diagnose
from porttui.model.facts import Name
from porttui.model.parse import parse
from porttui.remedies.command import _BY_COMMAND, meant
from porttui.remedies.parts import parts
from tests import worlds as w


def _asked(typed: str) -> tuple[str, str, str]:
    asked = parse(typed)
    name = Name(host=asked.target.host, literal=False, error="EAI_NONAME", hosts=())
    facts = replace(w.world(asked.target.host, asked.target.port, attempts=(), name=name), asked=asked)
    report = diagnose(facts)
    return report.verdict.code, report.remedies[0].title, report.verdict.gloss


@pytest.mark.parametrize(
    ("typed", "command"),
    [("exposed", "porttui sockets --exposed"), ("Sokets", "porttui sockets"), ("firewall", "porttui firewall PORT")],
)
def test_a_lone_word_like_a_command_is_asked_about_and_stays_an_unknown_name(typed: str, command: str) -> None:
    code, first, gloss = _asked(typed)
    assert code == "dns-nxdomain"
    assert first == f"Did you mean {command}?"
    assert gloss.startswith(f"Did you mean {command}? ")


@pytest.mark.parametrize("typed", ["exposed:80", "http://exposed", "exposed.test", "db", "relay"])
def test_what_names_a_place_is_not(typed: str) -> None:
    assert "Did you mean" not in " ".join(_asked(typed))


def test_each_command_is_known_but_those_that_nobody_types_by_mistake() -> None:
    known = {command[0] for command in _BY_COMMAND}
    assert known - {"--help", "--version"} == set(COMMANDS) - {"replay", "completion"}
    assert meant(w.world("db.test")) is None
    told = {command: [meaning for _, meaning in parts(("porttui", *command))] for command in _BY_COMMAND}
    assert {command for command, meanings in told.items() if any("look why" in each for each in meanings)} == {
        ("check", "PORT")
    }

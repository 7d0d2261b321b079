"""dns-resolver-dead: nobody answers questions for names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system import names
from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.53", "127.0.0.11"])
def test_nobody_is_on_port_53(person: Person, open_folder: Path, address: str) -> None:
    with Namespace() as stage:
        answer = names.check(stage, "db.example:5432", {address: None}, open_folder, person)
    expect_fault(answer, "dns-resolver-dead", "name", 5432, person, named=address)
    assert "ECONNREFUSED" in str(answer.verdict["evidence"]), answer
    assert answer.verdict["confidence"] == "certain", answer
    if address == "127.0.0.53":
        commands = [" ".join(step["argv"] or ()) for way in answer.report["remedies"] for step in way["steps"]]
        assert any("systemd-resolved" in command for command in commands), answer


def test_it_says_nothing(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        answer = names.check(stage, "db.example:5432", {"127.0.0.1": names.SILENT}, open_folder, person)
    expect_fault(answer, "dns-resolver-dead", "name", 5432, person, named="db.example")
    assert "says nothing" in answer.verdict["summary"], answer
    assert answer.verdict["confidence"] == "likely", answer


def test_it_is_silent_for_longer_than_anybody_waits(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        servers: dict[str, int | None] = {"127.0.0.1": names.SILENT}
        answer = names.check(stage, "db.example:5432", servers, open_folder, person, "--timeout=0.5")
    expect_fault(answer, "dns-resolver-dead", "name", 5432, person, named="db.example")


def test_none_of_several_answers(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        servers: dict[str, int | None] = {"127.0.0.2": None, "10.99.0.1": None}
        answer = names.check(stage, "db.example:5432", servers, open_folder, person)
    expect_fault(answer, "dns-resolver-dead", "name", 5432, person, named="None of the 2")


def test_only_the_first_of_two_is_silent(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        servers: dict[str, int | None] = {"127.0.0.2": names.SILENT, "127.0.0.3": 0}
        more = "options timeout:5\n"
        answer = names.check(stage, "db.example:5432", servers, open_folder, person, "--timeout=0.5", more=more)
    expect_fault(answer, "dns-resolver-dead", "name", 5432, person, named="127.0.0.3")
    assert "127.0.0.2" in answer.verdict["summary"], answer
    assert "leads to no address" not in str(answer.report["steps"]), answer


def test_the_file_names_none(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        answer = names.check(stage, "db.example:5432", {}, open_folder, person)
    expect_fault(answer, "dns-resolver-dead", "name", 5432, person, named="names no name server")


def test_a_firewall_keeps_the_question_in(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        stage.filter("output", "udp dport 53 drop")
        answer = names.check(stage, "db.example:5432", {"127.0.0.1": names.NXDOMAIN}, open_folder, person)
    expect_fault(answer, "dns-resolver-dead", "name", 5432, person, named="firewall here keeps the question in")


def test_localhost_needs_none(person: Person, open_folder: Path) -> None:
    """That it does not resolve is a matter of the hosts file."""
    with Namespace() as stage:
        servers: dict[str, int | None] = {"127.0.0.1": None}
        answer = names.check(stage, f"localhost:{stage.free_port()}", servers, open_folder, person)
    assert answer.code == "nothing-listening", answer

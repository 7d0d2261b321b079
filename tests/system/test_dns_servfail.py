"""dns-servfail: a name server answers, with a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system import names
from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize(("code", "word"), [(names.SERVFAIL, "SERVFAIL"), (names.REFUSED, "REFUSED")])
def test_the_name_server_fails(person: Person, open_folder: Path, code: int, word: str) -> None:
    with Namespace() as stage:
        answer = names.check(stage, "db.example:5432", {"127.0.0.1": code}, open_folder, person)
    expect_fault(answer, "dns-servfail", "name", 5432, person, named="db.example")
    assert word in answer.verdict["summary"], answer
    assert answer.verdict["confidence"] == "certain", answer


def test_the_stub_of_systemd_is_named(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        servers: dict[str, int | None] = {"127.0.0.53": names.SERVFAIL}
        answer = names.check(stage, "db.example:5432", servers, open_folder, person)
    expect_fault(answer, "dns-servfail", "name", 5432, person, named="systemd-resolved")
    commands = [" ".join(step["argv"] or ()) for way in answer.report["remedies"] for step in way["steps"]]
    assert "resolvectl query db.example" in commands, answer


def test_one_fails_and_the_other_is_dead(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        servers = {"127.0.0.2": None, "127.0.0.3": names.SERVFAIL}
        answer = names.check(stage, "db.example:5432", servers, open_folder, person)
    expect_fault(answer, "dns-servfail", "name", 5432, person, named="127.0.0.3")


def test_a_short_name_is_asked_for_in_its_domain(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        servers: dict[str, int | None] = {"127.0.0.1": names.SERVFAIL}
        answer = names.check(stage, "db:5432", servers, open_folder, person, more="search corp.example\n")
    expect_fault(answer, "dns-servfail", "name", 5432, person, named="db.corp.example")


def test_a_server_that_is_to_bind_it(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        servers: dict[str, int | None] = {"127.0.0.1": names.SERVFAIL}
        answer = names.check(stage, "db.example:5432", servers, open_folder, person, "--bind")
    expect_fault(answer, "dns-servfail", "name", 5432, person, named="db.example")


@pytest.mark.parametrize(("code", "told"), [(names.NXDOMAIN, "dns-nxdomain"), (names.SILENT, "dns-resolver-dead")])
def test_other_answers_are_other_faults(person: Person, open_folder: Path, code: int, told: str) -> None:
    with Namespace() as stage:
        answer = names.check(stage, "db.example:5432", {"127.0.0.1": code}, open_folder, person)
    expect_fault(answer, told, "name", 5432, person, named="db.example")


def test_a_name_under_localhost_needs_no_name_server(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        answer = names.check(stage, "shop.localhost:80", {"127.0.0.1": names.SERVFAIL}, open_folder, person)
    expect_fault(answer, "subdomain-localhost", "name", 80, person, named="shop.localhost")

"""bind-hostname-elsewhere: the name that a server is to listen on leads to where it cannot, or should not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.hosts import with_hosts
from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace

pytestmark = [pytest.mark.system, EVERYBODY]
_OWN_NAME = os.uname().nodename
_LOCALHOST = "127.0.0.1 localhost\n::1 localhost\n"


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_the_name_is_another_machines(person: Person, open_folder: Path, address: str) -> None:
    with Namespace(lan=True) as stage:
        port = stage.free_port()
        through = with_hosts(open_folder, f"{_LOCALHOST}{address} app.test\n", person)
        answer = stage.check(f"app.test:{port}", "--bind", person=person, through=through)
    expect_fault(answer, "bind-hostname-elsewhere", "bind", port, person)
    assert answer.verdict["confidence"] == "certain", answer
    assert "app.test" in answer.verdict["summary"], answer
    assert address in answer.verdict["summary"], answer
    assert "line 3" in str(answer.verdict["evidence"]), answer


def test_the_machines_own_name_leads_to_127_0_1_1(person: Person, open_folder: Path) -> None:
    """As Debian writes it into /etc/hosts."""
    with Namespace(lan=True) as stage:
        port = stage.free_port()
        through = with_hosts(open_folder, f"{_LOCALHOST}127.0.1.1 {_OWN_NAME}\n", person)
        answer = stage.check(f"{_OWN_NAME}:{port}", "--bind", person=person, through=through)
    expect_fault(answer, "bind-hostname-elsewhere", "bind", port, person)
    assert answer.verdict["confidence"] == "likely", answer
    assert "127.0.1.1" in answer.verdict["summary"], answer
    assert ADDRESS in str(answer.report["remedies"]), answer


@pytest.mark.parametrize(
    ("name", "address"),
    [
        (_OWN_NAME, "127.0.0.1"),
        (_OWN_NAME, ADDRESS),
        ("app.test", "127.0.0.2"),
        ("app.test", ADDRESS),
        ("localhost", "127.0.0.1"),
    ],
)
def test_a_name_of_this_machine_is_well(person: Person, open_folder: Path, name: str, address: str) -> None:
    with Namespace(lan=True) as stage:
        port = stage.free_port()
        lines = f"{address} {name}\n" if name == "localhost" else f"{_LOCALHOST}{address} {name}\n"
        through = with_hosts(open_folder, lines, person)
        answer = stage.check(f"{name}:{port}", "--bind", person=person, through=through)
    expect_healthy(answer, person)


def test_a_listener_there_is_told_in_its_place(person: Person, open_folder: Path) -> None:
    """The name may be strange; that the port is taken is what keeps the server from starting."""
    with Namespace() as stage:
        server = stage.listen(address="127.0.1.1", person=Person.OTHER)
        through = with_hosts(open_folder, f"{_LOCALHOST}127.0.1.1 {_OWN_NAME}\n", person)
        answer = stage.check(f"{_OWN_NAME}:{server.port}", "--bind", person=person, through=through)
    expect_fault(answer, "port-taken", "bind", server.port, person)


def test_localhost_elsewhere_is_told_by_its_own_name(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        through = with_hosts(open_folder, "192.0.2.7 localhost\n", person)
        answer = stage.check(f"localhost:{port}", "--bind", person=person, through=through)
    expect_fault(answer, "hosts-localhost-elsewhere", "name", port, person, named="localhost")


def test_an_address_is_no_name(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        answer = stage.check(f"192.0.2.7:{port}", "--bind", person=person)
    expect_fault(answer, "addr-not-available", "bind", port, person)

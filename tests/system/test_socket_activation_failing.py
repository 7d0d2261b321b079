"""socket-activation-failing: an activator takes the first connection, and the service that it starts ends at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system import activators, systemd
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy, names
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]
_FAILS = ("sh", "-c", "exit 3")


@pytest.mark.parametrize("scheme", ["", "http://"])
def test_the_service_gets_the_listener_and_fails(person: Person, scheme: str) -> None:
    with Namespace() as stage:
        server = activators.activate(stage, *_FAILS)
        answer = stage.check(f"{scheme}127.0.0.1:{server.port}", "--timeout=1.5", person=person)
    expect_fault(answer, "socket-activation-failing", "probe", server.port, person)
    assert names(answer, "systemd-socket-activate")
    assert "fails" in answer.verdict["summary"]
    if person is Person.ROOT:
        assert answer.verdict["confidence"] == "certain"


@pytest.mark.parametrize("scheme", ["", "http://"])
def test_a_service_for_each_connection_fails(person: Person, scheme: str) -> None:
    with Namespace() as stage:
        server = activators.activate(stage, *_FAILS, each=True)
        answer = stage.check(f"{scheme}127.0.0.1:{server.port}", "--timeout=1.5", person=person)
    expect_fault(answer, "socket-activation-failing", "probe", server.port, person)
    assert answer.verdict["confidence"] == "likely"
    assert "each connection is cut off" in answer.verdict["summary"]


def test_the_program_of_the_service_is_not_there(person: Person) -> None:
    with Namespace() as stage:
        server = activators.activate(stage, "/nonexistent/app")
        answer = stage.check(f"127.0.0.1:{server.port}", "--timeout=1.5", person=person)
    expect_fault(answer, "socket-activation-failing", "probe", server.port, person)
    assert names(answer, "/nonexistent/app")


def test_a_service_that_is_started_and_answers_is_healthy(person: Person) -> None:
    with Namespace() as stage:
        server = activators.activate(stage, *activators.ANSWERS)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=3", person=person)
    expect_healthy(answer, person)


def test_a_service_that_closes_because_of_what_it_read_has_not_failed(person: Person) -> None:
    with Namespace() as stage:
        server = activators.activate(stage, "sh", "-c", "read line; exit 0", each=True)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.5", person=person)
    assert answer.code in {"undetermined", "accept-then-close"}, answer


@pytest.mark.parametrize("each", [False, True])
def test_systemd_starts_a_service_that_fails(person: Person, open_folder: Path, each: bool) -> None:
    with systemd.boot(open_folder, "/bin/false", each=each) as booted:
        answer = booted.check(f"http://127.0.0.1:{booted.port}/", "--timeout=1.5", person=person)
    expect_fault(answer, "socket-activation-failing", "probe", booted.port, person)
    if person is Person.ROOT:  # here only root may ask systemctl: there is no D-Bus
        assert names(answer, "web@.service" if each else "web.service")
        assert answer.verdict["confidence"] == ("likely" if each else "certain")
        assert "web.socket" in str(answer.report["remedies"])

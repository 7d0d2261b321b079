"""sigstopped: the server is paused; the kernel opens the connection and nobody answers."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy, expect_undetermined
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_the_server_is_paused(person: Person) -> None:
    with Namespace() as stage:  # its command line names the port, by which nobody knows it
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        server.pause()
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=2", person=person)
        server.resume()
        resumed = stage.check(f"http://127.0.0.1:{server.port}/", person=person)
    expect_fault(answer, "sigstopped", "probe", server.port, person)
    assert str(server.pid) in str(answer.verdict), answer
    assert answer.verdict["confidence"] == ("certain" if person is Person.ROOT else "likely"), answer
    expect_healthy(resumed, person)


def test_its_own_paused_server_is_named(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(person=person)
        server.pause()
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=2", person=person)
    expect_fault(answer, "sigstopped", "probe", server.port, person)
    assert str(server.pid) in str(answer.verdict), answer


def test_the_only_program_of_its_user_is_named(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)  # --port 0: its command line does not help
        server.pause()
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=2", person=person)
    expect_fault(answer, "sigstopped", "probe", server.port, person)
    assert answer.verdict["confidence"] == ("certain" if person is Person.ROOT else "likely"), answer


def test_a_program_that_cannot_be_known_is_not_blamed(person: Person) -> None:
    with Namespace() as stage:
        hanging = stage.listen("--do=never", person=Person.OTHER)
        paused = stage.listen(person=Person.OTHER)
        paused.pause()
        wrong = stage.check(f"http://127.0.0.1:{hanging.port}/", "--timeout=2", person=person)
        right = stage.check(f"http://127.0.0.1:{paused.port}/", "--timeout=2", person=person)
    assert wrong.code != "sigstopped", wrong
    if person is Person.ROOT:
        expect_fault(right, "sigstopped", "probe", paused.port, person)
    else:
        expect_undetermined(right, person)
        assert any("owner" in what for what in right.unseen), right


def test_one_of_two_servers_that_share_the_port(person: Person) -> None:
    """Every other connection goes to the paused one."""
    with Namespace() as stage:
        paused = stage.listen("--reuseport", "--text=old", port=stage.free_port(), person=Person.OTHER)
        stage.listen("--reuseport", "--text=new", port=paused.port, person=Person.OTHER)
        paused.pause()
        for _ in range(20):
            answer = stage.check(f"http://127.0.0.1:{paused.port}/", "--timeout=1.2", person=person)
            if answer.code != "reuseport-shared":
                break
    if person is Person.ROOT:
        expect_fault(answer, "sigstopped", "probe", paused.port, person)
        assert f"pid {paused.pid}" in answer.verdict["summary"], answer
        assert answer.verdict["confidence"] == "likely", answer
    else:
        assert answer.code in ("sigstopped", "undetermined"), answer

"""single-thread-blocked: a server that serves one client at a time waits for one that says nothing."""

from __future__ import annotations

import pytest

from tests.system import troubled
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("kind", ["http.server", "wsgiref"])
def test_a_browser_has_connected_in_advance(person: Person, kind: str) -> None:
    with Namespace() as stage:
        server = troubled.small_server(stage, kind)
        troubled.connect(stage, server.port)
        troubled.has_accepted(stage, server, 1)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.6", person=person)
    expect_fault(answer, "single-thread-blocked", "probe", server.port, person)
    assert str(server.pid) in answer.verdict["summary"], answer
    assert answer.verdict["confidence"] == ("certain" if person is Person.ROOT else "likely"), answer


def test_it_is_the_cause_of_a_full_queue(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.small_server(stage, "http.server")  # which has a backlog of 5
        troubled.connect(stage, server.port)
        troubled.has_accepted(stage, server, 1)
        stage.crowd(server.port, 9)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.6", person=person)
    expect_fault(answer, "single-thread-blocked", "probe", server.port, person)


def test_half_a_request_is_an_earlier_request(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.small_server(stage, "http.server")
        troubled.connect(stage, server.port, "GET / HTTP/1.1\\r\\nHost:")
        troubled.has_accepted(stage, server, 1)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.6", person=person)
    expect_fault(answer, "hung-event-loop", "probe", server.port, person)


def test_idle_clients_do_not_hold_up_a_server_that_serves_many(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.node_server(stage)
        stage.crowd(server.port, 30)
        troubled.has_accepted(stage, server, 30)
        expect_healthy(stage.check(f"http://127.0.0.1:{server.port}/", person=person), person)

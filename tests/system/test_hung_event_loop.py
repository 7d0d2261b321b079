"""hung-event-loop: an earlier request occupies the server, and it takes no other connection."""

from __future__ import annotations

import pytest

from tests.system import troubled
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy, expect_undetermined
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("start", [troubled.asyncio_server, troubled.node_server], ids=["asyncio", "node"])
def test_the_loop_is_blocked_by_an_earlier_request(person: Person, start: troubled.Start) -> None:
    with Namespace() as stage:
        server = start(stage)
        troubled.ask(stage, server, "/block", says="blocks")
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.6", person=person)
    expect_fault(answer, "hung-event-loop", "probe", server.port, person)
    assert str(server.pid) in answer.verdict["summary"], answer
    assert answer.verdict["confidence"] == ("certain" if person is Person.ROOT else "likely"), answer
    assert "earlier request" in answer.verdict["summary"], answer


def test_a_bare_port_is_enough_to_know_it(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.asyncio_server(stage)
        troubled.ask(stage, server, "/block", says="blocks")
        answer = stage.check(f"{server.port}", "--timeout=1.6", person=person)
    expect_fault(answer, "hung-event-loop", "probe", server.port, person)


def test_it_is_the_cause_of_a_full_queue(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.asyncio_server(stage, backlog=1)
        troubled.ask(stage, server, "/block", says="blocks")
        stage.crowd(server.port, 4)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.6", person=person)
    expect_fault(answer, "hung-event-loop", "probe", server.port, person)


def test_many_requests_under_way_do_not_make_a_loop_that_runs_a_stuck_one(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.asyncio_server(stage)
        for _ in range(3):
            troubled.ask(stage, server, "/never")
        troubled.has_accepted(stage, server, 3)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", person=person)
    expect_healthy(answer, person)


def test_all_of_its_workers_are_stuck(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.small_server(stage, "forked")
        for _ in range(2):
            troubled.ask(stage, server, "/", says="blocks")
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.6", person=person)
    expect_fault(answer, "hung-event-loop", "probe", server.port, person)
    assert "2 earlier requests" in answer.verdict["summary"], answer


def test_idle_clients_beside_the_stuck_request_are_not_blamed(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.asyncio_server(stage)
        troubled.connect(stage, server.port)
        troubled.has_accepted(stage, server, 1)
        troubled.ask(stage, server, "/block", says="blocks")
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.6", person=person)
    expect_fault(answer, "hung-event-loop", "probe", server.port, person)


@pytest.mark.parametrize("path", ["/", "/compute"])
def test_a_long_queue_at_a_slow_server_is_no_stuck_one(person: Person, path: str) -> None:
    """It takes one after the other; the last one has to wait for longer than porttui does."""
    with Namespace() as stage:
        server = troubled.small_server(stage, "slow")
        for _ in range(20):
            troubled.ask(stage, server, path)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.6", person=person)
    expect_undetermined(answer, person)

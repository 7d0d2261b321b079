"""hung-event-loop: an earlier request occupies the server, and it takes no other connection."""

from __future__ import annotations

import sys

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


_POOL = """
import queue, socket, sys, threading
server, taken = socket.create_server(("127.0.0.1", int(sys.argv[1]))), queue.Queue()
def work():
    one = taken.get()
    one.recv(4096)
    threading.Event().wait()
for _ in range(2):
    threading.Thread(target=work, daemon=True).start()
while True:
    taken.put(server.accept()[0])
"""


def test_one_takes_connections_for_workers_that_are_all_busy(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        stage.popen(sys.executable, "-I", "-S", "-c", _POOL, str(port), person=Person.OTHER)
        stage.until_listening(port, 1)
        for _ in range(2):
            troubled.connect(stage, port, "GET / HTTP/1.0\\r\\n\\r\\n")
        stage.accepted(port, 2)
        answer = stage.check(f"http://127.0.0.1:{port}/", "--timeout=1.2", person=person)
    expect_fault(answer, "hung-event-loop", "probe", port, person)
    assert "2 earlier requests" in answer.verdict["summary"], answer
    assert answer.verdict["confidence"] == "likely", answer


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

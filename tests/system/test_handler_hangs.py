"""handler-hangs: the request was accepted and read, and is not answered."""

from __future__ import annotations

import re
import sys

import pytest

from tests.system import troubled
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy, expect_undetermined
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]

_GREEDY = """
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
held = []
while True:
    connection, _ = server.accept()
    connection.recv(65536)
    held.append(connection)
"""


def test_node_forgets_to_answer(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.node_server(stage)
        answer = stage.check(f"http://127.0.0.1:{server.port}/never", "--timeout=2", person=person)
    expect_fault(answer, "handler-hangs", "probe", server.port, person)
    assert answer.verdict["confidence"] == "certain", answer
    assert re.search(r"has not answered in 1\.\d s", answer.verdict["summary"]), answer


def test_asyncio_waits_for_ever(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.asyncio_server(stage)
        answer = stage.check(f"http://127.0.0.1:{server.port}/never", "--timeout=2", person=person)
    expect_fault(answer, "handler-hangs", "probe", server.port, person)


@pytest.mark.parametrize("path", ["/spin", "/block"])
def test_our_own_request_stops_the_whole_server(person: Person, path: str) -> None:
    with Namespace() as stage:
        server = troubled.node_server(stage)
        answer = stage.check(f"http://127.0.0.1:{server.port}{path}", "--timeout=2", person=person)
    expect_fault(answer, "handler-hangs", "probe", server.port, person)


@pytest.mark.parametrize("start", [troubled.asyncio_server, troubled.node_server], ids=["asyncio", "node"])
def test_a_slow_page_is_healthy_and_called_slow(person: Person, start: troubled.Start) -> None:
    with Namespace() as stage:
        server = start(stage)
        answer = stage.check(f"http://127.0.0.1:{server.port}/slow", person=person)
    expect_healthy(answer, person)
    assert "It took 2." in answer.verdict["gloss"], answer


def test_a_bare_port_that_waits_for_its_client_is_no_fault_of_a_handler(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        stage.serve(port, sys.executable, "-I", "-S", "-c", _GREEDY, str(port), person=Person.OTHER)
        answer = stage.check(f"127.0.0.1:{port}", "--timeout=2", person=person)
    expect_undetermined(answer, person)


def test_where_http_is_only_assumed_it_is_told_so(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        stage.serve(port, sys.executable, "-I", "-S", "-c", _GREEDY, str(port), person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{port}", "--timeout=2", person=person)
    expect_fault(answer, "handler-hangs", "probe", port, person)
    assert answer.verdict["confidence"] == "possible", answer
    assert "another protocol" in answer.verdict["gloss"], answer


def test_a_server_with_two_thousand_clients_is_healthy(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.node_server(stage, files=4096)
        stage.crowd(server.port, 2000)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", person=person)
    expect_healthy(answer, person)

"""time-wait: only connections that are over keep the port."""

from __future__ import annotations

import re
import sys

import pytest

from tests.system.connections import go_out, leave_connection, leave_time_wait
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

_CLIENT = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as one:
    one.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
    while one.recv(65536):
        pass
"""
"""Waits for the server to close first: the old connection is that side's (RFC 9293, 3.6)."""

pytestmark = [pytest.mark.system, EVERYBODY]


def test_the_old_server_had_not_set_the_option(person: Person) -> None:
    with Namespace() as stage:
        port = leave_time_wait(stage, reuse=False)
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    expect_fault(answer, "time-wait", "bind", port, person)
    assert answer.verdict["confidence"] == "certain", answer
    told = re.search(r"3 old connections in TIME_WAIT keep .* for (\d+) s more", answer.verdict["summary"])
    assert told is not None, answer
    assert 50 <= int(told[1]) <= 61, answer


@pytest.mark.parametrize("wanted", ["127.0.0.1", "0.0.0.0", "[::]"])
def test_only_a_server_without_the_option_fails(person: Person, wanted: str) -> None:
    """Which the user's is, since the question is asked; but that cannot be seen."""
    with Namespace() as stage:
        port = leave_time_wait(stage, reuse=True, count=1)
        answer = stage.check(f"{wanted}:{port}", "--bind", person=person)
    expect_fault(answer, "time-wait", "bind", port, person)
    assert answer.verdict["confidence"] == "likely", answer
    assert answer.verdict["summary"].startswith("Probably your server lacks SO_REUSEADDR: 1 old connection "), answer
    assert "SO_REUSEADDR" in str(answer.report["remedies"]), answer


def test_a_real_server_that_was_stopped(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        server = stage.serve(port, sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1")
        stage.run(sys.executable, "-c", _CLIENT, str(port))
        server.process.kill()
        server.process.wait()
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    expect_fault(answer, "time-wait", "bind", port, person)


@pytest.mark.parametrize("wanted", ["127.0.0.2", "[::1]"])
def test_old_connections_of_another_address_are_not_blamed(person: Person, wanted: str) -> None:
    with Namespace() as stage:
        port = leave_time_wait(stage, reuse=False)
        answer = stage.check(f"{wanted}:{port}", "--bind", person=person)
    expect_healthy(answer, person)


def test_a_listener_comes_before_old_connections(person: Person) -> None:
    with Namespace() as stage:
        port = leave_time_wait(stage, reuse=True)
        stage.listen(port=port, person=Person.OTHER)
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    expect_fault(answer, "port-taken", "bind", port, person)


def test_a_living_connection_comes_before_those_that_are_over(person: Person) -> None:
    with Namespace() as stage:
        _, port = leave_connection(stage, reuse=True)
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    expect_fault(answer, "leftover-connection", "bind", port, person)


def test_a_client_that_is_done_has_left_its_source_port(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen("--do=silent", port=stage.free_port(), person=Person.OTHER)
        port = go_out(stage, server.port, close=True)
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    expect_fault(answer, "time-wait", "bind", port, person)
    assert "ip_local_reserved_ports" in str(answer.report["remedies"]), answer


def test_a_client_is_told_that_nothing_listens(person: Person) -> None:
    with Namespace() as stage:
        port = leave_time_wait(stage, reuse=False)
        answer = stage.check(f"127.0.0.1:{port}", person=person)
    expect_fault(answer, "nothing-listening", "listener", port, person)
    assert "TIME_WAIT" in str(answer.verdict["evidence"]), answer
    assert "can't see" not in str(answer.report["found"]), answer


def test_when_the_time_is_over_the_port_is_free(person: Person) -> None:
    with Namespace() as stage:
        port = leave_time_wait(stage, reuse=False)
        stage.run("ss", "-K", "-tan", "state", "time-wait", f"sport = :{port}")
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    expect_healthy(answer, person)

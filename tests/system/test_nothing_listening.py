"""nothing-listening: no socket of any kind is on the port."""

from __future__ import annotations

import sys

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
def test_nothing_listens(person: Person, host: str) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        answer = stage.check(f"{host}:{port}", person=person)
    expect_fault(answer, "nothing-listening", "listener", port, person)
    assert answer.verdict["confidence"] == "certain", answer


def test_a_server_far_away_on_another_port_is_not_blamed(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        port = server.port - 1000
        expect_fault(stage.check(f"127.0.0.1:{port}", person=person), "nothing-listening", "listener", port, person)


def test_a_pasted_error_line_names_the_port(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        answer = stage.check(f"Error: connect ECONNREFUSED 127.0.0.1:{port}", person=person)
    expect_fault(answer, "nothing-listening", "listener", port, person)


_SERVER = """
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
client = socket.create_connection(listener.getsockname())
server, _ = listener.accept()
first, second = (server, client) if sys.argv[2] == "server" else (client, server)
first.close()
second.recv(1)
second.close()
"""


def test_a_server_that_ended_a_moment_ago_is_told_by_what_its_connections_left(person: Person) -> None:
    with Namespace() as stage:
        for first in ("server", "client"):
            port = stage.free_port()
            stage.run(sys.executable, "-I", "-S", "-c", _SERVER, str(port), first)
            answer = stage.check(f"127.0.0.1:{port}", person=person)
            expect_fault(answer, "nothing-listening", "listener", port, person)
            told = str(answer.verdict["evidence"])
            assert f"ended\\t1 connection\\twithin the last minute, closed first by the {first}" in told, answer
            assert "not long ago" in answer.verdict["gloss"], answer

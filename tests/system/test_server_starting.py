"""server-starting: the program is up, its port is not, and then it is."""

from __future__ import annotations

import datetime as dt
import sys

import pytest

from porttui.observe import settle
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]

_SLOW = """
import socket, sys, time
print("up", flush=True)
time.sleep(float(sys.argv[1]))
address = sys.argv[3]
server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
server.bind((address, int(sys.argv[2])))
server.listen()
while True:
    connection, _ = server.accept()
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
    connection.close()
"""


def _slow_starter(stage: Namespace, seconds: float, port: int, address: str = "127.0.0.1") -> int:
    words = (str(seconds), str(port), address)
    process = stage.popen(sys.executable, "-I", "-S", "-c", _SLOW, *words, person=Person.OTHER)
    assert process.stdout is not None
    assert process.stdout.readline()
    return process.pid


def test_it_opens_its_port_while_porttui_watches(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        pid = _slow_starter(stage, 3, port)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "server-starting", "listener", port, person)
    assert str(pid) in str(answer.verdict), answer
    assert answer.steps["probe"] == "pass", answer
    assert [way["tried"] for way in answer.report["remedies"]][:1] == ["HTTP 200"], answer


def test_with_settle_it_is_watched_for_longer(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        _slow_starter(stage, 6, port)
        answer = stage.check(f"http://127.0.0.1:{port}/", "--settle=8", person=person)
    expect_fault(answer, "server-starting", "listener", port, person)


def test_a_program_that_does_not_open_its_port_in_time_is_not_called_so(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        _slow_starter(stage, 60, port)
        answer = stage.check(f"127.0.0.1:{port}", person=person)
    expect_fault(answer, "nothing-listening", "listener", port, person)
    assert answer.seconds > 4, answer


def test_where_nobody_starts_porttui_does_not_wait(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        answer = stage.check(f"127.0.0.1:{port}", person=person)
    expect_fault(answer, "nothing-listening", "listener", port, person)
    assert answer.report["facts"]["history"] is None, answer


def test_a_server_that_has_just_started_and_answers_is_healthy(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER, grown=False)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", person=person)
    expect_healthy(answer, person)
    for watched in (
        answer.report["facts"]["history"] or ()
    ):  # where this start was slow, the server is not young any more
        first, last = (dt.datetime.fromisoformat(watched[end]) for end in ("at", "until"))
        assert (last - first).total_seconds() < settle.UNASKED, "it ends as soon as the server has lasted"


def test_one_that_opens_at_another_address_is_told_by_that(person: Person) -> None:
    """Waiting does not help: the address is what is wrong."""
    with Namespace() as stage:
        port = stage.free_port()
        _slow_starter(stage, 2.5, port, "::1")
        answer = stage.check(f"http://127.0.0.1:{port}/", "--settle=5", person=person)
    expect_fault(answer, "ipv6-only-listener", "listener", port, person)


def test_a_server_that_has_moved_next_door_is_not_called_starting(person: Person) -> None:
    """Its command line names the port, and it is up, on the next one."""
    with Namespace() as stage:
        port = stage.free_port()
        server = stage.listen(f"--note={port}", port=port + 1, person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "wrong-port", "listener", port, person)
    assert f"on port {server.port}" in answer.verdict["summary"], answer

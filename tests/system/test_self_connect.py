"""self-connect: the kernel gives a client the very port that it asks for."""

from __future__ import annotations

import sys

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]

_PORT = 40000
_WAITS = """
import socket, sys, threading
port = int(sys.argv[1])
for _ in range(1000):
    client = socket.socket()
    if client.connect_ex(("127.0.0.1", port)) == 0:
        break
    client.close()
assert client.getsockname() == client.getpeername()
print("ready", flush=True)
threading.Event().wait()
"""
"""A client that waits for its server, as many do: it tries again until a connection opens."""


def test_porttui_itself_is_connected_to_itself(person: Person) -> None:
    with Namespace() as stage:
        stage.run("sysctl", "-w", f"net.ipv4.ip_local_port_range={_PORT} {_PORT + 1}")
        answer = stage.check(f"127.0.0.1:{_PORT}", person=person)
    expect_fault(answer, "self-connect", "path", _PORT, person)
    assert answer.verdict["confidence"] == "certain", answer
    assert "ip_local_reserved_ports" in str(answer.report["remedies"]), answer


def test_a_client_that_waits_is_connected_to_itself(person: Person) -> None:
    """The server that comes later finds its port taken by the client that waits for it."""
    with Namespace() as stage:
        stage.run("sysctl", "-w", f"net.ipv4.ip_local_port_range={_PORT} {_PORT + 9}")
        client = stage.popen(sys.executable, "-I", "-S", "-c", _WAITS, str(_PORT), person=Person.OTHER)
        assert client.stdout is not None
        assert client.stdout.readline() == "ready\n"
        stage.run("sysctl", "-w", "net.ipv4.ip_local_port_range=50000 60000")
        answer = stage.check(f"127.0.0.1:{_PORT}", "--settle=0", person=person)
    expect_fault(answer, "self-connect", "path", _PORT, person)
    if person is Person.ROOT:
        assert f"pid {client.pid}" in str(answer.verdict), answer


def test_a_connection_to_another_service_is_no_echo(person: Person) -> None:
    """Its source port is the one that is asked for; its other end is not."""
    with Namespace() as stage:
        service = stage.listen("--do=silent", port=stage.free_port(), person=Person.OTHER)
        stage.run("sysctl", "-w", f"net.ipv4.ip_local_port_range={_PORT} {_PORT + 1}")
        stage.crowd(service.port, 1)
        stage.run("sysctl", "-w", "net.ipv4.ip_local_port_range=50000 60000")
        answer = stage.check(f"127.0.0.1:{_PORT}", "--bind", person=person)
        asked = stage.check(f"127.0.0.1:{_PORT}", "--settle=0", person=person)
    expect_fault(answer, "ephemeral-collision", "bind", _PORT, person)
    expect_fault(asked, "nothing-listening", "listener", _PORT, person)


def test_a_server_in_the_range_is_no_echo(person: Person) -> None:
    with Namespace() as stage:
        stage.run("sysctl", "-w", f"net.ipv4.ip_local_port_range={_PORT} {_PORT + 3}")
        server = stage.listen(port=_PORT, person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", person=person)
    assert answer.code == "healthy", answer

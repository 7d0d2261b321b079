"""leftover-connection: nobody listens, and connections that came in keep the port."""

from __future__ import annotations

import shutil

import pytest

from tests.system.connections import leave_connection
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace, wait_until

pytestmark = [pytest.mark.system, EVERYBODY]
_POLITE = """
const server = require("http").createServer((request, response) => { response.end("bye"); server.close(); });
server.keepAliveTimeout = 600000;
server.listen(Number(process.argv[1]), "127.0.0.1");
"""
_KEEPS = """
import socket, sys, threading
client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
client.sendall(b"POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 9\\r\\n\\r\\n1")
print(client.recv(100)[:4].decode(), flush=True)
threading.Event().wait()
"""


@pytest.mark.parametrize("reuse", [False, True])
def test_a_connection_has_outlived_its_listener(person: Person, reuse: bool) -> None:
    with Namespace() as stage:
        server, port = leave_connection(stage, reuse=reuse)
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    expect_fault(answer, "leftover-connection", "bind", port, person)
    assert answer.verdict["confidence"] == ("likely" if reuse else "certain"), answer
    assert "SO_REUSEADDR" in answer.verdict["summary"] or not reuse, answer
    if person is Person.ROOT:
        assert str(server.pid) in str(answer.verdict["evidence"]), answer
        assert ["kill", str(server.pid)] in [step["argv"] for way in answer.report["remedies"] for step in way["steps"]]


def test_its_own_server_is_named_to_nobody_too(person: Person) -> None:
    with Namespace() as stage:
        server, port = leave_connection(stage, reuse=False, person=person)
        answer = stage.check(f"0.0.0.0:{port}", "--bind", person=person)
    expect_fault(answer, "leftover-connection", "bind", port, person)
    assert str(server.pid) in str(answer.verdict["evidence"]), answer


def test_node_waits_politely_for_its_last_client(person: Person) -> None:
    node = shutil.which("node")
    assert node is not None, "node is not installed; scripts/setup does it"
    with Namespace() as stage:
        port = stage.free_port()
        stage.serve(port, node, "-e", _POLITE, str(port), person=Person.OTHER)
        client = stage.popen("python3", "-I", "-S", "-c", _KEEPS, str(port))
        assert client.stdout is not None
        assert client.stdout.readline() == "HTTP\n"
        wait_until(lambda: not stage.listens(port), "node closed its listener")
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    expect_fault(answer, "leftover-connection", "bind", port, person)


def test_what_the_other_side_has_closed_is_still_held(person: Person) -> None:
    """The client is gone: CLOSE_WAIT, until the server closes too."""
    with Namespace() as stage:
        _, port = leave_connection(stage, reuse=False)
        crowd = stage.processes[-1]
        crowd.kill()
        crowd.wait()
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    expect_fault(answer, "leftover-connection", "bind", port, person)
    assert "CLOSE_WAIT" in str(answer.verdict["evidence"]), answer


def test_what_only_the_other_side_still_holds(person: Person) -> None:
    """The server is gone, and its client has not noticed: FIN_WAIT2, which no process holds."""
    with Namespace() as stage:
        server, port = leave_connection(stage, reuse=False)
        server.kill()
        server.wait()
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    expect_fault(answer, "leftover-connection", "bind", port, person)
    assert "FIN_WAIT2" in str(answer.verdict["evidence"]), answer
    assert "the kernel, no program" in str(answer.verdict["evidence"]), answer
    if person is Person.ROOT:  # the other end has an owner
        assert "Stop python" in str(answer.report["remedies"]), answer


def test_another_address_is_free(person: Person) -> None:
    with Namespace() as stage:
        _, port = leave_connection(stage, reuse=False)
        answer = stage.check(f"127.0.0.2:{port}", "--bind", person=person)
    expect_healthy(answer, person)


def test_a_client_is_told_that_nothing_listens(person: Person) -> None:
    with Namespace() as stage:
        _, port = leave_connection(stage, reuse=True)
        answer = stage.check(f"127.0.0.1:{port}", person=person)
    expect_fault(answer, "nothing-listening", "listener", port, person)
    assert "ESTABLISHED" in str(answer.verdict["evidence"]), answer

"""crash-loop: a supervisor starts a server again and again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.system import listener
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace, wait_until

pytestmark = [pytest.mark.system, EVERYBODY]

_PYTHON = (sys.executable, "-I", "-S")
_HANDS_OVER = """
import os, signal, socket, subprocess, sys, time
port = int(sys.argv[1])
def work():
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    server.bind(("127.0.0.1", port))
    server.listen()
    while True:
        connection, _ = server.accept()
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
        connection.close()
def start():
    pid = os.fork()
    return pid or work()
worker = start()
while True:
    time.sleep(0.6)
    newer = start()
    time.sleep(0.3)
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    worker = newer
"""
"""A server whose workers are replaced one after the other, as at a reload."""
_OPENS_AND_CLOSES = """
import socket, sys, time
while True:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", int(sys.argv[1])))
    server.listen()
    time.sleep(0.5)
    server.close()
    time.sleep(0.3)
"""


def _command(port: int) -> str:
    return " ".join((*_PYTHON, str(Path(listener.__file__)), "--port", str(port)))


def _supervised(stage: Namespace, script: str, port: int) -> None:
    stage.popen("sh", "-c", script)
    wait_until(lambda: stage.listens(port), "the first start")


def test_a_supervisor_starts_it_again_and_again(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        _supervised(stage, f"while :; do {_command(port)} --lives=0.5; sleep 0.2; done", port)
        answer = stage.check(f"http://127.0.0.1:{port}/", "--settle=5", person=person)
    expect_fault(answer, "crash-loop", "listener", port, person)
    assert answer.verdict["confidence"] == ("certain" if person is Person.ROOT else "likely"), answer
    pids = {pid for moment in answer.report["facts"]["history"] for row in moment["listeners"] for pid in row["pids"]}
    assert len(pids) > 2, answer


def test_a_young_server_is_watched_without_being_asked(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        _supervised(stage, f"while :; do {_command(port)} --lives=0.7; done", port)
        answer = stage.check(f"127.0.0.1:{port}", person=person)
    expect_fault(answer, "crash-loop", "listener", port, person)


def test_one_restart_is_no_loop(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        _supervised(stage, f"{_command(port)} --lives=1.4; sleep 0.3; exec {_command(port)}", port)
        answer = stage.check(f"http://127.0.0.1:{port}/", "--settle=4", person=person)
    expect_healthy(answer, person)
    assert len(answer.report["facts"]["history"]) >= 2, answer


def test_workers_that_are_replaced_are_no_loop(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        stage.serve(port, *_PYTHON, "-c", _HANDS_OVER, str(port))
        answer = stage.check(f"http://127.0.0.1:{port}/", "--settle=4", person=person)
    assert answer.code != "crash-loop", answer
    assert len(answer.report["facts"]["history"]) > 3, answer


def test_a_program_that_closes_its_own_port_is_no_loop(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        stage.serve(port, *_PYTHON, "-c", _OPENS_AND_CLOSES, str(port))
        answer = stage.check(f"127.0.0.1:{port}", "--settle=4", "--no-http", person=person)
    assert answer.code != "crash-loop", answer


def test_a_loop_beside_a_server_that_stays_is_not_the_ports_fault(person: Person) -> None:
    """Both share the port by SO_REUSEPORT: what a client meets is that two servers are there, now and then."""
    with Namespace() as stage:
        port = stage.free_port()
        stage.listen("--reuseport", port=port)  # of the same user: the kernel lets no other one share it
        stage.popen("sh", "-c", f"while :; do {_command(port)} --lives=0.5 --reuseport --text=other; sleep 0.2; done")
        stage.until_listening(port, 2)
        answer = stage.check(f"http://127.0.0.1:{port}/", "--settle=4", person=person)
    assert answer.code in {"healthy", "reuseport-shared"}, answer
    assert answer.status == 0, answer
    assert len(answer.report["facts"]["history"]) > 3, answer

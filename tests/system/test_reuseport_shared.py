"""reuseport-shared: different servers have one address and port, each by a socket of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy, expect_warning
from tests.system.nginx import start_nginx
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]

_UNNAMED = """
import socket, sys
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
server.bind(("127.0.0.1", int(sys.argv[2]) + 1))
server.listen()
while True:
    connection, _ = server.accept()
    connection.sendall(sys.argv[1].encode())
    connection.close()
"""


def test_an_old_and_a_new_server_share_the_port(person: Person) -> None:
    with Namespace() as stage:
        old = stage.listen("--reuseport", "--text=old", port=stage.free_port(), person=Person.OTHER)
        new = stage.listen("--reuseport", "--text=new", port=old.port, person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{old.port}/", person=person)
    expect_warning(answer, "reuseport-shared", "listener", old.port, person)
    assert answer.status == 0, answer
    assert answer.verdict["confidence"] == ("certain" if person is Person.ROOT else "likely"), answer
    assert all(f"pid {each.pid}" in str(answer.verdict["evidence"]) for each in (old, new)), answer
    argvs = [step["argv"] for way in answer.report["remedies"] for step in way["steps"]]
    assert ["kill", str(old.pid)] in argvs, "the older one is stopped"
    assert "--text=old" in str(answer.verdict["evidence"]), answer


def test_strict_takes_it_for_a_failure(person: Person) -> None:
    with Namespace() as stage:
        old = stage.listen("--reuseport", "--text=old", port=stage.free_port(), person=person)
        stage.listen("--reuseport", "--text=new", port=old.port, person=person)
        answer = stage.check(f"http://127.0.0.1:{old.port}/", "--strict", person=person)
    expect_warning(answer, "reuseport-shared", "listener", old.port, person)
    assert answer.status == 1, answer
    assert answer.verdict["confidence"] == "certain", answer


def test_two_runs_of_one_program(person: Person) -> None:
    """Started from two shells: the same command line, and no common parent."""
    with Namespace() as stage:
        port = stage.free_port()
        listener = Path(__file__).with_name("listener.py")
        for count in (1, 2):
            stage.popen(
                "sh", "-c", f"{sys.executable} -I -S {listener} --reuseport --port {port}; :", person=Person.OTHER
            )
            stage.until_listening(port, count)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_warning(answer, "reuseport-shared", "listener", port, person)


def test_workers_under_one_parent_are_healthy(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        for _ in range(3):
            stage.listen("--reuseport", port=port, person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_healthy(answer, person)


def test_nginx_with_a_socket_for_each_worker_is_healthy(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_nginx(stage, open_folder, port, f"listen 127.0.0.1:{port} reuseport; return 200 ok;", workers=3)
        stage.until_listening(port, 3)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_healthy(answer, person)


def test_who_cannot_see_whose_the_listeners_are_is_told_that_they_may_differ(person: Person) -> None:
    """Neither command line names the port, so that root alone can tell the two apart."""
    with Namespace() as stage:
        port = stage.free_port()
        for name in ("old", "new"):
            stage.popen(
                sys.executable, "-I", "-S", "-c", _UNNAMED, name, str(port - 1), person=Person.OTHER, grown=True
            )
        stage.until_listening(port, 2)
        answer = stage.check(f"127.0.0.1:{port}", person=person)
    if person is Person.ROOT:
        expect_warning(answer, "reuseport-shared", "listener", port, person)
    else:
        expect_healthy(answer, person, staged="reuseport-shared")
        assert answer.verdict["confidence"] == "likely", answer
        assert "whose they are cannot be seen" in answer.verdict["gloss"], answer


def test_a_server_that_wants_the_port_is_told_that_it_is_taken(person: Person) -> None:
    with Namespace() as stage:
        old = stage.listen("--reuseport", "--text=old", port=stage.free_port(), person=Person.OTHER)
        stage.listen("--reuseport", "--text=new", port=old.port, person=Person.OTHER)
        answer = stage.check(f"127.0.0.1:{old.port}", "--bind", person=person)
    expect_fault(answer, "port-taken", "bind", old.port, person)

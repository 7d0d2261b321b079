"""socket-activation-held: connections open, wait, and nobody takes them from the socket that was given away."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.system import activators, systemd
from tests.system.expect import EVERYBODY, expect_fault, expect_undetermined, names
from tests.system.people import Person
from tests.system.stage import Namespace, wait_until

pytestmark = [pytest.mark.system, EVERYBODY]
_LEAVES_A_CHILD = """
import os, socket, subprocess, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
os.set_inheritable(server.fileno(), True)
os.execvp("sleep", ["sleep", "600"])
"""
_TAKES_ONE = """
import pathlib, socket, threading
connection, _ = socket.socket(fileno=3).accept()
pathlib.Path(__file__).with_name("taken").touch()
threading.Event().wait()
"""


@pytest.mark.parametrize("scheme", ["", "http://"])
def test_the_service_does_not_know_that_it_was_given_a_socket(person: Person, scheme: str) -> None:
    with Namespace() as stage:
        server = activators.activate(stage, "sleep", "600")
        answer = stage.check(f"{scheme}127.0.0.1:{server.port}", "--timeout=1.5", person=person)
    expect_fault(answer, "socket-activation-held", "probe", server.port, person)
    assert answer.verdict["confidence"] == "likely"
    assert names(answer, "sleep")


def test_the_service_of_one_connection_does_not_read(person: Person) -> None:
    with Namespace() as stage:
        server = activators.activate(stage, "sleep", "600", each=True)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.5", person=person)
    expect_fault(answer, "socket-activation-held", "probe", server.port, person)
    assert "does not read" in answer.verdict["summary"]


def test_the_socket_was_given_away_long_ago(person: Person) -> None:
    """Only who may read the holder's environment knows then that it was given the socket."""
    with Namespace() as stage:
        server = activators.activate(stage, "sleep", "600")
        stage.crowd(server.port, 1)
        wait_until(lambda: "sleep" in _name(server.pid), "the activator has become its service")
        answer = stage.check(f"127.0.0.1:{server.port}", "--timeout=1.5", person=person)
    if person is Person.ROOT:
        expect_fault(answer, "socket-activation-held", "probe", server.port, person)
        assert names(answer, "LISTEN_FDS")
    else:
        expect_undetermined(answer, person, truth="socket-activation-held")
        assert any("owners" in what for what in answer.unseen), answer


def test_a_child_has_inherited_the_socket_of_a_server_that_is_gone(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        server = stage.serve(port, sys.executable, "-I", "-S", "-c", _LEAVES_A_CHILD, str(port), person=Person.OTHER)
        wait_until(lambda: "sleep" in _name(server.pid), "the server has become its child")
        answer = stage.check(f"127.0.0.1:{port}", "--timeout=1.5", person=person)
    if person is Person.ROOT:
        expect_fault(answer, "socket-activation-held", "probe", port, person)
        assert "has inherited it" in answer.verdict["summary"]
    else:
        expect_undetermined(answer, person, truth="socket-activation-held")
        assert any("owners" in what for what in answer.unseen), answer


def test_a_server_of_its_own_that_does_not_accept_was_given_nothing(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen("--do=never", person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.5", person=person)
    assert answer.code != "socket-activation-held", answer


def test_a_service_that_has_accepted_somebody_else_is_busy_and_not_unaware(person: Person, open_folder: Path) -> None:
    (open_folder / "busy.py").write_text(_TAKES_ONE)
    with systemd.boot(open_folder, f"{sys.executable} -I -S {open_folder}/busy.py") as booted:
        booted.stage.crowd(booted.port, 1)
        wait_until((open_folder / "taken").exists, "the service has taken the first client")
        answer = booted.check(f"http://127.0.0.1:{booted.port}/", "--timeout=1.5", person=person)
    assert answer.code in {"undetermined", "single-thread-blocked", "hung-event-loop"}, answer


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text()


def test_systemd_starts_a_service_that_does_not_know_of_its_socket(person: Person, open_folder: Path) -> None:
    with systemd.boot(open_folder, "/bin/sleep 600") as booted:
        answer = booted.check(f"127.0.0.1:{booted.port}", "--timeout=1.5", person=person)
    expect_fault(answer, "socket-activation-held", "probe", booted.port, person)
    if person is Person.ROOT:
        assert names(answer, "sleep")
        assert names(answer, "web.socket")

"""orphan-child-holds-port: the server is gone, and a child of it still has its listening socket."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace, wait_until

pytestmark = [pytest.mark.system, EVERYBODY]
_SERVER = """
import os, socket, subprocess, sys, threading, time
port, manner = int(sys.argv[1]), sys.argv[2]
server = socket.create_server(("127.0.0.1", port))
server.set_inheritable(True)
children = []
for _ in range(int(sys.argv[3])):
    if manner == "program":  # it forgets to close what it has open
        children.append(subprocess.Popen(["sleep", "600"], close_fds=False).pid)
        continue
    child = os.fork()
    if child == 0:
        if manner == "answers":
            while True:
                connection, _ = server.accept()
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
                connection.close()
        if manner == "hangs":
            kept = server.accept()
        time.sleep(600)
    children.append(child)
print(*children, flush=True)
if sys.argv[4] == "lives":
    threading.Event().wait()
"""
_POOL = """
import multiprocessing, socket, sys, time
if __name__ == "__main__":
    server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    pool = [multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,)) for _ in range(2)]
    for one in pool:
        one.start()
    print(*(one.pid for one in pool), flush=True)
    server.accept()
"""


class Left:
    """What a server has left behind; ended with the test, since the stage does not know it."""

    def __init__(self, stage: Namespace, *argv: str, person: Person = Person.OTHER, ends: bool = True) -> None:
        self.server = stage.popen(sys.executable, "-I", "-S", "-c", *argv, person=person)
        assert self.server.stdout is not None
        line = self.server.stdout.readline()
        assert line, self.server.communicate()
        self.pids = [int(word) for word in line.split()]
        if ends:
            self.server.wait()

    def __enter__(self) -> Left:
        return self

    def __exit__(self, *_: object) -> None:
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)


def _left(stage: Namespace, port: int, manner: str, *, count: int = 1, person: Person = Person.OTHER) -> Left:
    return Left(stage, _SERVER, str(port), manner, str(count), "ends", person=person)


@pytest.mark.parametrize("question", ["bind", "connect"])
def test_a_program_that_is_no_server_has_inherited_the_socket(person: Person, question: str) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        with _left(stage, port, "program") as left:
            options = ["--bind"] if question == "bind" else ["--timeout=1.2"]
            answer = stage.check(f"127.0.0.1:{port}", *options, person=person)
    expect_fault(answer, "orphan-child-holds-port", "bind", port, person)
    assert f"pid {left.pids[0]}" in answer.verdict["summary"], answer
    assert "sleep" in answer.verdict["summary"], answer
    assert answer.verdict["confidence"] == ("certain" if person is Person.ROOT else "likely"), answer
    argvs = [step["argv"] for way in answer.report["remedies"] for step in way["steps"]]
    assert ["kill", str(left.pids[0])] in argvs, answer


@pytest.mark.parametrize("question", ["bind", "connect"])
def test_it_is_certain_for_ones_own(person: Person, question: str) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        with _left(stage, port, "program", person=person):
            options = ["--bind"] if question == "bind" else ["--timeout=1.2"]
            answer = stage.check(f"127.0.0.1:{port}", *options, person=person)
    expect_fault(answer, "orphan-child-holds-port", "bind", port, person)
    assert answer.verdict["confidence"] == "certain", answer


def test_a_copy_of_the_server_never_accepts(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        with _left(stage, port, "copy"):
            answer = stage.check(f"http://127.0.0.1:{port}/", "--timeout=1.2", person=person)
            later = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    expect_fault(answer, "orphan-child-holds-port", "bind", port, person)
    assert answer.verdict["confidence"] == "likely", answer
    expect_fault(later, "orphan-child-holds-port", "bind", port, person)  # a client has waited in vain, and gone


def test_a_pool_whose_server_was_killed(person: Person) -> None:
    """Started as a job of a shell, as in a terminal."""
    with Namespace() as stage:
        port = stage.free_port()
        script = 'set -m; "$@" & wait'
        shell = stage.popen("bash", "-c", script, "bash", sys.executable, "-c", _POOL, str(port), person=Person.OTHER)
        assert shell.stdout is not None
        pids = [int(word) for word in shell.stdout.readline().split()]
        try:
            os.kill(_parent(pids[0]), signal.SIGKILL)
            wait_until(lambda: _parent(pids[0]) == 1, "the pool has lost its server")
            taken = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
            hangs = stage.check(f"127.0.0.1:{port}", "--timeout=1.2", person=person)
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
    expect_fault(taken, "orphan-child-holds-port", "bind", port, person)
    expect_fault(hangs, "orphan-child-holds-port", "bind", port, person)
    argvs = [step["argv"] for way in taken.report["remedies"] for step in way["steps"]]
    assert ["kill", *map(str, pids)] in argvs, taken


def _parent(pid: int) -> int:
    return int(_stat(pid)[1])


def test_a_copy_that_answers_is_a_server(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        with _left(stage, port, "answers"):
            answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
            taken = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    expect_healthy(answer, person)
    expect_fault(taken, "port-taken", "bind", port, person)


def test_a_daemon_that_hangs_in_a_request_is_no_forgotten_child(person: Person) -> None:
    """It has accepted a connection, so it is a server; who began it does not matter."""
    with Namespace() as stage:
        port = stage.free_port()
        with _left(stage, port, "hangs"):
            stage.crowd(port, 1)
            answer = stage.check(f"http://127.0.0.1:{port}/", "--timeout=1.2", person=person)
    assert answer.code != "orphan-child-holds-port", answer


def test_a_child_whose_parent_is_alive_is_not_blamed(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        with Left(stage, _SERVER, str(port), "program", "1", "lives", ends=False) as left:
            taken = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
            hangs = stage.check(f"127.0.0.1:{port}", "--timeout=1.2", person=person)
            left.server.kill()
    expect_fault(taken, "port-taken", "bind", port, person)
    assert hangs.code != "orphan-child-holds-port", hangs


def test_a_server_in_the_background_is_no_child(person: Person) -> None:
    """Its shell is gone, too; but it is a server, and answers."""
    with Namespace() as stage:
        port = stage.free_port()
        listener = f"{sys.executable} -m http.server {port} --bind 127.0.0.1"
        stage.popen("sh", "-c", f"{listener} </dev/null >/dev/null 2>&1 & echo $!", person=Person.OTHER)
        pid = int((stage.processes[-1].stdout or sys.stdin).readline())
        try:
            stage.until_listening(port, 1)
            taken = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
            answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
        finally:
            os.kill(pid, signal.SIGKILL)
    expect_fault(taken, "port-taken", "bind", port, person)
    expect_healthy(answer, person)


def test_the_paused_child_of_a_dead_server_is_paused(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        with _left(stage, port, "copy") as left:
            os.kill(left.pids[0], signal.SIGSTOP)
            wait_until(lambda: _state(left.pids[0]) == "T", "the child is paused")
            answer = stage.check(f"http://127.0.0.1:{port}/", "--timeout=1.2", person=person)
    expect_fault(answer, "sigstopped", "probe", port, person)


def _state(pid: int) -> str:
    return _stat(pid)[0]


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def test_a_zombie_holds_nothing(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        os.kill(server.pid, signal.SIGKILL)
        wait_until(lambda: _state(server.pid) == "Z", "it has ended, and nobody has asked how")
        answer = stage.check(f"127.0.0.1:{server.port}", "--bind", person=person)
    expect_healthy(answer, person)

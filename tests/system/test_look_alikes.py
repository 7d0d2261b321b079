"""Worlds that look like a fault of the catalogue and are none, or another one: no wrong cause may be named."""

from __future__ import annotations

import sys

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]

_WEB = """
import sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if sys.argv[1] == "hang":
            threading.Event().wait()
        raise ConnectionAbortedError
    def handle(self):
        try:
            super().handle()
        except ConnectionAbortedError:
            pass
    def log_message(self, *args):
        pass
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
"""


@pytest.mark.parametrize(("manner", "code"), [("hang", "handler-hangs"), ("crash", "accept-then-close")])
def test_a_web_server_in_trouble_is_neither_https_nor_healthy(person: Person, manner: str, code: str) -> None:
    """It answers a TLS hello with 400 in plain HTTP, and a request not at all."""
    with Namespace() as stage:
        port = stage.free_port()
        stage.serve(port, sys.executable, "-c", _WEB, manner, str(port))
        plain = stage.check(f"http://127.0.0.1:{port}/", "--timeout=2", person=person)
        bare = stage.check(f"127.0.0.1:{port}", "--timeout=2", person=person)
        secure = stage.check(f"https://127.0.0.1:{port}/", "--timeout=2", person=person)
    expect_fault(plain, code, "probe", port, person)
    expect_fault(bare, code, "probe", port, person)
    assert secure.code == "tls-to-plain", secure


def test_a_client_that_connected_to_itself_reached_nobody(person: Person) -> None:
    with Namespace() as stage:
        stage.run("sysctl", "-w", "net.ipv4.ip_local_port_range=40000 40001")
        answers = [stage.check("127.0.0.1:40000", person=person) for _ in range(3)]
    assert all(answer.code != "healthy" for answer in answers), answers


def test_a_service_of_the_system_nearby_is_not_what_was_meant(person: Person) -> None:
    """sshd on 22 says nothing about a web server on 25."""
    with Namespace() as stage:
        stage.listen("--do=banner", "--text=SSH-2.0-OpenSSH_9.2", port=22)
        answer = stage.check("http://127.0.0.1:25/", person=person)
    assert answer.code == "nothing-listening", answer


def test_a_server_that_turns_clients_away_is_not_healthy(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen("--do=banner", "--text=-ERR max number of clients reached", person=Person.OTHER)
        answer = stage.check(f"127.0.0.1:{server.port}", person=person)
    assert answer.code != "healthy", answer
    assert answer.status != 0, answer


def test_a_child_that_only_inherited_the_socket_is_not_blamed(person: Person) -> None:
    """The parent accepted and reads; the paused child merely holds the same socket."""
    program = """
import os, signal, socket, sys, threading, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
server.set_inheritable(True)
if os.fork() == 0:
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(60)
while True:
    connection, _ = server.accept()
    threading.Thread(target=lambda c: [c.recv(65536), threading.Event().wait()], args=(connection,)).start()
"""
    with Namespace() as stage:
        port = stage.free_port()
        stage.serve(port, sys.executable, "-I", "-S", "-c", program, str(port))
        answer = stage.check(f"http://127.0.0.1:{port}/", "--timeout=2", person=person)
    expect_fault(answer, "handler-hangs", "probe", port, person)

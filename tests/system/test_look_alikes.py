"""Worlds that look like a fault of the catalogue and are none, or another one: no wrong cause may be named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.servers import make_certificate
from tests.system import troubled
from tests.system.docker import container
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy, expect_undetermined
from tests.system.nat import translate
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
        bare = stage.check(f"127.0.0.1:{port}", person=person)
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


_BYTES_LOST = {
    "the request": ("tcp flags & psh == psh drop", "input", "dport", "nothing that is sent on it arrives"),
    "the answer": ("meta length > 1000 drop", "output", "sport", "the server's answer does not arrive"),
}


@pytest.mark.parametrize("lost", _BYTES_LOST)
def test_a_server_whose_bytes_are_dropped_on_the_way_does_not_hang(person: Person, lost: str) -> None:
    """The connection opens, as its first packets are small; what is said on it is dropped, as by a small MTU."""
    rule, hook, end, told = _BYTES_LOST[lost]
    with Namespace() as stage:
        server = stage.listen("--text=" + "y" * 3000, port=stage.free_port(), person=Person.OTHER)
        stage.filter(hook, f"tcp {end} {server.port} {rule}")
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.5", person=person)
    expect_undetermined(answer, person)
    assert told in answer.verdict["summary"], answer
    assert "does not get through" in str(answer.report["steps"]), answer


@pytest.mark.parametrize("place", ["127.0.0.9", "127.0.0.9:5000-5999"])
def test_masquerading_is_no_redirect(person: Person, place: str) -> None:
    """The server sees another client's address than ours, perhaps with another port, and answers as it should."""
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        translate(stage, "postrouting", f"oifname lo tcp dport {server.port} snat to {place}")
        answer = stage.check(f"http://127.0.0.1:{server.port}/", person=person)
    expect_healthy(answer, person)


def test_what_hangs_behind_a_forwarder_is_the_paused_server(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        port = stage.free_port()
        listen = f"TCP-LISTEN:{port},fork,reuseaddr,bind=127.0.0.1"
        stage.serve(port, "socat", listen, f"TCP:127.0.0.1:{server.port}", person=Person.OTHER)
        server.pause()
        answer = stage.check(f"http://127.0.0.1:{port}/", "--timeout=1.5", person=person)
    expect_fault(answer, "sigstopped", "probe", port, person)
    assert str(server.pid) in answer.verdict["summary"], answer
    argvs = [step["argv"] for remedy in answer.report["remedies"] for step in remedy["steps"]]
    assert ["kill", "-CONT", str(server.pid)] in argvs, answer.report["remedies"]


def test_a_paused_server_in_a_container_is_what_hangs(person: Person) -> None:
    with container() as docker:
        server = docker.inside.listen(address="0.0.0.0", port=8000, person=Person.OTHER)
        port = docker.host.free_port()
        docker.publish(port, 8000)
        server.pause()
        answer = docker.host.check(f"http://127.0.0.1:{port}/", "--timeout=1.5", person=person)
    expect_fault(answer, "sigstopped", "probe", port, person)
    assert str(server.pid) in answer.verdict["summary"], answer


_WAITS_FOR_A_CHILD = """
const {execSync} = require('child_process');
const serve = (request, response) => { execSync('sleep 30'); response.end('done'); };
require('http').createServer(serve).listen(Number(process.argv[1]), '127.0.0.1');
"""


def test_a_handler_that_waits_for_a_program_blocks_its_event_loop(person: Person) -> None:
    """Node then waits in epoll, as it does when all is well, but in another one than that of its server."""
    with Namespace() as stage:
        port = stage.free_port()
        server = stage.serve(port, "node", "-e", _WAITS_FOR_A_CHILD, str(port), person=Person.OTHER)
        troubled.ask(stage, server, "/")
        stage.accepted(port, 1)
        answer = stage.check(f"http://127.0.0.1:{port}/", "--timeout=1.5", person=person)
    expect_fault(answer, "hung-event-loop", "probe", port, person)


_SLOW_TLS = """
import socket, ssl, sys, threading, time
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
def serve(connection):
    time.sleep(0.75)
    try:
        context.wrap_socket(connection, server_side=True).recv(9999)
    except OSError:
        pass
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
"""


def test_a_tls_server_that_takes_its_time_is_no_broken_web_server(person: Person, tmp_path: Path) -> None:
    """It resets a plain request at once, and answers a hello after as long as a busy machine may take."""
    pair = make_certificate(tmp_path)
    with Namespace() as stage:
        port = stage.free_port()
        words = (sys.executable, "-I", "-S", "-c", _SLOW_TLS, str(port), str(pair.certificate), str(pair.key))
        stage.serve(port, *words)
        answer = stage.check(f"http://127.0.0.1:{port}/", "--timeout=3", person=person)
    expect_fault(answer, "plain-http-to-tls", "probe", port, person)


def test_an_echo_of_our_own_hello_is_no_tls(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        stage.serve(port, "socat", f"TCP-LISTEN:{port},fork,reuseaddr,bind=127.0.0.1", "EXEC:cat", person=Person.OTHER)
        plain = stage.check(f"http://127.0.0.1:{port}/", "--timeout=1.5", person=person)
        secure = stage.check(f"https://127.0.0.1:{port}/", "--timeout=1.5", person=person)
    assert plain.code in {"not-http", "undetermined"}, plain
    assert secure.code in {"tls-to-plain", "not-http", "undetermined"}, secure


def test_a_paused_sharer_of_the_port_is_told_where_it_can_be_seen(person: Person) -> None:
    """The kernel deals a connection to either: the answer, or the silence, is a matter of chance."""
    with Namespace() as stage:
        server = stage.listen("--reuseport", port=stage.free_port(), person=Person.OTHER)
        other = stage.listen("--reuseport", port=server.port, person=Person.OTHER)
        other.pause()
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.5", person=person)
    if person is Person.NOBODY:
        assert answer.code in {"healthy", "undetermined"}, answer
    elif answer.code == "healthy":
        assert f"pid {other.pid}, shares the port and is paused" in answer.verdict["gloss"], answer
    else:
        expect_fault(answer, "sigstopped", "probe", server.port, person)

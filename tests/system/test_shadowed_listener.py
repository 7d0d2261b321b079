"""shadowed-listener: two servers on one port, each at an address of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy, expect_warning
from tests.system.hosts import with_hosts
from tests.system.nginx import start_nginx
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]
_UNNAMED = """
import socket, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    server_version, sys_version = sys.argv[1], ""
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *args):
        pass
class Server(ThreadingHTTPServer):
    address_family = socket.AF_INET6 if sys.argv[2] == "6" else socket.AF_INET
Server(("::1" if sys.argv[2] == "6" else "127.0.0.1", 0x%x), Handler).serve_forever()
"""
"""Its command line names neither address nor port."""


def test_another_server_is_at_the_other_family(person: Person) -> None:
    with Namespace() as stage:
        old = stage.listen("--text=old", port=stage.free_port(), person=Person.OTHER)
        new = stage.listen("--text=new", address="::1", port=old.port, person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{old.port}/", person=person)
    expect_warning(answer, "shadowed-listener", "listener", old.port, person)
    assert "[::1]" in answer.verdict["summary"], answer
    assert answer.status == 0, answer
    assert answer.verdict["confidence"] == ("certain" if person is Person.ROOT else "likely"), answer
    argvs = [step["argv"] for way in answer.report["remedies"] for step in way["steps"]]
    assert ["kill", str(new.pid)] in argvs, "the one at the other address is stopped"
    if person is Person.ROOT:
        assert {str(old.pid), str(new.pid)} <= set(str(answer.verdict["evidence"]).replace(",", " ").split()), answer


def test_the_name_leads_to_both(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        old = stage.listen("--text=old", port=stage.free_port(), person=Person.OTHER)
        stage.listen("--text=new", address="::1", port=old.port, person=Person.OTHER)
        through = with_hosts(open_folder, "127.0.0.1 localhost\n::1 localhost\n", person)
        answer = stage.check(f"http://localhost:{old.port}/", person=person, through=through)
    expect_warning(answer, "shadowed-listener", "listener", old.port, person)


def test_two_loopback_addresses(person: Person) -> None:
    with Namespace() as stage:
        old = stage.listen("--text=old", port=stage.free_port(), person=Person.OTHER)
        stage.listen("--text=new", address="127.0.0.2", port=old.port, person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.2:{old.port}/", person=person)
    expect_warning(answer, "shadowed-listener", "listener", old.port, person)


def test_the_users_of_the_sockets_tell_that_they_are_two(person: Person) -> None:
    with Namespace() as stage:
        old = stage.listen(port=stage.free_port(), person=Person.OTHER)
        stage.listen(address="::1", port=old.port, person=Person.ROOT)
        answer = stage.check(f"http://127.0.0.1:{old.port}/", person=person)
    expect_warning(answer, "shadowed-listener", "listener", old.port, person)


@pytest.mark.parametrize("names", [("Old", "New"), ("Same", "Same")])
def test_the_answers_tell_where_nothing_else_does(person: Person, names: tuple[str, str]) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        for name, family in zip(names, "46", strict=True):
            server = stage.popen(sys.executable, "-I", "-S", "-c", _UNNAMED % port, name, family, person=Person.OTHER)
            assert server.poll() is None
        stage.until_listening(port, 2)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    if names == ("Same", "Same") and person is Person.NOBODY:
        expect_healthy(answer, person, staged="shadowed-listener")  # who has the two is not known, and is said so
        assert "owners of 2 sockets" in answer.unseen, answer
    else:
        expect_warning(answer, "shadowed-listener", "listener", port, person)


def test_one_server_may_listen_at_both(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_nginx(stage, open_folder, port, f"listen 127.0.0.1:{port}; listen [::1]:{port}; return 200 ok;")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_healthy(answer, person)


def test_what_fails_is_told_first(person: Person) -> None:
    with Namespace() as stage:
        old = stage.listen("--status=500", port=stage.free_port(), person=Person.OTHER)
        stage.listen("--text=new", address="::1", port=old.port, person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{old.port}/", person=person)
    expect_fault(answer, "http-server-error", "probe", old.port, person)


def test_a_second_server_on_the_wildcard_of_the_other_family(person: Person) -> None:
    with Namespace() as stage:
        old = stage.listen("--text=old", address="0.0.0.0", port=stage.free_port(), person=Person.OTHER)
        stage.listen("--text=new", "--v6only=1", address="::", port=old.port, person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{old.port}/", person=person)
    expect_warning(answer, "shadowed-listener", "listener", old.port, person)

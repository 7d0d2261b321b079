"""http2-only: frames where lines of text were expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import make_certificate
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.nginx import start_nginx
from tests.system.people import Person
from tests.system.stage import Namespace
from tests.system.tls_server import trusting
from tests.system.web_programs import start_node

pytestmark = [pytest.mark.system, EVERYBODY]

_NODE = "require('http2').createServer((_, r) => r.end('hello')).listen(+process.argv[1], '127.0.0.1')"
_NODE_TLS = """
const fs = require('fs'), [port, key, cert] = process.argv.slice(1);
const pair = {key: fs.readFileSync(key), cert: fs.readFileSync(cert)};
require('http2').createSecureServer(pair, (_, r) => r.end('hello')).listen(+port, '127.0.0.1');
"""
_CLOSES = """
import socket, sys, threading
def serve(connection):
    with connection:
        if connection.recv(24, socket.MSG_WAITALL).startswith(b"PRI * HTTP/2.0"):
            connection.sendall(bytes(3) + b"\\4" + bytes(5))
            connection.recv(4096)
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
"""


def test_a_server_of_node(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_node(stage, port, _NODE)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
        bare = stage.check(f"127.0.0.1:{port}", person=person)
    expect_fault(answer, "http2-only", "probe", port, person)
    assert answer.verdict["confidence"] == "certain", answer
    commands = [step["argv"] for way in answer.report["remedies"] for step in way["steps"]]
    assert ["curl", "--http2-prior-knowledge", "-I", f"http://127.0.0.1:{port}"] in commands, commands
    expect_healthy(bare, person)


def test_nginx_with_http2_and_no_tls(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_nginx(stage, open_folder, port, f"listen 127.0.0.1:{port} http2; location / {{ return 200 'hello'; }}")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "http2-only", "probe", port, person)


def test_one_that_closes_without_a_word(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        stage.serve(port, "python3", "-I", "-S", "-c", _CLOSES, str(port), person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "http2-only", "probe", port, person)


def test_inside_tls(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        pair = make_certificate(open_folder, names="IP:127.0.0.1", days=30)
        start_node(stage, port, _NODE_TLS, str(pair.key), str(pair.certificate))
        answer = stage.check(f"https://127.0.0.1:{port}/", person=person, environment=trusting(pair))
    expect_fault(answer, "http2-only", "probe", port, person)


def test_a_server_of_both_versions_is_healthy(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        pair = make_certificate(open_folder, names="IP:127.0.0.1", days=30)
        tls = f"ssl_certificate {pair.certificate}; ssl_certificate_key {pair.key};"
        start_nginx(
            stage, open_folder, port, f"listen 127.0.0.1:{port} ssl http2; {tls} location / {{ return 200 'hello'; }}"
        )
        answer = stage.check(f"https://127.0.0.1:{port}/", person=person, environment=trusting(pair))
    expect_healthy(answer, person)

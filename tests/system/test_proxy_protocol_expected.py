"""proxy-protocol-expected: closed without a word, until a PROXY line stands in front."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import make_certificate
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.nginx import start_nginx
from tests.system.people import Person
from tests.system.stage import Namespace
from tests.system.tls_server import trusting

pytestmark = [pytest.mark.system, EVERYBODY]

_FALTERS = """
import itertools, socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
answer = b"HTTP/1.1 400 Bad Request\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n"
for count in itertools.count():
    connection, _ = server.accept()
    with connection:
        if connection.recv(4096).startswith(b"PROXY"):
            connection.sendall(answer)
"""


@pytest.mark.parametrize("address", ["127.0.0.1", "[::1]"])
def test_nginx_behind_no_balancer(person: Person, open_folder: Path, address: str) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_nginx(
            stage, open_folder, port, f"listen {address}:{port} proxy_protocol; location / {{ return 200 'hello'; }}"
        )
        answer = stage.check(f"http://{address}:{port}/", person=person)
        bare = stage.check(f"{address}:{port}", person=person)
    for told in (answer, bare):
        expect_fault(told, "proxy-protocol-expected", "probe", port, person)
        assert told.verdict["confidence"] == "certain", told
        assert "proxy_protocol" in str(told.report["remedies"]), told


def test_inside_it_tls(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        pair = make_certificate(open_folder, names="IP:127.0.0.1", days=30)
        tls = f"ssl_certificate {pair.certificate}; ssl_certificate_key {pair.key};"
        listen = f"listen 127.0.0.1:{port} ssl proxy_protocol; {tls}"
        start_nginx(stage, open_folder, port, f"{listen} location / {{ return 200 'hello'; }}")
        answer = stage.check(f"https://127.0.0.1:{port}/", person=person, environment=trusting(pair))
    expect_fault(answer, "proxy-protocol-expected", "probe", port, person)


def test_a_server_that_closes_on_everything_expects_no_header(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_nginx(stage, open_folder, port, f"listen 127.0.0.1:{port}; location / {{ return 444; }}")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
        closes = stage.listen("--do=close", person=Person.OTHER)
        other = stage.check(f"http://127.0.0.1:{closes.port}/", person=person)
    for told in (answer, other):
        assert told.code in {"undetermined", "accept-then-close"}, told


def test_a_server_that_takes_the_header_for_a_request_expects_none(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        stage.serve(port, "python3", "-I", "-S", "-c", _FALTERS, str(port), person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    assert answer.code in {"undetermined", "accept-then-close"}, answer


def test_a_database_is_not_sent_the_header(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        where = ("--port", str(port), "--bind", "127.0.0.1", "--dir", str(open_folder), "--save", "")
        stage.serve(port, "redis-server", *where)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "not-http", "probe", port, person)
    assert all(not said["preamble"] for said in answer.report["facts"]["exchanges"]), answer


def test_a_server_that_takes_both_is_healthy(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        expect_healthy(stage.check(f"http://127.0.0.1:{server.port}/", person=person), person)

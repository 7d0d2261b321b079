"""host-not-allowed: the server minds the name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy, expect_warning
from tests.system.hosts import with_hosts
from tests.system.nginx import start_nginx
from tests.system.people import Person
from tests.system.stage import Namespace
from tests.system.web_programs import start_django, start_node, start_vite

pytestmark = [pytest.mark.system, EVERYBODY]

_HOSTS = "127.0.0.1 localhost shop.test\n"
_WEBPACK = """
const port = +process.argv[1];
require('http').createServer((q, r) => {
  if (q.headers.host.startsWith('localhost')) return r.end('hello');
  r.statusCode = 403; r.end('Invalid Host header');
}).listen(port, '127.0.0.1')"""
_LIST_OF_ITS_OWN = _WEBPACK.replace("Invalid Host header", "no")


def test_vite(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_vite(stage, open_folder, port)
        hosts = with_hosts(open_folder, _HOSTS, person)
        answer = stage.check(f"http://shop.test:{port}/", person=person, through=hosts)
        allowed = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "host-not-allowed", "probe", port, person)
    assert answer.verdict["confidence"] == "certain", answer
    assert "vite" in answer.verdict["summary"], answer
    assert "allowedHosts: ['shop.test']" in str(answer.report["remedies"]), answer
    expect_healthy(allowed, person)


@pytest.mark.parametrize("debug", [True, False])
def test_django(person: Person, open_folder: Path, debug: bool) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        names = "" if debug else ", ALLOWED_HOSTS=['localhost']"
        start_django(stage, open_folder, port, f"DEBUG={debug}{names}")
        hosts = with_hosts(open_folder, _HOSTS, person)
        answer = stage.check(f"http://shop.test:{port}/", person=person, through=hosts)
    expect_fault(answer, "host-not-allowed", "probe", port, person)
    assert answer.verdict["confidence"] == ("certain" if debug else "likely"), answer
    assert answer.verdict["summary"].startswith("Probably") is not debug, answer
    assert "ALLOWED_HOSTS" in str(answer.report["remedies"]), answer


@pytest.mark.parametrize(("script", "confidence"), [(_WEBPACK, "certain"), (_LIST_OF_ITS_OWN, "likely")])
def test_words_make_it_certain(person: Person, open_folder: Path, script: str, confidence: str) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_node(stage, port, script)
        hosts = with_hosts(open_folder, _HOSTS, person)
        answer = stage.check(f"http://shop.test:{port}/", person=person, through=hosts)
    expect_fault(answer, "host-not-allowed", "probe", port, person)
    assert answer.verdict["confidence"] == confidence, answer


def test_a_page_that_is_forbidden_under_every_name(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        server = stage.listen("--status=403", "--text=no", person=Person.OTHER)
        hosts = with_hosts(open_folder, _HOSTS, person)
        answer = stage.check(f"http://shop.test:{server.port}/", person=person, through=hosts)
    expect_warning(answer, "http-client-error", "probe", server.port, person)


def test_another_site_under_another_name_proves_nothing(person: Person, open_folder: Path) -> None:
    """The site shop.test forbids its front page; under any other name nginx shows its welcome page."""
    with Namespace() as stage:
        port = stage.free_port()
        welcome = f"listen 127.0.0.1:{port} default_server; location / {{ return 200 'welcome'; }}"
        shop = f"}} server {{ listen 127.0.0.1:{port}; server_name shop.test; location / {{ return 403; }}"
        start_nginx(stage, open_folder, port, f"{welcome} {shop}")
        hosts = with_hosts(open_folder, _HOSTS, person)
        answer = stage.check(f"http://shop.test:{port}/", person=person, through=hosts)
    expect_warning(answer, "http-client-error", "probe", port, person)


def test_a_plain_request_to_a_tls_port_is_not_about_the_name(person: Person, open_folder: Path) -> None:
    from tests.system.tls_server import serve_tls

    with Namespace() as stage:
        port, _ = serve_tls(stage, open_folder)
        hosts = with_hosts(open_folder, _HOSTS, person)
        answer = stage.check(f"http://shop.test:{port}/", person=person, through=hosts)
    expect_fault(answer, "plain-http-to-tls", "probe", port, person)

"""redirect-elsewhere: the port is well, and the place that it sends to is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import make_certificate
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy, expect_warning
from tests.system.hosts import with_hosts
from tests.system.nginx import start_nginx
from tests.system.people import Person
from tests.system.stage import Namespace
from tests.system.web_programs import start_django, start_node

pytestmark = [pytest.mark.system, EVERYBODY]

_REDIRECTS = """
require('http').createServer((_, r) => {
  r.writeHead(302, {Location: process.argv[2]}); r.end();
}).listen(+process.argv[1], '127.0.0.1')"""


def test_django_sends_to_https_on_a_plain_port(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_django(stage, open_folder, port, "ALLOWED_HOSTS=['*'], SECURE_SSL_REDIRECT=True")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
        bare = stage.check(f"127.0.0.1:{port}", person=person)
    for told in (answer, bare):
        expect_fault(told, "redirect-elsewhere", "probe", port, person)
        assert told.verdict["confidence"] == "certain", told
        assert f"https://127.0.0.1:{port}" in told.verdict["summary"], told
        assert "plain HTTP" in told.verdict["summary"], told
        assert "SECURE_SSL_REDIRECT = False" in str(told.report["remedies"][0]), told


def test_a_dead_port(person: Person) -> None:
    with Namespace() as stage:
        port, dead = stage.free_port(), stage.free_port()
        start_node(stage, port, _REDIRECTS, f"http://localhost:{dead}/app")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "redirect-elsewhere", "probe", port, person)
    assert f"http://localhost:{dead}/app" in answer.verdict["summary"], answer
    assert "refused" in answer.verdict["summary"], answer
    commands = [step["argv"] for way in answer.report["remedies"] for step in way["steps"]]
    assert ["porttui", "check", f"http://localhost:{dead}/app"] in commands, commands


def test_nginx_forgets_the_port_that_was_published(person: Person, open_folder: Path) -> None:
    """As in a container: outside another port leads to its port; a folder without its slash is redirected."""
    (open_folder / "html/shop").mkdir(parents=True)
    with Namespace() as stage:
        port = stage.free_port()
        server = f"listen 127.0.0.1:{port}; root {open_folder}/html; port_in_redirect off;"
        start_nginx(stage, open_folder, port, server)
        answer = stage.check(f"http://127.0.0.1:{port}/shop", person=person)
    expect_fault(answer, "redirect-elsewhere", "probe", port, person)
    assert "absolute_redirect off;" in str(answer.report["remedies"]), answer


def test_a_certificate_that_is_not_accepted(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port, secure = stage.free_port(), stage.free_port()
        pair = make_certificate(open_folder, names="IP:127.0.0.1", days=30)
        tls = f"listen 127.0.0.1:{secure} ssl; ssl_certificate {pair.certificate}; ssl_certificate_key {pair.key};"
        start_nginx(stage, open_folder, secure, f"{tls} location / {{ return 200 'hello'; }}")
        start_node(stage, port, _REDIRECTS, f"https://127.0.0.1:{secure}/")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
        trusted = stage.check(
            f"http://127.0.0.1:{port}/", person=person, environment={"SSL_CERT_FILE": str(pair.certificate)}
        )
    expect_fault(answer, "redirect-elsewhere", "probe", port, person)
    assert "certificate" in answer.verdict["summary"], answer
    expect_healthy(trusted, person)


def test_an_address_to_which_no_client_can_go(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_node(stage, port, _REDIRECTS, "http://127.0.0.1:99999/app")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "redirect-elsewhere", "probe", port, person)
    assert answer.verdict["confidence"] == "certain", answer
    assert "http://127.0.0.1:99999/app: the port in it is not a number" in answer.verdict["summary"], answer


def test_a_silent_place_is_only_probable(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        silent = stage.listen("--do=silent", person=Person.OTHER)
        start_node(stage, port, _REDIRECTS, f"http://127.0.0.1:{silent.port}/")
        answer = stage.check(f"http://127.0.0.1:{port}/", "--timeout=1.3", person=person)
    expect_fault(answer, "redirect-elsewhere", "probe", port, person)
    assert answer.verdict["confidence"] == "likely", answer
    assert answer.verdict["summary"].startswith("Probably"), answer


def test_a_redirect_that_works_is_healthy_and_told(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        other = stage.listen(person=Person.OTHER)
        start_node(stage, port, _REDIRECTS, f"http://shop.test:{other.port}/app")
        hosts = with_hosts(open_folder, "127.0.0.1 localhost shop.test\n", person)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person, through=hosts)
    expect_healthy(answer, person)
    assert any(f"http://shop.test:{other.port}/app" in each["text"] for each in answer.verdict["evidence"]), answer


def test_another_machine_is_named_and_not_asked(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_node(stage, port, _REDIRECTS, "https://www.example.com/")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_healthy(answer, person)
    assert "https://www.example.com/" in answer.verdict["gloss"], answer
    assert answer.report["facts"]["redirects"][0]["stopped"] == "elsewhere", answer


@pytest.mark.parametrize(("status", "code"), [(404, "http-client-error"), (500, "http-server-error")])
def test_a_place_that_answers_with_an_error(person: Person, status: int, code: str) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        other = stage.listen(f"--status={status}", person=Person.OTHER)
        start_node(stage, port, _REDIRECTS, f"http://127.0.0.1:{other.port}/")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    if status == 404:
        expect_warning(answer, code, "probe", other.port, person)
    else:
        expect_fault(answer, code, "probe", other.port, person)

"""redirect-loop: round and round."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.nginx import start_nginx
from tests.system.people import Person
from tests.system.stage import Namespace
from tests.system.web_programs import start_django, start_node

pytestmark = [pytest.mark.system, EVERYBODY]

_COOKIE = """
require('http').createServer((q, r) => {
  if (q.headers.cookie === 'seen=1') return r.end('hello');
  r.writeHead(302, {Location: q.url, 'Set-Cookie': 'seen=1; Path=/'}); r.end();
}).listen(+process.argv[1], '127.0.0.1')"""
_STUBBORN = """
require('http').createServer((q, r) => {
  r.writeHead(302, {Location: '/', 'Set-Cookie': 'session=' + Math.random()}); r.end();
}).listen(+process.argv[1], '127.0.0.1')"""
_GROWS = """
require('http').createServer((q, r) => {
  r.writeHead(302, {Location: '/login?next=' + encodeURIComponent(q.url)}); r.end();
}).listen(+process.argv[1], '127.0.0.1')"""


def test_two_rules_that_send_to_each_other(person: Person, open_folder: Path) -> None:
    rules = "location = /shop { return 302 /shop/; } location = /shop/ { return 301 /shop; }"
    with Namespace() as stage:
        port = stage.free_port()
        start_nginx(stage, open_folder, port, f"listen 127.0.0.1:{port}; absolute_redirect off; {rules}")
        answer = stage.check(f"http://127.0.0.1:{port}/shop", person=person)
    expect_fault(answer, "redirect-loop", "probe", port, person)
    assert answer.verdict["confidence"] == "certain", answer
    assert "2 redirects" in answer.verdict["summary"], answer


def test_an_application_that_wants_https_behind_a_proxy_that_took_it_off(person: Person, open_folder: Path) -> None:
    """The proxy speaks plain HTTP here, too: what counts is that the application hears http and says https."""
    with Namespace() as stage:
        port, inner = stage.free_port(), stage.free_port()
        start_django(
            stage,
            open_folder,
            inner,
            f"ALLOWED_HOSTS=['*'], SECURE_SSL_REDIRECT=True, SECURE_SSL_HOST='127.0.0.1:{port}'",
        )
        rewritten = (
            f"proxy_pass http://127.0.0.1:{inner}; proxy_redirect https://127.0.0.1:{port} http://127.0.0.1:{port};"
        )
        start_nginx(stage, open_folder, port, f"listen 127.0.0.1:{port}; location / {{ {rewritten} }}")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "redirect-loop", "probe", port, person)
    assert "X-Forwarded-Proto" in str(answer.report["remedies"]), answer


def test_a_session_that_is_new_each_time(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_node(stage, port, _STUBBORN)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "redirect-loop", "probe", port, person)


def test_a_login_behind_itself(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_node(stage, port, _GROWS)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "redirect-loop", "probe", port, person)
    assert answer.verdict["confidence"] == "likely", answer
    assert answer.verdict["summary"].startswith("Probably"), answer


def test_a_page_that_sets_a_cookie_and_asks_again_is_healthy(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_node(stage, port, _COOKIE)
        expect_healthy(stage.check(f"http://127.0.0.1:{port}/", person=person), person)


def test_six_pages_that_lead_on_are_no_circle(person: Person, open_folder: Path) -> None:
    pages = "".join(f"location = /{at} {{ return 302 /{at + 1}; }}" for at in range(8))
    with Namespace() as stage:
        port = stage.free_port()
        start_nginx(stage, open_folder, port, f"listen 127.0.0.1:{port}; absolute_redirect off; {pages}")
        answer = stage.check(f"http://127.0.0.1:{port}/0", person=person)
    expect_healthy(answer, person)
    assert "followed 5 times" in answer.verdict["gloss"], answer

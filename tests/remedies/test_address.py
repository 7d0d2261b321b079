"""A server is told to listen elsewhere with its own command, or with the line in its settings."""

from __future__ import annotations

import shlex

import pytest
from msgspec.structs import replace

from porttui.model import facts as f
from porttui.remedies.address import listen_on
from tests import worlds as w
from tests.remedies.everywhere import OWNERS

COMMANDS = {
    "vite by npm": "npm run dev -- --host 127.0.0.1",
    "vite": "node /home/dev/shop/node_modules/.bin/vite --host 127.0.0.1",
    "next": "npx next dev -H 127.0.0.1 -p 8080",
    "django": "python3 manage.py runserver 127.0.0.1:8080",
    "gunicorn": "/usr/bin/python3 /usr/bin/gunicorn a:b --bind 127.0.0.1:8080",
    "spring": "java -jar shop.jar --server.port=8080 --server.address=127.0.0.1",
    "php": "php -S 127.0.0.1:8080 -t public",
}


def _facts(owner: f.Process) -> f.Facts:
    return w.world(sockets=w.sockets(w.listener("::1")), processes=(owner,))


@pytest.mark.parametrize("kind", COMMANDS)
def test_its_own_command_takes_the_new_address_and_keeps_its_port(kind: str) -> None:
    way = listen_on(_facts(OWNERS[kind]), w.listener("::1"), "127.0.0.1")
    assert [shlex.join(step.argv) for step in way.steps if step.argv] == [COMMANDS[kind]]
    assert way.steps[0].text.endswith("press ctrl+c")


def test_a_host_that_was_given_before_is_replaced() -> None:
    owner = w.node(argv=(*OWNERS["vite"].argv, "--host", "::1", "--port", "8080"))
    way = listen_on(_facts(owner), w.listener("::1"), "127.0.0.1")
    assert way.steps[1].argv == (*OWNERS["vite"].argv, "--port", "8080", "--host", "127.0.0.1")


def test_a_service_gets_its_line_a_check_and_a_restart() -> None:
    socket = w.listener("::1", unit="nginx.service")
    way = listen_on(_facts(OWNERS["nginx"]), socket, "127.0.0.1")
    first, *rest = way.steps
    assert first.edit is not None
    assert first.edit.text == "listen 127.0.0.1:8080;"
    assert [step.argv for step in rest] == [("nginx", "-t"), ("systemctl", "restart", "nginx.service")]


def test_create_react_app_is_told_in_a_file_and_started_again() -> None:
    way = listen_on(_facts(OWNERS["react"]), w.listener("::1"), "127.0.0.1")
    assert way.steps[0].edit is not None
    assert way.steps[0].edit.text == "HOST=127.0.0.1"
    assert "again" in way.steps[1].text


def test_what_nobody_knows_is_told_in_words() -> None:
    facts = replace(_facts(w.node(name="ownd", argv=("ownd",))))
    way = listen_on(facts, w.listener("::1"), "127.0.0.1")
    assert "--bind" in way.steps[0].text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--host", "::1"), "--host ::1: start it again with --host 127.0.0.1 in its place"),
        (("--listen=[::1]:8080",), "--listen=[::1]:8080: start it again with --listen=127.0.0.1:8080 in its place"),
        (("-v", "serve", "::1"), "::1: start it again with 127.0.0.1 in its place"),
    ],
)
def test_an_address_in_the_command_line_of_a_program_that_nobody_knows_is_named(
    words: tuple[str, ...], told: str
) -> None:
    facts = _facts(w.node(name="ownd", argv=("ownd", *words)))
    (step,) = listen_on(facts, w.listener("::1"), "127.0.0.1").steps
    assert step.text == f"ownd was started with {told}"

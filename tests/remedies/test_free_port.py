"""Another port is offered with the command or the line that the server at hand takes."""

from __future__ import annotations

import shlex
import socket
import subprocess
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.model import facts as f
from porttui.model.parse import parse
from porttui.model.report import Remedy
from porttui.model.target import Question
from porttui.remedies.free_port import another_port, try_port
from tests import worlds as w
from tests.faults.by_code import BY_CODE
from tests.remedies.everywhere import OWNERS

TAKEN = replace(BY_CODE["port-taken"], free_ports=(8081, 8082, 8083))


def _python(*argv: str) -> f.Process:
    return w.node(name="python3", argv=argv)


COMMANDS: dict[str, tuple[f.Process, str]] = {
    "vite": (OWNERS["vite"], "node /home/dev/shop/node_modules/.bin/vite --host 127.0.0.1 --port 8081"),
    "vite by npm": (OWNERS["vite by npm"], "npm run dev -- --host 127.0.0.1 --port 8081"),
    "next": (OWNERS["next"], "npx next dev -H 127.0.0.1 -p 8081"),
    "nuxt": (
        w.node(argv=("node", "/a/.bin/nuxt", "dev", "-p", "8080")),
        "node /a/.bin/nuxt dev --host 127.0.0.1 --port 8081",
    ),
    "astro": (
        w.node(argv=("node", "/a/.bin/astro", "dev", "--host")),
        "node /a/.bin/astro dev --host 127.0.0.1 --port 8081",
    ),
    "webpack": (
        w.node(argv=("node", "/.bin/webpack", "serve", "--port=80")),
        "node /.bin/webpack serve --host 127.0.0.1 --port 8081",
    ),
    "angular": (w.node(name="ng serve", argv=("ng serve",)), "npx ng serve --host 127.0.0.1 --port 8081"),
    "react": (OWNERS["react"], "env PORT=8081 node /srv/shop/node_modules/react-scripts/scripts/start.js"),
    "django": (OWNERS["django"], "python3 manage.py runserver 127.0.0.1:8081"),
    "django alone": (_python("python", "manage.py", "runserver"), "python manage.py runserver 127.0.0.1:8081"),
    "flask": (
        _python("python3", "-m", "flask", "run", "-p", "8080"),
        "python3 -m flask run --host 127.0.0.1 --port 8081",
    ),
    "uvicorn": (
        _python("python3", "/usr/bin/uvicorn", "shop:app", "--port", "8080", "--reload"),
        "python3 /usr/bin/uvicorn shop:app --reload --host 127.0.0.1 --port 8081",
    ),
    "gunicorn": (OWNERS["gunicorn"], "/usr/bin/python3 /usr/bin/gunicorn a:b --bind 127.0.0.1:8081"),
    "http.server": (
        _python("python3", "-m", "http.server", "8080", "--bind", "::1"),
        "python3 -m http.server 8081 --bind 127.0.0.1",
    ),
    "php": (OWNERS["php"], "php -S 127.0.0.1:8081 -t public"),
    "rails": (OWNERS["rails"], "bin/rails server -b 127.0.0.1 -p 8081"),
    "spring": (OWNERS["spring"], "java -jar shop.jar --server.address=127.0.0.1 --server.port=8081"),
    "dotnet": (
        w.node(name="dotnet", argv=("dotnet", "Shop.dll", "--urls", "http://localhost:8080")),
        "dotnet Shop.dll --urls http://127.0.0.1:8081",
    ),
    "redis": (w.node(name="redis-server", argv=("redis-server 127.0.0.1:6379",)), "redis-server --port 8081"),
    "memcached": (
        w.node(name="memcached", argv=("memcached", "-m", "64", "-p", "8080")),
        "memcached -m 64 -l 127.0.0.1 -p 8081",
    ),
    "jupyter": (
        _python("python3", "/usr/bin/jupyter-lab", "-y"),
        "python3 /usr/bin/jupyter-lab -y --ip 127.0.0.1 --port 8081",
    ),
    "node": (w.node(), "env PORT=8081 node server.js"),
    "a password": (w.node(argv=(*OWNERS["vite"].argv, "--token", "(hidden)")), "npx vite --host 127.0.0.1 --port 8081"),
}


@pytest.mark.parametrize("kind", COMMANDS)
def test_the_command_of_the_owner_takes_the_new_port(kind: str) -> None:
    process, expected = COMMANDS[kind]
    first = another_port(TAKEN, process).steps[0]
    assert first.argv is not None, first
    assert shlex.join(first.argv) == expected
    assert first.where


LINES = {
    "nginx": ("nginx", "listen 127.0.0.1:8081;"),
    "apache": ("apache2", "Listen 127.0.0.1:8081"),
    "postgresql": ("postgres", "port = 8081"),
    "mysql": ("mysqld", "port = 8081"),
    "mongodb": ("mongod", "port: 8081"),
    "caddy": ("caddy", "http://:8081"),
    "docker": ("docker-proxy", '- "127.0.0.1:8081:8080"'),
}


@pytest.mark.parametrize("kind", LINES)
def test_what_is_set_in_a_file_gets_its_line(kind: str) -> None:
    name, expected = LINES[kind]
    first = another_port(TAKEN, w.node(name=name, argv=(name,))).steps[0]
    assert first.edit is not None, first
    assert first.edit.text == expected
    assert first.edit.file


def test_a_container_keeps_its_port_inside() -> None:
    first = another_port(TAKEN, OWNERS["docker"]).steps[0]
    assert first.edit is not None
    assert first.edit.text == '- "127.0.0.1:8081:80"'


def test_on_windows_the_variable_is_set_by_its_own_command_line() -> None:
    first = another_port(replace(TAKEN, os="windows"), w.node()).steps[0]
    assert first.argv == ("cmd", "/c", "set PORT=8081&& node server.js")


def test_settings_are_checked_before_they_are_loaded() -> None:
    facts = replace(BY_CODE["privileged-port"], free_ports=(8080,))
    commands = [step.argv for step in another_port(facts).steps]
    assert commands.index(("nginx", "-t")) < commands.index(("systemctl", "restart", "nginx.service"))


@pytest.mark.parametrize("code", ["port-taken", "privileged-port", "bound-not-listening"])
def test_the_proof_is_the_new_port_asked_as_a_client(code: str) -> None:
    report = diagnose(replace(BY_CODE[code], free_ports=(8081,)))
    way = next(each for each in report.remedies if "on port 8081" in each.title)
    assert parse(way.proof).target.port == 8081
    assert way.proof_question is Question.CONNECT
    assert "8081" in way.note
    assert any("8081" in (step.url or "") for step in way.steps)


def test_the_small_server_really_serves_on_the_port(tmp_path: Path) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    way: Remedy = try_port(replace(TAKEN, free_ports=(port,)))[0]
    assert way.steps[0].argv is not None
    assert way.steps[1].url == f"http://{way.proof}"
    quiet = subprocess.DEVNULL
    with subprocess.Popen(way.steps[0].argv, cwd=tmp_path, stdout=quiet, stderr=quiet) as server:
        try:
            deadline = time.monotonic() + 20
            while not _opens(port):
                assert time.monotonic() < deadline
                assert server.poll() is None
        finally:
            server.kill()


def _opens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except ConnectionRefusedError:
        time.sleep(0.02)
        return False


def test_without_a_free_port_the_way_to_find_one_is_told() -> None:
    way = another_port(replace(TAKEN, free_ports=()))
    assert way.steps[0].argv == ("porttui", "free")
    assert try_port(replace(TAKEN, free_ports=None)) == ()

"""http-server-error: the server answers that it failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.nginx import start_nginx
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("status", [500, 503, 504])
def test_a_program_fails(person: Person, status: int) -> None:
    with Namespace() as stage:
        server = stage.listen(f"--status={status}", "--text=it broke", person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", person=person)
    expect_fault(answer, "http-server-error", "probe", server.port, person)
    assert str(status) in answer.verdict["summary"], answer


def test_nginx_fails(person: Person, tmp_path: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_nginx(stage, tmp_path, port, f"listen 127.0.0.1:{port}; return 503;")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "http-server-error", "probe", port, person)


def test_a_proxy_that_waited_in_vain_has_no_error_of_its_own(person: Person, tmp_path: Path) -> None:
    with Namespace() as stage:
        upstream = stage.listen("--do=silent", port=stage.free_port(), person=Person.OTHER)
        port = stage.free_port()
        proxy = f"proxy_read_timeout 200ms; proxy_pass http://127.0.0.1:{upstream.port};"
        start_nginx(stage, tmp_path, port, f"listen 127.0.0.1:{port}; location / {{ {proxy} }}")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "http-server-error", "probe", port, person)
    assert "in vain for the program behind it" in answer.verdict["summary"], answer

"""tls-to-plain: the port speaks plain HTTP, and https:// was asked for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.nginx import start_nginx
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_a_small_server_does_not_understand_the_handshake(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        stage.serve(port, sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", "/proc", str(port))
        answer = stage.check(f"https://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "tls-to-plain", "probe", port, person)


def test_nginx_answers_400(person: Person, tmp_path: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_nginx(stage, tmp_path, port, f"listen 127.0.0.1:{port};")
        answer = stage.check(f"https://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "tls-to-plain", "probe", port, person)

"""upstream-dead-502: a reverse proxy is up, and the program behind it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.nginx import start_nginx
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_nothing_listens_behind_nginx(person: Person, tmp_path: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        upstream = stage.free_port()
        proxy = f"listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{upstream}; }}"
        start_nginx(stage, tmp_path, port, proxy)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "upstream-dead-502", "probe", port, person)
    assert "nginx" in str(answer.verdict).lower(), answer
    if person is Person.ROOT:  # who sees that it was started with settings of its own
        assert "/var/log" not in str(answer.report["remedies"]), answer


def test_it_is_not_said_for_certain_that_a_program_is_down_which_breaks_off(person: Person, tmp_path: Path) -> None:
    with Namespace() as stage:
        upstream = stage.listen("--do=close", port=stage.free_port(), person=Person.OTHER)
        port = stage.free_port()
        proxy = f"listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{upstream.port}; }}"
        start_nginx(stage, tmp_path, port, proxy)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "upstream-dead-502", "probe", port, person)
    assert answer.verdict["confidence"] == "likely", answer
    assert "probably" in answer.verdict["summary"], answer

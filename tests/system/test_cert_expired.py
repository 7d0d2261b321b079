"""cert-expired: the certificate was good until yesterday."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace
from tests.system.tls_server import serve_tls, trusting

pytestmark = [pytest.mark.system, EVERYBODY]


def test_it_has_expired(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port, pair = serve_tls(stage, open_folder, days=-1)
        answer = stage.check(f"https://127.0.0.1:{port}/", person=person, environment=trusting(pair))
    expect_fault(answer, "cert-expired", "probe", port, person)
    assert answer.report["also"] == [], answer


def test_expired_and_the_program_behind_it_is_down(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        dead = stage.free_port()
        more = f"location /app {{ proxy_pass http://127.0.0.1:{dead}; }}"
        port, pair = serve_tls(stage, open_folder, days=-1, more=more)
        answer = stage.check(f"https://127.0.0.1:{port}/app", person=person, environment=trusting(pair))
    expect_fault(answer, "cert-expired", "probe", port, person)
    assert [each["code"] for each in answer.report["also"]] == ["upstream-dead-502"], answer

"""unix-socket-only: the service listens on a unix socket, and TCP was tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_postgres_style(person: Person, tmp_path: Path) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        path = tmp_path / f".s.PGSQL.{port}"
        stage.listen("--do=unix", address=str(path), port=port)
        answer = stage.check(f"postgresql://127.0.0.1:{port}", "--settle=1", person=person)
    expect_fault(answer, "unix-socket-only", "listener", port, person)
    assert path.name in str(answer.verdict), answer

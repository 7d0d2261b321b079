"""backlog-full: nobody accepts, and no more may wait."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("backlog", [0, 3])
def test_the_queue_is_full(person: Person, backlog: int) -> None:
    with Namespace() as stage:
        server = stage.listen("--do=never", f"--backlog={backlog}", person=Person.OTHER)
        stage.crowd(server.port, backlog + 3)
        answer = stage.check(f"127.0.0.1:{server.port}", "--timeout=2", person=person)
    expect_fault(answer, "backlog-full", "path", server.port, person)


def test_a_paused_server_is_the_cause_of_its_full_queue(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen("--backlog=1", port=stage.free_port(), person=Person.OTHER)
        server.pause()
        stage.crowd(server.port, 4)
        answer = stage.check(f"127.0.0.1:{server.port}", "--timeout=2", person=person)
    expect_fault(answer, "sigstopped", "probe", server.port, person)

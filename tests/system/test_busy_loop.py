"""busy-loop: the server computes without a pause, and takes no connection."""

from __future__ import annotations

import pytest

from tests.system import troubled
from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_node_spins(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.node_server(stage)
        troubled.ask(stage, server, "/spin", says="spins")
        answer = stage.check(f"http://127.0.0.1:{server.port}/", "--timeout=1.6", person=person)
    expect_fault(answer, "busy-loop", "probe", server.port, person)
    assert str(server.pid) in answer.verdict["summary"], answer
    assert answer.verdict["confidence"] == ("certain" if person is Person.ROOT else "likely"), answer


def test_it_is_the_cause_of_a_full_queue(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.node_server(stage, backlog=1)
        troubled.ask(stage, server, "/spin", says="spins")
        stage.crowd(server.port, 4)
        answer = stage.check(f"127.0.0.1:{server.port}", "--timeout=1.6", person=person)
    expect_fault(answer, "busy-loop", "probe", server.port, person)

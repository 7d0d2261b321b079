"""accept-then-close: the connection is closed without an answer, and nothing tells why."""

from __future__ import annotations

import pytest

from tests.system import troubled
from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_node_destroys_the_connection(person: Person) -> None:
    with Namespace() as stage:
        server = troubled.node_server(stage)
        answer = stage.check(f"http://127.0.0.1:{server.port}/destroy", person=person)
    expect_fault(answer, "accept-then-close", "probe", server.port, person)
    assert answer.verdict["confidence"] == "likely", answer
    assert "Probably" in answer.verdict["summary"], answer


@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/", "127.0.0.1:{port}"])
def test_it_closes_before_a_word_was_said(person: Person, target: str) -> None:
    with Namespace() as stage:
        server = stage.listen("--do=close", person=Person.OTHER)
        answer = stage.check(target.format(port=server.port), person=person)
    expect_fault(answer, "accept-then-close", "probe", server.port, person)
    assert answer.verdict["confidence"] == "possible", answer

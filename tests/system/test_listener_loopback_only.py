"""listener-loopback-only: it listens on loopback, and another address of this machine was asked for."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("listens", ["127.0.0.1", "127.0.0.2"])
def test_it_listens_on_loopback(person: Person, listens: str) -> None:
    with Namespace(lan=True) as stage:
        server = stage.listen(address=listens, person=Person.OTHER)
        answer = stage.check(f"{ADDRESS}:{server.port}", person=person)
    expect_fault(answer, "listener-loopback-only", "listener", server.port, person)
    assert any(listens in evidence["text"] for evidence in answer.verdict["evidence"]), answer

"""listener-other-address: the port is served, on another address of this machine."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize(("asked", "listens"), [("127.0.0.1", "127.0.0.2"), ("127.0.0.1", ADDRESS)])
def test_it_listens_elsewhere(person: Person, asked: str, listens: str) -> None:
    with Namespace(lan=True) as stage:
        server = stage.listen(address=listens, person=Person.OTHER)
        answer = stage.check(f"{asked}:{server.port}", person=person)
    expect_fault(answer, "listener-other-address", "listener", server.port, person)
    assert any(listens in evidence["text"] for evidence in answer.verdict["evidence"]), answer

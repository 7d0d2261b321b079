"""wrong-port: nothing here, and the service that was meant is next door."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("distance", [1, -1, 10])
def test_it_listens_next_door(person: Person, distance: int) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        port = server.port + distance
        answer = stage.check(f"127.0.0.1:{port}", person=person)
    expect_fault(answer, "wrong-port", "listener", port, person)
    assert str(server.port) in answer.verdict["summary"], answer
    assert answer.verdict["confidence"] == "likely", answer


def test_it_listens_on_the_well_known_twin(person: Person) -> None:
    with Namespace() as stage:
        stage.listen(port=8080, person=Person.OTHER)
        expect_fault(stage.check("127.0.0.1:80", person=person), "wrong-port", "listener", 80, person)

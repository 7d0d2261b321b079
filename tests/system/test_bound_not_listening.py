"""bound-not-listening: a program has bound the port and never called listen(2)."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::"])
def test_it_is_bound_only(person: Person, address: str) -> None:
    with Namespace() as stage:
        server = stage.listen("--do=bind", address=address, person=Person.OTHER)
        answer = stage.check(f"127.0.0.1:{server.port}", person=person)
    expect_fault(answer, "bound-not-listening", "listener", server.port, person)
    if person is Person.ROOT:
        assert str(server.pid) in str(answer.verdict), answer

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


def test_a_server_without_reuse_address_cannot_start_beside_it(person: Person) -> None:
    """Both would have to set SO_REUSEADDR: a bind with it works, and one without it does not."""
    with Namespace() as stage:
        server = stage.listen("--do=bind", port=stage.free_port(), person=Person.OTHER)
        answer = stage.check(f"127.0.0.1:{server.port}", "--bind", person=person)
    expect_fault(answer, "bound-not-listening", "listener", server.port, person)
    assert answer.verdict["confidence"] == "likely", answer
    assert "SO_REUSEADDR" in answer.verdict["summary"], answer

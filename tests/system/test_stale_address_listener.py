"""stale-address-listener: it listens on an address that this machine has no longer."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("asked", ["127.0.0.1", ADDRESS])
def test_the_address_is_gone(person: Person, asked: str) -> None:
    with Namespace(lan=True) as stage:
        server = stage.listen(address=ADDRESS, person=Person.OTHER)
        stage.run("ip", "address", "del", f"{ADDRESS}/24", "dev", "lan0")
        answer = stage.check(f"{asked}:{server.port}", person=person)
    expect_fault(answer, "stale-address-listener", "listener", server.port, person)
    assert ADDRESS in str(answer.verdict), answer


def test_an_address_that_routing_calls_local_is_not_gone(person: Person) -> None:
    """No interface has it, and packets to it stay here all the same: a route of the kind "local" (ip-route(8))."""
    with Namespace() as stage:
        stage.run("ip", "route", "add", "local", "203.0.113.0/24", "dev", "lo")
        server = stage.listen(address="203.0.113.9", person=Person.OTHER)
        answer = stage.check(f"127.0.0.1:{server.port}", person=person)
    expect_fault(answer, "listener-other-address", "listener", server.port, person)
    assert not answer.report["facts"].get("led_routes"), "no rule leads anywhere"

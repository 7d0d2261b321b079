"""addr-not-available: the address to bind is on no interface of this machine."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_undetermined
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("host", ["10.231.9.9", "[fd00:231::9]"])
def test_the_address_is_not_here(person: Person, host: str) -> None:
    with Namespace(lan=True) as stage:
        port = stage.free_port()
        answer = stage.check(f"{host}:{port}", "--bind", person=person)
    expect_fault(answer, "addr-not-available", "bind", port, person)
    assert host.strip("[]") in answer.verdict["summary"], answer


@pytest.mark.parametrize(
    ("host", "kind"), [("10.231.8.255", "broadcast"), ("127.255.255.255", "broadcast"), ("224.0.0.1", "multicast")]
)
def test_an_address_that_can_be_bound_and_never_reached(person: Person, host: str, kind: str) -> None:
    """Linux lets a server listen there; that nothing reaches it is tried, and asked about as well."""
    with Namespace(lan=True) as stage:
        port = stage.free_port()
        answer = stage.check(f"{host}:{port}", "--bind", person=person)
        server = stage.listen(address=host)
        reached = stage.check(f"{host}:{server.port}", person=person)
        beside = stage.check(f"127.0.0.1:{server.port}", person=person)
    expect_fault(answer, "addr-not-available", "bind", port, person)
    assert f"is a {kind} address" in answer.verdict["summary"], answer
    expect_undetermined(reached, person)
    assert f"is a {kind} address" in reached.verdict["summary"], reached
    expect_fault(beside, "listener-other-address", "listener", server.port, person)

"""route-missing: the kernel knows no way to the address."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("address", ["10.20.0.5", "[2001:db8::5]"])
def test_there_is_no_way(person: Person, address: str) -> None:
    with Namespace(lan=True) as stage:
        answer = stage.check(f"{address}:5432", person=person)
    expect_fault(answer, "route-missing", "path", 5432, person)
    assert answer.verdict["confidence"] == "certain", answer
    assert any("lan0" in each["text"] for each in answer.verdict["evidence"]), answer


def test_the_network_card_is_down(person: Person) -> None:
    with Namespace(lan=True) as stage:
        stage.run("ip", "link", "set", "lan0", "down")
        answer = stage.check("10.231.8.77:80", person=person)
    expect_fault(answer, "route-missing", "path", 80, person)
    assert any("ip link set lan0 up" in " ".join(step["argv"] or ()) for way in answer.report["remedies"]
               for step in way["steps"]), answer  # fmt: skip


def test_a_broadcast_address_has_a_way_and_takes_no_connections(person: Person) -> None:
    with Namespace(lan=True) as stage:
        answer = stage.check("10.231.8.255:80", person=person)
    assert answer.code == "undetermined", answer


def test_a_server_holds_an_address_that_is_gone(person: Person) -> None:
    """That the machine has no route to it any more follows from that."""
    with Namespace(lan=True) as stage:
        stage.run("ip", "addr", "add", "10.44.0.1/24", "dev", "lan0")
        server = stage.listen(address="10.44.0.1", person=Person.OTHER)
        stage.run("ip", "addr", "del", "10.44.0.1/24", "dev", "lan0")
        answer = stage.check(f"10.44.0.1:{server.port}", person=person)
    expect_fault(answer, "stale-address-listener", "listener", server.port, person)

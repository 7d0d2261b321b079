"""fw-drop-input: packets are dropped on their way in."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", ADDRESS])
def test_a_rule_drops(person: Person, address: str) -> None:
    with Namespace(lan=True) as stage:
        server = stage.listen(address=address, person=Person.OTHER)
        stage.filter("input", f"tcp dport {server.port} drop")
        asked = f"[{address}]" if ":" in address else address
        answer = stage.check(f"{asked}:{server.port}", "--timeout=2", person=person)
    expect_fault(answer, "fw-drop-input", "firewall", server.port, person)


def test_a_policy_that_forgets_loopback_drops(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        stage.filter("input", "tcp dport 22 accept", policy="drop")
        answer = stage.check(f"127.0.0.1:{server.port}", "--timeout=2", person=person)
    expect_fault(answer, "fw-drop-input", "firewall", server.port, person)

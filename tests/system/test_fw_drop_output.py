"""fw-drop-output: packets are dropped on their way out."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_rule_drops(person: Person, address: str) -> None:
    with Namespace() as stage:
        server = stage.listen(address=address, person=Person.OTHER)
        stage.filter("output", f"tcp dport {server.port} drop")
        asked = f"[{address}]" if ":" in address else address
        answer = stage.check(f"{asked}:{server.port}", "--timeout=2", person=person)
    expect_fault(answer, "fw-drop-output", "firewall", server.port, person)

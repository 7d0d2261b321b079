"""undetermined: it fails, and nothing on this machine tells why; porttui says so and does not guess."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_undetermined
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_packets_leave_and_nothing_comes_back(person: Person) -> None:
    with Namespace(lan=True) as stage:
        # A neighbour is known, so that ARP does not fail, but no interface has its address: frames are lost on the way.
        stage.run("ip", "neighbour", "add", "10.231.8.77", "lladdr", "02:00:00:00:00:77", "dev", "lan0")
        answer = stage.check("10.231.8.77:8443", "--timeout=2", person=person)
    expect_undetermined(answer, person)
    assert answer.verdict["confidence"] != "certain", answer

"""udp-only: the port is a UDP port, and TCP was tried."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::"])
def test_only_udp_is_there(person: Person, address: str) -> None:
    with Namespace() as stage:
        server = stage.listen("--do=udp", address=address, person=Person.OTHER)
        answer = stage.check(f"127.0.0.1:{server.port}", person=person)
    expect_fault(answer, "udp-only", "listener", server.port, person)

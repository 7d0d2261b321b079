"""ipv6-only-listener: only ::1 listens, and IPv4 was asked for."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_it_listens_on_ipv6(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(address="::1", person=Person.OTHER)
        answer = stage.check(f"127.0.0.1:{server.port}", person=person)
        fixed = stage.check(f"[::1]:{server.port}", person=person)
    expect_fault(answer, "ipv6-only-listener", "listener", server.port, person)
    expect_healthy(fixed, person)

"""ipv4-only-listener: only an IPv4 address listens, and IPv6 was asked for."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("listens", ["127.0.0.1", "0.0.0.0"])
def test_it_listens_on_ipv4(person: Person, listens: str) -> None:
    with Namespace() as stage:
        server = stage.listen(address=listens, person=Person.OTHER)
        answer = stage.check(f"[::1]:{server.port}", person=person)
        fixed = stage.check(f"127.0.0.1:{server.port}", person=person)
    expect_fault(answer, "ipv4-only-listener", "listener", server.port, person)
    expect_healthy(fixed, person)

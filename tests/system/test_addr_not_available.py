"""addr-not-available: the address to bind is on no interface of this machine."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
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

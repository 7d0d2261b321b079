"""device-bound-listener: the listener takes connections from another interface only (SO_BINDTODEVICE, socket(7))."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_it_is_bound_to_another_interface(person: Person) -> None:
    with Namespace(lan=True) as stage:
        server = stage.listen("--device=lan0", address="0.0.0.0")
        answer = stage.check(f"127.0.0.1:{server.port}", person=person)
    expect_fault(answer, "device-bound-listener", "listener", server.port, person)
    assert "lan0" in str(answer.verdict), answer


def test_bound_to_loopback_it_answers_on_loopback(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen("--device=lo", address="0.0.0.0")
        expect_healthy(stage.check(f"127.0.0.1:{server.port}", person=person), person)

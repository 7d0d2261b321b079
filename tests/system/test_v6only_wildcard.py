"""v6only-wildcard: [::] listens for IPv6 only, and IPv4 was asked for."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_the_server_set_the_option(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen("--v6only=1", address="::", person=Person.OTHER)
        answer = stage.check(f"127.0.0.1:{server.port}", person=person)
        fixed = stage.check(f"[::1]:{server.port}", person=person)
    expect_fault(answer, "v6only-wildcard", "listener", server.port, person)
    expect_healthy(fixed, person)


def test_a_wildcard_for_both_families_is_healthy(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen("--v6only=0", address="::", person=Person.OTHER)
        expect_healthy(stage.check(f"127.0.0.1:{server.port}", person=person), person)


@pytest.mark.parametrize("by_system", ["0", "1"])
def test_a_setting_of_the_machine_decides_where_the_server_says_nothing(person: Person, by_system: str) -> None:
    with Namespace() as stage:
        stage.run("sysctl", "-w", f"net.ipv6.bindv6only={by_system}")
        server = stage.listen("--v6only-by-system", address="::", person=Person.OTHER)
        answer = stage.check(f"127.0.0.1:{server.port}", person=person)
    if by_system == "0":
        expect_healthy(answer, person)
    else:
        expect_fault(answer, "v6only-wildcard", "listener", server.port, person)

"""lo-down: the machine is deaf to itself."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("address", ["127.0.0.1", "[::1]", ADDRESS])
def test_it_went_down_while_servers_ran(person: Person, address: str) -> None:
    with Namespace(lan=True) as stage:
        server = stage.listen(address="::", person=Person.OTHER)
        stage.run("ip", "link", "set", "lo", "down")
        answer = stage.check(f"{address}:{server.port}", "--timeout=1.5", person=person)
    expect_fault(answer, "lo-down", "path", server.port, person)
    assert answer.verdict["confidence"] == "certain", answer


@pytest.mark.parametrize("address", ["127.0.0.1", "[::1]", "localhost"])
def test_it_was_never_brought_up(person: Person, address: str) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        inside = ("unshare", "--net") if person is Person.ROOT else ("unshare", "--user", "--map-current-user", "--net")
        answer = stage.check(f"{address}:{port}", person=person, through=inside)
    expect_fault(answer, "lo-down", "path", port, person)
    assert "never brought up" in answer.verdict["summary"], answer


def test_a_server_cannot_bind_ipv6_there(person: Person) -> None:
    with Namespace() as stage:
        stage.run("ip", "link", "set", "lo", "down")
        port = stage.free_port()
        answer = stage.check(f"[::1]:{port}", "--bind", person=person)
    expect_fault(answer, "lo-down", "path", port, person)


def test_another_machine_is_not_reached_through_it(person: Person) -> None:
    with Namespace(lan=True) as stage:
        stage.run("ip", "link", "set", "lo", "down")
        answer = stage.check("10.99.0.1:80", person=person)
    expect_fault(answer, "route-missing", "path", 80, person)

"""port-taken: another program listens where the server wants to."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("127.0.0.1", "0.0.0.0"),
        ("127.0.0.1", "::"),
        ("[::]", "::"),
        ("[::]", "0.0.0.0"),
        ("[::]", "127.0.0.1"),
        ("0.0.0.0", "::"),
        ("[::1]", "::"),
    ],
)
def test_somebody_holds_it(person: Person, wanted: str, holds: str) -> None:
    with Namespace() as stage:
        server = stage.listen(address=holds, person=Person.OTHER)
        answer = stage.check(f"{wanted}:{server.port}", "--bind", person=person)
    expect_fault(answer, "port-taken", "bind", server.port, person)
    if person is Person.ROOT:
        assert str(server.pid) in str(answer.verdict), answer


@pytest.mark.parametrize(("wanted", "holds"), [("127.0.0.1", "127.0.0.2"), ("[::1]", "0.0.0.0")])
def test_a_listener_that_is_not_in_the_way_is_not_blamed(person: Person, wanted: str, holds: str) -> None:
    with Namespace() as stage:
        server = stage.listen(address=holds, person=Person.OTHER)
        answer = stage.check(f"{wanted}:{server.port}", "--bind", person=person)
    expect_healthy(answer, person)


def test_its_own_server_is_named_to_nobody_too(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(person=person)
        answer = stage.check(f"127.0.0.1:{server.port}", "--bind", person=person)
    expect_fault(answer, "port-taken", "bind", server.port, person)
    assert str(server.pid) in str(answer.verdict), answer


@pytest.mark.parametrize(("wanted", "system"), [("127.0.0.1", "0"), ("0.0.0.0", "0"), ("127.0.0.1", "1")])
def test_a_wildcard_for_ipv6_alone_is_not_in_the_way_of_ipv4(person: Person, wanted: str, system: str) -> None:
    with Namespace() as stage:
        stage.run("sysctl", "-w", f"net.ipv6.bindv6only={system}")
        option = "--v6only=1" if system == "0" else "--v6only-by-system"
        server = stage.listen(option, address="::", person=Person.OTHER)
        answer = stage.check(f"{wanted}:{server.port}", "--bind", person=person)
    expect_healthy(answer, person)


def test_a_listener_of_ipv4_is_not_in_the_way_where_wildcards_are_for_ipv6_alone(person: Person) -> None:
    with Namespace() as stage:
        stage.run("sysctl", "-w", "net.ipv6.bindv6only=1")
        server = stage.listen(address="0.0.0.0", person=Person.OTHER)
        answer = stage.check(f"[::]:{server.port}", "--bind", person=person)
    expect_healthy(answer, person)

"""loopback-address-missing: lo is up, and an address was taken from it."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("default_route", [False, True])
def test_ipv4_is_gone(person: Person, default_route: bool) -> None:
    """With a default route packets to 127.0.0.1 may leave for the router, and are lost on the way."""
    with Namespace(lan=True) as stage:
        server = stage.listen(address="0.0.0.0", person=Person.OTHER)
        if default_route:
            stage.run("ip", "route", "add", "default", "via", "10.231.8.254")
        stage.run("ip", "addr", "del", "127.0.0.1/8", "dev", "lo")
        answer = stage.check(f"127.0.0.1:{server.port}", "--timeout=1.5", person=person)
    expect_fault(answer, "loopback-address-missing", "path", server.port, person)
    assert answer.verdict["confidence"] == "certain", answer


def test_ipv6_is_gone(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(address="::", person=Person.OTHER)
        stage.run("ip", "-6", "addr", "del", "::1/128", "dev", "lo")
        answer = stage.check(f"[::1]:{server.port}", person=person)
    expect_fault(answer, "loopback-address-missing", "path", server.port, person)


def test_localhost_is_refused_at_the_other_address(person: Person) -> None:
    """The server listens by IPv4; ::1 is there, and refuses."""
    with Namespace() as stage:
        server = stage.listen(address="0.0.0.0", person=Person.OTHER)
        stage.run("ip", "addr", "del", "127.0.0.1/8", "dev", "lo")
        answer = stage.check(f"localhost:{server.port}", person=person)
    expect_fault(answer, "loopback-address-missing", "path", server.port, person)


def test_a_server_cannot_bind_it(person: Person) -> None:
    with Namespace() as stage:
        stage.run("ip", "addr", "del", "127.0.0.1/8", "dev", "lo")
        port = stage.free_port()
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    expect_fault(answer, "loopback-address-missing", "path", port, person)


def test_only_one_address_of_the_network_is_left(person: Person) -> None:
    """127.0.0.1/32 in place of /8: the others of 127.0.0.0/8 are gone with it."""
    with Namespace() as stage:
        server = stage.listen(address="0.0.0.0", person=Person.OTHER)
        stage.run("ip", "addr", "del", "127.0.0.1/8", "dev", "lo")
        stage.run("ip", "addr", "add", "127.0.0.1/32", "dev", "lo")
        answer = stage.check(f"127.0.0.2:{server.port}", person=person)
    expect_fault(answer, "loopback-address-missing", "path", server.port, person, named="127.0.0.2")

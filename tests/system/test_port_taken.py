"""port-taken: another program listens where the server wants to."""

from __future__ import annotations

import sys

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = pytest.mark.system
_UNNAMED = "import socket; one = socket.create_server(('127.0.0.1', 0x%x)); one.accept()[0].recv(1)"
"""Its command line names neither address nor port."""
_CLIENT = "import socket; socket.create_connection(('127.0.0.1', 0x%x)).recv(1)"


@EVERYBODY
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


@EVERYBODY
@pytest.mark.parametrize(("wanted", "holds"), [("127.0.0.1", "127.0.0.2"), ("[::1]", "0.0.0.0")])
def test_a_listener_that_is_not_in_the_way_is_not_blamed(person: Person, wanted: str, holds: str) -> None:
    with Namespace() as stage:
        server = stage.listen(address=holds, person=Person.OTHER)
        answer = stage.check(f"{wanted}:{server.port}", "--bind", person=person)
    expect_healthy(answer, person)


@EVERYBODY
def test_its_own_server_is_named_to_nobody_too(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(person=person)
        answer = stage.check(f"127.0.0.1:{server.port}", "--bind", person=person)
    expect_fault(answer, "port-taken", "bind", server.port, person)
    assert str(server.pid) in str(answer.verdict), answer


@EVERYBODY
@pytest.mark.parametrize(("wanted", "system"), [("127.0.0.1", "0"), ("0.0.0.0", "0"), ("127.0.0.1", "1")])
def test_a_wildcard_for_ipv6_alone_is_not_in_the_way_of_ipv4(person: Person, wanted: str, system: str) -> None:
    with Namespace() as stage:
        stage.run("sysctl", "-w", f"net.ipv6.bindv6only={system}")
        option = "--v6only=1" if system == "0" else "--v6only-by-system"
        server = stage.listen(option, address="::", person=Person.OTHER)
        answer = stage.check(f"{wanted}:{server.port}", "--bind", person=person)
    expect_healthy(answer, person)


@EVERYBODY
def test_a_listener_of_ipv4_is_not_in_the_way_where_wildcards_are_for_ipv6_alone(person: Person) -> None:
    with Namespace() as stage:
        stage.run("sysctl", "-w", "net.ipv6.bindv6only=1")
        server = stage.listen(address="0.0.0.0", person=Person.OTHER)
        answer = stage.check(f"[::]:{server.port}", "--bind", person=person)
    expect_healthy(answer, person)


def test_to_nobody_a_client_is_not_the_server_and_is_not_to_be_stopped() -> None:
    with Namespace() as stage:
        port = stage.free_port()
        for text in (_UNNAMED, _CLIENT):
            shown = (f"127.0.0.1:{port}",) if text == _CLIENT else ()
            begun = stage.popen(sys.executable, "-I", "-S", "-c", text % port, *shown, person=Person.OTHER)
            stage.until_listening(port, 1)
        stage.accepted(port, 1)
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=Person.NOBODY)
    expect_fault(answer, "port-taken", "bind", port, Person.NOBODY)
    assert f"pid {begun.pid}" not in str(answer.verdict), answer
    assert not any(str(begun.pid) in str(step) for way in answer.report["remedies"] for step in way["steps"]), answer

"""ephemeral-collision: a connection that goes out has the port as its source port."""

from __future__ import annotations

import pytest

from tests.system.connections import go_out, leave_connection
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("wanted", ["127.0.0.1", "0.0.0.0", "[::]"])
def test_a_client_has_got_the_port_by_chance(person: Person, wanted: str) -> None:
    with Namespace() as stage:
        server = stage.listen("--do=silent", port=stage.free_port(), person=Person.OTHER)
        port = go_out(stage, server.port)
        answer = stage.check(f"{wanted}:{port}", "--bind", person=person)
    expect_fault(answer, "ephemeral-collision", "bind", port, person)
    assert answer.verdict["confidence"] == "certain", answer
    assert f"127.0.0.1:{server.port}" in answer.verdict["summary"], answer
    assert "ip_local_reserved_ports" in str(answer.report["remedies"]), answer


def test_the_range_is_a_setting_of_the_machine(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen("--do=silent", port=stage.free_port(), person=Person.OTHER)
        stage.run("sysctl", "-w", "net.ipv4.ip_local_port_range=8000 8001")
        port = go_out(stage, server.port)
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    assert port in (8000, 8001)
    expect_fault(answer, "ephemeral-collision", "bind", port, person)


def test_the_other_end_is_another_machine(person: Person) -> None:
    """Its listeners cannot be seen; a well-known port tells."""
    with Namespace() as stage, Namespace() as far:
        stage.join(far, "10.231.9.1", "10.231.9.2")
        far.listen("--do=silent", address="10.231.9.2", port=5432)
        port = go_out(stage, 5432, address="10.231.9.2")
        answer = stage.check(f"10.231.9.1:{port}", "--bind", person=person)
    expect_fault(answer, "ephemeral-collision", "bind", port, person)
    assert "10.231.9.2:5432" in answer.verdict["summary"], answer


def test_another_address_of_the_machine_is_free(person: Person) -> None:
    with Namespace(lan=True) as stage:
        server = stage.listen("--do=silent", port=stage.free_port(), person=Person.OTHER)
        port = go_out(stage, server.port)
        answer = stage.check(f"{ADDRESS}:{port}", "--bind", person=person)
    expect_healthy(answer, person)


def test_a_connection_that_came_in_is_no_collision(person: Person) -> None:
    """Also on a port of the range, where the old listener had set SO_REUSEADDR, which no client does."""
    with Namespace() as stage:
        _, port = leave_connection(stage, reuse=True, port=50051)
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    expect_fault(answer, "leftover-connection", "bind", port, person)


def test_a_client_that_is_connected_to_itself_has_the_port(person: Person) -> None:
    """The server that it waits for cannot start."""
    with Namespace() as stage:
        stage.run("sysctl", "-w", "net.ipv4.ip_local_port_range=40000 40001")
        port = go_out(stage, 40000, again=True)
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    assert port == 40000
    expect_fault(answer, "ephemeral-collision", "bind", port, person)


def test_a_client_is_told_that_nothing_listens(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen("--do=silent", port=stage.free_port(), person=Person.OTHER)
        port = go_out(stage, server.port)
        answer = stage.check(f"127.0.0.1:{port}", person=person)
    expect_fault(answer, "nothing-listening", "listener", port, person)

"""ipv6-disabled: the kernel has taken ::1 away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.hosts import with_hosts
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def _off(stage: Namespace) -> None:
    stage.run("sysctl", "-w", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")


def test_the_client_asks_for_an_ipv6_address(person: Person) -> None:
    with Namespace() as stage:
        _off(stage)
        server = stage.listen(person=Person.OTHER)
        answer = stage.check(f"[::1]:{server.port}", person=person)
    expect_fault(answer, "ipv6-disabled", "path", server.port, person)
    assert answer.verdict["confidence"] == "certain", answer
    assert any("disable_ipv6" in each["text"] for each in answer.verdict["evidence"]), answer


def test_a_server_lost_its_address_and_localhost_leads_to_both(person: Person, open_folder: Path) -> None:
    """Its row is still in the table, 127.0.0.1 is refused, and ::1 is no longer there."""
    with Namespace() as stage:
        server = stage.listen(address="::1", port=stage.free_port(), person=Person.OTHER)
        _off(stage)
        both = with_hosts(open_folder, "127.0.0.1 localhost\n::1 localhost\n", person)
        answer = stage.check(f"localhost:{server.port}", person=person, through=both)
    expect_fault(answer, "ipv6-disabled", "path", server.port, person)


def test_a_server_cannot_bind_it(person: Person) -> None:
    with Namespace() as stage:
        _off(stage)
        port = stage.free_port()
        answer = stage.check(f"[::1]:{port}", "--bind", person=person)
    expect_fault(answer, "ipv6-disabled", "path", port, person)


def test_only_the_other_address_of_localhost_is_needed(person: Person) -> None:
    with Namespace() as stage:
        _off(stage)
        server = stage.listen(person=Person.OTHER)
        port = stage.free_port()
        answer = stage.check(f"http://localhost:{server.port}/", person=person)
        nobody_there = stage.check(f"localhost:{port}", person=person)
    expect_healthy(answer, person)
    assert nobody_there.code == "nothing-listening", nobody_there


def test_without_source_ports_the_same_error_is_another_fault(person: Person) -> None:
    """IPv6 is on: "cannot assign requested address" has another reason then."""
    with Namespace() as stage:
        server = stage.listen(address="::1", person=Person.OTHER)
        stage.run("sysctl", "-w", "net.ipv4.ip_local_port_range=40000 40001")
        stage.crowd(server.port, 2, "::1")
        answer = stage.check(f"[::1]:{server.port}", person=person)
    assert answer.code in {"ephemeral-exhaustion", "undetermined"}, answer


def test_no_address_is_recommended_where_nothing_answers(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(address="::1", person=Person.OTHER)
        _off(stage)
        lost = stage.check(f"[::1]:{server.port}", person=person)
        other = stage.check(f"127.0.0.1:{server.port}", person=person)
    expect_fault(lost, "ipv6-disabled", "path", server.port, person)
    assert "and ask there" in lost.report["remedies"][0]["title"], lost
    expect_fault(other, "ipv6-only-listener", "listener", server.port, person)
    assert not any("Ask for" in each["title"] for each in other.report["remedies"]), other

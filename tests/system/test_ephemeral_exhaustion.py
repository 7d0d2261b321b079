"""ephemeral-exhaustion: every source port is in use towards one destination."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_no_source_port_is_left(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen("--do=silent", port=stage.free_port(), person=Person.OTHER)
        other = stage.listen(port=stage.free_port(), person=Person.OTHER)
        stage.run("sysctl", "-w", "net.ipv4.ip_local_port_range=40000 40007")
        stage.crowd(server.port, 9)
        answer = stage.check(f"127.0.0.1:{server.port}", "--settle=0", person=person)
        elsewhere = stage.check(f"http://127.0.0.1:{other.port}/", "--settle=0", person=person)
    expect_fault(answer, "ephemeral-exhaustion", "path", server.port, person)
    assert answer.verdict["confidence"] == "certain", answer
    assert "8 of 8" in str(answer.verdict["evidence"]), answer
    assert "ip_local_port_range" in str(answer.report["remedies"]), answer
    expect_healthy(elsewhere, person)  # a port can lead to many places


def test_the_whole_range_is_reserved(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        stage.run("sysctl", "-w", "net.ipv4.ip_local_port_range=40000 40007")
        stage.run("sysctl", "-w", "net.ipv4.ip_local_reserved_ports=40000-40007")
        answer = stage.check(f"127.0.0.1:{server.port}", "--settle=0", person=person)
    expect_fault(answer, "ephemeral-exhaustion", "path", server.port, person)
    assert "ip_local_reserved_ports" in str(answer.verdict["evidence"]), answer


def test_ipv6_that_is_off_is_not_taken_for_it(person: Person) -> None:
    """The same error; the source ports are free."""
    with Namespace() as stage:
        port = stage.free_port()
        stage.run("sysctl", "-w", "net.ipv6.conf.all.disable_ipv6=1")
        answer = stage.check(f"[::1]:{port}", "--settle=0", person=person)
    assert answer.code in {"ipv6-disabled", "undetermined"}, answer

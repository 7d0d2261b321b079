"""dnat-loopback-martian: a rule leads 127.0.0.1 out of the machine, where it may not go."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy, expect_undetermined
from tests.system.nat import translate
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]

_HOST, _INSIDE = "10.231.9.1", "10.231.9.2"


def _joined(stage: Namespace, container: Namespace) -> int:
    stage.join(container, _HOST, _INSIDE)
    container.listen(address="0.0.0.0", port=8000, person=Person.OTHER)
    return stage.free_port()


def test_a_port_published_by_rules_alone(person: Person) -> None:
    with Namespace() as stage, Namespace() as container:
        port = _joined(stage, container)
        translate(stage, "output", f"fib daddr type local tcp dport {port} dnat to {_INSIDE}:8000")
        answer = stage.check(f"127.0.0.1:{port}", "--timeout=1.5", "--settle=0", person=person)
        lan = stage.check(f"http://{_HOST}:{port}/", person=person)
    expect_fault(answer, "dnat-loopback-martian", "firewall", port, person)
    assert answer.verdict["confidence"] == ("certain" if person is Person.ROOT else "likely"), answer
    expect_healthy(lan, person)


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside-a-listener"])
@pytest.mark.parametrize("inside", [8000, 9], ids=["answers", "refuses"])
def test_a_rule_for_loopback_alone(person: Person, inside: int, beside: bool) -> None:
    """Without root it shows when the same address is asked from another one of this machine: then packets leave."""
    with Namespace() as stage, Namespace() as container:
        port = _joined(stage, container)
        if beside:
            stage.listen(port=port, person=Person.OTHER)
        translate(stage, "output", f"ip daddr 127.0.0.1 tcp dport {port} dnat to {_INSIDE}:{inside}")
        answer = stage.check(f"127.0.0.1:{port}", "--timeout=1.2", "--settle=0", person=person)
    expect_fault(answer, "dnat-loopback-martian", "firewall", port, person)
    assert answer.verdict["confidence"] == ("certain" if person is Person.ROOT else "likely"), answer


def test_it_leaves_with_a_loopback_source(person: Person) -> None:
    """route_localnet lets it out, and the container throws it away: nobody has given it another source."""
    with Namespace() as stage, Namespace() as container:
        port = _joined(stage, container)
        stage.run("sysctl", "-w", "net.ipv4.conf.all.route_localnet=1")
        translate(stage, "output", f"ip daddr 127.0.0.1 tcp dport {port} dnat to {_INSIDE}:8000")
        answer = stage.check(f"127.0.0.1:{port}", "--timeout=1.5", "--settle=0", person=person)
    if person is Person.ROOT:
        expect_fault(answer, "dnat-loopback-martian", "firewall", port, person)
    else:
        expect_undetermined(answer, person, truth="dnat-loopback-martian")


def test_with_masquerade_it_works(person: Person) -> None:
    with Namespace() as stage, Namespace() as container:
        port = _joined(stage, container)
        stage.run("sysctl", "-w", "net.ipv4.conf.all.route_localnet=1")
        translate(stage, "output", f"ip daddr 127.0.0.1 tcp dport {port} dnat to {_INSIDE}:8000")
        translate(stage, "postrouting", f"ip daddr {_INSIDE} masquerade")
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_healthy(answer, person)


def test_a_rule_that_drops_is_no_nat(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        stage.filter("output", "ct state invalid drop", f"tcp dport {server.port} drop")
        answer = stage.check(f"127.0.0.1:{server.port}", "--timeout=1.5", "--settle=0", person=person)
    expect_fault(answer, "fw-drop-output", "firewall", server.port, person)

"""nat-redirect-elsewhere: a rule leads the connection past the server that listens on the port."""

from __future__ import annotations

import pytest

from tests.system.docker import container
from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.nat import translate
from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_another_program_answers(person: Person, address: str) -> None:
    with Namespace() as stage:
        meant = stage.listen("--text=meant", address=address, port=stage.free_port(), person=Person.OTHER)
        other = stage.listen("--text=other", address=address, port=stage.free_port(), person=Person.OTHER)
        translate(
            stage,
            "output",
            f"tcp dport {meant.port} redirect to :{other.port}",
            family="ip6" if ":" in address else "ip",
        )
        host = f"[{address}]" if ":" in address else address
        answer = stage.check(f"http://{host}:{meant.port}/", person=person)
    expect_fault(answer, "nat-redirect-elsewhere", "firewall", meant.port, person)
    assert answer.verdict["confidence"] == "certain", answer
    assert str(other.port) in answer.verdict["summary"], answer
    if person is Person.ROOT:
        assert f"pid {other.pid}" in str(answer.verdict["evidence"]), answer
        assert answer.report["firewall"]["rule"]["chain"] == "output", answer
        assert "'delete', 'rule', 'ip" in str(answer.report["remedies"]), answer


def test_iptables_leads_elsewhere_too(person: Person) -> None:
    with Namespace() as stage:
        meant = stage.listen(port=stage.free_port(), person=Person.OTHER)
        other = stage.listen(port=stage.free_port(), person=Person.OTHER)
        rule = ("-p", "tcp", "--dport", str(meant.port), "-j", "REDIRECT", "--to-ports", str(other.port))
        stage.run("iptables", "-t", "nat", "-A", "OUTPUT", *rule)
        answer = stage.check(f"http://127.0.0.1:{meant.port}/", person=person)
    expect_fault(answer, "nat-redirect-elsewhere", "firewall", meant.port, person)
    if person is Person.ROOT:
        assert "'iptables', '-t', 'nat', '-D', 'OUTPUT'" in str(answer.report["remedies"]), answer


def test_a_container_answers_in_place_of_a_server(person: Person) -> None:
    with Namespace(lan=True) as stage, Namespace() as inside:
        stage.join(inside, "10.231.9.1", "10.231.9.2")
        inside.listen("--text=inside", address="0.0.0.0", port=8000, person=Person.OTHER)
        meant = stage.listen(address="0.0.0.0", port=stage.free_port(), person=Person.OTHER)
        translate(stage, "output", f"ip daddr {ADDRESS} tcp dport {meant.port} dnat to 10.231.9.2:8000")
        answer = stage.check(f"http://{ADDRESS}:{meant.port}/", person=person)
        direct = stage.check(f"http://127.0.0.1:{meant.port}/", person=person)
    expect_fault(answer, "nat-redirect-elsewhere", "firewall", meant.port, person)
    expect_healthy(direct, person)


def test_a_published_port_is_healthy(person: Person) -> None:
    """Nothing listens on the port itself: the rule is how it is published, and the report says so."""
    with Namespace(lan=True) as stage, Namespace() as inside:
        stage.join(inside, "10.231.9.1", "10.231.9.2")
        inside.listen(address="0.0.0.0", port=8000, person=Person.OTHER)
        port = stage.free_port()
        translate(stage, "output", f"ip daddr {ADDRESS} tcp dport {port} dnat to 10.231.9.2:8000")
        answer = stage.check(f"http://{ADDRESS}:{port}/", person=person)
    expect_healthy(answer, person)
    assert "NAT rule" in answer.verdict["gloss"], answer


def test_a_port_published_beside_a_proxy_is_healthy(person: Person) -> None:
    """docker's own proxy listens on the port for local clients, and a rule leads the others past it."""
    with container() as docker:
        docker.inside.listen(address="0.0.0.0", port=8000, person=Person.OTHER)
        proxy = docker.publish(docker.host.free_port(), 8000, at="0.0.0.0")
        host = f"{docker.address.rpartition('.')[0]}.1"
        rule = f"ip daddr != 127.0.0.0/8 fib daddr type local tcp dport {proxy.port} dnat to {docker.address}:8000"
        translate(docker.host, "output", rule)
        answer = docker.host.check(f"http://{host}:{proxy.port}/", person=person)
        direct = docker.host.check(f"http://127.0.0.1:{proxy.port}/", person=person)
    expect_healthy(answer, person)
    expect_healthy(direct, person)


def test_a_rule_for_another_port_changes_nothing(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        translate(stage, "output", f"tcp dport {server.port + 1} redirect to :9", "tcp dport 9 counter accept")
        answer = stage.check(f"http://127.0.0.1:{server.port}/", person=person)
    expect_healthy(answer, person)
    assert "NAT" not in answer.verdict["gloss"], answer

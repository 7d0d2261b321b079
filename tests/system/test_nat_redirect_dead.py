"""nat-redirect-dead: a rule leads the connection to where nobody listens."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_undetermined
from tests.system.nat import refused_all_the_time, translate
from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_server_listens_and_the_rule_leads_to_an_empty_port(person: Person, address: str) -> None:
    with Namespace() as stage:
        server = stage.listen(address=address, port=stage.free_port(), person=Person.OTHER)
        family = "ip6" if ":" in address else "ip"
        translate(stage, "output", f"tcp dport {server.port} redirect to :{stage.free_port()}", family=family)
        host = f"[{address}]" if ":" in address else address
        answer = stage.check(f"{host}:{server.port}", person=person)
    expect_fault(answer, "nat-redirect-dead", "firewall", server.port, person)
    assert answer.verdict["confidence"] == ("certain" if person is Person.ROOT else "likely"), answer


def test_iptables_does_it_too(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        rule = ("-p", "tcp", "-d", "127.0.0.0/8", "--dport", str(server.port), "-j", "DNAT")
        stage.run("iptables", "-t", "nat", "-A", "OUTPUT", *rule, "--to-destination", "127.0.0.1:9")
        answer = stage.check(f"127.0.0.1:{server.port}", person=person)
    expect_fault(answer, "nat-redirect-dead", "firewall", server.port, person)


def test_a_container_refuses_in_place_of_a_server(person: Person) -> None:
    """As docker does with a published port on which nothing listens inside."""
    with Namespace(lan=True) as stage, Namespace() as container:
        stage.join(container, "10.231.9.1", "10.231.9.2")
        server = stage.listen(address="0.0.0.0", port=stage.free_port(), person=Person.OTHER)
        translate(stage, "output", f"ip daddr {ADDRESS} tcp dport {server.port} dnat to 10.231.9.2:80")
        answer = stage.check(f"{ADDRESS}:{server.port}", person=person)
    expect_fault(answer, "nat-redirect-dead", "firewall", server.port, person)


def test_a_container_refuses_and_nobody_listens_here(person: Person) -> None:
    with Namespace(lan=True) as stage, Namespace() as container:
        stage.join(container, "10.231.9.1", "10.231.9.2")
        port = stage.free_port()
        translate(stage, "output", f"ip daddr {ADDRESS} tcp dport {port} dnat to 10.231.9.2:80")
        answer = stage.check(f"{ADDRESS}:{port}", person=person)
    expect_fault(answer, "nat-redirect-dead", "firewall", port, person)


def test_the_network_of_the_container_is_gone(person: Person) -> None:
    """Without root it is not known what keeps the packets here; but no server nearby is offered for it."""
    with Namespace(lan=True) as stage:
        port = stage.free_port()
        stage.listen(address="0.0.0.0", port=port + 1, person=Person.OTHER)
        stage.run("iptables", "-t", "nat", "-N", "DOCKER")
        stage.run("iptables", "-t", "nat", "-A", "OUTPUT", "!", "-d", "127.0.0.0/8", "-j", "DOCKER")
        dnat = ("-j", "DNAT", "--to-destination", "172.17.0.2:80")
        stage.run("iptables", "-t", "nat", "-A", "DOCKER", "-p", "tcp", "--dport", str(port), *dnat)
        answer = stage.check(f"{ADDRESS}:{port}", "--timeout=1.3", person=person)
    told = str(answer.report["found"])
    assert str(port + 1) not in told, told
    if person is Person.NOBODY:
        expect_undetermined(answer, person, truth="nat-redirect-dead")
        assert "the packets do not leave" in answer.verdict["summary"], answer
        return
    expect_fault(answer, "nat-redirect-dead", "firewall", port, person)
    assert "no route" in answer.verdict["summary"], answer
    assert "172.17.0.2:80" in told, told
    assert "('docker', 'ps'" in str(answer.report["remedies"]).replace("[", "("), answer


def test_nobody_has_the_address_that_the_rule_leads_to(person: Person) -> None:
    """As after the end of a container. It takes no rule to know that no server on the port is missing."""
    with Namespace(lan=True) as stage:
        port = stage.free_port()
        stage.listen(address="0.0.0.0", port=port + 1, person=Person.OTHER)
        stage.run("sysctl", "-qw", "net.ipv4.neigh.lan0.mcast_solicit=1")  # one question of a second, not three
        translate(stage, "output", f"ip daddr {ADDRESS} tcp dport {port} dnat to {ADDRESS}23:80")
        answer = stage.check(f"{ADDRESS}:{port}", person=person)
    expect_fault(answer, "nat-redirect-dead", "firewall", port, person)
    assert answer.verdict["confidence"] == ("certain" if person is Person.ROOT else "likely"), answer
    assert str(port + 1) not in str(answer.report["found"]), answer


def test_nothing_listens_on_either_port(person: Person) -> None:
    """Without root that nothing listens on the port is all that can be known, and it is true."""
    with Namespace() as stage:
        port = stage.free_port()
        translate(stage, "output", f"tcp dport {port} redirect to :{port - 5000}")
        answer = stage.check(f"127.0.0.1:{port}", person=person)
    if person is Person.ROOT:
        expect_fault(answer, "nat-redirect-dead", "firewall", port, person)
        assert answer.verdict["confidence"] == "certain", answer
    else:
        expect_fault(answer, "nothing-listening", "listener", port, person, staged="nat-redirect-dead")
        assert answer.verdict["confidence"] != "certain", answer
        assert "not theirs" not in _firewall(answer.report), answer


def test_other_connections_that_are_refused_do_not_hide_it(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        translate(stage, "output", f"tcp dport {server.port} redirect to :9")
        refused_all_the_time(stage, stage.free_port())
        answer = stage.check(f"127.0.0.1:{server.port}", person=person)
    allowed = {"nat-redirect-dead"} if person is Person.ROOT else {"nat-redirect-dead", "undetermined"}
    assert answer.code in allowed, answer


def test_a_rule_that_resets_is_no_nat(person: Person) -> None:
    """Connection tracking is at work, as for NAT; and other connections are refused all the time."""
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        stage.filter("input", "ct state invalid drop", f"tcp dport {server.port} reject with tcp reset")
        refused_all_the_time(stage, stage.free_port())
        answer = stage.check(f"127.0.0.1:{server.port}", person=person)
    assert answer.code in {"fw-reject-reset", "undetermined"}, answer  # as busy as it happens to be


def _firewall(report: dict[str, object]) -> str:
    steps = report["steps"]
    assert isinstance(steps, list)
    return next(str(step["summary"]) for step in steps if step["name"] == "firewall")

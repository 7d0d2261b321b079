"""host-down: nobody answers to ARP."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_nobody_has_the_address(person: Person) -> None:
    with Namespace(lan=True) as stage:
        answer = stage.check("10.231.8.77:8080", person=person)
    expect_fault(answer, "host-down", "path", 8080, person)
    assert answer.verdict["confidence"] == "certain", answer
    assert "FAILED" in str(answer.verdict["evidence"]), answer


def test_nobody_has_the_ipv6_address(person: Person) -> None:
    with Namespace(lan=True) as stage:
        stage.run("ip", "addr", "add", "fd00:8::1/64", "dev", "lan0", "nodad")
        answer = stage.check("[fd00:8::77]:8080", person=person)
    expect_fault(answer, "host-down", "path", 8080, person)


def test_the_router_is_down(person: Person) -> None:
    with Namespace(lan=True) as stage:
        stage.run("ip", "route", "add", "default", "via", "10.231.8.254")
        answer = stage.check("10.20.0.5:8080", person=person)
    expect_fault(answer, "host-down", "path", 8080, person)
    assert "router 10.231.8.254" in answer.verdict["summary"], answer


def test_with_little_time_it_is_only_probable(person: Person) -> None:
    with Namespace(lan=True) as stage:
        answer = stage.check("10.231.8.77:8080", "--timeout=1.5", person=person)
    expect_fault(answer, "host-down", "path", 8080, person)
    assert answer.verdict["confidence"] == "likely", answer


@pytest.mark.parametrize("reject", ["host-unreachable", "host-prohibited"])
def test_a_rule_answers_in_the_same_words(person: Person, reject: str) -> None:
    with Namespace(lan=True) as stage:
        stage.filter("output", f"ip daddr 10.231.8.77 reject with icmp {reject}")
        answer = stage.check("10.231.8.77:8080", "--timeout=1.5", person=person)
    expect_fault(answer, "fw-reject-icmp", "firewall", 8080, person)


def test_a_route_refuses_in_the_same_words(person: Person) -> None:
    with Namespace(lan=True) as stage:
        stage.run("ip", "route", "add", "unreachable", "10.231.8.77")
        answer = stage.check("10.231.8.77:8080", "--timeout=1.5", person=person)
    expect_fault(answer, "route-blocked", "path", 8080, person)


def test_a_rule_drops_what_would_go_there(person: Person) -> None:
    with Namespace(lan=True) as stage:
        stage.filter("output", "tcp dport 8080 drop")
        answer = stage.check("10.231.8.77:8080", "--timeout=1.5", person=person)
    expect_fault(answer, "fw-drop-output", "firewall", 8080, person)


def test_a_machine_that_is_there_and_silent_is_not_down(person: Person) -> None:
    """It answers to ARP and drops the rest: from here no more can be told."""
    with Namespace() as stage, Namespace() as other:
        stage.join(other, "10.231.9.1", "10.231.9.2")
        other.filter("input", "tcp dport 8080 drop")
        answer = stage.check("10.231.9.2:8080", "--timeout=1.5", person=person)
    assert answer.code == "undetermined", answer

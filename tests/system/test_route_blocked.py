"""route-blocked: an entry of the routing policy refuses."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("prefix", ["10.20.0.0/16", "2001:db8::/32"])
@pytest.mark.parametrize("kind", ["blackhole", "prohibit", "unreachable", "throw"])
def test_a_route_refuses(person: Person, kind: str, prefix: str) -> None:
    address = "[2001:db8::5]" if ":" in prefix else "10.20.0.5"
    with Namespace(lan=True) as stage:
        stage.run("ip", "route", "add", kind, prefix)
        answer = stage.check(f"{address}:5432", person=person)
    expect_fault(answer, "route-blocked", "path", 5432, person)
    assert kind in answer.verdict["summary"], answer
    assert answer.verdict["confidence"] == ("likely" if kind == "throw" else "certain"), answer
    assert any(prefix in (step["argv"] or ()) for way in answer.report["remedies"] for step in way["steps"]), answer


@pytest.mark.parametrize("kind", ["prohibit", "unreachable", "blackhole"])
def test_a_rule_refuses_one_user_only(person: Person, kind: str) -> None:
    """As the split tunnel of a VPN does: one user gets through, the other is refused."""
    with Namespace(lan=True) as stage:
        stage.run("ip", "route", "add", "default", "via", "10.231.8.1", "dev", "lan0")
        stage.run("ip", "rule", "add", "priority", "100", "uidrange", f"{person.value}-{person.value}", kind)
        answer = stage.check("10.20.0.5:5432", person=person)
        other = Person.ROOT if person is Person.NOBODY else Person.NOBODY
        elsewhere = stage.check("10.20.0.5:5432", "--timeout=1.2", person=other)
    expect_fault(answer, "route-blocked", "path", 5432, person)
    assert "rule for user" in answer.verdict["summary"], answer
    assert elsewhere.code != "route-blocked", elsewhere


def test_a_rule_refuses_one_port_only(person: Person) -> None:
    with Namespace(lan=True) as stage:
        stage.run("ip", "route", "add", "default", "via", "10.231.8.1", "dev", "lan0")
        stage.run(*["ip", "rule", "add", "priority", "100", "ipproto", "tcp", "dport", "5432", "prohibit"])
        answer = stage.check("10.20.0.5:5432", person=person)
    expect_fault(answer, "route-blocked", "path", 5432, person)
    assert answer.verdict["confidence"] == "likely", answer


def test_a_rule_for_another_port_is_not_blamed(person: Person) -> None:
    """What keeps porttui from connecting here is the route; the rule is for another port."""
    with Namespace(lan=True) as stage:
        stage.run(*["ip", "rule", "add", "priority", "100", "ipproto", "tcp", "dport", "25", "prohibit"])
        answer = stage.check("10.20.0.5:5432", person=person)
    expect_fault(answer, "route-missing", "path", 5432, person)

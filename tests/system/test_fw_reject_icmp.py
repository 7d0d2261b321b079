"""fw-reject-icmp: a rule answers with an ICMP error, which the sender's socket is told."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("reject", ["reject", "reject with icmpx type admin-prohibited"])
@pytest.mark.parametrize("hook", ["input", "output"])
def test_a_rule_rejects(person: Person, hook: str, reject: str, address: str) -> None:
    with Namespace() as stage:
        server = stage.listen(address=address, person=Person.OTHER)
        stage.filter(hook, f"tcp dport {server.port} {reject}")
        asked = f"[{address}]" if ":" in address else address
        answer = stage.check(f"{asked}:{server.port}", person=person)
    expect_fault(answer, "fw-reject-icmp", "firewall", server.port, person)
    assert answer.report["firewall"]["side"] == ("out" if hook == "output" else "in"), answer
    assert answer.verdict["confidence"] == "certain", answer
    assert all(each["outcome"] != "timeout" for each in answer.report["facts"]["attempts"]), answer


def test_it_leads_when_nothing_listens_either(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        stage.filter("input", f"tcp dport {port} reject")
        expect_fault(stage.check(f"127.0.0.1:{port}", person=person), "fw-reject-icmp", "firewall", port, person)


def test_iptables_rejects_too(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        stage.run("iptables", "-A", "INPUT", "-p", "tcp", "--dport", str(server.port), "-j", "REJECT")
        answer = stage.check(f"127.0.0.1:{server.port}", person=person)
    expect_fault(answer, "fw-reject-icmp", "firewall", server.port, person)

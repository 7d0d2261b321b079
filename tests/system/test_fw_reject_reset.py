"""fw-reject-reset: something listens, and a rule answers with a reset in its place."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


@pytest.mark.parametrize("hook", ["input", "output"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_rule_resets(person: Person, hook: str, address: str) -> None:
    with Namespace() as stage:
        server = stage.listen(address=address, person=Person.OTHER)
        stage.filter(hook, f"tcp dport {server.port} reject with tcp reset")
        asked = f"[{address}]" if ":" in address else address
        answer = stage.check(f"{asked}:{server.port}", person=person)
    expect_fault(answer, "fw-reject-reset", "firewall", server.port, person)
    assert answer.report["firewall"]["side"] == ("out" if hook == "output" else "in"), answer


@pytest.mark.parametrize("flags", ["(syn|ack) == ack", "psh == psh"])
def test_a_rule_resets_what_comes_after_the_first_packet(person: Person, flags: str) -> None:
    """No program closes the connection, although it looks so from outside."""
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        stage.filter("input", f"tcp dport {server.port} tcp flags & {flags} reject with tcp reset")
        answer = stage.check(f"http://127.0.0.1:{server.port}/", person=person)
    expect_fault(answer, "fw-reject-reset", "firewall", server.port, person)
    assert "once they are open" in answer.verdict["summary"], answer
    assert "a rule resets what comes next" in str(answer.report["steps"]), answer
    assert not answer.report["also"], answer


def test_a_rule_for_another_port_is_not_blamed(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        stage.filter("input", f"tcp dport {port + 1} reject with tcp reset")
        expect_fault(stage.check(f"127.0.0.1:{port}", person=person), "nothing-listening", "listener", port, person)

"""Rules between this machine and another one: on which of the two the rule is, and what is offered where."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.remedied import take, way
from tests.system.stage import Namespace, Server

pytestmark = [pytest.mark.system]

_HERE, _THERE = "10.231.9.1", "10.231.9.2"


@contextmanager
def _two() -> Iterator[tuple[Namespace, Namespace, Server]]:
    """Make two machines on one wire, with a server on the second."""
    with Namespace() as stage, Namespace() as other:
        stage.join(other, _HERE, _THERE)
        yield stage, other, other.listen(port=other.free_port(), address=_THERE, person=Person.OTHER)


def _filter(stage: Namespace, hook: str, rule: str) -> None:
    """Load a rule into the table that is usual."""
    chain = f"type filter hook {hook} priority 0; policy accept;\n{rule}\n"
    stage.nft(f"table inet filter {{\nchain {hook} {{\n{chain}}}\n}}")


@EVERYBODY
@pytest.mark.parametrize(
    ("hook", "rule", "code", "says"),
    [
        ("output", "tcp dport PORT reject with tcp reset", "fw-reject-reset", "on its way out"),
        ("output", "tcp dport PORT drop", "fw-drop-output", "drops the packets to port"),
        ("input", "tcp sport PORT drop", "fw-drop-input", "drops the answers from port"),
    ],
)
def test_a_rule_here_is_told_from_one_there(person: Person, hook: str, rule: str, code: str, says: str) -> None:
    with _two() as (stage, _, server):
        _filter(stage, hook, rule.replace("PORT", str(server.port)))
        asked = f"{_THERE}:{server.port}"
        answer = stage.check(asked, "--timeout=1.2", person=person)
        expect_fault(answer, code, "firewall", server.port, person)
        assert says in answer.verdict["summary"], answer
        assert answer.report["firewall"]["side"] == ("out" if hook == "output" else "in"), answer
        take(stage, way(answer, "Let "))
        expect_healthy(stage.check(asked, "--timeout=1.2", person=person), person)


def test_what_another_machine_rejects_is_to_be_mended_there() -> None:
    with _two() as (stage, other, server):
        _filter(other, "input", f"tcp dport {server.port} reject with icmpx type admin-prohibited")
        asked = f"{_THERE}:{server.port}"
        answer = stage.check(asked, person=Person.NOBODY)
        expect_fault(answer, "fw-reject-icmp", "firewall", server.port, Person.NOBODY)
        assert f"Probably a firewall rule on {_THERE}" in answer.verdict["summary"], answer
        changes = [
            step for each in answer.report["remedies"] for step in each["steps"] if step["needs_root"] and step["argv"]
        ]
        assert {step["where"] for step in changes} == {f"on {_THERE}"}, changes
        take(other, way(answer, "Let "))
        expect_healthy(stage.check(asked, person=Person.NOBODY), Person.NOBODY)


def test_a_reset_of_another_machine_is_not_taken_for_one_of_a_rule_here() -> None:
    with _two() as (stage, other, server):
        _filter(other, "input", f"tcp dport {server.port} reject with tcp reset")
        answer = stage.check(f"{_THERE}:{server.port}", person=Person.NOBODY)
    assert answer.code == "undetermined", answer
    assert answer.report["firewall"]["side"] is None, answer


@pytest.mark.parametrize("rule", ["tcp dport 22 accept", "tcp dport PORT accept"])
def test_the_way_past_a_policy_that_cannot_be_read_lets_the_answers_through_too(rule: str) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        stage.nft(
            "table inet filter {\nchain input {\ntype filter hook input priority 0; policy drop;\n"
            + rule.replace("PORT", str(server.port))
            + "\n}\n}"
        )
        asked = f"127.0.0.1:{server.port}"
        answer = stage.check(asked, "--timeout=1.2", person=Person.NOBODY)
        expect_fault(answer, "fw-drop-input", "firewall", server.port, Person.NOBODY)
        take(stage, way(answer, f"Let port {server.port} through, with nft"))
        expect_healthy(stage.check(asked, "--timeout=1.2", person=Person.NOBODY), Person.NOBODY)


@pytest.mark.parametrize("led", [False, True], ids=["asked there", "led there from here"])
def test_silence_there_is_not_taken_for_a_drop_here_amid_other_packets_that_are_dropped(led: bool) -> None:
    with _two() as (stage, other, server):
        _filter(other, "input", f"tcp dport {server.port} drop")
        _filter(stage, "input", "udp dport 9 drop")
        if led:
            rule = f"ip daddr {_HERE} tcp dport {server.port} dnat to {_THERE}"
            stage.nft(f"table ip led {{\nchain output {{\ntype nat hook output priority -100;\n{rule}\n}}\n}}")
        noise = other.popen(sys.executable, "-I", "-S", "-c", _NOISE, _HERE)
        assert noise.stdout is not None
        assert noise.stdout.readline() == "ready\n"
        asked = f"{_HERE if led else _THERE}:{server.port}"
        answer = stage.check(asked, "--timeout=1.2", "--settle=0", person=Person.NOBODY)
        noise.kill()
    assert not answer.code.startswith("fw-"), answer


def test_silence_there_is_not_taken_for_a_drop_here_amid_packets_that_never_leave() -> None:
    with _two() as (stage, other, server):
        _filter(other, "input", f"tcp dport {server.port} drop")
        _filter(stage, "output", "udp dport 9 drop")
        noise = stage.popen(sys.executable, "-I", "-S", "-c", _NOISE, _THERE)
        assert noise.stdout is not None
        assert noise.stdout.readline() == "ready\n"
        answer = stage.check(f"{_THERE}:{server.port}", "--timeout=1.2", person=Person.NOBODY)
        noise.kill()
    assert not answer.code.startswith("fw-"), answer


_NOISE = """
import contextlib, socket, sys, time
sending = socket.socket(type=socket.SOCK_DGRAM)
print("ready", flush=True)
while True:
    with contextlib.suppress(PermissionError):  # what a rule drops on its way out is told so
        sending.sendto(b"x", (sys.argv[1], 9))
    time.sleep(0.006)
"""

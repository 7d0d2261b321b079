"""Every kind of block at every hook: what it is, and on which side, is told with rights and without.

Connection tracking is at work in all of them, so that NAT is possible, and is not to be blamed.
"""

from __future__ import annotations

import sys

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.remedied import take, way
from tests.system.stage import ADDRESS, Answer, Namespace

pytestmark = [pytest.mark.system]

_ADDRESS6 = "fd31:8::1"
_RESET, _PROHIBIT = "reject with tcp reset", "reject with icmpx type admin-prohibited"


@EVERYBODY
@pytest.mark.parametrize(
    ("hook", "action", "address", "code"),
    [
        ("output", "drop", "127.0.0.1", "fw-drop-output"),
        ("postrouting", "drop", _ADDRESS6, "fw-drop-output"),
        ("egress", "drop", ADDRESS, "fw-drop-output"),
        ("ingress", "drop", "127.0.0.1", "fw-drop-input"),
        ("prerouting", "drop", "::1", "fw-drop-input"),
        ("input", "drop", ADDRESS, "fw-drop-input"),
        ("output", _RESET, _ADDRESS6, "fw-reject-reset"),
        ("output", _RESET, "127.0.0.1", "fw-reject-reset"),
        ("output", _PROHIBIT, ADDRESS, "fw-reject-icmp"),
        ("output", _PROHIBIT, "::1", "fw-reject-icmp"),
        ("ingress", _RESET, _ADDRESS6, "fw-reject-reset"),
        ("ingress", _RESET, ADDRESS, "fw-drop-input"),  # the kernel takes the rule's own answer for a martian
        ("prerouting", _RESET, "127.0.0.1", "fw-reject-reset"),
        ("ingress", _PROHIBIT, "::1", "fw-reject-icmp"),
        ("prerouting", _PROHIBIT, ADDRESS, "fw-reject-icmp"),
        ("input", _PROHIBIT, "::1", "fw-reject-icmp"),
    ],
)
def test_side_and_kind(person: Person, hook: str, action: str, address: str, code: str) -> None:
    answer, port = _blocked(person, hook, f"tcp dport PORT {action}", address)
    expect_fault(answer, code, "firewall", port, person)
    assert answer.report["firewall"]["side"] == ("out" if hook in {"output", "postrouting", "egress"} else "in"), answer
    if "reject" in code:
        assert f"port {port} on its way {'out' if hook == 'output' else 'in'}" in answer.verdict["summary"], answer
    if person is Person.ROOT:
        assert answer.verdict["confidence"] == "certain", answer
        assert answer.report["firewall"]["rule"]["chain"] == hook, answer


@EVERYBODY
@pytest.mark.parametrize(
    ("hook", "address"), [("output", "::1"), ("egress", "127.0.0.1"), ("ingress", "::1"), ("input", ADDRESS)]
)
def test_what_is_dropped_is_the_answer(person: Person, hook: str, address: str) -> None:
    answer, port = _blocked(person, hook, "tcp sport PORT drop", address)
    code = "fw-drop-output" if hook in {"output", "egress"} else "fw-drop-input"
    expect_fault(answer, code, "firewall", port, person)
    assert f"drops the answers from port {port}" in answer.verdict["summary"], answer


@EVERYBODY
@pytest.mark.parametrize("hook", ["output", "input"])
@pytest.mark.parametrize("program", ["iptables", "ip6tables-legacy"])
def test_the_way_past_a_rejection_is_offered_on_its_side(person: Person, program: str, hook: str) -> None:
    address = "::1" if program.startswith("ip6") else "127.0.0.1"
    with Namespace() as stage:
        server = stage.listen(address=address, person=Person.OTHER)
        stage.run(program, "-A", hook.upper(), "-p", "tcp", "--dport", str(server.port), "-j", "REJECT")
        asked = f"[{address}]:{server.port}"
        answer = stage.check(asked, "--timeout=1", person=person)
        expect_fault(answer, "fw-reject-icmp", "firewall", server.port, person)
        assert "on its way " + ("out" if hook == "output" else "in") in answer.verdict["summary"], answer
        if person is Person.NOBODY and program == "iptables":
            take(stage, way(answer, f"Let port {server.port} through, with iptables"))
            expect_healthy(stage.check(asked, "--timeout=1", person=person), person)


@pytest.mark.parametrize(("hook", "action"), [("ingress", "drop"), ("egress", "drop"), ("ingress", _RESET)])
def test_the_way_past_a_rule_of_a_device_is_offered_there(hook: str, action: str) -> None:
    address = "::1" if action == _RESET else "127.0.0.1"
    with Namespace() as stage:
        server = stage.listen(address=address, person=Person.OTHER)
        rules = f"type filter hook {hook} device lo priority 0; policy accept;\ntcp dport {server.port} {action}\n"
        stage.nft(f"table netdev filter {{\nchain {hook} {{\n{rules}}}\n}}")
        asked = f"[{address}]:{server.port}"
        answer = stage.check(asked, "--timeout=1.2", person=Person.NOBODY)
        take(stage, way(answer, f"Let port {server.port} through, with nft"))
        expect_healthy(stage.check(asked, "--timeout=1.2", person=Person.NOBODY), Person.NOBODY)
    assert "family netdev" in str(answer.report["remedies"]), answer


@EVERYBODY
@pytest.mark.parametrize("action", [_RESET, "reject"])
def test_other_traffic_never_makes_it_the_other_side(person: Person, action: str) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        stage.filter("output", f"tcp dport {server.port} {action}", "udp dport 9 accept")
        stage.filter("input", "udp dport 9 drop")  # what comes in and is not handed on, as if a rule there rejected it
        flood = stage.popen(sys.executable, "-I", "-S", "-c", _FLOOD)
        assert flood.stdout is not None
        assert flood.stdout.readline() == "ready\n"
        answer = stage.check(f"127.0.0.1:{server.port}", "--timeout=1", person=person)
        flood.kill()
    assert answer.report["firewall"]["side"] in {"out"} | ({None} if person is Person.NOBODY else set()), answer
    assert "on its way in" not in answer.verdict["summary"], answer
    assert answer.code == ("fw-reject-icmp" if action == "reject" else "fw-reject-reset"), answer


_FLOOD = """
import socket
sending = socket.socket(type=socket.SOCK_DGRAM)
sending.sendto(b"x", ("127.0.0.1", 9))
print("ready", flush=True)
while True:
    sending.sendto(b"x", ("127.0.0.1", 9))
"""


def _blocked(person: Person, hook: str, rule: str, address: str) -> tuple[Answer, int]:
    """Stage a server behind a rule, in which PORT stands for its port, and ask for it."""
    with Namespace(lan=True) as stage:
        if address == _ADDRESS6:
            stage.run("ip", "address", "add", f"{_ADDRESS6}/64", "dev", "lan0", "nodad")
        server = stage.listen(address=address, port=stage.free_port(), person=Person.OTHER)
        stage.filter("forward", "ct state invalid drop")
        rule = rule.replace("PORT", str(server.port))
        if hook in {"ingress", "egress"}:
            chain = f"type filter hook {hook} device lo priority 0; policy accept;\n{rule}\n"
            stage.nft(f"table netdev stage {{\nchain {hook} {{\n{chain}}}\n}}")
        else:
            stage.filter(hook, rule)
        asked = f"[{address}]" if ":" in address else address
        return stage.check(f"{asked}:{server.port}", "--timeout=1.2", "--settle=0", person=person), server.port

"""Every kind of block at every hook: what it is, and on which side, is told with rights and without.

Connection tracking is at work in all of them, so that NAT is possible, and is not to be blamed.
"""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace

pytestmark = [pytest.mark.system, EVERYBODY]

_ADDRESS6 = "fd31:8::1"
_RESET, _PROHIBIT = "reject with tcp reset", "reject with icmpx type admin-prohibited"


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
        ("ingress", _RESET, _ADDRESS6, "fw-reject-reset"),
        ("ingress", _RESET, ADDRESS, "fw-drop-input"),  # the kernel takes the rule's own answer for a martian
        ("prerouting", _RESET, "127.0.0.1", "fw-reject-reset"),
        ("ingress", _PROHIBIT, "::1", "fw-reject-icmp"),
        ("prerouting", _PROHIBIT, ADDRESS, "fw-reject-icmp"),
    ],
)
def test_side_and_kind(person: Person, hook: str, action: str, address: str, code: str) -> None:
    with Namespace(lan=True) as stage:
        stage.run("ip", "address", "add", f"{_ADDRESS6}/64", "dev", "lan0", "nodad")
        server = stage.listen(address=address, port=stage.free_port(), person=Person.OTHER)
        stage.filter("forward", "ct state invalid drop")
        rule = f"tcp dport {server.port} {action}"
        if hook in {"ingress", "egress"}:
            chain = f"type filter hook {hook} device lo priority 0; policy accept;\n{rule}\n"
            stage.nft(f"table netdev stage {{\nchain {hook} {{\n{chain}}}\n}}")
        else:
            stage.filter(hook, rule)
        asked = f"[{address}]" if ":" in address else address
        answer = stage.check(f"{asked}:{server.port}", "--timeout=1.2", "--settle=0", person=person)
    expect_fault(answer, code, "firewall", server.port, person)
    if person is Person.ROOT:
        assert answer.verdict["confidence"] == "certain", answer
        assert answer.report["firewall"]["rule"]["chain"] == hook, answer

"""Rules that say one thing, and a connection that shows another: it is said, and the connection is believed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.system.confined import DeniedBy
from tests.system.expect import expect_fault
from tests.system.people import Person
from tests.system.stage import Answer, Namespace

pytestmark = [pytest.mark.system, pytest.mark.skipif(os.geteuid() != 0, reason="only root can read the rules")]


def _step(answer: Answer) -> tuple[str, str]:
    step = next(each for each in answer.report["steps"] if each["name"] == "firewall")
    return step["status"], step["summary"]


def test_rules_that_accept_and_packets_that_are_dropped() -> None:
    """As an eBPF program of the cgroup does, which is no rule: the rule that lets it through is not to blame."""
    with Namespace() as stage, DeniedBy("egress") as cgroup:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        stage.filter("input", f"tcp dport {server.port} accept", policy="drop")
        stage.nft('insert rule inet stage input iifname "lo" accept')
        asked = f"127.0.0.1:{server.port}"
        answer = stage.check(asked, "--settle=0", "--timeout=1.2", around=cgroup.around)
    expect_fault(answer, "fw-drop-output", "firewall", server.port)
    assert answer.verdict["confidence"] == "likely", answer
    assert "eBPF" in answer.verdict["summary"], answer
    assert answer.report["firewall"]["rule"] is None, answer
    status, summary = _step(answer)
    assert (status, "though the rules would let it through" in summary) == ("fail", True), summary
    commands = [step["argv"] for remedy in answer.report["remedies"] for step in remedy["steps"]]
    assert ["bpftool", "cgroup", "tree"] in commands, commands
    assert not any("insert" in argv or "-I" in argv for argv in commands), commands


def _changing(folder: Path, rules: str) -> dict[str, str]:
    """Return an environment in which the rules change between the first connection and the listing of the rules."""
    nft = shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin")
    tried = "awk '/^Tcp: [0-9]/ { exit !($7 + $8) }' /proc/net/snmp"  # PassiveOpens, AttemptFails
    wait = f"until {tried}; do sleep 0.02; done; sleep 0.2"
    script = f'#!/bin/sh\nif [ "$1" = -j ]; then {wait}; {nft} -f {folder}/rules; fi\nexec {nft} "$@"\n'
    (folder / "rules").write_text(rules)
    (folder / "nft").write_text(script)
    (folder / "nft").chmod(0o755)
    return {"PATH": f"{folder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}


def test_rules_that_drop_and_a_connection_that_opened(tmp_path: Path) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        stage.filter("input", "tcp dport 9 drop")
        changing = _changing(tmp_path, f"add rule inet stage input tcp dport {server.port} drop\n")
        answer = stage.check(f"127.0.0.1:{server.port}", "--settle=0", "--no-http", environment=changing)
    assert (answer.code, answer.status) == ("healthy", 0), answer
    assert _step(answer) == ("warn", "it opened, though the rules would drop it")
    assert (answer.report["firewall"]["verdict"], answer.report["firewall"]["rule"]) == ("accept", None)


def test_rules_that_drop_and_a_connection_that_was_reset(tmp_path: Path) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        stage.filter("input", f"tcp dport {server.port} reject with tcp reset")
        chain = "inet stage input"
        changing = _changing(tmp_path, f"flush chain {chain}\nadd rule {chain} tcp dport {server.port} drop\n")
        answer = stage.check(f"127.0.0.1:{server.port}", "--settle=0", environment=changing)
    expect_fault(answer, "fw-reject-reset", "firewall", server.port)
    assert answer.verdict["confidence"] == "likely", answer
    assert "though the rules would drop it" in _step(answer)[1]
    assert answer.report["firewall"]["rule"] is None

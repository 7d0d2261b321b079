"""Real rulesets, and what real connections met under them (tests/data/firewall/README.md), asked as from a shell."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from porttui.firewall.ruleset import Ruleset
from porttui.firewall.saved import from_texts
from porttui.model.answer import FirewallAnswer, Sender
from porttui.model.target import Asked, Target
from porttui.observe.asking import ask_saved

DATA = Path(__file__).parents[1] / "data" / "firewall"
_SAVED = {
    "20_docker28_legacy": ["json/20_docker28_legacy.json", "iptables/20_docker28_legacy.legacy-save"],
    "20_docker28_nft": ["json/20_docker28_nft.json", "iptables/20_docker28_nft.iptables-save"],
    "30_ufw_enabled": ["json/30_ufw_enabled.json", "iptables/30_ufw_enabled.iptables-save"],
}
_NAMES = sorted(path.stem for path in (DATA / "oracle").glob("*.json"))
_ALONE = {f"{name} by iptables-save": [files[1]] for name, files in _SAVED.items()}
"""iptables-save alone tells all of a table that iptables made."""
RULESETS = {name: _SAVED.get(name, [f"json/{name}.json"]) for name in _NAMES} | _ALONE


@functools.cache
def ruleset(name: str) -> Ruleset:
    return from_texts((file, (DATA / file).read_text()) for file in RULESETS[name])


class Probe:
    """One connection of an oracle."""

    def __init__(self, oracle: dict[str, Any], who: str, entry: dict[str, Any]) -> None:
        self.listening = entry["dport"] in oracle["listening"]
        self.ports: list[int] = oracle["listening"]
        self.who, self.address, self.port, self.result = who, entry["dst"], entry["dport"], entry["result"]

    def asked(self, name: str) -> FirewallAnswer:
        target = Target(input="", host=self.address, port=self.port)
        six = ":" in self.address
        sender = Sender(address="fd00:8::2" if six else "10.231.8.2", interface="uxf0")
        if "uid" in self.who:
            sender = Sender(uid=int(self.who.rpartition("uid")[2]))
        return ask_saved(Asked(target=target), sender, ruleset(name), ())

    def as_met(self, answer: FirewallAnswer) -> str:
        """Return what a client meets under a verdict: where nobody listens, the kernel resets."""
        if answer.verdict.startswith("redirect:") and answer.redirect is not None:
            return "accept" if answer.redirect[1] in self.ports else "reset"
        return "reset" if answer.verdict == "accept" and not self.listening else answer.verdict

    def __str__(self) -> str:
        return f"{self.who} to {self.address} {self.port}: {self.result}"


def probes(name: str) -> Iterator[Probe]:
    oracle = json.loads((DATA / "oracle" / f"{name.partition(' ')[0]}.json").read_text())
    for who, entries in oracle.items():
        if who != "listening":
            yield from (Probe(oracle, who, each) for each in entries)


def _leads_away(answer: FirewallAnswer) -> bool:
    """Tell whether NAT leads to a container; there was none, so that the oracle met silence."""
    return answer.redirect is not None and answer.redirect[0].startswith("172.")


@pytest.mark.parametrize("name", RULESETS)
def test_no_verdict_is_wrong(name: str) -> None:
    wrong = []
    for probe in probes(name):
        answer = probe.asked(name)
        if answer.verdict != "unknown" and probe.as_met(answer) != probe.result and not _leads_away(answer):
            wrong.append(f"{probe}, judged {answer.verdict} by {answer.rule}")
    assert wrong == []


def test_hardly_any_is_unknown() -> None:
    verdicts = [probe.asked(name).verdict for name in RULESETS for probe in probes(name)]
    assert len(verdicts) > 1200
    assert verdicts.count("unknown") <= 0.02 * len(verdicts)


@pytest.mark.parametrize("name", ["20_docker28_nft", "20_docker28_legacy"])
def test_a_published_port_is_told_as_a_redirect_into_the_container(name: str) -> None:
    told = {probe.asked(name).verdict for probe in probes(name) if "uid" in probe.who and probe.port == 8080}
    assert "redirect:172.17.0.2:80" in told


@pytest.mark.parametrize(
    ("name", "port", "text"),
    [
        ("30_ufw_enabled", 3000, "-A ufw-user-input -p tcp -m tcp --dport 3000 -j REJECT --reject-with tcp-reset"),
        ("03_fail2ban", 22, "tcp dport { 22, 8000 } ip saddr @addr-set-sshd reject with icmp port-unreachable"),
        ("31_firewalld_public", 3000, "tcp dport 3000 reject with icmp port-unreachable"),
    ],
)
def test_the_rule_that_blocks_is_named(name: str, port: int, text: str) -> None:
    far = (each for each in probes(name) if "uid" not in each.who and each.address == "10.231.8.1")
    one = next(each for each in far if each.port == port)
    answer = one.asked(name)
    assert answer.verdict == one.result != "accept"
    assert answer.rule is not None
    assert answer.rule.text == text

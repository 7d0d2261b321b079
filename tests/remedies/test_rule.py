"""Ways past a rule that is known: in the words of whoever wrote it, no wider than needed, each word explained."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from porttui.faults.registry import BY_CODE
from porttui.model.report import Remedy, Risk
from porttui.model.rules import HookPassed, Judged, Rule, RuleStop
from porttui.remedies.parts import parts
from porttui.remedies.rule import past
from tests import worlds as w

UNCLEAR = {"an option", "given to the program", ""}
FAR = {"address": "203.0.113.9", "sender": "192.168.4.20"}
FROM = {"address": "192.168.4.20", "sender": "192.168.4.7"}


RICH = 'rule priority="-1" family="ipv4" source address="192.168.4.7" port port="8080" protocol="tcp" accept'

ANYBODY = 'rule priority="-1" family="ipv4" port port="8080" protocol="tcp" accept'


def _rule(table: str, chain: str, text: str = "drop", backend: str = "nftables") -> Rule:
    return Rule(text=text, table=table, chain=chain, handle=12, position=3, backend=backend)


def _after(judged: Judged, chain: str, to: str, backend: str = "iptables") -> Judged:
    """Let the packet have passed a jump before."""
    (passed,) = judged.path
    table = passed.stops[-1].table
    jump = RuleStop(table=table, chain=chain, word=f"jump {to}", backend=backend, rule=_rule(table, chain))
    return replace(judged, path=(HookPassed(hook=passed.hook, way="there", stops=(jump, *passed.stops)),))


def _ways(known: Judged) -> tuple[Remedy, ...]:
    found = past(w.world(), known)
    for way in found:
        for step in way.steps:
            assert step.argv is not None
            assert step.needs_root
            told = parts(step.argv)
            assert " ".join(words for words, _ in told) == " ".join(step.argv)
            assert not {meaning for _, meaning in told} & UNCLEAR, told
            assert all("{" not in meaning and len(meaning) <= 100 for _, meaning in told), told
    return found


def _command(known: Judged, number: int = 0) -> str:
    argv = _ways(known)[number].steps[0].argv
    return " ".join(argv or ())


NFT = "nft -e -a insert rule inet guard input handle 12"


@pytest.mark.parametrize(
    ("hook", "fields", "command"),
    [
        ("input", {}, f"{NFT} iifname lo tcp dport 8080 accept"),
        ("prerouting", {}, f"{NFT} iifname lo tcp dport 8080 accept"),
        ("output", {}, f"{NFT} oifname lo tcp dport 8080 accept"),
        ("output", FAR, f"{NFT} ip daddr 203.0.113.9 tcp dport 8080 accept"),
        ("input", FROM, f"{NFT} ip saddr 192.168.4.7 tcp dport 8080 accept"),
        ("input", {**FROM, "sender": ""}, f"{NFT} tcp dport 8080 accept"),
        (
            "input",
            {"redirect": ("127.0.0.1", 81)},
            f"{NFT} iifname lo meta l4proto tcp ct original proto-dst 8080 accept",
        ),
        (
            "output",
            {"redirect": ("203.0.113.9", 81)},
            f"{NFT} ip daddr 203.0.113.9 meta l4proto tcp ct original proto-dst 8080 accept",
        ),
    ],
)
def test_nftables(hook: str, fields: dict[str, Any], command: str) -> None:
    assert _command(w.judged("drop", _rule("inet guard", "input"), hook, **fields)) == command


@pytest.mark.parametrize(
    ("table", "backend", "fields", "command"),
    [
        ("ip filter", "iptables", {}, "iptables -I INPUT 3 -i lo -p tcp --dport 8080 -j ACCEPT"),
        ("ip mangle", "iptables", {}, "iptables -t mangle -I INPUT 3 -i lo -p tcp --dport 8080 -j ACCEPT"),
        ("ip filter", "iptables-legacy", {}, "iptables-legacy -I INPUT 3 -i lo -p tcp --dport 8080 -j ACCEPT"),
        ("ip6 filter", "iptables-legacy", {}, "ip6tables-legacy -I INPUT 3 -i lo -p tcp --dport 8080 -j ACCEPT"),
        ("ip filter", "iptables", FROM, "iptables -I INPUT 3 -s 192.168.4.7 -p tcp --dport 8080 -j ACCEPT"),
    ],
)
def test_iptables(table: str, backend: str, fields: dict[str, Any], command: str) -> None:
    known = w.judged("drop", _rule(table, "INPUT", backend=backend), **fields)
    assert _command(known) == command
    assert _ways(known)[0].undo == command.replace("-I INPUT 3", "-D INPUT")


def test_a_policy_gets_a_rule_behind_the_others_and_the_answers_one_of_their_own() -> None:
    policy = RuleStop(table="ip filter", chain="INPUT", word="policy drop", backend="iptables")
    answer = w.judged("drop", policy)
    answer = replace(answer, path=(replace(answer.path[0], way="back"),), then=w.judged("accept", None))
    known = w.judged("drop", policy, then=answer)
    narrow, loopback, see = _ways(known)
    assert [" ".join(step.argv or ()) for step in narrow.steps] == [
        "iptables -A INPUT -i lo -p tcp --dport 8080 -j ACCEPT",
        "iptables -A INPUT -i lo -p tcp --sport 8080 -j ACCEPT",
    ]
    assert " ".join(loopback.steps[0].argv or ()) == "iptables -A INPUT -i lo -j ACCEPT"
    assert " ".join(see.steps[0].argv or ()) == "iptables -nvL INPUT --line-numbers"
    assert {narrow.risk, loopback.risk, see.risk} == {Risk.SAFE}


def test_each_place_that_stops_it_is_passed_and_rules_that_were_put_in_move_those_behind() -> None:
    first = _rule("ip filter", "INPUT", backend="iptables")
    second = replace(first, position=5)
    ufws = replace(_rule("ip filter", "ufw-user-input", backend="iptables"), position=1)
    last = w.judged("drop", second, then=w.judged("accept", None))
    (narrow, *_) = _ways(w.judged("drop", first, then=last))
    assert [step.argv[3] for step in narrow.steps if step.argv] == ["3", "6"]
    (both, *_) = _ways(w.judged("drop", ufws, **FROM, then=replace(last, **FROM)))
    assert [step.argv[0] for step in both.steps if step.argv] == ["ufw", "iptables"]
    assert both.risk is Risk.EXPOSES
    assert "2 places" in both.title


def test_a_rule_about_the_one_port_needs_no_wider_way() -> None:
    titles = [way.title for way in _ways(w.judged("drop", _rule("inet guard", "input", "tcp dport 8080 drop")))]
    assert not any("on all ports" in title for title in titles)


def test_a_chain_that_is_entered_for_some_ports_only_is_no_place_for_all_ports() -> None:
    elsewhere = w.judged("drop", _rule("ip filter", "OUTPUT"), "output", redirect=("203.0.113.9", 81))
    entered = _after(w.judged("drop", _rule("ip filter", "MYCHAIN", backend="iptables")), "INPUT", "MYCHAIN")
    for known in (elsewhere, entered):
        assert not any("on all ports" in way.title for way in _ways(known))
    assert any("on all ports" in way.title for way in _ways(w.judged("drop", _rule("ip filter", "INPUT"))))


@pytest.mark.parametrize(
    ("chain", "hook", "fields", "command"),
    [
        ("ufw-user-output", "output", FAR, "ufw prepend allow out to 203.0.113.9 port 8080 proto tcp"),
        ("ufw-user-input", "input", FROM, "ufw prepend allow from 192.168.4.7 to any port 8080 proto tcp"),
        ("ufw-after-input", "input", {**FROM, "sender": ""}, "ufw allow 8080/tcp"),
        ("ufw-reject-input", "input", {}, "ufw allow in on lo to any port 8080 proto tcp"),
        # what stands in before.rules is asked before all that "ufw allow" can say
        ("ufw-before-input", "input", {}, "iptables -I ufw-before-input 3 -i lo -p tcp --dport 8080 -j ACCEPT"),
    ],
)
def test_ufw(chain: str, hook: str, fields: dict[str, Any], command: str) -> None:
    assert _command(w.judged("drop", _rule("ip filter", chain, backend="iptables"), hook, **fields)) == command


def test_a_rule_that_stands_beside_ufws_is_not_ufws() -> None:
    known = _after(w.judged("drop", _rule("ip filter", "INPUT", backend="iptables")), "INPUT", "ufw-before-input")
    assert _command(known).startswith("iptables -I INPUT 3")
    policy = RuleStop(table="ip filter", chain="INPUT", word="policy drop", backend="iptables")
    by_policy = _after(w.judged("drop", policy), "INPUT", "ufw-before-input")
    assert _command(by_policy) == "ufw allow in on lo to any port 8080 proto tcp"


@pytest.mark.parametrize(
    ("chain", "fields", "command"),
    [
        ("filter_IN_public", {}, "firewall-cmd --zone=public --add-port=8080/tcp"),
        ("filter_IN_home_post", {**FROM, "sender": ""}, "firewall-cmd --zone=home --add-port=8080/tcp"),
        (
            "filter_IN_public",
            FROM,
            f"firewall-cmd --zone=public --add-rich-rule={RICH}",
        ),
        ("filter_INPUT", {}, "firewall-cmd --add-port=8080/tcp"),
        # what denies is asked before opened ports; from anybody no address is named, this machine's own least of all
        ("filter_IN_public_deny", {**FROM, "sender": ""}, f"firewall-cmd --zone=public --add-rich-rule={ANYBODY}"),
    ],
)
def test_firewalld(chain: str, fields: dict[str, Any], command: str) -> None:
    known = w.judged("reject:icmp:3:13", _rule("inet firewalld", chain, "reject"), **fields)
    assert _command(known) == command
    lasting = " ".join(_ways(known)[0].steps[1].argv or ())
    assert lasting == command.replace("firewall-cmd", "firewall-cmd --permanent", 1)
    assert "firewall-cmd --permanent" in (_ways(known)[0].undo or "")


@pytest.mark.parametrize(
    ("table", "chain", "text"),
    [
        ("ip filter", "f2b-sshd", "-A f2b-sshd -s 192.168.4.7/32 -j REJECT"),
        ("inet f2b-table", "f2b-chain", "tcp dport 8080 ip saddr @addr-set-sshd reject"),
        ("ip filter", "INPUT", "-A INPUT -p tcp -m set --match-set f2b-sshd src -j REJECT"),
    ],
)
def test_fail2ban(table: str, chain: str, text: str) -> None:
    known = w.judged("reject:icmp:3:3", _rule(table, chain, text, "iptables"), **FROM)
    assert _command(known) == "fail2ban-client set sshd unbanip 192.168.4.7"
    assert _ways(known)[0].undo == "fail2ban-client set sshd banip 192.168.4.7"


def test_docker() -> None:
    rule = _rule("ip filter", "DOCKER-USER", backend="iptables")
    known = w.judged("drop", rule, "forward", **FROM, redirect=("172.17.0.2", 80))
    rest = "-p tcp -s 192.168.4.7 -m conntrack --ctorigdstport 8080 -j ACCEPT"
    assert _command(known) == f"iptables -I DOCKER-USER 3 {rest}"
    assert _ways(known)[0].undo == f"iptables -D DOCKER-USER {rest}"


def test_what_opens_the_port_to_others_says_so() -> None:
    for known in (
        w.judged("drop", _rule("inet guard", "input"), **FROM),
        w.judged("drop", _rule("ip filter", "ufw-user-input", backend="iptables"), **FROM),
        w.judged("drop", _rule("inet firewalld", "filter_IN_public"), **FROM),
    ):
        way = _ways(known)[0]
        assert way.risk is Risk.EXPOSES
        assert "From then on 192.168.4.7 can reach" in way.note


def test_a_name_that_no_shell_takes_as_it_is_gets_into_no_command() -> None:
    known = w.judged("drop", _rule("inet guard", "in;reboot"))
    assert past(w.world(), known) == ()
    world = replace(w.world(), attempts=(w.silent(Ip_OutRequests=4, Ip_InReceives=4),), judged=(known,))
    offered = [step.argv for way in BY_CODE["fw-drop-input"].remedies(world) for step in way.steps]
    assert offered
    assert not any("reboot" in word for argv in offered for word in argv or ())

"""NAT rules as nft and iptables list them: what is understood, and what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from porttui.model import facts as f
from porttui.model.facts import NatRule
from porttui.observe.linux.conntrack import Ends, tracked, translated
from porttui.observe.linux.nat import linux_nat, rules_of_json
from porttui.observe.linux.nat_iptables import rules_of_save
from porttui.observe.linux.privileges import linux_privileges
from porttui.reading import nat
from tests import worlds as w
from tests.observe.netns import NOBODY, become, in_namespace, needs_root, sh

DOCKER = """*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER -i docker0 -j RETURN
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
COMMIT
*filter
-A OUTPUT -p tcp --dport 8080 -j DROP
COMMIT
"""


def _save(*lines: str) -> list[NatRule]:
    return rules_of_save("\n".join(("*nat", *lines, "COMMIT")), "iptables", "ip")


def _facts(*rules: NatRule, port: int = 8080) -> f.Facts:
    return w.world(port=port, nat=rules, tracked=True)


def _leads(rules: list[NatRule], address: str, port: int) -> NatRule | bool | None:
    return nat.deciding(_facts(*rules, port=port), address)


def test_docker_publishes_for_lan_addresses_and_not_for_loopback() -> None:
    rules = rules_of_save(DOCKER, "iptables", "ip")
    assert _leads(rules, "127.0.0.1", 8080) is False
    found = _leads(rules, "192.168.4.20", 8080)
    assert isinstance(found, NatRule)
    assert (found.action, found.to_address, found.to_port) == ("dnat", "172.17.0.2", 80)
    assert _leads(rules, "192.168.4.20", 8081) is False


@pytest.mark.parametrize(
    ("line", "address", "port", "place"),
    [
        ("-p tcp --dport 80 -j REDIRECT --to-ports 8080", "127.0.0.1", 80, ("127.0.0.1", 8080)),
        ("-o lo -p tcp -m multiport --dports 1,5:9 -j REDIRECT --to-ports 7", "127.0.0.1", 6, ("127.0.0.1", 7)),
        ("-d 127.0.0.1/32 -p tcp -j DNAT --to-destination 10.0.0.2", "127.0.0.1", 6, ("10.0.0.2", 6)),
        ('-p tcp --dport 6 -m comment --comment "a b" -j DNAT --to-destination 10.0.0.2:5', "::ffff:1.2.3.4", 6, None),
        ("-o eth0 -p tcp --dport 80 -j REDIRECT --to-ports 8080", "127.0.0.1", 80, None),
        ("-p udp --dport 80 -j REDIRECT --to-ports 8080", "127.0.0.1", 80, None),
        ("-d 10.0.0.0/8 -p tcp --dport 80 -j REDIRECT --to-ports 8080", "127.0.0.1", 80, None),
        ("-p tcp --dport 81 -m owner --uid-owner 5 -j REDIRECT --to-ports 8080", "127.0.0.1", 80, None),
    ],
)
def test_where_a_rule_of_iptables_leads(line: str, address: str, port: int, place: tuple[str, int] | None) -> None:
    found = _leads(_save(f"-A OUTPUT {line}"), address, port)
    assert (nat.goes_to(found, address, port) if isinstance(found, NatRule) else None) == place
    assert place is not None or found is False


@pytest.mark.parametrize(
    "first", ["-m owner --uid-owner 5 -j RETURN", "-p tcp --dport 80 -m string --string x -j ACCEPT"]
)
def test_what_is_not_understood_decides_nothing(first: str) -> None:
    rules = _save(f"-A OUTPUT {first}", "-A OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports 8080")
    assert _leads(rules, "127.0.0.1", 80) is None
    assert _leads(rules, "127.0.0.1", 80) is not False


def test_what_lets_through_ends_the_search() -> None:
    rules = _save("-A OUTPUT -d 127.0.0.0/8 -j ACCEPT", "-A OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports 8080")
    assert _leads(rules, "127.0.0.1", 80) is False
    assert isinstance(_leads(rules, "192.168.4.20", 80), NatRule)


def _json(*expressions: Any, hook: str = "output") -> list[NatRule]:
    place = {"family": "ip", "table": "t"}
    chain = {"chain": {**place, "name": "c", "type": "nat", "hook": hook, "prio": -100}}
    return rules_of_json([chain, {"rule": {**place, "chain": "c", "handle": 4, "expr": list(expressions)}}], set())


PORT = {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 80}}
ANY_OF = {
    "match": {
        "op": "==",
        "left": {"payload": {"protocol": "tcp", "field": "dport"}},
        "right": {"set": [81, {"range": [79, 80]}]},
    }
}
USER = {"match": {"op": "==", "left": {"meta": {"key": "skuid"}}, "right": 1000}}


@pytest.mark.parametrize("which", [PORT, ANY_OF])
def test_where_a_rule_of_nft_leads(which: Any) -> None:
    (rule,) = _json(which, {"counter": {"packets": 0, "bytes": 0}}, {"redirect": {"port": 8080}})
    assert _leads([rule], "127.0.0.1", 80) is rule
    assert (rule.to_port, rule.handle) == (8080, 4)
    assert "redirect to :8080" in rule.text


def test_a_condition_of_nft_that_is_not_known() -> None:
    assert _leads(_json(PORT, USER, {"redirect": {"port": 8080}}), "127.0.0.1", 80) is None
    assert _leads(_json(PORT, USER, {"redirect": {"port": 8080}}), "127.0.0.1", 81) is False
    assert _leads(_json(PORT, {"dnat": {"addr": {"map": {}}}}), "127.0.0.1", 80) is None
    assert _json(PORT, {"redirect": {"port": 8080}}, hook="postrouting") == []


@pytest.mark.parametrize(
    "junk", [{}, {"match": {}}, {"match": {"op": "==", "left": 1, "right": {}}}, "accept", {"x": None}]
)
def test_whatever_is_listed_is_coped_with(junk: Any) -> None:
    for rule in _json(junk, {"redirect": {"port": 8080}}):
        assert rule.action in {"redirect", "pass"}


@needs_root
def test_both_backends_are_read() -> None:
    def work() -> tuple[Any, Any]:
        sh(
            "nft add table ip t",
            "nft add chain ip t c { type nat hook output priority -100 ; }",
            "nft add rule ip t c tcp dport 81 redirect to :8081",
            "iptables -t nat -A OUTPUT -p tcp --dport 82 -j REDIRECT --to-ports 8082",
            "iptables-legacy -t nat -A OUTPUT -p tcp --dport 83 -j REDIRECT --to-ports 8083",
        )
        read = linux_nat(linux_privileges())
        become(NOBODY)
        return read, linux_nat(linux_privileges())

    by_root, by_nobody = in_namespace(work)
    assert {(rule.backend, rule.to_port) for rule in by_root} == {
        ("nftables", 8081), ("iptables", 8082), ("iptables-legacy", 8083)
    }  # fmt: skip
    assert isinstance(by_nobody, f.Unseen)
    assert by_nobody.needs_root


@needs_root
def test_nothing_is_tracked_without_a_rule_that_needs_it() -> None:
    def work() -> tuple[bool | None, bool | None, Ends | None]:
        before = tracked((4, 6))
        sh("nft add table inet t", "nft add chain inet t c { type nat hook output priority -100 ; }")
        sh("nft add rule inet t c tcp dport 1 redirect to :2")
        after = tracked((4, 6))
        become(NOBODY)
        return before, after, translated("127.0.0.1", 9, "127.0.0.1", 40000)

    assert in_namespace(work) == (False, True, None)


def test_a_list_of_rules_is_json() -> None:
    assert rules_of_json(json.loads('{"nftables": [{"metainfo": {}}]}')["nftables"], set()) == []

"""What one expression of nft's JSON means for a packet."""

from __future__ import annotations

from typing import Any

import pytest

from porttui.firewall.lookup import Lookup
from porttui.firewall.nft_json import devices_of, from_json, texts_of
from porttui.firewall.ruleset import Verdict
from tests.firewall.rules import (
    ACCEPT,
    DROP,
    Expression,
    chain,
    from_here,
    from_there,
    goto,
    handle,
    jump,
    match,
    meta,
    named_set,
    nft,
    payload,
    port,
    source,
)

_STATE = {"ct": {"key": "state"}}
_FIB = {"fib": {"result": "type", "flags": ["daddr"]}}
_BACK = {"fib": {"result": "oif", "flags": ["saddr", "iif"]}}
_PAIR = {
    "concat": [{"payload": {"protocol": "ip", "field": "saddr"}}, {"payload": {"protocol": "tcp", "field": "dport"}}]
}

_HOLDS: dict[str, Expression] = {
    "port": port(80),
    "other than": port(81, "!="),
    "less": port(81, "<"),
    "at least": port(80, ">="),
    "range": port({"range": [79, 81]}),
    "set": port({"set": [22, 80]}),
    "set of ranges": port({"set": [{"range": [1, 100]}, 8080]}),
    "element with a comment": port({"set": [{"elem": {"val": 80, "comment": "web"}}]}),
    "address": source("10.0.0.2"),
    "prefix": source({"prefix": {"addr": "10.0.0.0", "len": 24}}),
    "range of addresses": source({"range": ["10.0.0.1", "10.0.0.9"]}),
    "mask": match({"&": [{"payload": {"protocol": "ip", "field": "saddr"}}, "255.255.255.0"]}, "10.0.0.0"),
    "interface": meta("iifname", "eth0"),
    "interfaces that begin so": meta("iifname", "eth*"),
    "protocol": meta("l4proto", "tcp"),
    "protocols": meta("l4proto", {"set": ["tcp", "udp"]}),
    "family": meta("nfproto", "ipv4"),
    "state": match(_STATE, "new", "in"),
    "states": match(_STATE, ["new", "established"], "in"),
    "states as a set": match(_STATE, {"set": ["new", "established"]}),
    "local address": match(_FIB, "local"),
    "way back": match(_BACK, True),
    "flags": match({"&": [{"payload": {"protocol": "tcp", "field": "flags"}}, {"|": ["syn", "ack"]}]}, "syn"),
    "pair": match(_PAIR, {"set": [{"concat": ["10.0.0.9", 80]}, {"concat": ["10.0.0.2", 80]}]}),
    "pair of prefix and range": match(
        _PAIR, {"set": [{"concat": [{"prefix": {"addr": "10.0.0.0", "len": 8}}, {"range": [1, 99]}]}]}
    ),
    "no mark": meta("mark", 0),
    "direction": match({"ct": {"key": "direction"}}, "original"),
    "a quota that is not used up": {"quota": {"val": 10, "val_unit": "mbytes"}},
    "counter": {"counter": {"packets": 1, "bytes": 60}},
    "log": {"log": {"prefix": "x "}},
}  # fmt: skip
_FAILS: dict[str, Expression] = {
    "port": port(81),
    "other than": port(80, "!="),
    "less": port(80, "<"),
    "more": port(80, ">"),
    "range": port({"range": [81, 99]}),
    "set": port({"set": [22, 81]}),
    "not in a set": port({"set": [22, 80]}, "!="),
    "prefix": source({"prefix": {"addr": "10.0.0.0", "len": 31}}),
    "not this prefix": source({"prefix": {"addr": "10.0.0.0", "len": 24}}, "!="),
    "IPv6 address": payload("ip6", "saddr", "fd00::2"),
    "IPv6 address, even negated": payload("ip6", "saddr", "fd00::9", "!="),
    "user of a packet from elsewhere": meta("skuid", 0),
    "user of a packet from elsewhere, even negated": meta("skuid", 0, "!="),
    "state": match(_STATE, ["invalid", "related"], "in"),
    "states as a set": match(_STATE, {"set": ["invalid", "untracked"]}),
    "another protocol": meta("l4proto", "udp"),
    "port of another protocol": payload("udp", "dport", 80),
    "no local address": match(_FIB, "broadcast"),
    "no way back": match(_BACK, False),
    "pair": match(_PAIR, {"set": [{"concat": ["10.0.0.2", 81]}]}),
    "over a quota": {"quota": {"val": 10, "val_unit": "mbytes", "inv": True}},
    "a translated connection": match({"ct": {"key": "status"}}, "dnat", "in"),
}
_UNKNOWN: dict[str, Expression] = {
    "limit": {"limit": {"rate": 1, "per": "second"}},
    "number generator": match({"numgen": {"mode": "random", "mod": 2, "offset": 0}}, 0),
    "count of connections": {"ct count": {"val": 10}},
    "time": meta("hour", "12:00"),
    "control group": match({"socket": {"key": "cgroupv2", "level": 1}}, "user.slice"),
    "an expression of tomorrow": {"brand new": {"of": "2040"}},
    "a quota with a name": {"quota": "mine"},
    "packet length": meta("length", 60),
    "a set that is not there": port("@gone"),
    "xt": {"xt": {"type": "match", "name": "recent"}},
    "nonsense": match({"payload": {"protocol": "tcp", "field": "dport"}}, {"range": "x"}),
}


def _verdict(*expressions: Expression, **fields: Any) -> str:
    return from_there(nft(chain("input", [[*expressions, DROP]], hook="input")), **fields).verdict


@pytest.mark.parametrize("name", _HOLDS)
def test_a_match_that_holds(name: str) -> None:
    assert _verdict(_HOLDS[name]) == "drop"


@pytest.mark.parametrize("name", _FAILS)
def test_a_match_that_does_not_hold(name: str) -> None:
    assert _verdict(_FAILS[name]) == "accept"


@pytest.mark.parametrize("name", _UNKNOWN)
def test_what_cannot_be_told_is_unknown_and_named(name: str) -> None:
    judged = from_there(nft(chain("input", [[_UNKNOWN[name], DROP]], hook="input")))
    assert judged.verdict == "unknown"
    assert judged.unknown


@pytest.mark.parametrize("name", _UNKNOWN)
def test_what_cannot_be_told_and_cannot_matter_is_no_doubt(name: str) -> None:
    judged = from_there(nft(chain("input", [[port(22), _UNKNOWN[name], DROP], [_UNKNOWN[name], ACCEPT]], hook="input")))
    assert judged.verdict == "accept"


@pytest.mark.parametrize("statement", ["queue", "tproxy", "synproxy", "fwd"])
def test_what_hands_the_packet_to_others_is_unknown(statement: str) -> None:
    assert from_there(nft(chain("input", [[port(80), {statement: None}]], hook="input"))).verdict == "unknown"


@pytest.mark.parametrize(
    ("given", "four", "six"),
    [
        (None, "reject:icmp:3:3", "reject:icmp6:1:4"),
        ({"type": "tcp reset"}, "reset", "reset"),
        ({"type": "icmp", "expr": "admin-prohibited"}, "reject:icmp:3:13", "accept"),
        ({"type": "icmpv6", "expr": "no-route"}, "accept", "reject:icmp6:1:0"),
        ({"type": "icmpx", "expr": "host-unreachable"}, "reject:icmp:3:1", "reject:icmp6:1:3"),
        ({"type": "icmpx", "expr": "of tomorrow"}, "unknown", "unknown"),
    ],
)
def test_rejections(given: Expression | None, four: str, six: str) -> None:
    ruleset = nft(chain("input", [[port(80), {"reject": given}]], hook="input"))
    assert from_here(ruleset).verdict == four
    assert from_here(ruleset, to="::1").verdict == six


def _mark(value: Any) -> Expression:
    return {"mangle": {"key": {"meta": {"key": "mark"}}, "value": value}}


@pytest.mark.parametrize(
    ("value", "mark"),
    [
        (5, 5),
        ({"|": [{"meta": {"key": "mark"}}, 4]}, 4),
        ({"^": [{"&": [{"meta": {"key": "mark"}}, 0xF0]}, 3]}, 3),
    ],
)
def test_marks(value: Any, mark: int) -> None:
    rules = [[_mark(value)], [meta("mark", mark), DROP]]
    assert from_there(nft(chain("input", rules, hook="input"))).verdict == "drop"


def test_a_mark_of_the_connection_comes_back_with_the_answer() -> None:
    ct_mark = {"ct": {"key": "mark"}}
    inward = chain("input", [[{"mangle": {"key": ct_mark, "value": 7}}]], hook="input")
    outward = chain("output", [[match(ct_mark, 7), DROP]], hook="output")
    assert from_there(nft(inward, outward)).verdict == "drop"


def test_the_user_who_connects() -> None:
    ruleset = nft(chain("output", [[meta("skuid", {"range": [1000, 1999]}), port(80), DROP]], hook="output"))
    assert from_here(ruleset).verdict == "drop"
    assert from_here(ruleset, uid=0).verdict == "accept"
    assert from_here(ruleset, uid=None).verdict == "unknown"


def test_notrack_makes_a_packet_untracked() -> None:
    raw = chain("early", [[port(80), {"notrack": None}]], hook="prerouting", prio=-300)
    asking = chain("input", [[match(_STATE, "untracked", "in"), DROP]], hook="input")
    assert from_there(nft(raw, asking)).verdict == "drop"
    assert from_there(nft(raw, asking), 81).verdict == "accept"


# Maps and sets.


def _vmap(entries: list[Any]) -> Expression:
    return {"vmap": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": {"set": entries}}}


@pytest.mark.parametrize(
    ("entries", "verdict"),
    [
        ([[22, ACCEPT], [80, DROP]], "drop"),
        ([[22, DROP]], "accept"),
        ([[{"range": [1, 100]}, DROP]], "drop"),
        ([["*", DROP], [80, ACCEPT]], "accept"),
        ([["*", DROP]], "drop"),
        ([[80, jump("own")]], "drop"),
        ([[80, goto("own")]], "drop"),
    ],
)
def test_maps_to_verdicts(entries: list[Any], verdict: str) -> None:
    rules = chain("input", [[_vmap(entries)]], hook="input")
    assert from_there(nft(chain("own", [[DROP]]), rules)).verdict == verdict


def test_named_sets_and_maps() -> None:
    ports = named_set("ports", "inet_service", [80, {"range": [8000, 8080]}])
    bans = named_set("bans", "ipv4_addr", [{"prefix": {"addr": "10.0.0.0", "len": 8}}], flags=["interval"])
    rules = [[port("@ports"), source("@bans"), DROP]]
    ruleset = nft(ports, bans, chain("input", rules, hook="input"))
    assert [from_there(ruleset, number).verdict for number in (80, 81, 8050)] == ["drop", "accept", "drop"]
    verdicts = named_set("verdicts", "inet_service", [[80, DROP]], map="verdict")
    asked = {"vmap": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": "@verdicts"}}
    assert from_there(nft(verdicts, chain("input", [[asked]], hook="input"))).verdict == "drop"


def test_a_set_that_was_not_listed_is_asked_for() -> None:
    bans = named_set("bans", "ipv4_addr")
    ruleset = nft(bans, chain("input", [[source("@bans"), DROP]], hook="input"), terse=True)
    judged = from_there(ruleset)
    question = Lookup(family="inet", table="t", name="bans", element=("10.0.0.2",))
    assert (judged.verdict, judged.needed) == ("unknown", (question,))
    assert from_there(ruleset, answers={question: True}).verdict == "drop"
    assert from_there(ruleset, answers={question: False}).verdict == "accept"
    assert from_there(ruleset, answers={question: None}).verdict == "unknown"


def test_a_map_that_was_not_listed_is_asked_for() -> None:
    verdicts = named_set("verdicts", "inet_service", map="verdict")
    asked = {"vmap": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": "@verdicts"}}
    ruleset = nft(verdicts, chain("input", [[asked]], hook="input"), terse=True)
    (question,) = from_there(ruleset).needed
    assert from_there(ruleset, answers={question: Verdict(kind="drop")}).verdict == "drop"
    assert from_there(ruleset, answers={question: False}).verdict == "accept"


# NAT.


def _nat(hook: str, *rules: list[Expression]) -> list[Expression]:
    return chain("nat", list(rules), hook=hook, type="nat", prio=-100 if hook in {"output", "prerouting"} else 100)


def test_redirect_and_the_second_look_at_the_rules() -> None:
    redirect = _nat("prerouting", [port(80), {"redirect": {"port": 8080}}])
    judged = from_there(nft(redirect))
    assert (judged.verdict, judged.redirect) == ("redirect:10.0.0.1:8080", ("10.0.0.1", 8080))
    guarded = chain("input", [[port(8080), DROP]], hook="input")
    judged = from_there(nft(redirect, guarded))
    assert (judged.verdict, judged.redirect) == ("drop", ("10.0.0.1", 8080))
    assert from_there(nft(redirect, chain("input", [[port(80), DROP]], hook="input"))).verdict.startswith("redirect:")


def test_connections_of_this_machine_do_not_pass_the_nat_of_prerouting() -> None:
    assert from_here(nft(_nat("prerouting", [port(80), {"redirect": {"port": 8080}}]))).verdict == "accept"
    assert from_here(nft(_nat("output", [port(80), {"redirect": {"port": 8080}}]))).verdict == "redirect:127.0.0.1:8080"
    six = from_here(nft(_nat("output", [port(80), {"redirect": {"port": 8080}}])), to="::1")
    assert six.verdict == "redirect:[::1]:8080"


def test_dnat_to_a_container_is_forwarded() -> None:
    dnat = _nat("prerouting", [port(80), {"dnat": {"family": "ip", "addr": "172.17.0.2", "port": 8080}}])
    assert from_there(nft(dnat)).verdict == "redirect:172.17.0.2:8080"
    blocked = chain("forward", [[port(8080), DROP]], hook="forward")
    assert from_there(nft(dnat, blocked)).verdict == "drop"
    assert from_there(nft(dnat, chain("input", [[DROP]], hook="input"))).verdict == "redirect:172.17.0.2:8080"


def test_dnat_by_a_map_or_to_a_range_is_unknown() -> None:
    by_map = {"dnat": {"family": "ip", "addr": {"map": {"key": 1, "data": "@to"}}}}
    to_range = {"redirect": {"port": {"range": [8000, 8010]}}}
    assert from_there(nft(_nat("prerouting", [by_map]))).verdict == "unknown"
    assert from_there(nft(_nat("prerouting", [port(80), to_range]))).verdict == "unknown"


def test_masquerade_hides_the_source_from_input() -> None:
    masked = _nat("postrouting", [{"masquerade": None}])
    asking = chain("input", [[source("127.0.0.1"), port(80), DROP]], hook="input")
    assert from_here(nft(masked, asking)).verdict == "unknown"
    named = _nat("postrouting", [{"snat": {"family": "ip", "addr": "10.0.0.1"}}])
    assert from_here(nft(named, asking)).verdict == "accept"


def test_the_status_of_a_translated_connection() -> None:
    redirect = _nat("prerouting", [port(80), {"redirect": {"port": 8080}}])
    asking = chain("input", [[match({"ct": {"key": "status"}}, "dnat", "in"), ACCEPT]], hook="input", policy="drop")
    state = chain("output", [[match(_STATE, "established", "in"), ACCEPT]], hook="output", policy="drop")
    assert from_there(nft(redirect, asking, state)).verdict == "redirect:10.0.0.1:8080"
    assert from_there(nft(redirect, asking, state), 81).verdict == "drop"


# Text.


_TEXT = """
table inet t { # handle 1
	chain input { # handle 2
		type filter hook input priority filter; policy accept;
		tcp dport 80 drop comment "a # handle 9 of mine" # handle 10
	}
}
table netdev early { # handle 3
	chain first { # handle 1
		type filter hook ingress device "eth0" priority filter; policy accept;
	}
	chain second { # handle 2
		type filter hook ingress devices = { lo, eth1 } priority filter; policy accept;
	}
}
"""


def test_rules_are_told_in_the_words_of_nft() -> None:
    texts = texts_of(_TEXT)
    assert texts["inet", "t", "input", 10] == 'tcp dport 80 drop comment "a # handle 9 of mine"'
    judged = from_there(nft(chain("input", [[port(80), DROP]], hook="input"), texts=texts))
    assert (judged.stop is not None and judged.stop.rule is not None, handle(judged)) == (True, 10)
    assert judged.stop is not None
    assert judged.stop.rule is not None
    assert judged.stop.rule.text.startswith("tcp dport 80 drop comment ")


def test_devices_of_ingress_chains_are_told_by_the_text() -> None:
    assert devices_of(_TEXT) == {("netdev", "early", "first"): "eth0", ("netdev", "early", "second"): "lo,eth1"}


def test_a_dormant_table_makes_all_unknown() -> None:
    ruleset = from_json('{"nftables": [{"table": {"family": "inet", "name": "t", "flags": "dormant"}}]}')
    assert from_there(ruleset).verdict == "unknown"

"""Rulesets are foreign text: broken, cut off, enormous or nested without end, they are unknown and break nothing."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from porttui.firewall.iptables_save import from_ipset, from_save
from porttui.firewall.nft_json import devices_of, from_json, texts_of
from porttui.firewall.packet import Packet
from porttui.firewall.ruleset import Ruleset
from porttui.firewall.saved import from_texts
from porttui.firewall.told import told
from porttui.model.printable import is_printable
from tests.firewall.rules import DROP, HERE, THERE, chain, from_here, from_there, ipt, listing, nft, port, save

_MANY = settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
_VERDICTS = re.compile(r"accept|drop|reset|unknown|reject:icmp6?:\d+:\d+|redirect:(\[[0-9a-f:.]+\]|[0-9.]+):\d+")

_WORDS = """
    match op left right == != in < payload protocol field tcp dport saddr ip ip6 meta key mark iifname l4proto skuid ct
    state status direction dir fib result flags type oif concat & | ^ set elem val range prefix addr len vmap data map
    drop accept reject expr icmp icmpx jump goto target mangle value dnat redirect port family quota val used inv limit
    notrack xt log prefix counter input @x * 10.0.0.2 10.0.0.0 fd00::1 80 new established eth0 lo
"""
_words = st.sampled_from(_WORDS.split())
_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**6), 1 << 70), st.floats(), _words, _words, _words, st.text(max_size=6)
)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3),
    max_leaves=12,
)


def _asked(ruleset: Ruleset) -> None:
    """Ask for verdicts; whatever the ruleset is, each is one of the known words, and told in visible characters."""
    for judged in (from_there(ruleset), from_here(ruleset), from_here(ruleset, to="::1")):
        assert _VERDICTS.fullmatch(judged.verdict)
        assert judged.verdict != "unknown" or judged.unknown
        answer = told(judged, Packet(family=4, source=THERE, destination=HERE, destination_port=(80, 80)))
        texts = [answer.rule.text] if answer.rule is not None else []
        texts += [stop.word for each in answer.path for stop in each.stops]
        assert all(map(is_printable, (*texts, *answer.unknown)))


@_MANY
@given(st.text() | st.binary(max_size=40).map(lambda data: data.decode("latin-1")))
@example("[" * 100_000)
@example('{"nftables": ' + "[" * 100_000)
@example('{"nftables": [' + '{"rule": {"expr": ' * 5000)
@example('{"nftables": [1e999, NaN, Infinity]}')
@example('{"nftables": [{"chain": {"family": "ip", "table": "t", "name": "c", "hook": "input", "prio": 1e999}}]}')
@example('{"nftables": [' + "9" * 5000 + "]}")
@example('{"nftables": null}')
@example('{"nftables": {"chain": {}}}')
def test_any_text_as_a_ruleset(text: str) -> None:
    for ruleset in (from_json(text), from_save(text), from_ipset(text), from_texts([("x", text)])):
        _asked(ruleset)
    texts_of(text)
    devices_of(text)


@_MANY
@given(st.lists(st.dictionaries(_words, _values, max_size=2), max_size=3))
@example([{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": {"range": "x"}}}])
@example([{"match": {"op": "==", "left": {"concat": []}, "right": 1}}])
@example([{"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": float("inf")}}])
@example([{"vmap": {"key": {"meta": {"key": "mark"}}, "data": {"set": [[1, {"jump": None}], [2, {}]]}}}])
@example([{"vmap": {"key": {"meta": {"key": "mark"}}, "data": {"set": [[0, {"fly": None}]]}}}])
@example([{"reject": {"type": "icmpx", "expr": []}}])
@example([{"redirect": {"port": {"range": [80, "x"]}}}])
@example([{"dnat": {"addr": "10.0.0.1%eth0", "port": 80}}])
@example([{"dnat": {"addr": "nonsense", "port": 99999999}}])
def test_any_expression_of_a_rule(expressions: list[dict[str, Any]]) -> None:
    _asked(nft(chain("input", [[*expressions, DROP]], hook="input")))
    _asked(nft(chain("nat", [[*expressions]], hook="prerouting", type="nat", prio=-100)))


@_MANY
@given(
    st.dictionaries(_words | st.sampled_from(("family", "table", "name", "hook", "prio", "policy", "type")), _values)
)
def test_any_entry_of_a_listing(entry: dict[str, Any]) -> None:
    for kind in ("table", "chain", "rule", "set", "map", "quota", "new thing"):
        _asked(from_json(json.dumps({"nftables": [{kind: {"family": "ip", "table": "t", "name": "x"} | entry}]})))


@_MANY
@given(st.sampled_from(("inet_service", "ipv4_addr", "mark", "ifname", "verdict")), _values, st.booleans())
def test_any_elements_of_a_set(kind: str, elements: Any, verdicts: bool) -> None:
    entry = {"family": "inet", "table": "t", "name": "x", "type": kind, "elem": elements}
    named = {"map": entry | {"map": "verdict"}} if verdicts else {"set": entry}
    _asked(nft([named], chain("input", [[port("@x"), DROP]], hook="input")))


_OPTIONS = """
    -p tcp udp -m multiport --dport 80 --dports 80:90 80:x : ! -s 10.0.0.0/8 -d fd00::/8 ::/x -i -o lo eth+ --ctstate
    NEW conntrack --mark 0x1/0x1 0x --uid-owner 0-9 -j -g DROP REJECT --reject-with tcp-reset LOG DNAT --to-destination
    10.0.0.1:80-90 [::1]:80 --to-ports REDIRECT MARK --set-xmark CONNMARK --restore-mark --tcp-flags SYN --icmp-type 3/x
    --match-set x src,dst --src-range 1-2 --comment " ' \\ --ports --dst-type LOCAL -- - -1
"""
_options = st.sampled_from(_OPTIONS.split())


@_MANY
@given(st.lists(_options, max_size=9))
@example(["-j"])
@example(["-m"])
@example(["-p"])
@example(["-g"])
@example(["!"])
@example(["-s"])
@example(["--match-set", "x"])
@example(["-p", "tcp", "--tcp-flags", "SYN"])
@example(["-j", "MARK"])
@example(["-j", "MARK", "--set-xmark"])
@example(["-j", "DNAT", "--to-destination", "1-2"])
@example(["-j", "DNAT", "--to-destination", "nonsense:80"])
def test_any_options_of_a_rule(words: list[str]) -> None:
    _asked(ipt(f"-A INPUT {' '.join(words)}"))
    _asked(from_save(save(f"-A PREROUTING {' '.join(words)}", table="nat")))


@_MANY
@given(st.integers(0, 400))
def test_a_text_that_is_cut_off_anywhere_is_not_taken_for_fewer_rules(length: int) -> None:
    whole = listing(chain("input", [[port(22), DROP], [port(80), DROP]], hook="input"))
    if length < len(whole):
        assert from_there(from_texts([("x", whole[:length])])).verdict == "unknown"
    text = save("-A INPUT -p tcp -m tcp --dport 22 -j DROP", "-A INPUT -p tcp -m tcp --dport 80 -j DROP")
    if length < len(text.rstrip()):
        assert from_there(from_texts([("x", text[:length])])).verdict == "unknown"


@pytest.mark.parametrize("foreign", ["\x1b[31mred\x1b[0m", "[/oops] [bold]", "a\nb\tc", "\u202egnp", "x" * 100_000])
def test_comments_and_names_are_shown_harmless_and_short(foreign: str) -> None:
    entry = {
        "family": "inet",
        "table": foreign,
        "chain": foreign,
        "handle": 1,
        "expr": [{"log": {"prefix": foreign}}, DROP],
    }
    base = {"family": "inet", "table": foreign, "name": foreign, "type": "filter", "hook": "input", "prio": 0}
    judged = from_there(from_json(json.dumps({"nftables": [{"chain": base}, {"rule": entry}]})))
    answer = told(judged, Packet(family=4, source=THERE, destination=HERE, destination_port=(80, 80)))
    assert answer.verdict == "drop"
    assert answer.rule is not None
    for text in (answer.rule.text, answer.rule.table, answer.rule.chain):
        assert is_printable(text)
        assert len(text) <= 400


def test_an_enormous_ruleset_has_a_verdict() -> None:
    rules = [[port(number), DROP] for number in range(20_000, 30_000)]
    assert from_there(nft(chain("input", [*rules, [port(80), DROP]], hook="input"))).verdict == "drop"
    assert from_there(nft(chain("input", rules, hook="input"))).verdict == "accept"
    deep = [chain(f"c{number}", [[{"jump": {"target": f"c{number + 1}"}}]]) for number in range(2000)]
    assert from_there(nft(*deep, chain("input", [[{"jump": {"target": "c0"}}]], hook="input"))).verdict == "unknown"

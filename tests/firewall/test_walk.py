"""The order in which rules and chains have their say."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from porttui.firewall.journey import Judgement
from porttui.firewall.packet import Packet
from porttui.firewall.told import told
from porttui.reading.rules import to_pass
from tests.firewall.rules import (
    ACCEPT,
    DROP,
    RETURN,
    WORLD,
    Expression,
    Rules,
    chain,
    from_here,
    from_there,
    goto,
    handle,
    ipt,
    jump,
    match,
    meta,
    nft,
    payload,
    port,
)

_INPUT: dict[str, Any] = {"hook": "input"}


def _judged(*rules: list[Expression], own: Rules | None = None, **base: Any) -> str:
    inside = chain("own", own) if own is not None else []
    return from_there(nft(inside, chain("input", list(rules), **(_INPUT | base)))).verdict


def test_no_rule_and_a_policy() -> None:
    assert from_there(nft()).verdict == "accept"
    assert _judged() == "accept"
    assert _judged(policy="drop") == "drop"
    judged = from_there(nft(chain("input", [], hook="input", policy="drop")))
    assert judged.stop is not None
    assert (judged.stop.rule, judged.stop.word) == (None, "policy drop")


def test_the_first_rule_that_matches_decides() -> None:
    judged = from_there(nft(chain("input", [[port(22), DROP], [port(80), ACCEPT], [DROP]], **_INPUT)))
    assert (judged.verdict, handle(judged)) == ("accept", 11)


@pytest.mark.parametrize(
    ("inside", "call", "verdict"),
    [
        ([], jump("own"), "drop"),
        ([[ACCEPT]], jump("own"), "accept"),
        ([[RETURN], [ACCEPT]], jump("own"), "drop"),
        ([[ACCEPT]], goto("own"), "accept"),
        ([], goto("own"), "accept"),
        ([[RETURN], [DROP]], goto("own"), "accept"),
    ],
    ids=["jump comes back", "accept in it", "return", "goto", "goto does not come back", "return from goto"],
)
def test_jump_goto_and_return(inside: Rules, call: Expression, verdict: str) -> None:
    assert _judged([call], [DROP], own=inside) == verdict


def test_return_in_a_base_chain_is_its_policy() -> None:
    assert _judged([RETURN], [ACCEPT], policy="drop") == "drop"


def test_continue_goes_on() -> None:
    assert _judged([{"continue": None}], [DROP]) == "drop"


def test_accept_ends_only_its_own_base_chain() -> None:
    first = chain("one", [[ACCEPT]], hook="input", prio=-10)
    second = chain("two", [[port(80), DROP]], hook="input", prio=10, table="u")
    assert from_there(nft(first, second)).verdict == "drop"
    assert from_there(nft(second, first)).verdict == "drop"


def test_drop_is_final_and_the_earlier_chain_is_named() -> None:
    late = chain("late", [[DROP]], hook="input", prio=10)
    early = chain("early", [[DROP]], hook="input", prio=-10, table="u")
    judged = from_there(nft(late, early))
    assert judged.stop is not None
    assert judged.stop.chain.name == "early"


def test_the_order_of_chains_of_one_priority_is_not_known() -> None:
    marking = chain("one", [[{"mangle": {"key": {"meta": {"key": "mark"}}, "value": 1}}]], **_INPUT)
    asking = chain("two", [[meta("mark", 1), DROP]], hook="input", table="u")
    judged = from_there(nft(marking, asking))
    assert judged.verdict == "unknown"
    assert any("same priority" in each for each in judged.unknown)


def test_a_jump_to_nowhere_and_a_circle_are_unknown() -> None:
    assert _judged([jump("gone")]) == "unknown"
    assert _judged([jump("own")], own=[[jump("own")]]) == "unknown"


def test_a_connection_to_this_machine_passes_output_and_then_input_on_lo() -> None:
    rules = (
        chain("output", [[port(80), DROP]], hook="output"),
        chain("input", [[meta("iifname", "lo"), ACCEPT]], **_INPUT),
    )
    assert from_here(nft(*rules)).verdict == "drop"
    assert from_there(nft(*rules)).verdict == "accept"
    judged = from_here(nft(chain("input", [[meta("iifname", "lo"), DROP]], **_INPUT)), to="10.0.0.1")
    assert judged.verdict == "drop"


def test_the_answer_has_to_come_through_too() -> None:
    state = {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}}
    strict = chain("output", [], hook="output", policy="drop")
    lenient = chain("output", [[state, ACCEPT]], hook="output", policy="drop")
    assert from_there(nft(strict)).verdict == "drop"
    assert from_there(nft(lenient)).verdict == "accept"


def test_what_stops_it_behind_the_first_is_told_in_the_direction_of_the_packet() -> None:
    closed = chain("closed", [[port(80), DROP]])
    forgot = (chain("out", [[jump("closed")]], hook="output"), chain("in", [], hook="input", policy="drop"))
    row = []
    judged: Judgement | None = from_here(nft(closed, *forgot))
    while judged is not None:
        at = judged.stop.chain.name if judged.stop else ""
        row.append((judged.verdict, at, judged.path[-1].way if judged.path else ""))
        judged = judged.then
    stopped = [("drop", "closed", "there"), ("drop", "in", "there"), ("drop", "in", "back")]
    assert row[:-1] == stopped
    assert row[-1][0] == "accept"
    refused = nft(
        chain("in", [[port(80), {"reject": {"type": "tcp reset"}}]], **_INPUT), chain("out", [[DROP]], hook="output")
    )
    assert [refused.chains[0].name, from_there(refused).verdict] == ["in", "drop"]
    then = from_there(refused).then
    assert then is not None
    assert (then.verdict, then.path[-1].way, then.stop and then.stop.chain.name) == ("drop", "back", "out")


@pytest.mark.parametrize("ends", [goto("own"), RETURN])
def test_what_comes_to_a_policy_by_goto_or_return_is_let_through_in_front_of_that(ends: Expression) -> None:
    """A rule at the end of the chain would not be met."""
    judged = from_there(nft(chain("own", []), chain("input", [[ends], [ACCEPT]], policy="drop", **_INPUT)))
    assert (judged.verdict, judged.then and judged.then.verdict) == ("drop", "accept")
    packet = Packet(family=4, source="10.0.0.2", destination="10.0.0.1", destination_port=(80, 80))
    stop = to_pass(told(judged, packet).path[-1])
    assert stop.rule is not None
    assert stop.rule.handle == 10


def test_an_answer_that_is_kept_out_of_tracking_leaves_with_the_address_that_nat_led_to() -> None:
    led = chain("nat", [[port(80), {"redirect": {"port": 22}}]], type="nat", hook="prerouting", prio=-100)
    untracked = chain("raw", [[{"notrack": None}]], hook="output", prio=-300)
    assert from_there(nft(led)).verdict == "redirect:10.0.0.1:22"
    judged = from_there(nft(led, untracked))
    assert (judged.verdict, "NAT is undone" in judged.unknown[0]) == ("unknown", True)
    assert from_there(nft(untracked)).verdict == "accept"


def test_ingress_comes_before_all_others_and_only_on_its_device() -> None:
    early = chain("first", [[port(80), DROP]], family="netdev", hook="ingress", dev="eth0")
    assert from_there(nft(early)).verdict == "drop"
    assert from_there(nft(early), iif="eth1").verdict == "accept"
    assert from_here(nft(early)).verdict == "accept"


def test_ingress_on_a_device_that_the_listing_does_not_tell_is_unknown() -> None:
    """nft 1.0.6 leaves the device out of its JSON; its text has it."""
    early = chain("first", [[port(80), DROP]], family="netdev", hook="ingress")
    assert from_there(nft(early)).verdict == "unknown"
    assert from_there(nft(early, devices={("netdev", "t", "first"): "eth0"})).verdict == "drop"


def test_what_a_bridge_brings_may_pass_prerouting_before_its_ingress() -> None:
    """With br_netfilter it does, and the kernel's setting is not among what is judged."""
    reject: Expression = {"reject": {"type": "icmp", "expr": "net-unreachable"}}
    early = chain("first", [[port(80), reject]], family="netdev", hook="ingress", dev="eth0")
    closed = chain("pre", [], hook="prerouting", prio=-300, policy="drop")
    bridge = replace(WORLD, kinds=(("eth0", "bridge"),))
    assert from_there(nft(early, closed)).verdict == "reject:icmp:3:0"
    judged = from_there(nft(early, closed), world=bridge)
    assert (judged.verdict, "br_netfilter" in judged.unknown[0]) == ("unknown", True)
    assert from_there(nft(early, closed), 81, world=bridge).verdict == "drop"


def test_too_many_unknowns_end_in_unknown_and_not_in_an_endless_walk() -> None:
    limit = {"limit": {"rate": 1, "per": "second"}}
    mark = {"mangle": {"key": {"meta": {"key": "mark"}}, "value": {"^": [{"meta": {"key": "mark"}}, 1 << 20]}}}
    rules: Rules = [
        [limit, {"mangle": {**mark["mangle"], "value": {"^": [{"meta": {"key": "mark"}}, 1 << bit]}}}]
        for bit in range(24)
    ]
    assert _judged(*rules, [meta("mark", 5), DROP]) == "unknown"


def test_what_leaves_by_a_device_is_asked_last() -> None:
    late = nft(chain("late", [[port(80), DROP]], family="netdev", hook="egress", dev="lo"))
    judged = from_here(late)
    assert (judged.verdict, [each.hook for each in judged.path]) == ("drop", ["egress"])
    answers = nft(chain("late", [[payload("tcp", "sport", 80), DROP]], family="netdev", hook="egress", dev="eth0"))
    assert (from_there(answers).verdict, from_here(answers).verdict) == ("drop", "accept")


def test_a_device_that_drops_what_neighbours_ask_each_other_is_no_open_way() -> None:
    base: dict[str, Any] = {"family": "netdev", "hook": "ingress", "dev": "eth0", "policy": "drop"}
    arp = [meta("protocol", "arp"), ACCEPT]
    judged = from_there(nft(chain("first", [[port(80), ACCEPT]], **base)))
    assert (judged.verdict, "finds the address" in judged.unknown[0]) == ("unknown", True)
    assert from_there(nft(chain("first", [[port(80), ACCEPT], arp], **base))).verdict == "accept"
    assert from_there(nft(chain("first", [[port(81), ACCEPT]], **base))).verdict == "drop"


def test_a_bridge_is_asked_about_what_comes_by_it() -> None:
    rules = nft(chain("in", [[port(80), DROP]], family="bridge", hook="input"))
    bridged, vlan = (replace(WORLD, kinds=(("eth0", kind),)) for kind in ("bridge", "vlan"))
    assert from_there(rules, world=bridged).verdict == "drop"
    assert from_there(rules).verdict == "accept"  # by a card of its own
    assert from_here(rules, to="10.0.0.1").verdict == "accept"  # it does not leave this machine
    assert from_there(rules, world=vlan).verdict == "unknown"  # which may be on top of one
    tracked = nft(chain("in", [[match({"ct": {"key": "state"}}, "new"), DROP]], family="bridge", hook="input"))
    assert from_there(tracked, world=bridged).verdict == "unknown"


def test_rules_without_a_match_are_noted_in_their_order_and_not_all_of_them() -> None:
    inside = chain("own", [[port(99), DROP]])
    rules = [
        *[[port(number), DROP] for number in range(1000, 1020)],
        [{"counter": None}],
        [jump("own")],
        [port(80), DROP],
    ]
    judged = from_there(nft(inside, chain("input", [*rules, [port(81), DROP]], prio=10, **_INPUT)))
    [passed] = told(judged, Packet(family=4, source=None, destination=None)).path
    assert (passed.priority, passed.policy) == (10, "accept")
    assert [stop.word for stop in passed.stops] == ["jump own", "drop"]
    first, second = passed.missed
    assert (first.at, first.more, [rule.position for rule in first.rules]) == (0, 14, [15, 16, 17, 18, 19, 20])
    assert (second.at, second.more, [(rule.chain, rule.text) for rule in second.rules]) == (
        1,
        0,
        [("own", "tcp dport 99 drop")],
    )


def test_a_rule_for_one_port_is_none_for_the_clients_that_may_have_it() -> None:
    one = nft(chain("output", [[port(40000), DROP]], hook="output"))
    assert from_there(one).verdict == "accept"
    many = nft(chain("output", [[port({"range": [40000, 50000]}), DROP]], hook="output"))
    assert from_there(many).verdict == "unknown"


def test_the_type_of_service_is_followed_where_it_is_known() -> None:
    def dscp(right: Any) -> Expression:
        return payload("ip", "dscp", right)

    mark = [port(80), {"mangle": {"key": {"payload": {"protocol": "ip", "field": "dscp"}}, "value": "cs1"}}]
    marking = chain("output", [mark], hook="output")
    asking = chain("input", [[port(80), dscp("cs1"), DROP]], **_INPUT)
    assert from_here(nft(marking, asking)).verdict == "drop"
    assert from_here(nft(asking)).verdict == "accept"
    assert from_there(nft(asking), tos=None).verdict == "unknown"
    asks = "-A INPUT -p tcp --dport 80 -m"
    iptables = ipt(f"{asks} dscp --dscp 0x08 -j DROP", f"{asks} tos --tos 0x10/0x3f -j DROP")
    assert [from_here(iptables, tos=tos).verdict for tos in (0x20, 0x10, 0x40)] == ["drop", "drop", "accept"]

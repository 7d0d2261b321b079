"""The order in which rules and chains have their say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.firewall.rules import (
    ACCEPT,
    DROP,
    RETURN,
    Expression,
    Rules,
    chain,
    from_here,
    from_there,
    goto,
    handle,
    jump,
    meta,
    nft,
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


def test_too_many_unknowns_end_in_unknown_and_not_in_an_endless_walk() -> None:
    limit = {"limit": {"rate": 1, "per": "second"}}
    mark = {"mangle": {"key": {"meta": {"key": "mark"}}, "value": {"^": [{"meta": {"key": "mark"}}, 1 << 20]}}}
    rules: Rules = [
        [limit, {"mangle": {**mark["mangle"], "value": {"^": [{"meta": {"key": "mark"}}, 1 << bit]}}}]
        for bit in range(24)
    ]
    assert _judged(*rules, [meta("mark", 5), DROP]) == "unknown"

"""Where no firewall has a rule, what is told of connections is what the whole model of the rules tells."""

from __future__ import annotations

from porttui.observe.judging import judge_asked
from porttui.observe.no_rules import NoRules, let_through
from tests.faults.by_code import BY_CODE


def test_without_rules_every_connection_is_let_through() -> None:
    judged = 0
    for facts in BY_CODE.values():
        addresses = facts.name.addresses if facts.name is not None else ()
        assert let_through(facts, addresses) == judge_asked(facts, NoRules(), addresses)
        judged += len(addresses)
    assert judged > 50

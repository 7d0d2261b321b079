"""Every rule that was asked for a connection, as lines."""

from __future__ import annotations

from porttui.model.rules import HookPassed, Missed, Rule, RuleStop
from porttui.render.rules_asked import asked_lines


def _rule(text: str, handle: int) -> Rule:
    return Rule(text=text, table="inet guard", chain="input", handle=handle)


def test_rules_without_a_match_stand_before_the_one_that_decides_and_the_policy_at_the_end() -> None:
    ends = RuleStop(table="inet guard", chain="input", word="drop", rule=_rule("tcp dport 80 drop", 9))
    missed = Missed(at=0, rules=(_rule("tcp dport 22 accept", 8),), more=40)
    policy = RuleStop(table="ip filter", chain="OUTPUT", word="policy accept", backend="iptables")
    path = (
        HookPassed(hook="output", way="there", stops=(policy,), policy="accept"),
        HookPassed(hook="input", way="there", stops=(ends,), priority=10, policy="accept", missed=(missed,)),
    )
    assert asked_lines(path, 80) == [
        "output: table ip filter, chain OUTPUT (iptables), priority 0, policy accept",
        "  accept (policy)  the chain's policy, as no rule decided",
        "input: table inet guard, chain input (nftables), priority 10, policy accept",
        "            no match  40 rules before these",
        "  handle 8  no match  tcp dport 22 accept",
        "  handle 9  drop      tcp dport 80 drop",
    ]

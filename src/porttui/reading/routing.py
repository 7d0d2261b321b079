"""Which entry of the routing policy refuses an address."""

from __future__ import annotations

import ipaddress

from porttui.model.address import parse_ip
from porttui.model.facts import Attempt, Facts, RouteBlock

ROUTE_ERRORS = {"blackhole": "EINVAL", "prohibit": "EACCES", "unreachable": "EHOSTUNREACH", "throw": "ENETUNREACH"}
"""What connect(2) and a look-up say of a route that refuses (fib_props in net/ipv4/fib_semantics.c)."""
_RULE_ERRORS = {**ROUTE_ERRORS, "unreachable": "ENETUNREACH"}
"""The same of a rule (fib4_rule_action in net/ipv4/fib_rules.c, fib6_rule_action in net/ipv6)."""


def block(facts: Facts, attempt: Attempt) -> RouteBlock | None:
    """Return the entry that refuses an attempt: the most exact one of a kind that gives its error; None without one."""
    blocks = facts.route_blocks if isinstance(facts.route_blocks, tuple) else ()
    fitting = [each for each in blocks if _refuses(facts, each, attempt)]
    fitting.sort(key=lambda each: each.partial)
    return fitting[0] if fitting else None


def _refuses(facts: Facts, one: RouteBlock, attempt: Attempt) -> bool:
    error = (_RULE_ERRORS if one.by == "rule" else ROUTE_ERRORS).get(one.kind)
    uid = facts.privileges.uid
    return (
        error == attempt.outcome
        and parse_ip(attempt.address) in ipaddress.ip_network(one.destination)
        and (one.uids is None or uid is None or one.uids[0] <= uid <= one.uids[1])
        and (one.ports is None or one.ports[0] <= attempt.port <= one.ports[1])
    )

"""Small rulesets for tests, and one connection that is asked of them."""

from __future__ import annotations

import json
from typing import Any

from porttui.firewall.iptables_save import from_save
from porttui.firewall.journey import Judgement, judge
from porttui.firewall.nft_json import from_json
from porttui.firewall.packet import Packet, World
from porttui.firewall.ruleset import Ruleset

HERE, THERE = "10.0.0.1", "10.0.0.2"
WORLD = World(
    addresses=frozenset({"127.0.0.1", "::1", HERE, "fd00::1"}),
    networks=(("lo", "127.0.0.0/8"), ("eth0", "10.0.0.0/24"), ("eth0", "fd00::/64")),
    complete=True,
)
Expression = dict[str, Any]


def match(left: Expression, right: Any, operator: str = "==") -> Expression:
    return {"match": {"op": operator, "left": left, "right": right}}


def meta(key: str, right: Any, operator: str = "==") -> Expression:
    return match({"meta": {"key": key}}, right, operator)


def payload(protocol: str, field: str, right: Any, operator: str = "==") -> Expression:
    return match({"payload": {"protocol": protocol, "field": field}}, right, operator)


def port(right: Any, operator: str = "==") -> Expression:
    return payload("tcp", "dport", right, operator)


def source(right: Any, operator: str = "==") -> Expression:
    return payload("ip", "saddr", right, operator)


ACCEPT: Expression = {"accept": None}
DROP: Expression = {"drop": None}
RETURN: Expression = {"return": None}


def jump(chain: str) -> Expression:
    return {"jump": {"target": chain}}


def goto(chain: str) -> Expression:
    return {"goto": {"target": chain}}


Rules = list[list[Expression]]


def chain(name: str, rules: Rules, *, table: str = "t", family: str = "inet", **base: Any) -> list[Expression]:
    """Return a chain and its rules, as nft lists them; with `hook` it is a base chain."""
    place = {"family": family, "table": table}
    if "hook" in base:
        base = {"type": "filter", "prio": 0, "policy": "accept"} | base
    listed: list[Expression] = [{"chain": place | {"name": name} | base}]
    for number, expr in enumerate(rules, 10):
        listed.append({"rule": place | {"chain": name, "handle": number, "expr": expr}})
    return listed


def nft(*parts: list[Expression], **options: Any) -> Ruleset:
    """Read chains, and sets as single entries."""
    return from_json(listing(*parts), **options)


def listing(*parts: list[Expression]) -> str:
    return json.dumps(
        {"nftables": [{"metainfo": {"json_schema_version": 1}}, *(each for part in parts for each in part)]}
    )


def named_set(name: str, kind: Any, elements: Any = None, **more: Any) -> list[Expression]:
    entry = {"family": "inet", "table": "t", "name": name, "type": kind, **more}
    return [{"set" if "map" not in more else "map": entry if elements is None else entry | {"elem": elements}}]


def save(*rules: str, table: str = "filter", policy: str = "ACCEPT", chains: tuple[str, ...] = ()) -> str:
    """Return what iptables-save prints of one table."""
    hooks = {"filter": ("INPUT", "FORWARD", "OUTPUT"), "raw": ("PREROUTING", "OUTPUT")}
    own = hooks.get(table, ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"))
    heads = [f":{each} {policy if each == 'INPUT' else 'ACCEPT'} [0:0]" for each in own]
    return "\n".join((f"*{table}", *heads, *(f":{each} - [0:0]" for each in chains), *rules, "COMMIT", ""))


def ipt(*rules: str, **options: Any) -> Ruleset:
    return from_save(save(*rules, **options))


def from_there(ruleset: Ruleset, number: int = 80, **fields: Any) -> Judgement:
    """Judge a connection from a neighbour."""
    packet: dict[str, Any] = {
        "family": 4,
        "source": THERE,
        "destination": HERE,
        "iif": "eth0",
        "source_port": (32768, 60999),
    }
    answers, uid, world = fields.pop("answers", None), fields.pop("server_uid", 0), fields.pop("world", WORLD)
    first = Packet(**(packet | {"destination_port": (number, number)} | fields))
    return judge(ruleset, first, world, server_uid=uid, answers=answers)


def from_here(ruleset: Ruleset, number: int = 80, to: str = "127.0.0.1", **fields: Any) -> Judgement:
    """Judge a connection that uid 1000 makes to this machine."""
    packet: dict[str, Any] = {
        "family": 6 if ":" in to else 4,
        "source": to,
        "destination": to,
        "own": True,
        "uid": 1000,
        "oif": "lo",
    }
    packet |= {"source_port": (32768, 60999), "destination_port": (number, number)}
    return judge(ruleset, Packet(**(packet | fields)), WORLD, server_uid=0)


def handle(judgement: Judgement) -> int | None:
    """Return the handle of the deciding rule."""
    return judgement.stop.rule.handle if judgement.stop is not None and judgement.stop.rule is not None else None

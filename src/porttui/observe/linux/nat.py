"""The rules of the NAT chains, as root: by nft's JSON, and by iptables-save for what iptables keeps there or elsewhere.

nft shows the parts of an iptables rule that it does not know as {"xt": ...}, without their values; and iptables-save
leaves out what it does not know of nft's. So a table with an "xt" is read by iptables-save, and any other by nft.
Conditions that are not understood are kept as text: whether such a rule applies is not known then.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal

from msgspec.structs import replace

from porttui.model.facts import NatRule, Privileges, Unseen
from porttui.model.printable import printable
from porttui.observe.command import find, run
from porttui.observe.linux.firewall import has_no_nft_rules
from porttui.observe.linux.nat_chains import MOST_RULES, Line, Ports, walk
from porttui.observe.linux.nat_iptables import rules_of_save

_SECONDS = 1.5
_WHAT = "NAT rules"
_SHOWN = 200
_PROGRAMS: tuple[tuple[str, Literal["ip", "ip6"]], ...] = (("iptables", "ip"), ("ip6tables", "ip6"))


def linux_nat(privileges: Privileges) -> tuple[NatRule, ...] | Unseen:
    """Read the rules that change where TCP connections lead. Changes nothing, and takes 1.5 s a program at most.

    Args:
        privileges: of the user who looks; CAP_NET_ADMIN is what reading rules takes.

    Returns:
        Rules in the order in which they are asked; Unseen when one of the tables could not be read.
    """
    if "net_admin" not in privileges.capabilities:
        return Unseen(what=_WHAT, reason="needs root", how_to_see="nft list ruleset", needs_root=True)
    listed: list[Any] = []
    if not has_no_nft_rules():  # on a machine of the old iptables there is no nft to ask, and no need to
        done = run("nft", "-j", "-t", "list", "ruleset", what=_WHAT, seconds=_SECONDS)
        if isinstance(done, Unseen):
            return done
        if done.status or done.cut:
            reason = "too many rules" if done.cut else "nft failed"
            return Unseen(what=_WHAT, reason=reason, how_to_see="nft list ruleset")
        try:
            listed = json.loads(done.stdout)["nftables"]
        except (ValueError, KeyError, TypeError):
            return _unknown()
    try:
        opaque = {_table(each["rule"]) for each in listed if "rule" in each and _has_xt(each["rule"]["expr"])}
        found = rules_of_json(listed, opaque)
    except (ValueError, KeyError, TypeError, AttributeError):  # another version of nft, or half of an answer
        return _unknown()
    saved = _saved("-nft-save", "iptables") if opaque else []
    legacy = _saved("-legacy-save", "iptables-legacy")
    for each in (saved, legacy):
        if isinstance(each, Unseen):
            return each
        found += each
    return tuple(found[:MOST_RULES])


def _unknown() -> Unseen:
    return Unseen(what=_WHAT, reason="nft lists them in an unknown way", how_to_see="nft list ruleset")


def _saved(suffix: str, backend: Literal["iptables", "iptables-legacy"]) -> list[NatRule] | Unseen:
    """Read by iptables-save and ip6tables-save; without the option -t, which would make the table that it names."""
    found: list[NatRule] = []
    for program, family in _PROGRAMS:
        if find(f"{program}{suffix}") is None:
            continue
        done = run(f"{program}{suffix}", what=_WHAT, seconds=_SECONDS)
        if isinstance(done, Unseen):
            return done
        if done.status == 0 and not done.cut:
            found += rules_of_save(done.stdout, backend, family)
    return found


def _table(rule: dict[str, Any]) -> tuple[str, str]:
    return str(rule.get("family")), str(rule.get("table"))


def _has_xt(statements: list[Any]) -> bool:
    return any(isinstance(each, dict) and "xt" in each for each in statements)


def rules_of_json(listed: list[Any], opaque: set[tuple[str, str]]) -> list[NatRule]:
    """Read what `nft -j list ruleset` has printed (libnftables-json(5)).

    Args:
        listed: the list "nftables".
        opaque: tables, as family and name, that another program reads.

    Returns:
        The rules that base chains of type nat lead to, hook by hook, by priority.
    """
    chains = [each["chain"] for each in listed if "chain" in each]
    bases = [
        chain
        for chain in chains
        if chain.get("type") == "nat" and chain.get("hook") in {"output", "prerouting"} and _table(chain) not in opaque
    ]
    bases.sort(key=lambda chain: int(chain.get("prio", 0)))
    found: list[NatRule] = []
    for base in bases:
        if base["family"] not in {"ip", "ip6", "inet"}:
            continue
        template = NatRule(
            hook=base["hook"], action="pass", text="", backend="nftables", family=base["family"],
            table=printable(str(base["table"]), 60), chain="",
        )  # fmt: skip
        lines: dict[str, list[Line]] = {}
        for each in listed:
            rule = each.get("rule")
            if rule is not None and _table(rule) == _table(base):
                lines.setdefault(str(rule["chain"]), []).extend(_lines(rule, template))
        found += walk(lines, str(base["name"]))
    return found


def _lines(rule: dict[str, Any], template: NatRule) -> list[Line]:
    """Read one rule; an expression that is not known makes it unclear."""
    made = replace(template, chain=printable(str(rule["chain"]), 60), handle=rule.get("handle"))
    unclear: list[str] = []
    never = False
    ends: list[Line] = []
    for statement in rule.get("expr", []):
        name, what = _only(statement)
        if name == "match":
            made, clear, possible = _match(made, what)
            never = never or not possible
            if not clear:
                unclear.append(printable(json.dumps(what), 120))
        elif name in _ENDINGS:
            ends.append(_ENDINGS[name](made, what))
        elif name == "vmap":
            ends += [Line(made, "jump", str(target)) for target in _targets(what)]
            ends.append(Line(made, "pass"))  # it may let some of them through
            unclear.append("a verdict map")
        elif name not in {"counter", "log", "comment", "mangle"}:
            unclear.append(printable(json.dumps(statement), 120))
    text = _text(rule)
    told = "; ".join(unclear)
    return [
        line._replace(
            never=never, rule=replace(line.rule, text=text, unclear="; ".join(filter(None, (told, line.rule.unclear))))
        )
        for line in ends
    ]


def _only(value: Any) -> tuple[str, Any]:
    """Return the one key of an object and what it holds; a bare word has nothing."""
    if not isinstance(value, dict):
        return str(value), None
    return next(iter(value.items()), ("", None))


def _match(rule: NatRule, match: Any) -> tuple[NatRule, bool, bool]:
    """Add one condition: the rule, whether it was understood, and whether it can be met by a TCP connection here."""
    left, right, differs = match.get("left"), match.get("right"), match.get("op") == "!="
    kind, what = _only(left)
    what = what if isinstance(what, dict) else {}
    key, protocol = what.get("field") or what.get("key"), what.get("protocol")
    if kind == "payload" and key == "daddr" and protocol in {"ip", "ip6"}:
        networks = _networks(right)
        if differs:
            return replace(rule, other_than=(*rule.other_than, *networks), family=protocol), bool(networks), True
        return replace(rule, addresses=networks, family=protocol), bool(networks), True
    if kind == "payload" and key == "dport" and not differs:
        ports = _ports(right)
        return replace(rule, ports=ports), bool(ports), protocol in {"tcp", "th"}
    if (kind == "meta" and key == "l4proto") or (kind == "payload" and key in {"protocol", "nexthdr"}):
        values = {str(each) for each in (right.get("set", []) if isinstance(right, dict) else [right])}
        return rule, True, bool(values & {"tcp", "6"}) is not differs
    if kind == "meta" and key in {"nfproto", "protocol"} and not differs:
        return replace(rule, family="ip6" if right in {"ipv6", "ip6"} else "ip"), right in _FAMILIES, True
    if kind == "meta" and key in {"iifname", "iif"}:
        if rule.hook == "output":  # a packet of this machine itself has come in by none
            return rule, True, differs
        return (rule if differs else replace(rule, interface=printable(str(right), 16))), True, True
    if kind == "meta" and key in {"oifname", "oif"} and not differs and isinstance(right, str):
        return replace(rule, interface=printable(right, 16)), rule.hook == "output", True
    if kind == "fib" and what.get("result") == "type" and what.get("flags") == ["daddr"] and not differs:
        return replace(rule, local_only=True), right == "local", True
    if kind == "ct" and key == "state" and not differs:
        return rule, True, "new" in (right if isinstance(right, list) else [right])
    return rule, False, True


_FAMILIES = {"ipv4", "ipv6", "ip", "ip6"}


def _each(right: Any) -> list[Any]:
    return list(right["set"]) if isinstance(right, dict) and "set" in right else [right]


def _ports(right: Any) -> Ports:
    """Read a number, a range or a set of them; empty when there is anything else."""
    found = []
    for each in _each(right):
        if isinstance(each, int):
            found.append((each, each))
        elif isinstance(each, dict) and all(isinstance(end, int) for end in each.get("range", [""])):
            found.append((each["range"][0], each["range"][1]))
        else:
            return ()
    return tuple(found)


def _networks(right: Any) -> tuple[str, ...]:
    """Read an address, a network or a set of them; empty when there is anything else."""
    found = []
    for each in _each(right):
        if isinstance(each, str) and not each.startswith("@"):
            found.append(printable(each, 60))
        elif isinstance(each, dict) and "prefix" in each:
            found.append(printable(f"{each['prefix']['addr']}/{each['prefix']['len']}", 60))
        else:
            return ()
    return tuple(found)


def _nat(action: Literal["redirect", "dnat"]) -> Callable[[NatRule, Any], Line]:
    def read(rule: NatRule, what: Any) -> Line:
        given = what or {}
        address, port = given.get("addr", ""), given.get("port", 0)
        if not isinstance(address, str) or not isinstance(port, int):
            rule = replace(rule, unclear=f"to {printable(json.dumps(given), 80)}")
            address, port = "", 0
        if given.get("family") in {"ip", "ip6"}:
            rule = replace(rule, family=given["family"])
        return Line(replace(rule, action=action, to_address=printable(address, 60), to_port=port), "nat")

    return read


def _jump(rule: NatRule, what: Any) -> Line:
    return Line(rule, "jump", str((what or {}).get("target", "")))


def _pass(rule: NatRule, _what: Any) -> Line:
    return Line(rule, "pass")


_ENDINGS: dict[str, Callable[[NatRule, Any], Line]] = {
    "redirect": _nat("redirect"),
    "dnat": _nat("dnat"),
    "jump": _jump,
    "goto": _jump,
    "accept": _pass,
    "drop": _pass,
    "return": lambda rule, _what: Line(rule, "return"),
}


def _targets(vmap: Any) -> list[str]:
    data = vmap.get("data", {}) if isinstance(vmap, dict) else {}
    pairs = data.get("set", []) if isinstance(data, dict) else []
    verdicts = [pair[1] for pair in pairs if isinstance(pair, list) and len(pair) == 2]
    return [
        str(each[name]["target"])
        for each in verdicts
        if isinstance(each, dict)
        for name in ("jump", "goto")
        if name in each
    ]


def _text(rule: dict[str, Any]) -> str:
    """Write a rule about as nft lists it."""
    words = [_words(each) for each in rule.get("expr", [])]
    if rule.get("comment"):
        words.append(f'comment "{rule["comment"]}"')
    return printable(" ".join(filter(None, words)), _SHOWN)


def _words(statement: Any) -> str:
    if not isinstance(statement, dict):
        return str(statement)
    name, what = _only(statement)
    if name == "match":
        operator = "" if what.get("op") in {"==", "in"} else f"{what.get('op')} "
        return f"{_value(what.get('left'))} {operator}{_value(what.get('right'))}"
    if name in {"counter", "log"}:
        return ""
    if name in {"jump", "goto"}:
        return f"{name} {what.get('target')}"
    if name in {"redirect", "dnat"}:
        given = what or {}
        address, port = _value(given.get("addr", "")), given.get("port")
        to = f"{address}:{_value(port)}" if port is not None else address
        return f"{name} to {to}" if to else name
    return str(name)


def _value(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    name, what = _only(value)
    if name == "payload":
        return f"{what.get('protocol')} {what.get('field')}"
    if name in {"meta", "ct"}:
        return str(what.get("key")) if name == "meta" else f"ct {what.get('key')}"
    if name == "fib":
        return f"fib {' . '.join(what.get('flags', []))} {what.get('result')}"
    if name == "prefix":
        return f"{what.get('addr')}/{what.get('len')}"
    if name == "range":
        return "-".join(str(end) for end in what)
    if name == "set":
        return f"{{ {', '.join(_value(each) for each in what)} }}"
    return printable(json.dumps(value), 60)

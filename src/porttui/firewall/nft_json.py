"""nft's JSON (libnftables-json(5)) -> Ruleset. What is not understood becomes opaque, never a guess."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from porttui.firewall.matching import ADDRESS_TYPES, STATES, STATUS, number
from porttui.firewall.ruleset import (
    Bits,
    Chain,
    CopyMark,
    Key,
    Match,
    Named,
    NamedSet,
    Names,
    Nat,
    Numbers,
    Opaque,
    Part,
    Perhaps,
    Rule,
    Ruleset,
    SetMark,
    SetTos,
    Tuples,
    Untrack,
    Values,
    Verdict,
    VerdictMap,
)

Texts = Mapping[tuple[str, str, str, int], str]
"""The text of rules by family, table, chain and handle."""
Devices = Mapping[tuple[str, str, str], str]
"""The devices of ingress chains by family, table and chain, separated by commas."""
_IGNORED = {"counter", "log", "comment", "dup", "ct helper", "ct timeout", "ct expectation", "last"}
"""Statements that decide nothing."""
_HOOKS = {"prerouting", "input", "forward", "output", "postrouting", "ingress", "egress"}


class NotUnderstoodError(ValueError):
    """An expression, or a value, that this reader does not know."""


BROKEN = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What comes of a listing that is not of the shape that it should have."""


def from_json(
    text: str | bytes, texts: Texts | None = None, devices: Devices | None = None, *, terse: bool = False
) -> Ruleset:
    """Read what ``nft -j list ruleset`` printed.

    Args:
        text: JSON; anything else ends in a ruleset that says so in `unclear`.
        texts: the rules as ``nft -a list ruleset`` writes them; without it they are written from the JSON.
        devices: of ingress chains, by that listing; the JSON of nft 1.0.6 lacks them.
        terse: the listing was made with -t, without the elements of sets.
    """
    try:
        listed = json.loads(text)["nftables"]
        entries = [each for each in listed if isinstance(each, dict)]
    except BROKEN:
        return Ruleset(unclear=("the JSON of nft cannot be read",))
    reader = _Reader(texts or {}, devices or {}, terse=terse)
    for entry in entries:
        for kind, value in entry.items():
            if isinstance(value, dict):
                reader.take(kind, value)
    return reader.ruleset()


def texts_of(listing: str) -> dict[tuple[str, str, str, int], str]:
    """Read ``nft -a -t list ruleset``: the text of each rule by family, table, chain and handle."""
    texts: dict[tuple[str, str, str, int], str] = {}
    family = table = chain = ""
    for line in listing.splitlines():
        words, _, handle = line.strip().rpartition(" # handle ")
        if (opened := re.fullmatch(r"table (\S+) (\S+) \{", words or line.strip())) is not None:
            family, table = opened[1], opened[2]
        elif (opened := re.fullmatch(r"chain (\S+) \{", words or line.strip())) is not None:
            chain = opened[1]
        elif handle.isdigit() and words:
            texts[family, table, chain, int(handle)] = words
    return texts


def devices_of(listing: str) -> dict[tuple[str, str, str], str]:
    """Read the same listing: the devices of ingress chains by family, table and chain."""
    devices: dict[tuple[str, str, str], str] = {}
    family = table = chain = ""
    for line in listing.splitlines():
        words = line.strip().rpartition(" # handle ")[0] or line.strip()
        if (opened := re.fullmatch(r"table (\S+) (\S+) \{", words)) is not None:
            family, table = opened[1], opened[2]
        elif (opened := re.fullmatch(r"chain (\S+) \{", words)) is not None:
            chain = opened[1]
        elif (
            told := re.match(r'type filter hook \w+ devices? (?:"([^"\s]+)"|= \{ ([^}]*) \}) priority ', words)
        ) is not None:
            names = [told[1]] if told[1] else told[2].split(",")
            devices[family, table, chain] = ",".join(each.strip().strip('"') for each in names)
    return devices


class _Reader:
    """One listing under way."""

    def __init__(self, texts: Texts, devices: Devices, *, terse: bool) -> None:
        self._texts = texts
        self._devices = devices
        self._terse = terse
        self._chains: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._rules: dict[tuple[str, str, str], list[Rule]] = {}
        self._sets: list[NamedSet] = []
        self._unclear: list[str] = []

    def ruleset(self) -> Ruleset:
        """Return what was taken."""
        chains = []
        for key, entry in self._chains.items():
            try:
                chains.append(_chain(key, entry, self._rules.get(key, []), self._devices.get(key)))
            except BROKEN:
                self._unclear.append("a chain of the listing cannot be read")
        return Ruleset(chains=tuple(chains), sets=tuple(self._sets), unclear=tuple(self._unclear))

    def take(self, kind: str, entry: dict[str, Any]) -> None:
        """Take one object of the listing."""
        try:
            if kind == "table" and "dormant" in _many(entry.get("flags", ())):
                self._unclear.append(f"table {entry.get('name')} is dormant")
            elif kind == "chain":
                self._chains[_place(entry, "name")] = entry
            elif kind == "rule":
                place = _place(entry, "chain")
                rules = self._rules.setdefault(place, [])
                rules.append(self._rule(place, entry, len(rules) + 1))
            elif kind in {"set", "map"}:
                self._sets.append(_named_set(entry, terse=self._terse))
        except BROKEN:
            self._unclear.append(f"a {kind} of the listing cannot be read")

    def _rule(self, place: tuple[str, str, str], entry: dict[str, Any], position: int) -> Rule:
        handle = entry.get("handle")
        expressions = entry.get("expr", [])
        text = self._texts.get((*place, handle)) if isinstance(handle, int) else None
        return Rule(
            parts=tuple(part for each in expressions for part in _parts(each, place[0])),
            text=text or " ".join(_words(each) for each in expressions),
            handle=handle if isinstance(handle, int) else None,
            position=position,
        )


def _place(entry: dict[str, Any], name: str) -> tuple[str, str, str]:
    return str(entry["family"]), str(entry["table"]), str(entry[name])


def _chain(key: tuple[str, str, str], entry: dict[str, Any], rules: list[Rule], device: str | None) -> Chain:
    hook = str(entry.get("hook", ""))
    kind = entry.get("type", "")
    devices = _many(entry.get("dev", ()))
    return Chain(
        backend="nftables",
        family=key[0],  # type: ignore[arg-type]
        table=key[1],
        name=key[2],
        rules=tuple(rules),
        kind=kind if kind in ("filter", "nat", "route") else "",
        hook=hook if hook in _HOOKS else "",
        priority=entry["prio"] if isinstance(entry.get("prio"), int) else 0,
        policy="drop" if entry.get("policy") == "drop" else "accept",
        device=",".join(map(str, devices)) or device,
    )


# Statements.


def _parts(expression: Any, family: str) -> Iterator[Part]:
    """Return the parts that one object of a rule's "expr" stands for."""
    try:
        [(kind, value)] = expression.items()
        yield from _statement(kind, value, family)
    except BROKEN:
        yield _not_understood(expression)


def _not_understood(expression: Any) -> Part:
    kind = next(iter(expression), "") if isinstance(expression, dict) else ""
    text = _words(expression)
    condition = kind not in _DECIDING or (kind == "xt" and expression[kind].get("type") == "match")
    return Opaque(text=text) if condition else Perhaps(text=text)


_DECIDING = {"queue", "tproxy", "synproxy", "xt", "dnat", "snat", "redirect", "masquerade", "vmap", "fwd", "reject"}
"""Statements that may end the packet's way: not understood, they may do anything."""


def _statement(kind: str, value: Any, family: str) -> Iterator[Part]:
    if family == "bridge" and (kind == "reject" or _asks_tracking(value)):
        raise NotUnderstoodError  # a bridge answers past all hooks, and may track connections or not
    if kind in _VERDICTS:
        yield Verdict(kind=kind, chain=str(value["target"]) if isinstance(value, dict) else "")  # type: ignore[arg-type]
    elif kind in {"dnat", "snat", "redirect", "masquerade"}:
        yield from _nat(kind, value)
    elif kind == "reject":
        yield from _reject(value, family)
    elif kind == "mangle":
        yield from _mangle(value)
    elif kind in _SIMPLE:
        yield _SIMPLE[kind](value)
    elif kind not in _IGNORED and not _only_changes_a_set(kind, value):
        raise NotUnderstoodError


def _asks_tracking(value: Any) -> bool:
    if isinstance(value, dict):
        return "ct" in value or any(map(_asks_tracking, value.values()))
    return isinstance(value, list) and any(map(_asks_tracking, value))


_VERDICTS = {"accept", "drop", "return", "continue", "jump", "goto"}


def _only_changes_a_set(kind: str, value: Any) -> bool:
    """A set that is full would end the rule, which the listing does not tell; nobody writes a rule that hangs on it."""
    return kind == "set" and value.get("op") in {"add", "update", "delete"} and not value.get("stmt")


def _match(value: dict[str, Any]) -> Match | Opaque:
    operator, left, right = value["op"], value["left"], value["right"]
    key, domains = _key(left)
    text = _words({"match": value})
    if domains == ["status"]:
        key = Key(fields=("ct nat",)) if operator == "in" else key
        wanted = sum(_number(each, "status") for each in _many(right))
        if wanted & ~(STATUS["snat"] | STATUS["dnat"]):
            return Opaque(text=text)
    if operator in {"<", ">", "<=", ">="}:
        return Match(key=key, values=_compared(operator, right, domains), text=text)
    if operator == "!":  # none of these flags is set
        mask = sum(_number(each, domains[0]) for each in _many(right))
        return Match(key=key, values=Bits(mask=mask), negated=True, text=text)
    negated = operator == "!="
    if operator == "in" and domains[0] in {"state", "status", "flags"} and not isinstance(right, str | int):
        mask = sum(_number(each, domains[0]) for each in _many(right))
        return Match(key=key, values=Bits(mask=mask), text=text)
    if operator == "in" and domains[0] in {"state", "status", "flags"} and "@" not in str(right):
        return Match(key=key, values=Bits(mask=_number(right, domains[0])), text=text)
    if operator not in {"==", "!=", "in"}:
        raise NotUnderstoodError
    return Match(key=key, values=_values(right, domains), negated=negated, text=text)


def _compared(operator: str, right: Any, domains: list[str]) -> Numbers:
    value = _number(right, domains[0])
    low, high = {"<": (0, value - 1), "<=": (0, value), ">": (value + 1, 1 << 128), ">=": (value, 1 << 128)}[operator]
    return Numbers(spans=((low, high),) if low <= high else ())


def _reject(value: Any, family: str) -> Iterator[Part]:
    kind = value.get("type") if isinstance(value, dict) else None
    name = value.get("expr") if isinstance(value, dict) else None
    if kind == "tcp reset":
        yield Match(key=Key(fields=("meta l4proto",)), values=Numbers(spans=((6, 6),)), text="tcp")
        yield Verdict(kind="reject", answer="reset")
        return
    if kind in {"icmp", "icmpv6"} and family in {"inet", "netdev", "bridge"}:  # an implicit condition, not in the JSON
        version = 2 if kind == "icmp" else 10
        yield Match(key=Key(fields=("meta nfproto",)), values=Numbers(spans=((version, version),)), text=kind)
    if kind is None:
        kind = {"ip": "icmp", "ip6": "icmpv6"}.get(family, "icmpx")
        name = "port-unreachable"
    yield Verdict(kind="reject", answer=rejection(kind, str(name)))


def rejection(kind: str, name: str) -> str:
    """Return how a rejection is written: "icmp:3:3". `name` is nft's; kind icmpx serves both families."""
    if kind == "icmp":
        return f"icmp:3:{_ICMP[name]}"
    if kind == "icmpv6":
        return f"icmp6:1:{_ICMPV6[name]}"
    return f"icmpx:{_ICMPX[name]}"


_ICMP = {
    "net-unreachable": 0,
    "host-unreachable": 1,
    "prot-unreachable": 2,
    "port-unreachable": 3,
    "net-prohibited": 9,
    "host-prohibited": 10,
    "admin-prohibited": 13,
}
"""Codes of ICMP type 3 (RFC 792, RFC 1812) by the names of nft(8)."""
_ICMPV6 = {
    "no-route": 0,
    "admin-prohibited": 1,
    "addr-unreachable": 3,
    "port-unreachable": 4,
    "policy-fail": 5,
    "reject-route": 6,
}
"""Codes of ICMPv6 type 1 (RFC 4443)."""
_ICMPX = {"no-route": 0, "port-unreachable": 1, "host-unreachable": 2, "admin-prohibited": 3}
"""Numbers of NFT_REJECT_ICMPX_ (linux/netfilter/nf_tables.h)."""


def _vmap(value: dict[str, Any]) -> VerdictMap:
    key, domains = _key(value["key"])
    data = value["data"]
    text = _words({"vmap": value})
    if isinstance(data, str) and data.startswith("@"):
        return VerdictMap(key=key, entries=Named(name=data[1:]), text=text)
    return VerdictMap(key=key, entries=tuple(_entries(data["set"], domains)), text=text)


def _entries(elements: Any, domains: list[str]) -> Iterator[tuple[Values, Verdict]]:
    """Return the entries of a verdict map; a catch-all stands last."""
    last: list[tuple[Values, Verdict]] = []
    for left, right in elements:
        [(kind, to)] = right.items()
        verdict = Verdict(kind=kind, chain=str(to["target"]) if isinstance(to, dict) else "")
        if _bare(left) == "*":
            last.append((_EVERYTHING, verdict))
        else:
            yield _values({"set": [left]}, domains), verdict
    yield from last


_EVERYTHING = Numbers(spans=((0, 1 << 128),))


def _mangle(value: dict[str, Any]) -> Iterator[Part]:
    key, to = value["key"], value["value"]
    if isinstance(key, dict) and key.get("payload", {}).get("field") == "dscp":
        version = {"ip": 2, "ip6": 10}[key["payload"]["protocol"]]  # an implicit condition, not in the JSON
        yield Match(key=Key(fields=("meta nfproto",)), values=Numbers(spans=(_twice(version),)), text=_words(key))
        yield SetTos(keep=0x03, flip=_number(to, "dscp") << 2)
    else:
        yield _marked(key, to)


def _marked(key: Any, to: Any) -> Part:
    connection = key == {"ct": {"key": "mark"}}
    if connection or key == {"meta": {"key": "mark"}}:
        if to == {"ct": {"key": "mark"}} and not connection:
            return CopyMark(to="packet")
        if to == {"meta": {"key": "mark"}} and connection:
            return CopyMark(to="connection")
        keep, flip = _marking(to, key)
        return SetMark(keep=keep, flip=flip, connection=connection)
    if isinstance(key, dict) and ("meta" in key or "ct" in key or "payload" in key):
        field = next(iter(key.values())).get("key") or next(iter(key.values())).get("field")
        if field in {
            "priority",
            "nftrace",
            "label",
            "helper",
            "ttl",
            "hoplimit",
            "ecn",
            "maxseg",
            "event",
            "zone",
        }:
            return SetMark(keep=-1, flip=0)  # changes nothing that a rule here asks for
    raise NotUnderstoodError


def _marking(to: Any, key: Any) -> tuple[int, int]:
    """Return (keep, flip) of mark = (mark & keep) ^ flip; nft prints that as nested "&", "|" and "^"."""
    if isinstance(to, int):
        return 0, to
    if to == key:
        return -1, 0
    [(operator, (left, right))] = to.items()
    keep, flip = _marking(left, key)
    if operator == "&" and isinstance(right, int):
        return keep & right, flip & right
    if operator == "|" and isinstance(right, int):
        return keep & ~right, (flip & ~right) | right
    if operator == "^" and isinstance(right, int):
        return keep, flip ^ right
    raise NotUnderstoodError


def _nat(kind: str, value: Any) -> Iterator[Part]:
    given = value or {}
    address, port = given.get("addr"), given.get("port")
    family = given.get("family")
    if family in {"ip", "ip6"}:
        version = 2 if family == "ip" else 10
        yield Match(key=Key(fields=("meta nfproto",)), values=Numbers(spans=((version, version),)), text=family)
    elif isinstance(address, str) and not address.startswith("@"):
        version = 2 if ipaddress.ip_address(address).version == 4 else 10
        yield Match(key=Key(fields=("meta nfproto",)), values=Numbers(spans=((version, version),)), text=address)
    unclear = ""
    ports: tuple[int, int] | None = None
    if isinstance(port, int):
        ports = (port, port)
    elif isinstance(port, dict) and "range" in port:
        ports = (int(port["range"][0]), int(port["range"][1]))
    elif port is not None:
        unclear = _words({kind: value})
    if address is not None and not isinstance(address, str):
        unclear, address = _words({kind: value}), None
    if port is not None:
        yield Match(key=Key(fields=("meta l4proto",)), values=Numbers(spans=((6, 6), (17, 17))), text="tcp, udp")
    yield Nat(kind=kind, address=address, ports=ports, unclear=unclear)  # type: ignore[arg-type]


def _quota(value: Any) -> Part:
    """A quota holds while less (or, with "inv", more) than its bytes went by; near its end nothing can be said."""
    if not isinstance(value, dict):
        raise NotUnderstoodError  # the name of a quota object
    unit = {"bytes": 1, "kbytes": 1 << 10, "mbytes": 1 << 20, "gbytes": 1 << 30}
    limit = value["val"] * unit[value.get("val_unit", "bytes")]
    used = value.get("used", 0) * unit[value.get("used_unit", "bytes")]
    if used < limit < used + 4096:
        return Opaque(text=_words({"quota": value}))
    exceeded = used >= limit
    holds = exceeded == bool(value.get("inv"))
    return Match(
        key=Key(fields=("meta l4proto",)),
        values=Numbers(spans=((0, 255),)),
        negated=not holds,
        text=_words({"quota": value}),
    )


_SIMPLE: dict[str, Callable[[Any], Part]] = {
    "match": _match,
    "vmap": _vmap,
    "notrack": lambda _: Untrack(),
    "quota": _quota,
}
"""Statements that are one part."""


# Expressions.


def _key(left: Any) -> tuple[Key, list[str]]:
    if "concat" in left:
        parts = [_field(each) for each in left["concat"]]
        return Key(fields=tuple(name for name, _ in parts)), [domain for _, domain in parts]
    if "&" in left:
        (inner, mask) = left["&"]
        name, domain = _field(inner)
        bits = sum(_number(each, domain) for each in _many(mask))
        return Key(fields=(name,), mask=bits), [domain]
    name, domain = _field(left)
    return Key(fields=(name,)), [domain]


def _field(left: Any) -> tuple[str, str]:
    """Return the name of a field, and of the domain of its values."""
    if "payload" in left:
        payload = left["payload"]
        name = f"{payload['protocol']} {payload['field']}"
        if payload["field"] in {"saddr", "daddr"}:
            return name, "address"
        if payload["field"] in {"sport", "dport"}:
            return name, "port"
        return name, _DOMAINS[name]
    if "meta" in left:
        name = f"meta {left['meta']['key']}"
        return name, _DOMAINS[name]
    if "ct" in left:
        given = left["ct"]
        name = f"ct {given['key']}"
        if "dir" in given:
            raise NotUnderstoodError
        return name, _DOMAINS[name]
    if "fib" in left:
        fib = left["fib"]
        flags = [each for each in _many(fib.get("flags", ())) if each != "mark"]
        name = f"fib {', '.join(flags)} {fib['result']}"
        return name, _DOMAINS[name]
    raise NotUnderstoodError


_DOMAINS = {
    "ip protocol": "protocol",
    "ip6 nexthdr": "protocol",
    "ip dscp": "dscp",
    "ip6 dscp": "dscp",
    "ip version": "number",
    "ip6 version": "number",
    "tcp flags": "flags",
    "icmp type": "icmp type",
    "icmp code": "number",
    "icmpv6 type": "icmpv6 type",
    "icmpv6 code": "number",
    "meta l4proto": "protocol",
    "meta nfproto": "nfproto",
    "meta protocol": "ethertype",
    "meta iifname": "name",
    "meta oifname": "name",
    "meta iif": "name",
    "meta oif": "name",
    "meta mark": "number",
    "meta skuid": "number",
    "meta skgid": "number",
    "ct state": "state",
    "ct status": "status",
    "ct mark": "number",
    "ct direction": "direction",
    "fib daddr type": "fibtype",
    "fib saddr type": "fibtype",
    "fib saddr, iif oif": "exists",
}
_WORDS: dict[str, Mapping[str, int]] = {
    "protocol": {"icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "dccp": 33, "esp": 50, "ah": 51, "ipv6-icmp": 58,
                 "icmpv6": 58, "sctp": 132, "udplite": 136, "comp": 108},
    "nfproto": {"ipv4": 2, "ipv6": 10, "ip": 2, "ip6": 10},
    "ethertype": {"ip": 0x0800, "ip6": 0x86DD, "arp": 0x0806, "vlan": 0x8100},
    "state": STATES,
    "status": STATUS,
    "flags": {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32, "ecn": 64, "cwr": 128},
    "fibtype": ADDRESS_TYPES,
    "dscp": {**{f"cs{each}": 8 * each for each in range(8)}, "be": 0, "ef": 46, "va": 44, "lephb": 1, "df": 0,
             **{f"af{a}{b}": 8 * a + 2 * b for a in range(1, 5) for b in range(1, 4)}},
    "direction": {"original": 0, "reply": 1},
    "icmp type": {"echo-reply": 0, "destination-unreachable": 3, "source-quench": 4, "redirect": 5, "echo-request": 8,
                  "router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11, "parameter-problem": 12,
                  "timestamp-request": 13, "timestamp-reply": 14, "info-request": 15, "info-reply": 16,
                  "address-mask-request": 17, "address-mask-reply": 18},
    "icmpv6 type": {"destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4,
                    "echo-request": 128, "echo-reply": 129, "mld-listener-query": 130, "mld-listener-report": 131,
                    "mld-listener-done": 132, "mld-listener-reduction": 132, "nd-router-solicit": 133,
                    "nd-router-advert": 134, "nd-neighbor-solicit": 135, "nd-neighbor-advert": 136, "nd-redirect": 137,
                    "router-renumbering": 138, "ind-neighbor-solicit": 141, "ind-neighbor-advert": 142,
                    "mld2-listener-report": 143},
}  # fmt: skip


def _values(right: Any, domains: list[str]) -> Values:
    """Return the values of the right side of a match."""
    if isinstance(right, str) and right.startswith("@"):
        return Named(name=right[1:])
    elements = right["set"] if isinstance(right, dict) and "set" in right else [right]
    if domains[0] == "exists" and isinstance(right, bool):
        return Numbers(spans=((int(right), int(right)),))
    if isinstance(right, list):  # flags that are all set: compared as one number
        return Numbers(spans=(_twice(sum(_number(each, domains[0]) for each in right)),))
    return _of_elements(elements, domains)


def _of_elements(elements: list[Any], domains: list[str]) -> Values:
    bare = [_bare(each) for each in elements]
    if len(domains) > 1:
        return Tuples(rows=tuple(_row(each, domains) for each in bare))
    if domains[0] == "name":
        if not all(isinstance(each, str) for each in bare):
            raise NotUnderstoodError
        return Names(names=tuple(bare))
    return Numbers(spans=merged([_span(each, domains[0]) for each in bare]))


def _bare(element: Any) -> Any:
    """Return an element without its time-out and counter."""
    return element["elem"]["val"] if isinstance(element, dict) and "elem" in element else element


def _row(element: Any, domains: list[str]) -> tuple[Numbers | Names, ...]:
    fields = element["concat"]
    if len(fields) != len(domains):
        raise NotUnderstoodError
    row: list[Numbers | Names] = []
    for value, domain in zip(fields, domains, strict=True):
        if domain == "name":
            row.append(Names(names=(str(value),)))
        else:
            row.append(Numbers(spans=(_span(value, domain),)))
    return tuple(row)


def _span(value: Any, domain: str) -> tuple[int, int]:
    if value == "*":
        return 0, 1 << 128
    if isinstance(value, dict) and "range" in value:
        low, high = value["range"]
        return _number(low, domain), _number(high, domain)
    if isinstance(value, dict) and "prefix" in value:
        network = ipaddress.ip_network((value["prefix"]["addr"], value["prefix"]["len"]), strict=False)
        return int(network.network_address), int(network.broadcast_address)
    return _twice(_number(value, domain))


def _twice(value: int) -> tuple[int, int]:
    return value, value


def _number(value: Any, domain: str) -> int:
    if isinstance(value, bool):
        raise NotUnderstoodError
    if isinstance(value, int):
        return value
    if isinstance(value, dict) and "|" in value:  # flags that nft writes as (fin | syn)
        return _number(value["|"][0], domain) | _number(value["|"][1], domain)
    if not isinstance(value, str):
        raise NotUnderstoodError
    if domain == "address":
        return number(value)
    if value in _WORDS.get(domain, {}):
        return _WORDS[domain][value]
    return int(value, 0)


def merged(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return spans sorted, with those that overlap or touch made one."""
    done: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if done and low <= done[-1][1] + 1:
            done[-1] = (done[-1][0], max(done[-1][1], high))
        else:
            done.append((low, high))
    return tuple(done)


# Sets.


def _named_set(entry: dict[str, Any], *, terse: bool) -> NamedSet:
    family, table, name = _place(entry, "name")
    types = tuple(str(each) for each in _many(entry["type"]))
    values: Values | None = None
    verdicts: tuple[tuple[Values, Verdict], ...] | None = None
    domains = [_TYPES.get(each, "") for each in types]
    elements = entry.get("elem")
    try:
        dynamic = elements is None and "dynamic" in _many(entry.get("flags", ()))
        if terse or "" in domains or dynamic:
            values = None
        elif entry.get("map") == "verdict":
            verdicts = tuple(_entries(elements or [], domains))
        elif "map" not in entry:
            values = _of_elements(elements or [], domains)
    except BROKEN:
        values = verdicts = None
    return NamedSet(family=family, table=table, name=name, types=types, values=values, verdicts=verdicts)  # type: ignore[arg-type]


_TYPES = {
    "ipv4_addr": "address",
    "ipv6_addr": "address",
    "inet_service": "port",
    "inet_proto": "protocol",
    "ifname": "name",
    "iface_index": "name",
    "mark": "number",
    "uid": "number",
    "gid": "number",
    "ct_state": "state",
    "nf_proto": "nfproto",
    "dscp": "dscp",
    "fib_addrtype": "fibtype",
    "icmp_type": "icmp type",
    "icmpv6_type": "icmpv6 type",
}
"""nft's names of types, and the domain of their values."""


# Words.


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _words(expression: Any) -> str:
    """Write an expression about as nft would."""
    try:
        return _written(expression)
    except BROKEN:
        return json.dumps(expression)[:200]


def _written(given: Any) -> str:
    if not isinstance(given, dict):
        return f"{{ {', '.join(map(_written, given))} }}" if isinstance(given, list) else str(given)
    if len(given) != 1:
        return json.dumps(given)
    [(kind, value)] = given.items()
    writer = _WRITERS.get(kind)
    if writer is not None:
        return writer(value)
    if value is None:
        return str(kind)
    return f"{kind} {value}" if isinstance(value, str | int) else f"{kind} {json.dumps(value)}"


def _write_match(value: Any) -> str:
    operator = "" if value["op"] in {"==", "in"} else f"{value['op']} "
    return f"{_written(value['left'])} {operator}{_written(value['right'])}"


def _write_reject(value: Any) -> str:
    if not value or "type" not in value:
        return "reject"
    return f"reject with {value['type']} {value['expr']}" if "expr" in value else f"reject with {value['type']}"


def _write_nat(kind: str) -> Callable[[Any], str]:
    def write(value: Any) -> str:
        if not value:
            return kind
        port = f":{_written(value['port'])}" if "port" in value else ""
        return f"{kind} to {_written(value['addr']) if 'addr' in value else ''}{port}"

    return write


_WRITERS: dict[str, Callable[[Any], str]] = {
    "match": _write_match,
    "payload": lambda value: f"{value['protocol']} {value['field']}",
    "meta": lambda value: (
        f"meta {value['key']}" if value["key"] in {"mark", "l4proto", "nfproto", "skuid"} else value["key"]
    ),
    "ct": lambda value: f"ct {value['key']}",
    "fib": lambda value: f"fib {' . '.join(map(str, _many(value.get('flags', ()))))} {value['result']}",
    "set": lambda value: f"{{ {', '.join(map(_written, value))} }}" if isinstance(value, list) else json.dumps(value),
    "range": lambda value: f"{value[0]}-{value[1]}",
    "prefix": lambda value: f"{value['addr']}/{value['len']}",
    "concat": lambda value: " . ".join(map(_written, value)),
    "elem": lambda value: _written(value["val"]),
    "vmap": lambda value: f"{_written(value['key'])} vmap {_write_map(value['data'])}",
    "jump": lambda value: f"jump {value['target']}",
    "goto": lambda value: f"goto {value['target']}",
    "reject": _write_reject,
    "counter": lambda _: "counter",
    "limit": lambda value: f"limit rate {value['rate']}/{value['per']}",
    "log": lambda value: f'log prefix "{value["prefix"]}"' if value and "prefix" in value else "log",
    "xt": lambda value: f"xt {value['type']} {value['name']}",
    "&": lambda value: f"{_written(value[0])} & {_written(value[1])}",
    "|": lambda value: f"{_written(value[0])} | {_written(value[1])}",
    "^": lambda value: f"{_written(value[0])} ^ {_written(value[1])}",
    "mangle": lambda value: f"{_written(value['key'])} set {_written(value['value'])}",
    **{kind: _write_nat(kind) for kind in ("dnat", "snat", "redirect", "masquerade")},
}


def _write_map(data: Any) -> str:
    if isinstance(data, str):
        return data
    return f"{{ {', '.join(f'{_written(left)} : {_written(right)}' for left, right in data['set'])} }}"

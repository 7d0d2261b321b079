"""NAT rules as iptables-save prints them (iptables-extensions(8))."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Literal

from msgspec.structs import replace

from porttui.model.facts import NatRule
from porttui.model.printable import printable
from porttui.observe.linux.nat_chains import MOST_RULES, Line, Ports, walk

_SHOWN = 200
_NUMBERS = re.compile(r"\d{1,5}(?::\d{0,5})?")
_TO = re.compile(r"^(?:\[(?P<six>[^\]]*)\]|(?P<four>[0-9.]+(?:-[0-9.]+)?))?(?::(?P<port>\d+)(?:-\d+)?(?:/\d+)?)?$")
_GOES_ON = {"LOG", "NFLOG", "MARK", "CONNMARK", "TRACE", "AUDIT", ""}
_HOOKS: dict[str, Literal["output", "prerouting"]] = {"OUTPUT": "output", "PREROUTING": "prerouting"}


def rules_of_save(
    text: str, backend: Literal["iptables", "iptables-legacy"], family: Literal["ip", "ip6"]
) -> list[NatRule]:
    """Read the table nat of what iptables-save or ip6tables-save has printed.

    Args:
        text: its output.
        backend: whose rules these are.
        family: of which program.

    Returns:
        The rules that OUTPUT and PREROUTING lead to, in the order in which a packet meets them.
    """
    found: list[NatRule] = []
    for chain, hook in _HOOKS.items():
        template = NatRule(hook=hook, action="pass", text="", backend=backend, family=family, table="nat", chain="")
        chains: dict[str, list[Line]] = {}
        for at in _nat_lines(text):
            name, line = _line(at, template)
            chains.setdefault(name, []).append(line)
        found += walk(chains, chain)
    return found


def _nat_lines(text: str) -> Iterator[str]:
    table = ""
    count = 0
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:].strip()
        elif table == "nat" and line.startswith("-A ") and count < MOST_RULES:
            count += 1
            yield line


def _line(text: str, template: NatRule) -> tuple[str, Line]:
    """Read one rule; every option that is not known makes it unclear."""
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    chain = words[1] if len(words) > 1 else ""
    rule = replace(template, chain=printable(chain, 60), text=printable(text, _SHOWN))
    unclear: list[str] = []
    never = False
    target, destination = "", ""
    does_not = False
    words = words[2:]
    while words:
        word = words.pop(0)
        if word == "!":
            does_not = True
            continue
        value = "" if word in _ALONE or not words else words.pop(0)
        if word in {"-j", "-g", "--jump", "--goto"}:
            target = value
        elif word in {"--to-ports", "--to-destination", "--to"}:
            destination = value
        elif word not in _IGNORED:
            rule, clear, possible = _condition(rule, word, value, does_not)
            never = never or not possible
            if not clear:
                unclear.append(printable(f"{'! ' * does_not}{word} {value}".strip(), 80))
        does_not = False
    rule = replace(rule, unclear="; ".join(unclear))
    return chain, _ending(rule, target, destination, never)


_ALONE = frozenset({"--random", "--random-fully", "--persistent", "--syn", "--tcp-option"})
_IGNORED = _ALONE - {"--tcp-option"} | {"-m", "--match", "--comment", "-c", "--log-prefix", "--log-level"}


def _condition(rule: NatRule, word: str, value: str, does_not: bool) -> tuple[NatRule, bool, bool]:
    """Add one condition: the rule, whether it was understood, and whether it can be met by a TCP connection here."""
    if word in {"-p", "--protocol"}:
        return (
            rule,
            value in {"tcp", "udp", "udplite", "icmp", "sctp", "all"},
            (value in {"tcp", "all"}) is not does_not,
        )
    if word in {"--dport", "--dports", "--destination-port"} and not does_not:
        ports = _ports(value)
        return replace(rule, ports=ports), bool(ports), True
    if word in {"-d", "--destination"}:
        if does_not:
            return replace(rule, other_than=(*rule.other_than, value)), True, True
        return replace(rule, addresses=(value,)), True, True
    if word == "--dst-type" and value == "LOCAL" and not does_not:
        return replace(rule, local_only=True), True, True
    if word == "-o" and not does_not:
        return replace(rule, interface=value), rule.hook == "output", rule.hook == "output"
    if word == "-i":
        if rule.hook == "output":  # a packet of this machine itself has come in by none
            return rule, True, does_not
        return (rule if does_not else replace(rule, interface=value)), True, True
    if word in {"--ctstate", "--state"} and not does_not:
        return rule, True, "NEW" in value.split(",")
    return rule, False, True


def _ports(value: str) -> Ports:
    parts = value.split(",")
    if not all(_NUMBERS.fullmatch(part) for part in parts):
        return ()
    pairs = (part.partition(":") for part in parts)
    return tuple((int(low), int(high or (65535 if colon else low))) for low, colon, high in pairs)


def _ending(rule: NatRule, target: str, destination: str, never: bool) -> Line:
    if target in {"REDIRECT", "DNAT"}:
        to = _TO.match(destination) if target == "DNAT" else re.match(r"^(?P<port>\d*)", destination)
        if to is None:
            rule = replace(rule, unclear=f"{rule.unclear}; to {printable(destination, 60)}".strip("; "))
        told = to.groupdict() if to is not None else {}
        address = (told.get("four") or told.get("six") or "").partition("-")[0]
        port = int(told.get("port") or 0)
        action: Literal["redirect", "dnat"] = "redirect" if target == "REDIRECT" else "dnat"
        return Line(replace(rule, action=action, to_address=address, to_port=port), "nat", never=never)
    if target in _GOES_ON:
        return Line(rule, "nothing", never=never)
    if target in {"ACCEPT", "DROP"}:
        return Line(rule, "pass", never=never)
    if target == "RETURN":
        return Line(rule, "return", never=never)
    return Line(rule, "jump", target, never)

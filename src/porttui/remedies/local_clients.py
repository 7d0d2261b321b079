"""A rule of NAT for connections that this machine itself begins, beside the one that stands in PREROUTING.

It is written in the language of the firewall whose rule leads the others on, and is for the address asked for alone.
"""

from __future__ import annotations

from porttui.model.address import endpoint, family, is_loopback
from porttui.model.facts import Facts
from porttui.model.report import Remedy, RemedyStep, Risk
from porttui.model.rules import Rule
from porttui.reading import nat, seen, words
from porttui.remedies.nat import iptables
from porttui.remedies.service import proof

_LASTS = "It lasts until the rules are loaded again; to keep it, write it into the file that loads them."
_HOOKS = {"output": "-100", "postrouting": "100"}
"""Where chains of NAT for them hook in, with the priorities that nft(8) names dstnat and srcnat."""
Command = tuple[str, ...]


def same_redirect(facts: Facts, lead: nat.Lead, here: str, port: int) -> tuple[Remedy, ...]:
    """Offer to lead connections of this machine itself on by the same redirect.

    Args:
        facts: what was seen.
        lead: where the rule for the others leads.
        here: the address that was asked for.
        port: of this machine, or of where the rule leads.

    Returns:
        () where it cannot be done: from ::1 no packet leaves the machine (RFC 4291, 2.5.3).
    """
    if facts.os != "linux":
        return ()
    if seen.is_local(facts, lead.address):
        return (_to_a_port(facts, lead.rule, port),)
    if is_loopback(here) and family(here) == 6:
        return ()
    return (_to_elsewhere(facts, lead, here),)


def _to_a_port(facts: Facts, rule: Rule, to_port: int) -> Remedy:
    port = str(facts.asked.target.port)
    if rule.backend == "nftables":
        tail: Command = ("tcp", "dport", port, "redirect", "to", f":{to_port}")
        commands, undo = _in_nft(rule, "output", ("oifname", "lo", *tail))
    else:
        tail = ("-o", "lo", "-p", "tcp", "--dport", port, "-j", "REDIRECT", "--to-ports", str(to_port))
        commands, undo = _in_iptables(rule, "OUTPUT", tail)
    return Remedy(
        title="Let connections of this machine take the redirect too",
        risk=Risk.SAFE,
        cost="safe, this machine only",
        proof=proof(facts),
        undo=undo,
        steps=_steps(facts, commands, "Give the same redirect to connections that this machine itself begins"),
        note=_LASTS,
    )


def _to_elsewhere(facts: Facts, lead: nat.Lead, here: str) -> Remedy:
    """Lead it off this machine; from a loopback address that takes a setting and another source address."""
    rule, port = lead.rule, str(facts.asked.target.port)
    kind = "ip6" if family(here) == 6 else "ip"
    to = endpoint(*lead.place)
    if rule.backend == "nftables":
        inet = (kind,) if rule.table.startswith("inet ") else ()
        led = (kind, "daddr", here, "tcp", "dport", port, "dnat", *inet, "to", to)
        commands, undo = _in_nft(rule, "output", led)
        masked = _in_nft(rule, "postrouting", (kind, "saddr", "127.0.0.0/8", kind, "daddr", lead.address, "masquerade"))
    else:
        led = ("-d", here, "-p", "tcp", "--dport", port, "-j", "DNAT", "--to-destination", to)
        commands, undo = _in_iptables(rule, "OUTPUT", led)
        masked = _in_iptables(rule, "POSTROUTING", ("-s", "127.0.0.0/8", "-d", lead.address, "-j", "MASQUERADE"))
    steps = _steps(facts, commands, "Lead connections that this machine itself begins there too")
    loopback = is_loopback(here)
    if loopback:
        setting = f"net.ipv4.conf.{_device(facts, lead)}.route_localnet"
        allow: Command = ("sysctl", "-w", f"{setting}=1")
        steps += _steps(facts, (allow,), "Let packets from loopback addresses leave by that interface")
        steps += _steps(facts, masked[0], "Give them another source address, to which an answer can come")
        undo = f"{undo}; {masked[1]}; sysctl -w {setting}=0"
    return Remedy(
        title=f"Let connections of this machine to {here} be led on too",
        risk=Risk.EXPOSES if loopback else Risk.SAFE,
        cost="loopback is less private" if loopback else "safe, this machine only",
        proof=proof(facts),
        undo=undo,
        steps=steps,
        note=_LASTS,
    )


def _device(facts: Facts, lead: nat.Lead) -> str:
    """Return the interface by which packets to where the rule leads leave; "all" where that is not known."""
    return next((each.interface for each in nat.routes_to(facts, lead.address) if each.interface), "all")


def _in_nft(rule: Rule, hook: str, words_of_it: Command) -> tuple[tuple[Command, ...], str]:
    """Return the commands that make a chain with one rule in the rule's own table, and the one that undoes them."""
    chain = (*rule.table.split(" "), f"porttui_{hook}")
    made = ("nft", "add", "chain", *chain, "{", "type", "nat", "hook", hook, "priority", _HOOKS[hook], ";", "}")
    return (made, ("nft", "add", "rule", *chain, *words_of_it)), f"nft delete chain {' '.join(chain)}"


def _in_iptables(rule: Rule, chain: str, tail: Command) -> tuple[tuple[Command, ...], str]:
    program = (iptables(rule), "-t", "nat")
    return ((*program, "-A", chain, *tail),), " ".join((*program, "-D", chain, *tail))


def _steps(facts: Facts, commands: tuple[Command, ...], text: str) -> tuple[RemedyStep, ...]:
    """Return the commands as steps; where there are two, the first only makes a chain."""
    texts = (text,) if len(commands) == 1 else ("Make a chain for such connections", text)
    return tuple(
        RemedyStep(text=each, where=words.machine(facts), argv=argv, needs_root=True)
        for each, argv in zip(texts, commands, strict=True)
    )

"""Ways past a rule that cannot be read: find it, and put one in front of it that lets the port through.

A connection of this machine to itself passes the output and the input of its firewall in both directions, so a policy
that stops it stops the answers as well: they get a command of their own.
"""

from __future__ import annotations

from typing import NamedTuple

from porttui.model.address import family
from porttui.model.facts import Facts
from porttui.model.report import Remedy, RemedyStep, Risk
from porttui.reading import packets, rules, seen, words
from porttui.remedies.service import proof

_OUTWARDS = "output"
_CHANGE = "change the names to those that you found"
_PRINTED = "with the number behind '# handle' that {which} prints"


def at_the_device(facts: Facts) -> bool:
    """Tell whether packets end between an interface and the IP layer, where only nftables has chains (netdev)."""
    failed = seen.failed(facts)
    return bool(failed) and all(packets.at_the_device(each) for each in failed)


def nft(facts: Facts, side: rules.Side | None, *, answers: bool) -> Remedy:
    """Offer it in the words of nftables.

    Args:
        facts: what was seen.
        side: where packets are stopped; None where that is not known: then both hooks are named.
        answers: it is the server's answers that are stopped.
    """
    chains = _chains(facts, side)
    table = ("netdev", "filter") if at_the_device(facts) else ("inet", "filter")
    usual = ": table inet filter is usual" if table[0] == "inet" else ", in a table of the family netdev"
    either = " or ".join(f"'hook {chain}'" for chain in chains)
    steps = [
        RemedyStep(
            text=f"Find the table and the chain with {either} that has the rule{usual}",
            where=words.machine(facts),
            argv=("nft", "-a", "list", "ruleset"),
            needs_root=True,
        )
    ]
    for chain in chains:
        if len(chains) > 1:
            text = f"If its hook is {chain}, put this in front; {_CHANGE}"
        else:
            text = f"Put this in front of it; change '{' '.join(table)} {chain}' to the names that you found"
        for match in _matches(facts, chain, answers=answers):
            argv = ("nft", "-e", "-a", "insert", "rule", *table, chain, *_nft_match(match, chain), "accept")
            steps.append(RemedyStep(text=text, where=words.machine(facts), argv=argv, needs_root=True))
            text = "And this, for the answers"
    return Remedy(
        title=f"Let {_what(facts, answers)} through, with nft",
        risk=Risk.SAFE,
        cost=_cost(facts, answers),
        proof=proof(facts),
        undo=f"nft delete rule {' '.join(table)} {' or '.join(chains)} handle NUMBER, "
        + _PRINTED.format(which="nft" if len(steps) == 2 else "each of them"),
        steps=tuple(steps),
        note="It lasts until the rules are loaded again; to keep it, write it into the file that loads them.",
    )


def iptables(facts: Facts, side: rules.Side | None, *, answers: bool) -> Remedy:
    """Offer the same in the words of ip(6)tables."""
    program = "ip6tables" if all(family(address) == 6 for address in seen.addresses(facts)) else "iptables"
    chains = _chains(facts, side)
    shown = (program, "-nvL", *((chains[0].upper(),) if len(chains) == 1 else ()), "--line-numbers")
    steps = [RemedyStep(text="See the rules as they stand", where=words.machine(facts), argv=shown, needs_root=True)]
    undone = []
    for chain in chains:
        text = "If one of them stops the port, put this in front of them"
        if len(chains) > 1:
            text = f"If one of chain {chain.upper()} stops the port, put this in front"
        for match in _matches(facts, chain, answers=answers):
            made = (*_iptables_match(match, chain), "-j", "ACCEPT")
            argv = (program, "-I", chain.upper(), "1", *made)
            steps.append(RemedyStep(text=text, where=words.machine(facts), argv=argv, needs_root=True))
            undone.append(" ".join((program, "-D", chain.upper(), *made)))
            text = "And this, for the answers"
    return Remedy(
        title=f"Let {_what(facts, answers)} through, with {program}",
        risk=Risk.SAFE,
        cost=_cost(facts, answers),
        proof=proof(facts),
        undo="; ".join(undone),
        steps=tuple(steps),
        note="It lasts until the machine starts again, or until the rules are loaded again.",
    )


class _Match(NamedTuple):
    """What a rule lets through."""

    interface: str
    """"lo", or empty."""
    to: str
    """The address of another machine, or empty."""
    what: str
    """"dport", "sport", or "state": whatever belongs to a connection that is open."""
    port: str


def _chains(facts: Facts, side: rules.Side | None) -> tuple[str, ...]:
    if side is not None and at_the_device(facts):
        return ("egress",) if side == "out" else ("ingress",)
    known = {"out": ("output",), "in": ("input",)}.get(side or "", ("input", "output"))
    return known if side is not None or seen.target_is_local(facts) else ("output",)  # all else is stopped elsewhere


def _matches(facts: Facts, chain: str, *, answers: bool) -> tuple[_Match, ...]:
    """Return what is to be let through in a chain."""
    port, addresses = str(facts.asked.target.port), seen.addresses(facts)
    if chain in {"ingress", "egress"}:  # they are of one interface
        back = _Match("", "", "sport", port)
        return (back,) if answers else (_Match("", "", "dport", port), back)
    if seen.target_is_local(facts):
        back = _Match("lo", "", "sport", port)
        return (back,) if answers else (_Match("lo", "", "dport", port), back)
    if answers and chain != _OUTWARDS:
        return (_Match("", "", "state", ""),)
    return (_Match("", addresses[0].partition("%")[0] if len(addresses) == 1 else "", "dport", port),)


def _nft_match(match: _Match, chain: str) -> tuple[str, ...]:
    where = ("oifname" if chain == _OUTWARDS else "iifname", match.interface) if match.interface else ()
    to = ("ip6" if family(match.to) == 6 else "ip", "daddr", match.to) if match.to else ()
    state = ("ct", "state", "established,related")
    return (*where, *to, *(state if match.what == "state" else ("tcp", match.what, match.port)))


def _iptables_match(match: _Match, chain: str) -> tuple[str, ...]:
    where = ("-o" if chain == _OUTWARDS else "-i", match.interface) if match.interface else ()
    to = ("-d", match.to) if match.to else ()
    state = ("-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED")
    return (*where, *to, *(state if match.what == "state" else ("-p", "tcp", f"--{match.what}", match.port)))


def _what(facts: Facts, answers: bool) -> str:
    """Name what is let through."""
    if answers and not seen.target_is_local(facts):
        return "answers to this machine"
    return f"port {facts.asked.target.port}"


def _cost(facts: Facts, answers: bool) -> str:
    if seen.target_is_local(facts):
        return "from this machine only"
    return "only what answers this machine" if answers else "lets it out"

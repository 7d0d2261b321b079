"""Ways past a NAT rule: see it, take it out, ask where it leads."""

from __future__ import annotations

from msgspec.structs import replace

from porttui.model.address import is_loopback
from porttui.model.facts import Facts
from porttui.model.report import Remedy, RemedyStep, Risk
from porttui.model.rules import Rule
from porttui.reading import words
from porttui.remedies import manager
from porttui.remedies.address import facts_localhost, tried_at
from porttui.remedies.service import proof

_WHOLE = 400
"""Characters from which on the text of a rule may be cut."""
_NAT_CHAIN = ("{", "type", "nat", "hook", "output", "priority", "-100", ";", "}")


def see_the_rule(facts: Facts) -> Remedy:
    """Offer to look at the NAT rules: nothing is changed by it."""
    where = manager.POWERSHELL_AS_ADMINISTRATOR if facts.os == "windows" else words.machine(facts)
    return Remedy(
        title="See which rule it is",
        risk=Risk.SAFE,
        cost="safe, only looks",
        proof=proof(facts),
        steps=tuple(
            RemedyStep(text=f"{'And' if number else 'See'} {shown}", where=where, argv=argv, needs_root=True)
            for number, (shown, argv) in enumerate(_listings(facts))
        ),
        note=f"Look for port {facts.asked.target.port} in a chain of type nat: redirect, dnat, REDIRECT or DNAT."
        if facts.os == "linux"
        else f"Look for port {facts.asked.target.port}.",
    )


def _listings(facts: Facts) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if facts.os == "macos":
        return (("the translations of pf", ("pfctl", "-sn")),)
    if facts.os == "windows":
        return (("the port proxies of Windows", ("netsh", "interface", "portproxy", "show", "all")),)
    possible = {backend.name for backend in facts.firewall or () if backend.installed and backend.rules != 0}
    listings: list[tuple[str, tuple[str, ...]]] = [
        ("the rules of nftables, with their handles", ("nft", "-a", "list", "ruleset"))
    ]
    if "iptables-legacy" in possible:
        listings.append(("the older rules of iptables (legacy)", ("iptables-legacy-save",)))
    return tuple(listings)


def take_out(facts: Facts, rule: Rule | None) -> tuple[Remedy, ...]:
    """Offer to take the rule out, when it was read and can be named; the way back is told."""
    if rule is None or facts.os != "linux":
        return ()
    if rule.text.startswith("-A "):
        program = _iptables(rule)
        if '"' in rule.text or len(rule.text) >= _WHOLE:
            return ()
        argv: tuple[str, ...] = (program, "-t", "nat", "-D", *rule.text.split()[1:])
        undo = f"{program} -t nat {rule.text}"
    elif rule.handle is not None:
        place = (*rule.table.split(" "), rule.chain)
        argv = ("nft", "delete", "rule", *place, "handle", str(rule.handle))
        undo = f"nft add rule {' '.join(place)} {rule.text}"
    else:
        return ()
    return (
        Remedy(
            title="Take the rule out",
            risk=Risk.DISRUPTS,
            cost="others may rely on it",
            proof=proof(facts),
            undo=undo,
            steps=(
                RemedyStep(text="Take it out", where=words.machine(facts), argv=argv, needs_root=True),
                RemedyStep(text="And out of the file that loads the rules, or it comes back with the next start"),
            ),
            note="If docker or another program made the rule, change it there: it writes its rules again.",
        ),
    )


def _iptables(rule: Rule) -> str:
    program = "ip6tables" if rule.table.startswith("ip6 ") else "iptables"
    return f"{program}-legacy" if rule.backend == "iptables-legacy" else program


def ask_there(facts: Facts, address: str, port: int, title: str, why: str) -> Remedy:
    """Offer to ask for another address and port."""
    host = "localhost" if is_loopback(address) and address in facts_localhost(facts) else address
    wanted = replace(facts.asked.target, host=host, port=port)
    return Remedy(
        title=title,
        risk=Risk.SAFE,
        cost="safe",
        proof=str(wanted),
        tried=tried_at(facts, address, port),
        steps=(
            RemedyStep(
                text="In the program that showed the error, write",
                where="the program that showed the error",
                why=why,
                url=str(wanted),
            ),
        ),
    )


def for_local_clients(facts: Facts, rule: Rule, to_port: int) -> tuple[Remedy, ...]:
    """Offer to let connections of this machine itself pass the same redirect, to a port of this machine."""
    if facts.os != "linux":
        return ()
    port = facts.asked.target.port
    if rule.backend == "nftables":
        chain = (*rule.table.split(" "), "porttui_output")
        tail: tuple[str, ...] = ("tcp", "dport", str(port), "redirect", "to", f":{to_port}")
        steps: tuple[RemedyStep, ...] = (
            RemedyStep(
                text="Make a chain for connections that this machine itself begins",
                where=words.machine(facts),
                argv=("nft", "add", "chain", *chain, *_NAT_CHAIN),
                needs_root=True,
            ),
            RemedyStep(
                text="Give it the same redirect",
                where=words.machine(facts),
                argv=("nft", "add", "rule", *chain, "oifname", "lo", *tail),
                needs_root=True,
            ),
        )
        undo = f"nft delete chain {' '.join(chain)}"
    else:
        program = _iptables(rule)
        tail = ("-o", "lo", "-p", "tcp", "--dport", str(port), "-j", "REDIRECT", "--to-ports", str(to_port))
        argv = (program, "-t", "nat", "-A", "OUTPUT", *tail)
        steps = (
            RemedyStep(
                text="Give the same redirect to connections that this machine itself begins",
                where=words.machine(facts),
                argv=argv,
                needs_root=True,
            ),
        )
        undo = " ".join((program, "-t", "nat", "-D", "OUTPUT", *tail))
    return (
        Remedy(
            title="Let connections of this machine take the redirect too",
            risk=Risk.SAFE,
            cost="safe, this machine only",
            proof=proof(facts),
            undo=undo,
            steps=steps,
            note="It lasts until the rules are loaded again; to keep it, write it into the file that loads them.",
        ),
    )

"""Ways past a NAT rule: see it, take it out, ask where it leads."""

from __future__ import annotations

from msgspec.structs import replace

from porttui.model.address import endpoint, is_loopback
from porttui.model.facts import Facts
from porttui.model.report import Remedy, RemedyStep, Risk
from porttui.model.rules import Rule
from porttui.reading import nat, seen, words
from porttui.remedies import manager
from porttui.remedies.address import facts_localhost, tried_at
from porttui.remedies.service import proof

_WHOLE = 400
"""Characters from which on the text of a rule may be cut."""


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
        program = iptables(rule)
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


def iptables(rule: Rule) -> str:
    """Return the program that changes a rule of iptables, by its family and its backend."""
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


def start_there(facts: Facts, lead: nat.Lead) -> tuple[Remedy, ...]:
    """Offer to start the server to which a rule leads."""
    address, port = lead.place
    if lead.rule.chain.startswith("DOCKER"):
        return (_start_container(facts, lead),)
    where = f"port {port}" if seen.is_local(facts, address) else endpoint(address, port)
    return (
        Remedy(
            title=f"Start the server where the rule leads, on {where}",
            risk=Risk.SAFE,
            cost="safe",
            proof=proof(facts),
            steps=(
                RemedyStep(
                    text=f"Start it so that it listens on {where}",
                    where=f"a terminal on {words.machine(facts)}" if seen.is_local(facts, address) else address,
                ),
            ),
        ),
    )


def _start_container(facts: Facts, lead: nat.Lead) -> Remedy:
    """Start the container that docker wrote the rule for: the rule comes and goes with it."""
    where = words.machine(facts)
    return Remedy(
        title=f"Start the container that publishes port {facts.asked.target.port}",
        risk=Risk.SAFE,
        cost="safe",
        proof=proof(facts),
        steps=(
            RemedyStep(text="See which one it is, and whether it runs", where=where, argv=("docker", "ps", "--all")),
            RemedyStep(text=f"If it has exited, start it: docker start NAME; it should listen on {lead.port} inside"),
        ),
        note="Docker writes a rule when a container starts. If none publishes the port, the rule is a leftover.",
    )

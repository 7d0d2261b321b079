"""Ways past a firewall: see the rule, let this one port through."""

from __future__ import annotations

from porttui.model.address import family, is_loopback
from porttui.model.facts import Facts
from porttui.model.report import Remedy, RemedyStep, Risk
from porttui.reading import seen, words
from porttui.remedies.service import proof


def see_the_rules(facts: Facts) -> Remedy:
    """Offer to look at the rules: nothing is changed by it."""
    machine = words.machine(facts)
    if facts.os == "macos":
        argvs: tuple[tuple[str, ...], ...] = (("pfctl", "-sr", "-a", "*"),)
    elif facts.os == "windows":
        argvs = (("netsh", "advfirewall", "show", "allprofiles"),)
    else:
        argvs = tuple(argv for name, argv in _LISTINGS if name in _possible(facts)) or (_LISTINGS[0][1],)
    return Remedy(
        title="See which rule it is",
        risk=Risk.SAFE,
        cost="safe, only looks",
        proof=proof(facts),
        steps=tuple(
            RemedyStep(
                text=f"{'See' if number == 0 else 'And'} the rules of {argv[0]}",
                where=machine,
                argv=argv,
                needs_root=True,
            )
            for number, argv in enumerate(argvs)
        ),
        note=f"Look for a rule that names port {facts.asked.target.port} or the interface, and for a policy of drop.",
    )


def let_through(facts: Facts, *, outwards: bool = False) -> tuple[Remedy, ...]:
    """Offer to let this port through, in the words of the firewall that is in use.

    Args:
        facts: what was seen.
        outwards: the packets are stopped on their way out.
    """
    if facts.os != "linux":
        return ()
    active = _possible(facts)
    found = [_nft(facts, outwards)] if "nftables" in active or not active else []
    if {"iptables", "iptables-legacy"} & active:
        found.append(_iptables(facts, outwards))
    return tuple(found)


_LISTINGS = (
    ("nftables", ("nft", "list", "ruleset")),
    ("iptables", ("iptables-save",)),
    ("iptables-legacy", ("iptables-legacy-save",)),
)


def _possible(facts: Facts) -> set[str]:
    """Return the backends that may hold the rule: those that were read and are empty do not."""
    return {backend.name for backend in facts.firewall or () if backend.installed and backend.rules != 0}


def _loopback_only(facts: Facts) -> bool:
    return all(is_loopback(address) for address in seen.addresses(facts))


def _nft(facts: Facts, outwards: bool) -> Remedy:
    port = str(facts.asked.target.port)
    chain = "output" if outwards else "input"
    interface = ("oifname" if outwards else "iifname", "lo") if seen.target_is_local(facts) else ()
    return Remedy(
        title=f"Let port {port} through, with nft",
        risk=Risk.SAFE if _loopback_only(facts) else Risk.EXPOSES,
        cost="from this machine only" if interface else "opens the port",
        proof=proof(facts),
        undo="nft -a list ruleset shows the handle of the new rule; nft delete rule FAMILY TABLE CHAIN handle NUMBER",
        steps=(
            RemedyStep(
                text=f"Find the table and the chain with 'hook {chain}' that has the rule",
                where=words.machine(facts),
                argv=("nft", "-a", "list", "ruleset"),
                needs_root=True,
            ),
            RemedyStep(
                text="Put this in front of it; here for the table 'inet filter', change the names to yours",
                where=words.machine(facts),
                argv=("nft", "insert", "rule", "inet", "filter", chain, *interface, "tcp", "dport", port, "accept"),
                needs_root=True,
            ),
        ),
        note="It lasts until the rules are loaded again; to keep it, write it into the file that loads them.",
    )


def _iptables(facts: Facts, outwards: bool) -> Remedy:
    port = str(facts.asked.target.port)
    program = "ip6tables" if all(family(address) == 6 for address in seen.addresses(facts)) else "iptables"
    chain, flag = ("OUTPUT", "-o") if outwards else ("INPUT", "-i")
    interface = (flag, "lo") if seen.target_is_local(facts) else ()
    rule = (*interface, "-p", "tcp", "--dport", port, "-j", "ACCEPT")
    return Remedy(
        title=f"Let port {port} through, with {program}",
        risk=Risk.SAFE if _loopback_only(facts) else Risk.EXPOSES,
        cost="from this machine only" if interface else "opens the port",
        proof=proof(facts),
        undo=" ".join((program, "-D", chain, *rule)),
        steps=(
            RemedyStep(
                text="Put this in front of the other rules",
                where=words.machine(facts),
                argv=(program, "-I", chain, "1", *rule),
                needs_root=True,
            ),
        ),
        note="It lasts until the machine starts again, or until the rules are loaded again.",
    )

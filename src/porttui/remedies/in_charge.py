"""Firewalls that write their rules themselves: ufw, firewalld, Docker and fail2ban, told by the names of their chains.

A rule of theirs is changed by their own commands: what is put between their rules by hand is gone with the next reload.
"""

from __future__ import annotations

import re

from porttui.model.address import family
from porttui.model.facts import Facts
from porttui.model.report import Remedy, RemedyStep, Risk
from porttui.model.rules import Rule, RuleStop
from porttui.reading import words
from porttui.remedies.crossing import Crossing
from porttui.remedies.service import proof

_UFW = re.compile(r"ufw6?-(?P<part>[a-z]+)")
_UFW_FIXED = {"before", "not"}
"""Chains whose rules come before those of the user, from /etc/ufw/before.rules."""
_ZONE = re.compile(r"(?:filter_)?(?:IN|FWD[IO]?|OUT)_(?P<name>.+?)(?:_(?P<part>pre|log|deny|allow|post))?")
_POLICY = "policy_"
_JAIL_CHAIN = re.compile(r"f2b-(?P<jail>[\w.@-]+)")
_JAIL_SET = re.compile(r"@addr6?-set-(?P<jail>[\w.@-]+)|--match-set f2b-(?P<jail2>[\w.@-]+)")
_RICH = 'rule priority="-1" family="{family}"{where} port port="{port}" protocol="tcp" accept'


def past(facts: Facts, crossing: Crossing) -> tuple[Remedy, ...]:
    """Offer the ways of the program that wrote the rule; () when no known one did."""
    return (
        _fail2ban(facts, crossing) or _ufw(facts, crossing) or _firewalld(facts, crossing) or _docker(facts, crossing)
    )


def _chains(crossing: Crossing) -> tuple[str, ...]:
    """Return the chains that the packet went through in the table that stopped it, oldest first."""
    stop = crossing.stop
    return tuple(
        each.chain
        for passed in crossing.known.path
        for each in passed.stops
        if (each.table, each.backend) == (stop.table, stop.backend)
    )


def _jumped(crossing: Crossing, prefix: str) -> bool:
    """Tell whether chains of a name were on the packet's way."""
    return any(chain.startswith(prefix) for chain in _chains(crossing)) or any(
        each.word.removeprefix("jump ").startswith(prefix) for passed in crossing.known.path for each in passed.stops
    )


def _other(crossing: Crossing) -> str:
    return crossing.known.address if crossing.between == "outgoing" else crossing.known.sender


def _risk(crossing: Crossing) -> Risk:
    return Risk.EXPOSES if crossing.between == "incoming" else Risk.SAFE


def _cost(crossing: Crossing) -> str:
    if crossing.between == "loopback":
        return "from this machine only"
    if crossing.between == "outgoing":
        return "lets it out"
    return f"opens the port for {crossing.known.sender}" if crossing.known.sender else "opens the port"


def _warning(crossing: Crossing) -> str:
    if crossing.between != "incoming":
        return ""
    return f"From then on {crossing.known.sender or 'every other machine'} can reach port {crossing.known.port}. "


# fail2ban


def _fail2ban(facts: Facts, crossing: Crossing) -> tuple[Remedy, ...]:
    """Lift a ban (fail2ban-client(1)); the jail is named by the chain (iptables) or by the set (nftables, ipset)."""
    jail, address = _jail(crossing.stop), crossing.known.sender
    if not jail or not address:
        return ()
    program = ("fail2ban-client", "set", jail)
    return (
        Remedy(
            title=f"Lift the ban of {address} in fail2ban's jail {jail}",
            risk=Risk.EXPOSES,
            cost=f"{address} may try again",
            proof=proof(facts),
            undo=" ".join((*program, "banip", address)),
            steps=(
                RemedyStep(
                    text="Lift the ban",
                    where=words.machine(facts),
                    argv=(*program, "unbanip", address),
                    needs_root=True,
                ),
            ),
            note="It was banned for failing again and again; if that was no attack, add the address to ignoreip in "
            "/etc/fail2ban/jail.local, or it is banned once more.",
        ),
    )


def _jail(stop: Rule | RuleStop) -> str:
    if isinstance(stop, RuleStop):
        return ""
    by_set = _JAIL_SET.search(stop.text)
    if by_set is not None:
        return by_set["jail"] or by_set["jail2"]
    by_chain = _JAIL_CHAIN.fullmatch(stop.chain)
    return by_chain["jail"] if by_chain is not None and by_chain["jail"] != "chain" else ""


# ufw


def _ufw(facts: Facts, crossing: Crossing) -> tuple[Remedy, ...]:
    """Allow it by ufw(8); not where one of its fixed rules blocks, which come before all that ufw allow can say."""
    stop = crossing.stop
    part = _UFW.match(stop.chain)
    if (part is not None and part["part"] in _UFW_FIXED) or (part is None and not _jumped(crossing, "ufw")):
        return ()
    if part is None and isinstance(stop, Rule):
        return ()  # a rule that somebody put into INPUT beside ufw's
    rule = _ufw_rule(crossing)
    # what a rule of the user's forbids is allowed only by one that stands before it
    verb = ("prepend", "allow") if part is not None and part["part"] == "user" else ("allow",)
    return (
        Remedy(
            title=f"Allow port {crossing.known.port} with ufw",
            risk=_risk(crossing),
            cost=_cost(crossing),
            proof=proof(facts),
            undo=" ".join(("ufw", "delete", "allow", *rule)),
            steps=(
                RemedyStep(text="Allow it", where=words.machine(facts), argv=("ufw", *verb, *rule), needs_root=True),
            ),
            note=f"{_warning(crossing)}ufw keeps it: it is there after a restart of the machine, too.",
        ),
    )


def _ufw_rule(crossing: Crossing) -> tuple[str, ...]:
    port = ("port", str(crossing.known.port), "proto", "tcp")
    if crossing.between == "loopback":
        return ("in" if crossing.hook in {"input", "prerouting"} else "out", "on", "lo", "to", "any", *port)
    if crossing.between == "outgoing":
        return ("out", "to", crossing.known.address, *port)
    sender = crossing.known.sender
    return ("from", sender, "to", "any", *port) if sender else (f"{crossing.known.port}/tcp",)


# firewalld


def _firewalld(facts: Facts, crossing: Crossing) -> tuple[Remedy, ...]:
    """Open the port in the zone, or in the policy, whose chains the packet went through (firewall-cmd(1))."""
    known = _zone_or_policy(crossing)
    if crossing.stop.table != "inet firewalld" and known is None:
        return ()
    where, denied = known or ((), False)
    port, other = crossing.known.port, _other(crossing)
    rich = crossing.between != "loopback" and bool(other)
    change, back = f"--add-port={port}/tcp", f"--remove-port={port}/tcp"
    if (rich and family(other)) or denied:
        change, back = (f"--{verb}-rich-rule={_rich(crossing)}" for verb in ("add", "remove"))
    now = ("firewall-cmd", *where, change)
    lasting = ("firewall-cmd", "--permanent", *where, change)
    undone = " ".join(("firewall-cmd", *where, _shown(back)))
    keeps = f"; after the second step also {undone.replace('firewall-cmd', 'firewall-cmd --permanent', 1)}"
    machine = words.machine(facts)
    return (
        Remedy(
            title=f"Open port {port} in firewalld",
            risk=_risk(crossing),
            cost=_cost(crossing),
            proof=proof(facts),
            undo=undone + keeps,
            steps=(
                RemedyStep(
                    text="Open it, until firewalld loads its rules again", where=machine, argv=now, needs_root=True
                ),
                RemedyStep(text="If it works, keep it", where=machine, argv=lasting, needs_root=True),
            ),
            note=f"{_warning(crossing)}firewall-cmd --get-active-zones tells which zone an interface is in.",
        ),
    )


def _shown(option: str) -> str:
    name, equals, value = option.partition("=")
    return f"{name}='{value}'" if " " in value else f"{name}{equals}{value}"


def _rich(crossing: Crossing) -> str:
    """Write a rich rule (firewalld.richlanguage(5)) that comes before what denies."""
    other, incoming = _other(crossing), crossing.between == "incoming"
    version = "ipv6" if family(other or crossing.known.address) == 6 else "ipv4"
    where = f' {"source" if incoming else "destination"} address="{other}"' if other else ""
    return _RICH.format(family=version, where=where, port=crossing.known.port)


def _zone_or_policy(crossing: Crossing) -> tuple[tuple[str, ...], bool] | None:
    """Return the option that names the zone or the policy, and whether a rule of its own denies."""
    for chain in (crossing.stop.chain, *reversed(_chains(crossing))):
        found = _ZONE.fullmatch(chain)
        if found is None:
            continue
        denied = found["part"] in {"deny", "pre"} and chain == crossing.stop.chain
        name = found["name"]
        if name.startswith(_POLICY):
            name = name.removeprefix(_POLICY)
            return ((f"--policy={name}",) if name != "allow-host-ipv6" else ()), denied
        return (f"--zone={name}",), denied
    return None


# Docker


def _docker(facts: Facts, crossing: Crossing) -> tuple[Remedy, ...]:
    """Let it through in DOCKER-USER, which Docker leaves alone and asks before its own chains."""
    stop = crossing.stop
    theirs = stop.chain.startswith("DOCKER") or (crossing.hook == "forward" and _jumped(crossing, "DOCKER"))
    if not theirs or stop.backend == "nftables" or stop.table.partition(" ")[2] != "filter":
        return ()
    program = "ip6tables" if stop.table.startswith("ip6") else "iptables"
    place = str(stop.position) if isinstance(stop, Rule) and stop.chain == "DOCKER-USER" and stop.position else "1"
    # the port is changed to the container's own before these chains are asked: what was asked for is the original one
    sender = ("-s", crossing.known.sender) if crossing.known.sender else ()
    rule = ("-p", "tcp", *sender, "-m", "conntrack", "--ctorigdstport", str(crossing.known.port), "-j", "ACCEPT")
    return (
        Remedy(
            title=f"Let port {crossing.known.port} through, in Docker's chain for your own rules",
            risk=_risk(crossing),
            cost=_cost(crossing),
            proof=proof(facts),
            undo=" ".join((program, "-D", "DOCKER-USER", *rule)),
            steps=(
                RemedyStep(
                    text="Put this in front",
                    where=words.machine(facts),
                    argv=(program, "-I", "DOCKER-USER", place, *rule),
                    needs_root=True,
                ),
            ),
            note=f"{_warning(crossing)}It lasts until the machine starts again.",
        ),
    )

"""Ways past a rule of another machine, which its ICMP error has told of: what is to be done is to be done there."""

from __future__ import annotations

from porttui.model.address import family, same_address
from porttui.model.facts import Attempt, Facts, Icmp
from porttui.model.report import Remedy, RemedyStep, Risk
from porttui.reading import words
from porttui.remedies import other_machine
from porttui.remedies.service import proof

_PROHIBITED = {(4, 3, 10), (4, 3, 13), (6, 1, 1)}
"""What firewalld sends (reject with icmpx admin-prohibited), and on Red Hat iptables before it (host-prohibited)."""


def ways(facts: Facts, attempt: Attempt, icmp: Icmp) -> tuple[Remedy, ...]:
    """Offer to open the port on the machine that has rejected the connection, and to look there.

    Args:
        facts: what was seen from here.
        attempt: the connection.
        icmp: the error that ended it, of another machine.
    """
    if not same_address(icmp.sender, attempt.address):  # a router on the way
        return (_see(facts, icmp.sender or "the machine that sent the error"),)
    there = f"on {icmp.sender}"
    firewalld = (icmp.version, icmp.type, icmp.code) in _PROHIBITED
    opened = ((_firewalld(facts, attempt, there),) if firewalld else ()) + (_nft(facts, attempt, there),)
    return (*opened, *other_machine.ways(facts, attempt))


def _see(facts: Facts, sender: str) -> Remedy:
    return Remedy(
        title=f"See which rule it is, on {sender}",
        risk=Risk.SAFE,
        cost="safe, only looks",
        proof=proof(facts),
        steps=(
            RemedyStep(text="See its rules", where=f"on {sender}", argv=("nft", "list", "ruleset"), needs_root=True),
            RemedyStep(text="And those of iptables", where=f"on {sender}", argv=("iptables-save",), needs_root=True),
        ),
        note=f"It hands packets on, so look in chains of the hook forward for port {facts.asked.target.port}, or for "
        f"the address of {words.machine(facts)}.",
    )


def _firewalld(facts: Facts, attempt: Attempt, there: str) -> Remedy:
    change = f"--add-port={attempt.port}/tcp"
    return Remedy(
        title=f"Open port {attempt.port} there in firewalld, which refuses in this way",
        risk=Risk.EXPOSES,
        cost="opens the port there",
        proof=proof(facts),
        undo=f"firewall-cmd --remove-port={attempt.port}/tcp, and the same with --permanent, there",
        steps=(
            RemedyStep(
                text="Open it, until firewalld loads its rules again",
                where=there,
                argv=("firewall-cmd", change),
                needs_root=True,
            ),
            RemedyStep(
                text="If it works, keep it",
                where=there,
                argv=("firewall-cmd", "--permanent", change),
                needs_root=True,
            ),
        ),
        note="From then on every machine that gets as far as that one can reach the port.",
    )


def _nft(facts: Facts, attempt: Attempt, there: str) -> Remedy:
    source = attempt.source.partition("%")[0]
    sender = ("ip6" if family(source) == 6 else "ip", "saddr", source) if source else ()
    match = (*sender, "tcp", "dport", str(attempt.port))
    argv = ("nft", "-e", "-a", "insert", "rule", "inet", "filter", "input", *match, "accept")
    return Remedy(
        title=f"Let {words.machine(facts)} through there, with nft",
        risk=Risk.EXPOSES,
        cost="opens the port there, for this machine",
        proof=proof(facts),
        undo="nft delete rule inet filter input handle NUMBER, with the number behind '# handle' that nft prints",
        steps=(
            RemedyStep(
                text="Find the table and the chain with 'hook input' that has the rule: table inet filter is usual",
                where=there,
                argv=("nft", "-a", "list", "ruleset"),
                needs_root=True,
            ),
            RemedyStep(
                text="Put this in front of it; change 'inet filter input' to the names that you found",
                where=there,
                argv=argv,
                needs_root=True,
            ),
        ),
        note="If NAT stands in between, that machine sees another address than "
        f"{source or 'the one of this machine'}. The rule lasts until its rules are loaded again.",
    )

"""Ways past one rule that is known, in the language of the firewall in charge of it, and no wider than needed."""

from __future__ import annotations

from porttui.model.address import endpoint
from porttui.model.facts import Facts
from porttui.model.report import Remedy, RemedyStep, Risk
from porttui.model.rules import Judged, Rule, RuleStop
from porttui.reading import rule_words, rules, words
from porttui.remedies import in_charge
from porttui.remedies.crossing import Crossing, crossings
from porttui.remedies.service import proof

_LASTS = "It lasts until the rules are loaded again; to keep it, write it into the file that loads them."


def past(facts: Facts, known: Judged) -> tuple[Remedy, ...]:
    """Offer to let the connection past the rule, or the policy, that blocks it; and to see that where it stands.

    Args:
        facts: what was seen.
        known: a judgement that blocks: of this user's connection, or of one from elsewhere.

    Returns:
        The narrowest way first; () when what blocks cannot be named in a command.
    """
    stopped = crossings(facts, known)
    if not stopped:
        return ()
    theirs = in_charge.past(facts, stopped[0])
    ways = theirs or (_in_front(facts, stopped), *_loopback(facts, stopped))
    return (*ways, see(facts, stopped[0]))


def see(facts: Facts, crossing: Crossing) -> Remedy:
    """Offer to look at the rule where it stands: nothing is changed by it."""
    stop = crossing.stop
    if stop.backend == "nftables":
        argv: tuple[str, ...] = ("nft", "-a", "list", "chain", *stop.table.split(" "), stop.chain)
    else:
        argv = (*_iptables(facts, stop), "-nvL", stop.chain, "--line-numbers")
    what = "policy" if isinstance(stop, RuleStop) else "rule"
    return Remedy(
        title=f"See the {what} where it stands",
        risk=Risk.SAFE,
        cost="safe, only looks",
        proof=proof(facts),
        steps=(RemedyStep(text=f"See the chain {stop.chain}", where=words.machine(facts), argv=argv, needs_root=True),),
        note=f"It is the {what} of {rule_words.place(stop)}.",
    )


def _in_front(facts: Facts, stopped: tuple[Crossing, ...]) -> Remedy:
    """Let the one port through, in front of the rule that blocks."""
    made = [_accept(facts, each) for each in stopped]
    first, port = stopped[0], stopped[0].known.port
    policy = isinstance(first.stop, RuleStop)
    texts = ["Put this behind the other rules" if policy else "Put this in front of the rule"]
    texts += ["And this, for the answers"] * (len(made) - 1)
    return Remedy(
        title=f"Let port {port} through, {_whose(first)}",
        risk=_risk(first),
        cost=_cost(first),
        proof=proof(facts),
        undo="; ".join(undo for _, undo in made),
        steps=tuple(
            RemedyStep(text=text, where=words.machine(facts), argv=argv, needs_root=True)
            for text, (argv, _) in zip(texts, made, strict=True)
        ),
        note=f"{_warning(first)}{_LASTS}",
    )


def _loopback(facts: Facts, stopped: tuple[Crossing, ...]) -> tuple[Remedy, ...]:
    """Let the machine talk to itself, where what blocks is not about the one port: a set of rules forgot loopback."""
    first = stopped[0]
    about_it = isinstance(first.stop, Rule) and str(first.known.port) in first.stop.text
    if first.between != "loopback" or about_it or not first.hook or not _in_base_chain(first):
        return ()
    inwards = first.hook not in {"output", "postrouting", "egress"}
    match = ("iifname" if inwards else "oifname", "lo")
    if first.stop.backend != "nftables":
        match = ("-i" if inwards else "-o", "lo")
    argv, undo = _accept(facts, first, match)
    return (
        Remedy(
            title="Let this machine talk to itself, on all ports",
            risk=Risk.SAFE,
            cost="from this machine only",
            proof=proof(facts),
            undo=undo,
            steps=(
                RemedyStep(
                    text="Let the loopback interface through",
                    where=words.machine(facts),
                    why="nearly every set of rules has this one, as programs rely on it",
                    argv=argv,
                    needs_root=True,
                ),
            ),
            note=_LASTS,
        ),
    )


def _in_base_chain(crossing: Crossing) -> bool:
    """Tell whether it is stopped in the chain that all packets come to: others may be entered for some ports only."""
    passed = rules.decided_at(crossing.known)
    base = passed.stops[0] if passed is not None else None
    return base is not None and (base.table, base.chain) == (crossing.stop.table, crossing.stop.chain)


def _accept(facts: Facts, crossing: Crossing, match: tuple[str, ...] | None = None) -> tuple[tuple[str, ...], str]:
    """Return the command that lets it through, and the one that takes that back."""
    stop = crossing.stop
    if stop.backend == "nftables":
        chain = (*stop.table.split(" "), stop.chain)
        before = ("handle", str(stop.handle)) if isinstance(stop, Rule) and stop.handle is not None else ()
        verb = "insert" if before else "add"
        argv = ("nft", "-e", "-a", verb, "rule", *chain, *before, *(match or crossing.nft), "accept")
        undo = f"nft delete rule {' '.join(chain)} handle NUMBER, with the number behind '# handle' that it prints"
        return argv, undo
    program = _iptables(facts, stop)
    rule = (*(match or crossing.iptables), "-j", "ACCEPT")
    if isinstance(stop, Rule) and stop.position is not None:
        argv = (*program, "-I", stop.chain, str(stop.position), *rule)
    else:
        argv = (*program, "-A", stop.chain, *rule)
    return argv, " ".join((*program, "-D", stop.chain, *rule))


def _iptables(facts: Facts, stop: Rule | RuleStop) -> tuple[str, ...]:
    """Return the program that changes a table of iptables, with its option for any other table than filter."""
    kind, _, table = stop.table.partition(" ")
    program = "ip6tables" if kind == "ip6" else "iptables"
    if stop.backend == "iptables-legacy":
        program += "-legacy"
    elif any(each.name == "iptables-legacy" and each.rules for each in facts.firewall or ()):
        program += "-nft"  # with both in use, which one the plain name means is not certain
    return (program,) if table == "filter" else (program, "-t", table)


def _whose(crossing: Crossing) -> str:
    if crossing.between == "loopback":
        return "for this machine itself"
    if crossing.between == "outgoing":
        return f"to {crossing.known.address}"
    return f"from {crossing.known.sender}" if crossing.known.sender else "from everywhere"


def _risk(crossing: Crossing) -> Risk:
    return Risk.EXPOSES if crossing.between == "incoming" else Risk.SAFE


def _cost(crossing: Crossing) -> str:
    if crossing.between == "loopback":
        return "from this machine only"
    return "lets it out" if crossing.between == "outgoing" else f"opens the port {_whose(crossing)}"


def _warning(crossing: Crossing) -> str:
    if crossing.between != "incoming":
        return ""
    who = crossing.known.sender or "every machine that gets as far as this one"
    place = endpoint(crossing.known.address, crossing.known.port)
    also = "" if crossing.known.sender else ", all of the internet too if it is not behind another firewall"
    return f"From then on {who} can reach {place}{also}. "

"""Ways past one rule that is known, in the language of the firewall in charge of it, and no wider than needed."""

from __future__ import annotations

from collections.abc import Iterable

from porttui.model.address import endpoint
from porttui.model.facts import Facts
from porttui.model.report import Remedy, RemedyStep, Risk
from porttui.model.rules import Judged, Rule, RuleStop
from porttui.reading import rule_words, rules, words
from porttui.remedies import in_charge
from porttui.remedies.crossing import Crossing, crossings
from porttui.remedies.service import proof

_LASTS = "It lasts until the rules are loaded again; to keep it, write it into the file that loads them."
_UNSURE = "Whether more stops it behind that could not be worked out: look again."


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
    ways = _by_their_programs(facts, stopped) or (_in_front(facts, stopped), *_loopback(facts, stopped))
    return (*ways, see(facts, stopped))


def see(facts: Facts, stopped: tuple[Crossing, ...]) -> Remedy:
    """Offer to look at what blocks where it stands: nothing is changed by it."""
    chains = {(each.stop.table, each.stop.chain, each.stop.backend): each.stop for each in reversed(stopped)}
    stops = tuple(chains.values())[::-1]
    what = "policy" if isinstance(stops[0], RuleStop) else "rule"
    where = words.machine(facts)
    several = len(stops) > 1
    return Remedy(
        title="See what blocks it where it stands" if several else f"See the {what} where it stands",
        risk=Risk.SAFE,
        cost="safe, only looks",
        proof=proof(facts),
        steps=tuple(
            RemedyStep(text=f"See the chain {each.chain}", where=where, argv=_listing(facts, each), needs_root=True)
            for each in stops
        ),
        note=f"It is the {what} of {rule_words.place(stops[0])}{', and what comes behind it' * several}.",
    )


def _listing(facts: Facts, stop: Rule | RuleStop) -> tuple[str, ...]:
    if stop.backend == "nftables":
        return ("nft", "-a", "list", "chain", *stop.table.split(" "), stop.chain)
    return (*_iptables(facts, stop), "-nvL", stop.chain, "--line-numbers")


def _by_their_programs(facts: Facts, stopped: tuple[Crossing, ...]) -> tuple[Remedy, ...]:
    """Offer the ways of the programs in charge; () where none of what stops it is a program's.

    Several places make one way of many steps, as to pass one of them alone would help nothing; those that are no
    program's are passed by a rule in front.
    """
    theirs = [in_charge.past(facts, each) for each in stopped]
    if len(stopped) == 1 or not any(theirs):
        return theirs[0]
    ours = tuple(each for each, found in zip(stopped, theirs, strict=True) if not found)
    ways = [found[0] for found in theirs if found] + ([_in_front(facts, ours)] if ours else [])
    steps = [*(way.steps[0] for way in ways), *(step for way in ways for step in way.steps[1:])]
    first = stopped[0]
    exposes = any(way.risk is Risk.EXPOSES for way in ways)
    return (
        Remedy(
            title=f"Let port {first.known.port} through, {_whose(first)}, at all {len(stopped)} places that stop it",
            risk=Risk.EXPOSES if exposes else Risk.SAFE,
            cost=_cost(first),
            proof=proof(facts),
            undo="; ".join(dict.fromkeys(way.undo for way in ways if way.undo)),
            steps=tuple(dict.fromkeys(steps)),
            note=" ".join(dict.fromkeys(way.note for way in ways)),
        ),
    )


def _in_front(facts: Facts, stopped: tuple[Crossing, ...]) -> Remedy:
    """Let the one port through, in front of what blocks, at each place where it is stopped."""
    made = _accepts(facts, stopped)
    first, port = stopped[0], stopped[0].known.port
    unsure = not rules.comes_through(first.known) or len(stopped) < len(rules.in_a_row(first.known))
    return Remedy(
        title=f"Let port {port} through, {_whose(first)}",
        risk=_risk(first),
        cost=_cost(first),
        proof=proof(facts),
        undo=_undo(made),
        steps=tuple(
            RemedyStep(text=_text(each, stopped[:number]), where=words.machine(facts), argv=argv, needs_root=True)
            for number, (each, (argv, _)) in enumerate(zip(stopped, made, strict=True))
        ),
        note=f"{_warning(first)}{_LASTS}{' ' + _UNSURE if unsure else ''}",
    )


def _undo(made: Iterable[tuple[tuple[str, ...], str]]) -> str:
    told = [undo for _, undo in made]
    numbers = sum("NUMBER" in each for each in told)
    each = "each with the number behind '# handle' that its step prints"
    said = {0: "", 1: ", with the number behind '# handle' that it prints"}.get(numbers, f", {each}")
    return "; ".join(sorted(told, key=lambda one: "NUMBER" in one)) + said


def _text(crossing: Crossing, before: tuple[Crossing, ...]) -> str:
    """Tell where the command puts its rule, and what that is for."""
    policy = isinstance(crossing.stop, RuleStop)
    by_rule = "in front of the rule" + " that leads to the policy" * (crossing.known.policy is not None)
    where = "behind the other rules" if policy else by_rule
    place = f" of {crossing.stop.table} {crossing.stop.chain}"
    answers = crossing.back and not all(each.back for each in before)
    same = any((each.stop.table, each.stop.chain) == (crossing.stop.table, crossing.stop.chain) for each in before)
    if not before:
        return f"Put this {where}"
    if same and answers:
        return "And this, for the answers"
    return f"And this {where}{place}{', for the answers' if answers else ''}"


def _accepts(
    facts: Facts, stopped: tuple[Crossing, ...], *, all_ports: bool = False
) -> list[tuple[tuple[str, ...], str]]:
    """Return the commands that let it through at each place, and those that take that back.

    Each rule of iptables that a command puts in moves those behind it by one.
    """
    made: list[tuple[tuple[str, ...], str]] = []
    put: list[tuple[str, str, str, int]] = []
    for each in stopped:
        stop, moved = each.stop, 0
        if isinstance(stop, Rule) and stop.position is not None:
            place = (stop.backend, stop.table, stop.chain)
            moved = sum(one[:3] == place and one[3] < stop.position for one in put)
            put.append((*place, stop.position))
        made.append(_accept(facts, each, moved, _of_loopback(each) if all_ports else None))
    return made


def _loopback(facts: Facts, stopped: tuple[Crossing, ...]) -> tuple[Remedy, ...]:
    """Let the machine talk to itself, where what blocks is not about the one port: a set of rules forgot loopback."""
    if not all(_forgets_loopback(each) for each in stopped):
        return ()
    made = dict.fromkeys(_accepts(facts, stopped, all_ports=True))
    return (
        Remedy(
            title="Let this machine talk to itself, on all ports",
            risk=Risk.SAFE,
            cost="from this machine only",
            proof=proof(facts),
            undo=_undo(made),
            steps=tuple(
                RemedyStep(
                    text="And in the other chain" if number else "Let the loopback interface through",
                    where=words.machine(facts),
                    why="nearly every set of rules has this one, as programs rely on it" if not number else "",
                    argv=argv,
                    needs_root=True,
                )
                for number, (argv, _) in enumerate(made)
            ),
            note=_LASTS,
        ),
    )


def _forgets_loopback(crossing: Crossing) -> bool:
    about_it = isinstance(crossing.stop, Rule) and str(crossing.known.port) in crossing.stop.text
    return crossing.between == "loopback" and not about_it and _in_base_chain(crossing)


def _of_loopback(crossing: Crossing) -> tuple[str, ...]:
    inwards = crossing.hook not in {"output", "postrouting", "egress"}
    if crossing.stop.backend != "nftables":
        return ("-i" if inwards else "-o", "lo")
    return ("iifname" if inwards else "oifname", "lo")


def _in_base_chain(crossing: Crossing) -> bool:
    """Tell whether it is stopped in the chain that all packets come to: others may be entered for some ports only."""
    passed = rules.refuses_at(crossing.known)
    base = passed.stops[0] if passed is not None else None
    return base is not None and (base.table, base.chain) == (crossing.stop.table, crossing.stop.chain)


def _accept(facts: Facts, crossing: Crossing, moved: int, match: tuple[str, ...] | None) -> tuple[tuple[str, ...], str]:
    """Return the command that lets it through, and the one that takes that back."""
    stop = crossing.stop
    if stop.backend == "nftables":
        chain = (*stop.table.split(" "), stop.chain)
        before = ("handle", str(stop.handle)) if isinstance(stop, Rule) and stop.handle is not None else ()
        verb = "insert" if before else "add"
        argv = ("nft", "-e", "-a", verb, "rule", *chain, *before, *(match or crossing.nft), "accept")
        undo = f"nft delete rule {' '.join(chain)} handle NUMBER"
        return argv, undo
    program = _iptables(facts, stop)
    rule = (*(match or crossing.iptables), "-j", "ACCEPT")
    if isinstance(stop, Rule) and stop.position is not None:
        argv = (*program, "-I", stop.chain, str(stop.position + moved), *rule)
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

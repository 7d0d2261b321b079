"""A table that iptables keeps in nftables, from both listings: neither of them tells all of it.

nft's JSON has nothing of a match that only iptables knows but its name ("xt"), and iptables-save shows a native rule
as if half of its conditions were not there. Rule by rule, in the order of the chain, each tells what the other does
not: where nft says "xt" the rule is taken from iptables-save, elsewhere from nft.
"""

from __future__ import annotations

from msgspec.structs import replace

from porttui.firewall.ruleset import Chain, Match, Nat, Opaque, Perhaps, Rule, Ruleset, Verdict

_TABLES = {"filter", "nat", "mangle", "raw", "security"}
"""The tables of iptables(8)."""
_XT = ("xt match ", "xt target ")


def has_xt(chain: Chain) -> bool:
    """Tell whether a chain of nft's listing holds a rule that only iptables-save tells."""
    return any(_is_xt(rule) for rule in chain.rules)


def may_be_iptables(chain: Chain) -> bool:
    """Tell whether a chain has a place and a name that iptables gives: INPUT in the table filter, say.

    A table of iptables in which no rule is "xt" differs by nothing else from one that was made with nft.
    """
    named = chain.family in {"ip", "ip6"} and chain.table in _TABLES
    return named and bool(chain.hook) and chain.name == chain.hook.upper()


def _is_xt(rule: Rule) -> bool:
    return any(isinstance(part, Opaque | Perhaps) and part.text.startswith(_XT) for part in rule.parts)


def merged_tables(nft: Ruleset, saved: Ruleset) -> Ruleset:
    """Return nft's ruleset with the rules that only iptables-save tells, of tables that hold any.

    Args:
        nft: of nft's JSON, all tables.
        saved: of iptables-save and ip6tables-save of the nft backend.
    """
    told = {(chain.family, chain.table, chain.name): chain for chain in saved.chains}
    of_iptables = {(chain.family, chain.table) for chain in nft.chains if has_xt(chain)}
    of_iptables |= {(chain.family, chain.table) for chain in nft.chains if may_be_iptables(chain)} - {
        (chain.family, chain.table)
        for chain in nft.chains
        if not _told_alike(chain, told.get((chain.family, chain.table, chain.name)))
    }
    chains, unclear = [], list(nft.unclear)
    for chain in nft.chains:
        if (chain.family, chain.table) not in of_iptables:
            chains.append(chain)
            continue
        other = told.get((chain.family, chain.table, chain.name))
        if other is None or len(other.rules) != len(chain.rules):
            if has_xt(chain):
                unclear.append(f"chain {chain.table} {chain.name} is listed differently by nft and by iptables-save")
            chains.append(chain)
            continue
        rules = tuple(
            replace(theirs, handle=ours.handle)
            if _is_xt(ours)
            else replace(ours, text=_either(ours, theirs), position=theirs.position)
            for ours, theirs in zip(chain.rules, other.rules, strict=True)
        )
        chains.append(replace(chain, rules=rules, backend="iptables"))
    return Ruleset(chains=tuple(chains), sets=(*nft.sets, *saved.sets), unclear=tuple(unclear))


def _either(ours: Rule, theirs: Rule) -> str:
    """Return the text of a rule without "xt" in an iptables table: as iptables writes it, unless it is nft's own."""
    native = any("@" in text or "vmap" in text or "{" in text for text in (ours.text,))
    return ours.text if native else theirs.text


def _told_alike(chain: Chain, other: Chain | None) -> bool:
    """Tell whether iptables-save tells all of a chain of nft's, so that it may well be one that iptables made.

    It counts the packets of each of its rules. What it does not know of a native rule, it leaves out without a word.
    """
    if other is None or (chain.hook, chain.priority, len(chain.rules)) != (
        other.hook,
        other.priority,
        len(other.rules),
    ):
        return False
    return all(
        "counter" in ours.text.split() and _asks(ours) == _asks(theirs)
        for ours, theirs in zip(chain.rules, other.rules, strict=True)
    )


def _asks(rule: Rule) -> tuple[object, ...]:
    """Return what the conditions of a rule ask for, whoever writes it and in whatever order, and how it ends."""
    asked = {
        (tuple(map(_field, part.key.fields)), part.key.mask, part.values, part.negated)
        for part in rule.parts
        if isinstance(part, Match) and any(map(_field, part.key.fields))
    }
    ends = [
        (type(part), part.kind if isinstance(part, Verdict | Nat) else "")
        for part in rule.parts
        if not isinstance(part, Match)
    ]
    return asked, ends


def _field(name: str) -> str:
    """Return a field's name without its protocol; empty for the protocol itself, which nft implies."""
    protocol, _, what = name.partition(" ")
    if name in {"meta l4proto", "meta nfproto", "meta protocol", "ip protocol", "ip6 nexthdr"}:
        return ""
    return f"th {what}" if protocol in {"tcp", "udp", "th"} and what in {"sport", "dport"} else name

"""A table that iptables keeps in nftables, from both listings: neither of them tells all of it.

nft's JSON has nothing of a match that only iptables knows but its name ("xt"), and iptables-save shows a native rule
as if half of its conditions were not there. Rule by rule, in the order of the chain, each tells what the other does
not: where nft says "xt" the rule is taken from iptables-save, elsewhere from nft.
"""

from __future__ import annotations

from msgspec.structs import replace

from porttui.firewall.ruleset import Chain, Opaque, Perhaps, Rule, Ruleset

_XT = ("xt match ", "xt target ")


def has_xt(chain: Chain) -> bool:
    """Tell whether a chain of nft's listing holds a rule that only iptables-save tells."""
    return any(_is_xt(rule) for rule in chain.rules)


def _is_xt(rule: Rule) -> bool:
    return any(isinstance(part, Opaque | Perhaps) and part.text.startswith(_XT) for part in rule.parts)


def merged_tables(nft: Ruleset, saved: Ruleset) -> Ruleset:
    """Return nft's ruleset with the rules that only iptables-save tells, of tables that hold any.

    Args:
        nft: of nft's JSON, all tables.
        saved: of iptables-save and ip6tables-save of the nft backend.
    """
    of_iptables = {(chain.family, chain.table) for chain in nft.chains if has_xt(chain)}
    told = {(chain.family, chain.table, chain.name): chain for chain in saved.chains}
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
            replace(theirs, handle=ours.handle) if _is_xt(ours) else replace(ours, text=_either(ours, theirs))
            for ours, theirs in zip(chain.rules, other.rules, strict=True)
        )
        chains.append(replace(chain, rules=rules, backend="iptables"))
    return Ruleset(chains=tuple(chains), sets=(*nft.sets, *saved.sets), unclear=tuple(unclear))


def _either(ours: Rule, theirs: Rule) -> str:
    """Return the text of a rule without "xt" in an iptables table: as iptables writes it, unless it is nft's own."""
    native = any("@" in text or "vmap" in text or "{" in text for text in (ours.text,))
    return ours.text if native else theirs.text

"""The rules of all firewalls of our network namespace, read without changing any.

nft's JSON tells most; see `porttui.firewall.merge` for the tables of iptables, and `iptables-legacy-save` for the
kernel's older interface (never ``iptables-legacy -S`` or -L, which make the table that they list). Sets are not
listed: they may hold 100,000 addresses. What a packet asks of one is asked of the kernel (``nft get element``); where
it asks for a range, as an answer to one of many ports does, the set is read whole, unless it is very large.
"""

from __future__ import annotations

import re
from pathlib import Path

from msgspec.structs import replace

from porttui.firewall.journey import Judgement, judge
from porttui.firewall.lookup import Lookup
from porttui.firewall.packet import Packet, World
from porttui.firewall.ruleset import Backend, Ruleset, Verdict
from porttui.model.facts import Privileges, Unseen
from porttui.observe.command import Output, run
from porttui.observe.linux.firewall import has_no_nft_chains, nft_saver, no_right_to_rules

# What reads the listings is imported where one is read: most machines have no rules, and it takes as long as a look.

_SECONDS = 10.0
"""For one program: nft takes one or two to find an address among 100,000, and more on a busy machine."""
_BYTES = 24_000_000
"""Of one listing; about 100,000 rules."""
_BYTES_OF_A_SET = 1_000_000
_MOST_SETS = 4
"""Sets that are listed whole for one look."""
_MOST_LOOKUPS = 12
"""Questions about sets for one packet."""
_LEGACY = (Path("/proc/net/ip_tables_names"), Path("/proc/net/ip6_tables_names"))


class Rules:
    """What was read, and the kernel's answers about its sets."""

    def __init__(self, ruleset: Ruleset, unseen: tuple[Unseen, ...]) -> None:
        self.ruleset = ruleset
        self.unseen = unseen
        self._answers: dict[Lookup, bool | Verdict | None] = {}
        self._listed: set[tuple[str, str, str]] = set()

    @property
    def lead_on(self) -> bool:
        """Whether chains of NAT may lead connections from elsewhere on."""
        return bool(self.ruleset.unclear) or any(
            chain.kind == "nat" and chain.hook == "prerouting" and chain.rules for chain in self.ruleset.chains
        )

    def judge(self, packet: Packet, world: World, *, server_uid: int | None = None) -> Judgement:
        """Tell what the rules do with a connection; asks the kernel for what it has to know about sets."""
        while True:
            judgement = judge(self.ruleset, packet, world, server_uid=server_uid, answers=self._answers)
            sets = [each for each in judgement.unlisted if each not in self._listed][: _MOST_SETS - len(self._listed)]
            for name in sets:
                self._listed.add(name)
                self._list(*name)
            if sets:
                continue
            asked = [each for each in judgement.needed if each not in self._answers]
            if not asked or len(self._answers) >= _MOST_LOOKUPS:
                return judgement
            for each in asked:
                self._answers[each] = _in_set(each)

    def _list(self, family: str, table: str, name: str) -> None:
        """Read the elements of a set, unless there are very many of them."""
        listed = _listing(f"set {name}", "nft", "-j", "list", "set", family, table, name, limit=_BYTES_OF_A_SET)
        if isinstance(listed, Unseen):
            return
        from porttui.firewall.nft_json import from_json

        found = {(each.family, each.table, each.name): each for each in from_json(listed).sets}
        sets = (found.get((each.family, each.table, each.name), each) for each in self.ruleset.sets)
        self.ruleset = replace(self.ruleset, sets=tuple(sets))


def linux_rules(privileges: Privileges) -> Rules | Unseen:
    """Read the rules of all firewalls, when this user may: it takes CAP_NET_ADMIN."""
    if "net_admin" not in privileges.capabilities:
        return no_right_to_rules()
    return read_rules()


def read_rules() -> Rules:
    """Read the rules of nftables, of iptables and of iptables-legacy. It takes CAP_NET_ADMIN."""
    nft, unseen = _nftables()
    legacy, more = _legacy()
    everything = nft.plus(legacy)
    if _asks_ipset(everything):
        sets = _listing("ipset sets", "ipset", "save")
        if isinstance(sets, Unseen):
            unseen.append(sets)
        else:
            from porttui.firewall.iptables_save import from_ipset

            everything = everything.plus(from_ipset(sets))
    return Rules(everything, (*unseen, *more))


def _nftables() -> tuple[Ruleset, list[Unseen]]:
    if has_no_nft_chains():  # on a machine of the old iptables there may be no nft to ask, and there is no need to
        return Ruleset(), []
    from porttui.firewall.merge import has_xt, may_be_iptables
    from porttui.firewall.nft_json import devices_of, from_json, texts_of

    listed = _listing("nftables rules", "nft", "-j", "-t", "list", "ruleset")
    if isinstance(listed, Unseen):
        return Ruleset(unclear=(f"nftables rules: {listed.reason}",)), [listed]
    written = _listing("nftables rules", "nft", "-a", "-s", "-t", "list", "ruleset")
    text = "" if isinstance(written, Unseen) else written
    ruleset = from_json(listed, texts_of(text), devices_of(text), terse=True)
    told_by_it = {chain.family for chain in ruleset.chains if has_xt(chain)} & {"ip", "ip6"}
    families = told_by_it | {chain.family for chain in ruleset.chains if may_be_iptables(chain)}
    if not families:
        return ruleset, []
    from porttui.firewall.iptables_save import from_save
    from porttui.firewall.merge import merged_tables

    saved, unseen = Ruleset(), []
    for family in sorted(families):
        program = "iptables" if family == "ip" else "ip6tables"
        told = _listing(f"{program} rules", _saver(program))
        if isinstance(told, Unseen):
            unseen += [told] * (family in told_by_it)  # else nft has told all, and it may be none of iptables' at all
        else:
            saved = saved.plus(from_save(told, "ip" if family == "ip" else "ip6", "iptables"))
    return merged_tables(ruleset, saved), unseen


def _saver(program: str) -> str:
    return nft_saver(program) or f"{program}-save"


def _legacy() -> tuple[Ruleset, list[Unseen]]:
    ruleset, unseen = Ruleset(), []
    for path, program in zip(_LEGACY, ("iptables-legacy-save", "ip6tables-legacy-save"), strict=True):
        try:
            in_use = bool(path.read_text("utf-8", "replace").split())
        except OSError:
            in_use = False  # this kernel has none of it
        if not in_use:
            continue
        told = _listing("iptables-legacy rules", program)
        if isinstance(told, Unseen):
            unseen.append(told)
            ruleset = ruleset.plus(Ruleset(unclear=(f"iptables-legacy rules: {told.reason}",)))
        else:
            from porttui.firewall.iptables_save import from_save

            backend: Backend = "iptables-legacy"
            ruleset = ruleset.plus(from_save(told, "ip6" if program.startswith("ip6") else "ip", backend))
    return ruleset, unseen


def _listing(what: str, *argv: str, limit: int = _BYTES) -> str | Unseen:
    """Return what a program lists, or why it could not be read."""
    done = run(*argv, what=what, seconds=_SECONDS, limit=limit)
    if isinstance(done, Unseen):
        return done
    shown = " ".join(argv)
    if done.cut:
        return Unseen(what=what, reason=f"more than {limit // 1_000_000} MB", how_to_see=shown)
    if done.status != 0:
        return Unseen(what=what, reason=_said(done), how_to_see=shown)
    return done.stdout


def _said(done: Output) -> str:
    from porttui.model.printable import printable

    lines = done.stderr.strip().splitlines() or [f"it ended with status {done.status}"]
    return printable(lines[-1], 120)


def _asks_ipset(ruleset: Ruleset) -> bool:
    return any("--match-set" in rule.text for chain in ruleset.chains for rule in chain.rules)


def _in_set(question: Lookup) -> bool | Verdict | None:
    """Ask the kernel whether something is in a set; of a map, what stands there (nft(8), get element)."""
    element = f"{{ {' . '.join(question.element)} }}"
    done = run(
        *("nft", "get", "element", question.family, question.table, question.name, element),
        what=f"set {question.name}",
        seconds=_SECONDS,
    )
    if isinstance(done, Unseen):
        return None
    if done.status != 0:
        return False if "No such file or directory" in done.stderr else None
    told = re.search(r"elements = \{(.*)\}", done.stdout, re.DOTALL)
    return None if told is None else _element(told[1])


def _element(text: str) -> bool | Verdict | None:
    """Read the one element that nft printed: "10.0.0.0/8", or "80 : jump web" of a map."""
    _, colon, verdict = text.strip().rpartition(" : ")
    if not colon:
        return True
    kind, _, chain = verdict.strip().partition(" ")
    if kind in {"accept", "drop", "return", "continue", "jump", "goto"}:
        return Verdict(kind=kind, chain=chain.strip())  # type: ignore[arg-type]
    return None

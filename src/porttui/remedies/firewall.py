"""Ways past a firewall: see the rule, let this one port through."""

from __future__ import annotations

from porttui.model.address import is_loopback
from porttui.model.facts import Facts
from porttui.model.report import Edit, Remedy, RemedyStep, Risk
from porttui.reading import policy, rules, seen, words
from porttui.remedies import manager, rule, unknown_rule
from porttui.remedies.service import proof


def ways(facts: Facts, side: rules.Side | None, *, answers: bool = False) -> tuple[Remedy, ...]:
    """Offer the ways past the rule that blocks, where it is known; otherwise to find it, and to let the port through.

    Args:
        facts: what was seen.
        side: whether packets are stopped on their way out or on their way in; None where that is not known.
        answers: it is the server's answers that are stopped.
    """
    known = rules.blocking(facts)
    failed = seen.failed(facts)
    judged = [rules.judged(facts, each) for each in failed]
    if judged and all(each is not None and each.verdict == "accept" for each in judged):
        return (_see_what_else(facts),)  # a rule more that lets it through would help nothing
    named = rule.past(facts, known) if known is not None else ()
    return named or (see_the_rules(facts, side), *let_through(facts, side, answers=answers))


def _see_what_else(facts: Facts) -> Remedy:
    """Offer to look at what stops packets besides rules that were read: nothing is changed by it."""
    where = words.machine(facts)
    steps = [
        ("See the programs of the cgroups: systemd loads one for IPAddressDeny=", ("bpftool", "cgroup", "tree"), True),
        ("See those of the devices (XDP, tc) and of netfilter", ("bpftool", "net"), True),
    ]
    service = policy.unit(facts)
    if service is not None and facts.host.systemd:
        told = ("systemctl", "show", "-p", "IPAddressDeny,IPAddressAllow", service)
        steps.insert(0, (f"See what {service}, in which porttui runs, may talk to", told, False))
    return Remedy(
        title="See what else stops it: the rules that were read do not",
        risk=Risk.SAFE,
        cost="safe, only looks",
        proof=proof(facts),
        steps=tuple(RemedyStep(text=text, where=where, argv=argv, needs_root=root) for text, argv, root in steps),
        note="Rules that have changed since the connection was tried are the other possibility: look again.",
    )


def see_the_rules(facts: Facts, side: rules.Side | None) -> Remedy:
    """Offer to look at the rules of a side, or of both: nothing is changed by it."""
    port = facts.asked.target.port
    where = manager.POWERSHELL_AS_ADMINISTRATOR if facts.os == "windows" else words.machine(facts)
    blocks = {"macos": "and blocks", "windows": "or the program, and blocks it"}.get(facts.os, "or the interface")
    silent = any(each.outcome == "timeout" for each in seen.failed(facts))
    policy = " and for a policy of drop" if facts.os == "linux" and silent else ""  # no policy rejects
    hooks = _hooks(facts, side, silent) if facts.os == "linux" else ""
    return Remedy(
        title="See which rule it is",
        risk=Risk.SAFE,
        cost="safe, only looks",
        proof=proof(facts),
        steps=tuple(
            RemedyStep(text=f"{'And' if number else 'See'} {shown}", where=where, argv=argv, needs_root=True)
            for number, (shown, argv) in enumerate(_listings(facts, side))
        ),
        note=f"Look {hooks}for a rule that names port {port} {blocks}{',' * bool(policy)}{policy}.{_not_ufw(facts)}",
    )


def _not_ufw(facts: Facts) -> str:
    if any(each.name == "ufw" and each.active for each in facts.firewall or ()) and seen.target_is_local(facts):
        return " It is hardly one of ufw's: those let through what goes by loopback."
    return ""


def _hooks(facts: Facts, side: rules.Side | None, silent: bool) -> str:
    """Name the hooks of a side, with a blank behind; a rule can drop at more of them than reject (nft(8))."""
    if side is None:
        return ""
    if unknown_rule.at_the_device(facts):
        return f"in tables of the family netdev, hook {'egress' if side == 'out' else 'ingress'}, "
    if side == "out":
        return "in chains of the hooks output and postrouting " if silent else "in chains of the hook output "
    return "in chains of the hooks input and prerouting "


def _listings(facts: Facts, side: rules.Side | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what may hold the rule, and the command that shows it."""
    if facts.os == "macos":
        listed = ("which programs the application firewall lets listen", (_APPLICATION_FIREWALL, "--listapps"))
        return (("the rules of pf", ("pfctl", "-sr")), listed)
    if facts.os == "windows":
        direction, word = ("dir=out", "goes out") if side == "out" else ("dir=in", "comes in")
        return (
            ("the settings of Windows' firewall", ("netsh", "advfirewall", "show", "allprofiles")),
            (
                f"its rules for what {word}",
                ("netsh", "advfirewall", "firewall", "show", "rule", "name=all", direction),
            ),
        )
    possible = _possible(facts)
    return tuple(_shown(facts, name) for name in _LISTINGS if name in possible) or (_LISTINGS["nftables"],)


def _shown(facts: Facts, name: str) -> tuple[str, tuple[str, ...]]:
    """Return what a backend holds, and the command that shows it: the one that was said to, as it is installed here."""
    what, argv = _LISTINGS[name]
    unseen = next((each.unseen for each in facts.firewall or () if each.name == name and each.unseen is not None), None)
    return what, tuple(unseen.how_to_see.split()) if unseen is not None and unseen.how_to_see else argv


def let_through(facts: Facts, side: rules.Side | None, *, answers: bool = False) -> tuple[Remedy, ...]:
    """Offer to let this port through, in the words of the firewall that is in use.

    Args:
        facts: what was seen.
        side: whether packets are stopped on their way out or on their way in; None where that is not known.
        answers: it is the server's answers that are stopped.
    """
    if facts.os == "macos":
        return _pf(facts, side == "out")
    if facts.os == "windows":
        return (_windows(facts, side == "out"),)
    active = _possible(facts)
    by_ufw = (_ufw(facts),) if side == "out" and not answers and _ufw_may_block(facts) else ()
    found = [*by_ufw, unknown_rule.nft(facts, side, answers=answers)] if "nftables" in active or not active else []
    if {"iptables", "iptables-legacy"} & active and not unknown_rule.at_the_device(facts):
        found.append(unknown_rule.iptables(facts, side, answers=answers))
    return tuple(found)


def _ufw_may_block(facts: Facts) -> bool:
    """Tell whether ufw is active, and may be what blocks: it lets everything through that goes by loopback."""
    active = any(each.name == "ufw" and each.active for each in facts.firewall or ())
    return active and not seen.target_is_local(facts) and len(seen.addresses(facts)) == 1


def _ufw(facts: Facts) -> Remedy:
    """Let it out by ufw(8), in front of what the user has forbidden."""
    address, port = seen.addresses(facts)[0].partition("%")[0], str(facts.asked.target.port)
    rule = ("out", "to", address, "port", port, "proto", "tcp")
    return Remedy(
        title=f"Let port {port} out with ufw, which is active",
        risk=Risk.SAFE,
        cost="lets it out",
        proof=proof(facts),
        undo=" ".join(("ufw", "delete", "allow", *rule)),
        steps=(
            RemedyStep(
                text="See whether one of its rules, or its default for what goes out, forbids it",
                where=words.machine(facts),
                argv=("ufw", "status", "verbose"),
                needs_root=True,
            ),
            RemedyStep(
                text="If so, allow it",
                where=words.machine(facts),
                argv=("ufw", "prepend", "allow", *rule),
                needs_root=True,
            ),
        ),
        note="ufw keeps it: it is there after a restart of the machine, too.",
    )


_LISTINGS = {
    "nftables": ("the rules of nftables", ("nft", "list", "ruleset")),
    "iptables": ("the rules of iptables", ("iptables-save",)),
    "iptables-legacy": ("the older rules of iptables (legacy)", ("iptables-legacy-save",)),
}
_APPLICATION_FIREWALL = "/usr/libexec/ApplicationFirewall/socketfilterfw"
"""The firewall of macOS that decides by program and not by port."""


def _possible(facts: Facts) -> set[str]:
    """Return the backends that may hold the rule: those that were read and are empty do not."""
    return {backend.name for backend in facts.firewall or () if backend.installed and backend.rules != 0}


def _loopback_only(facts: Facts) -> bool:
    return all(is_loopback(address) for address in seen.addresses(facts))


def _pf(facts: Facts, outwards: bool) -> tuple[Remedy, ...]:
    """Return the ways on macOS: a rule of pf (pf.conf(5)); for what comes in, the application firewall too."""
    port = facts.asked.target.port
    machine = words.machine(facts)
    line = f"pass {'out' if outwards else 'in'} quick proto tcp to any port {port}"
    by_rule = Remedy(
        title=f"Let port {port} through, with pf",
        risk=Risk.SAFE if _loopback_only(facts) else Risk.EXPOSES,
        cost="from this machine only" if _loopback_only(facts) else "opens the port",
        proof=proof(facts),
        undo="take the line out again, and load the rules again",
        steps=(
            RemedyStep(
                text="As root, write into /etc/pf.conf, in front of the line that blocks",
                edit=Edit(file="/etc/pf.conf", text=line),
                needs_root=True,
            ),
            RemedyStep(
                text="See whether the rules can be read; nothing is loaded by it",
                where=machine,
                argv=("pfctl", "-nf", "/etc/pf.conf"),
                needs_root=True,
            ),
            RemedyStep(text="Load them", where=machine, argv=("pfctl", "-f", "/etc/pf.conf"), needs_root=True),
        ),
    )
    if outwards or _loopback_only(facts):
        return (by_rule,)
    return by_rule, _application_firewall(facts)


def _application_firewall(facts: Facts) -> Remedy:
    listener = next(iter(seen.listeners(facts)), None)
    owners = seen.owners(facts, listener) if listener else ()
    path = owners[0].argv[0] if owners and owners[0].argv and owners[0].argv[0].startswith("/") else ""
    let = RemedyStep(
        text="In System Settings, Network, Firewall, Options: let the program take incoming connections",
        where=words.machine(facts),
    )
    if path:
        let = RemedyStep(
            text="Let the program take incoming connections",
            where=words.machine(facts),
            argv=(_APPLICATION_FIREWALL, "--unblockapp", path),
            needs_root=True,
        )
    return Remedy(
        title="Let the program through the application firewall",
        risk=Risk.EXPOSES,
        cost="opens the program to your network",
        proof=proof(facts),
        steps=(let,),
        note="It decides by program, not by port; it never stops connections from this machine to itself.",
    )


def _windows(facts: Facts, outwards: bool) -> Remedy:
    """Return the way on Windows (New-NetFirewallRule, module NetSecurity); a block rule wins over it."""
    port = str(facts.asked.target.port)
    direction, side = ("Outbound", "-RemotePort") if outwards else ("Inbound", "-LocalPort")
    name = f"porttui {port}"
    return Remedy(
        title=f"Let port {port} through Windows' firewall",
        risk=Risk.EXPOSES,
        cost="opens the port",
        proof=proof(facts),
        undo=f'Remove-NetFirewallRule -DisplayName "{name}"',
        steps=(
            RemedyStep(
                text="See whether a rule that blocks is the reason: it wins over any that allows",
                where=manager.POWERSHELL_AS_ADMINISTRATOR,
                argv=("Get-NetFirewallRule", "-Direction", direction, "-Action", "Block", "-Enabled", "True"),
                needs_root=True,
            ),
            RemedyStep(
                text="If none names the port or the program, allow it",
                where=manager.POWERSHELL_AS_ADMINISTRATOR,
                argv=(
                    *("New-NetFirewallRule", "-DisplayName", name, "-Direction", direction),
                    *("-Protocol", "TCP", side, port, "-Profile", "Private", "-Action", "Allow"),
                ),
                needs_root=True,
            ),
        ),
        note="It counts in networks that Windows calls private, and stays until it is removed.",
    )

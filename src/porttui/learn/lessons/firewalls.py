"""Firewalls: what a rule can do with a packet, and rules that lead it elsewhere."""

from __future__ import annotations

from porttui.learn import values as v
from porttui.learn.lessons.ports import EXAMPLE
from porttui.learn.page import Page
from porttui.model.facts import Facts
from porttui.reading.words import backend, machine


def firewall(facts: Facts) -> Page:
    """What accept, drop and reject look like from outside."""
    return Page(
        idea="A firewall is rules in the kernel, asked for each packet that comes in, goes out, or is passed on. They "
        "stand in lists (chains): in each the first rule that decides wins; where none does, the chain's policy. "
        "Packets from this machine to itself pass them too, though most firewalls let lo through.",
        here=(
            ("RULE SAYS", "THE CLIENT SEES"),
            ("accept", "what the server does"),
            ("drop", "nothing: a time-out"),
            ("reject", "an ICMP error: refused, or no route to host"),
            ("reject, tcp reset", "refused, just as where nobody listens"),
            *_backends(facts),
        ),
        then="So refused does not prove that there is no rule, nor a time-out that there is one. Reading "
        f"the rules needs root on {machine(facts)}; without it porttui compares the kernel's counters.",
        tries=((f"porttui firewall {EXAMPLE}", "what the rules do with a connection"),),
        sources="nft(8), iptables-extensions(8) (REJECT), RFC 792, RFC 1812 5.2.7.1",
    )


def _backends(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return one row for what was seen of this machine's firewalls."""
    if facts.firewall is None:
        return (("on this machine", "not looked at here; the command below does"),)
    told = [(one.name, backend(one)[1]) for one in facts.firewall if one.installed or one.rules]
    if not told:
        return (("on this machine", "no firewall program was found"),)
    return (("on this machine", "; ".join(f"{name}: {text}" for name, text in told[:2])),)


def translation(facts: Facts) -> Page:
    """NAT: connections that end elsewhere than where they were sent."""
    forward = {"0": "no", "1": "yes"}.get(v.setting(facts, "net.ipv4.ip_forward"), "can't see")
    tracked = {True: "yes", False: "no"}.get(facts.tracked) if facts.tracked is not None else None
    return Page(
        idea="A NAT rule (network address translation) rewrites where a connection goes: what was sent to port 8080 "
        "arrives at port 80, or at another machine. Published ports of containers are mostly such rules. The "
        "kernel asks them for the first packet, remembers the connection (connection tracking) and treats the "
        "rest alike.",
        here=(
            ("ON " + machine(facts), ""),
            ("passes packets on to other machines", forward),
            ("remembers its connections to itself", tracked or "not looked at, or not told"),
            ("connections it can remember", v.setting(facts, "net.netfilter.nf_conntrack_max")),
        ),
        then="Rules in the chain prerouting are for what comes in by an interface; connections that this machine makes "
        "to itself meet the chain output instead. That is why a redirect may work from the network and be refused "
        "from here.",
        tries=(
            (f"porttui firewall {EXAMPLE}", "whether a rule leads it elsewhere"),
            ("ss -ltn", "what really listens"),
        ),
        sources="nft(8) (NAT), iptables-extensions(8) (DNAT, REDIRECT), RFC 3022",
    )

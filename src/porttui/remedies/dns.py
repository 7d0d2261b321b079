"""Ways that mend the look-up of names: start the resolver, ask it why, use another one."""

from __future__ import annotations

from porttui.model.address import is_loopback
from porttui.model.facts import Facts, Resolver
from porttui.model.report import Edit, Remedy, RemedyStep, Risk
from porttui.reading import dns, words
from porttui.remedies import manager, network
from porttui.remedies.network import Do
from porttui.remedies.service import proof


def _first_server(facts: Facts) -> str:
    """Return the name server that is asked first; empty when the file names none."""
    resolver = facts.name.resolver if facts.name else None
    return resolver.servers[0] if isinstance(resolver, Resolver) and resolver.servers else ""


def _by_systemd(facts: Facts) -> bool:
    return facts.os == "linux" and _first_server(facts) == dns.STUB


def see_who_is_asked(facts: Facts) -> RemedyStep:
    """Return the step that shows which name servers are asked."""
    text = "See which name servers are asked"
    linux = Do(text, ("resolvectl", "status")) if _by_systemd(facts) else Do(text, ("cat", "/etc/resolv.conf"))
    return network.step(
        facts, linux=linux, macos=Do(text, ("scutil", "--dns")), windows=Do(text, ("Get-DnsClientServerAddress",))
    )


def start(facts: Facts) -> tuple[Remedy, ...]:
    """Offer to start the resolver, where it is a program of this machine."""
    server = _first_server(facts)
    if server == dns.DOCKER and facts.os == "linux":
        text = "On the host, start the container again: its resolver comes back with it"
        steps: tuple[RemedyStep, ...] = (RemedyStep(text=f"{text} (docker restart NAME)", where="the host"),)
        title, risk, cost = "Start the container again", Risk.DISRUPTS, "cuts the connections of the container"
    elif is_loopback(server) or (facts.os != "linux"):
        name = "systemd-resolved" if server == dns.STUB or facts.os != "linux" else "dnsmasq"
        called = name if server == dns.STUB and facts.os == "linux" else "the name server of this machine"
        text = f"Start {called}"
        if name == "dnsmasq":
            text += ", in place of dnsmasq with its own name: unbound, bind9"
        steps = (
            manager.change(facts, name, "restart", text),
            manager.log(facts, name, "If it does not stay up, read why"),
        )
        title, risk, cost = f"Start {called} again", Risk.SAFE, "safe"
    else:
        return ()
    return (Remedy(title=title, risk=risk, cost=cost, proof=proof(facts), steps=steps),)


def ask_why(facts: Facts) -> Remedy:
    """Offer to ask the resolver in words, and to let it forget what it has learned."""
    host = facts.asked.target.host
    ask = f"Ask for {host}, and read what it says"
    forget = "Let it forget what it has learned"
    by_systemd = _by_systemd(facts)
    steps = [
        network.step(
            facts,
            linux=Do(ask, ("resolvectl", "query", host) if by_systemd else ("getent", "hosts", host)),
            macos=Do(ask, ("dscacheutil", "-q", "host", "-a", "name", host)),
            windows=Do(ask, ("Resolve-DnsName", host)),
        ),
        see_who_is_asked(facts),
    ]
    if by_systemd or facts.os != "linux":
        steps.append(
            network.step(
                facts,
                linux=Do(forget, ("resolvectl", "flush-caches")),
                macos=Do(forget, ("dscacheutil", "-flushcache"), root=True),
                windows=Do(forget, ("ipconfig", "/flushdns")),
            )
        )
    else:
        steps.append(RemedyStep(text="Read the log of the name server: which server did it ask in its turn"))
    return Remedy(
        title="See why it fails, and let it try anew",
        risk=Risk.SAFE,
        cost="safe",
        proof=proof(facts),
        steps=tuple(steps),
        note="If the name is known inside a VPN only, connect the VPN.",
    )


def ask_first(facts: Facts, server: str) -> Remedy:
    """Offer to ask that name server first which answers."""
    return Remedy(
        title=f"Ask {server} first, which answers",
        risk=Risk.DISRUPTS,
        cost="counts for every name that this machine looks up",
        proof=proof(facts),
        undo="write the old order back",
        steps=(
            see_who_is_asked(facts),
            RemedyStep(
                text="As root, put this line in front of the other nameserver lines",
                where=words.machine(facts),
                edit=Edit(file="/etc/resolv.conf", text=f"nameserver {server}"),
                needs_root=True,
            ),
        ),
        note="Where systemd or NetworkManager writes the file, set it there: nmcli, or resolvectl dns.",
    )


def another(facts: Facts) -> Remedy:
    """Offer to ask another name server."""
    if facts.os == "linux":
        change = RemedyStep(
            text="As root, write in place of the nameserver lines, with your router's address",
            where=words.machine(facts),
            edit=Edit(file="/etc/resolv.conf", text="nameserver 192.168.4.1"),
            needs_root=True,
        )
    else:
        change = network.step(
            facts,
            linux=Do(""),
            macos=Do("Name another one, with your router's address in place of 192.168.4.1",
                     ("networksetup", "-setdnsservers", "Wi-Fi", "192.168.4.1"), root=True),
            windows=Do("Name another one, with your router's address in place of 192.168.4.1",
                       ("Set-DnsClientServerAddress", "-InterfaceAlias", "Ethernet", "-ServerAddresses",
                        "192.168.4.1"), root=True),
        )  # fmt: skip
    return Remedy(
        title="Ask another name server",
        risk=Risk.DISRUPTS,
        cost="counts for every name that this machine looks up",
        proof=proof(facts),
        undo="write the old address back",
        steps=(see_who_is_asked(facts), change),
        note="Where systemd or NetworkManager writes the file, set it there: nmcli, or resolvectl dns."
        if facts.os == "linux"
        else "",
    )

"""No route to the address.

Before a packet can leave, the kernel has to decide through which network card, and to which router. It looks into its
routing table: a list of address ranges, each with a way. Addresses of the machine's own networks have an entry each;
all others go by the default route, to the router that leads to the rest of the world. When no entry fits, the kernel
refuses at once, and the program says "network is unreachable" (ENETUNREACH). No packet was sent, so nothing can be
said about the other machine.

It comes about when the network cable, the Wi-Fi or the VPN is gone, and its routes with it: a team's database at
10.20.0.5 that is reached by a VPN only is "unreachable" the moment the VPN ends. It comes about in a container that
has no network (`docker run --network none`), after docker has stopped and its bridge 172.17.0.0/16 is gone, and, very
often, with an IPv6 address on a machine whose provider gives IPv4 only.

How porttui knows: connect was refused at once with "network is unreachable", and the kernel, asked which way a packet
to this address would take (what `ip route get` asks), says that there is none. No entry of the table refuses the
address either. So it is the absence of a route, and not a rule.

What looks the same and is not: route-blocked (an entry of the table refuses the address on purpose; "throw" gives the
same error), host-down (there is a way, and nobody answers at its end: three seconds of waiting, not none), lo-down
and loopback-address-missing (the address is this machine's own), ipv6-disabled ("cannot assign requested address"),
fw-reject-icmp (a rule or a router sends "network unreachable" as an ICMP error, after a packet was sent),
stale-address-listener (the address was this machine's own, and a server still holds it).

To fix it, look which network is missing and bring it back: connect the VPN, start docker, see whether the network
card is up (`ip -brief address` on Linux, `ifconfig` on macOS, `ipconfig` on Windows). To add a way by hand, on Linux:
`ip route add 10.20.0.0/16 via 192.168.4.1`; on macOS: `route -n add -net 10.20.0.0/16 192.168.4.1`; on Windows:
`New-NetRoute -DestinationPrefix 10.20.0.0/16 -NextHop 192.168.4.1 -InterfaceAlias Ethernet`. If the server runs on
this very machine, ask for localhost.

To keep it from coming back, write the route into the settings of the network (NetworkManager, netplan,
systemd-networkd) and not into a terminal, whose commands are gone after the next start; and give services names, so
that they can move to an address that everybody can reach.
"""

from __future__ import annotations

import ipaddress

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.address import family, family_name, is_loopback, parse_ip
from porttui.model.facts import Attempt, Facts
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, ipv6, no_host, routing, seen, words
from porttui.remedies import hosts, network, service


def check(facts: Facts) -> Outcome:
    """Find it when connect(2) said at once that the network is unreachable, and the kernel knows no way."""
    attempt = _refused(facts)
    if not isinstance(attempt, Attempt):
        return attempt
    address = attempt.address
    if seen.is_local(facts, address):
        return RuledOut(because=f"{address} is an address of this machine")
    if family(address) == 6 and ipv6.is_off(facts, address):
        return RuledOut(because="IPv6 is switched off")
    many = no_host.kind(facts, address)
    if many is not None:
        return RuledOut(because=f"{address} is a {many} address, to which no connection can be made")
    route = seen.route(facts, address)
    if route is not None and route.error is None:
        return CannotTell(because="there is a route, so the refusal came from elsewhere")
    if route is not None and route.error != attempt.outcome:
        return RuledOut(because=f"the kernel refuses the address with {route.error}")
    if routing.block(facts, attempt) is not None:
        return RuledOut(because="an entry of the routing policy refuses the address")
    sure = route is not None and isinstance(facts.route_blocks, tuple)
    kind = f"{family_name(address)} " if family(address) == 6 else ""
    machine = words.machine(facts)
    return Found(
        summary=f"{machine} has no {kind}route to {address}, not even a default route: its packets cannot leave."
        if sure
        else f"Probably {machine} has no {kind}route to {address}: the connection was refused before a packet left.",
        gloss='A route says through which network card packets leave. Programs call this "network is unreachable".',
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        evidence=(
            *evidence.connects(facts, (attempt,)),
            *evidence.ways(facts, address),
            *_interfaces(facts),
        ),
    )


def _refused(facts: Facts) -> Attempt | RuledOut | CannotTell:
    if facts.attempts is None:
        return CannotTell(because="no connection was tried yet")
    stopped = seen.stopped_here(facts)
    if not stopped or stopped[0].outcome != "ENETUNREACH":
        return RuledOut(because="no connection was refused at once for want of a network")
    return stopped[0]


def _interfaces(facts: Facts) -> tuple[Evidence, ...]:
    """Quote the networks that the machine has: one that is down, or without an address, is often the reason."""
    interfaces = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    outside = [each for each in interfaces if not each.loopback]
    if not outside:
        return (Evidence(text="interfaces\tnone besides loopback", source="interfaces"),) if interfaces else ()
    return tuple(
        Evidence(
            text=f"{each.name}\t{'up' if each.up else 'down'}\t{', '.join(each.addresses) or 'no address'}",
            source="interfaces",
        )
        for each in outside[:4]
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Bring the network back, add a way, or ask this machine itself."""
    attempt = _refused(facts)
    address = attempt.address if isinstance(attempt, Attempt) else facts.asked.target.host
    return _bring_back(facts), _add(facts, address), hosts.ask_here(facts)


def _bring_back(facts: Facts) -> Remedy:
    interfaces = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    down = next((each for each in interfaces if not each.up and not each.loopback), None)
    steps = [
        network.see_interfaces(facts, "See which networks this machine has: is one missing, or down?"),
        RemedyStep(text="Connect the VPN, plug in the cable, start docker: whatever the address belongs to"),
    ]
    if down is not None:
        text = f"{down.name} is down: bring it up"
        steps.append(
            network.step(
                facts,
                linux=network.Do(text, ("ip", "link", "set", down.name, "up"), root=True),
                macos=network.Do(text, ("ifconfig", down.name, "up"), root=True),
                windows=network.Do(text, ("Enable-NetAdapter", "-Name", down.name), root=True),
            )
        )
    return Remedy(
        title="Bring the network back that leads there",
        risk=Risk.SAFE,
        cost="safe",
        proof=service.proof(facts),
        steps=tuple(steps),
    )


def _add(facts: Facts, address: str) -> Remedy:
    """Offer to add a route by the network that this machine is in; the router is the user's to name."""
    six = family(address) == 6
    net = str(ipaddress.ip_network((parse_ip(address) or "0.0.0.0", 64 if six else 24), strict=False))
    own = next((each for each in seen.own_addresses(facts) if family(each) == family(address)
                and not is_loopback(each) and "%" not in each), None)  # fmt: skip
    router = ("fd00::1" if six else "192.168.4.1") if own is None else _first_of(own)
    text = f"Add the way, with the address of your router instead of {router}"
    option = ("-6",) * six
    return Remedy(
        title="Add a route",
        risk=Risk.DISRUPTS,
        cost="changes which way packets go",
        proof=service.proof(facts),
        undo=f"ip {'-6 ' * six}route del {net}" if facts.os == "linux" else None,
        steps=(
            RemedyStep(text=f"Find out which router of your network leads to {address}: the VPN's, or the default one"),
            network.step(
                facts,
                linux=network.Do(text, ("ip", *option, "route", "add", net, "via", router), root=True),
                macos=network.Do(text, ("route", "-n", "add", *(("-inet6",) * six), "-net", net, router), root=True),
                windows=network.Do(
                    text,
                    ("New-NetRoute", "-DestinationPrefix", net, "-NextHop", router, "-InterfaceAlias", "Ethernet"),
                    root=True,
                ),
            ),
        ),
        note="It lasts until the next start; the settings of the network (NetworkManager, netplan) keep it.",
    )


def _first_of(own: str) -> str:
    """Return the first address of a network, where routers often are."""
    prefix = 64 if family(own) == 6 else 24
    return str(ipaddress.ip_network((own, prefix), strict=False)[1])


FAULT = Fault(
    code="route-missing",
    step=Step.PATH,
    stop=Stop.ROUTE,
    title="No route to the address",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)

"""The address belongs to no interface of this machine.

A server can listen only at addresses that its own machine has: those of its interfaces, loopback, or the wildcard
that stands for all of them. To any other address the kernel says "cannot assign requested address", EADDRNOTAVAIL,
10049 on Windows. It is a matter of geography, not of rights: nobody is at home at somebody else's address, not even
root.

It comes about when settings were copied from another machine, or when the address has changed since (DHCP, a VPN that
is down). In the cloud it is a rite of passage: the machine is reached at 203.0.113.5, so the server is told to listen
there, but that address belongs to the provider's router, and the machine itself has 10.0.0.4. And at boot a service
may start a second before the network has its address: it fails then, and works when it is started by hand.

How porttui knows: it tried to bind the address and was told EADDRNOTAVAIL, and none of the machine's interfaces has
it. It lists those that there are, with their addresses, so that the right one can be chosen. The broadcast address of
a network (192.168.4.255 in 192.168.4.0/24; 127.255.255.255) and multicast addresses (224.0.0.0/4) are no machine's
address either. Linux lets a server bind them and listen, and then no connection ever comes: connect says "network is
unreachable", and a packet that would open one is discarded (RFC 9293, 3.9.2.3). porttui asks the kernel's routing.

What looks the same and is not: ipv6-disabled (::1 or another IPv6 address cannot be bound because IPv6 is switched
off), bind-hostname-elsewhere (a name was given, and leads to another machine's address), stale-address-listener (a
server that started in time still sits on the lost address), ephemeral-exhaustion (a client gets the same words for
another reason).

To fix it, let the server listen on 127.0.0.1 when it serves this machine only, or on one of the machine's own
addresses: `ip -brief address` on Linux, `ifconfig` on macOS, `Get-NetIPAddress` in PowerShell show them. 0.0.0.0
means all of them, the network included, so see to the firewall and to passwords first. For an address that comes
later, a service that starts at boot needs to wait: After=network-online.target and Wants=network-online.target in its
unit.

To keep it from coming back, write no address into settings that more than one machine reads. Where a server has to
listen on an address that comes and goes, use a systemd socket with FreeBind=yes, or
`sudo sysctl -w net.ipv4.ip_nonlocal_bind=1` on Linux; macOS and Windows offer neither, and there the wildcard is the
way.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import bind_errors, not_the_bind
from porttui.model.address import family, is_loopback
from porttui.model.facts import Facts, Unseen
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.model.target import Question
from porttui.reading import evidence, no_host, seen, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when a bind failed with EADDRNOTAVAIL and no interface has the address."""
    nobodys = no_host.first(facts) if isinstance(facts.binds, tuple) else None
    if nobodys is not None:
        return _stands_for_many(facts, *nobodys)
    first = not_the_bind(facts)
    if first is not None:
        return first
    denied = bind_errors(facts, "EADDRNOTAVAIL")
    if not denied:
        return RuledOut(because="no bind was told that the address is not available")
    if isinstance(facts.interfaces, Unseen):
        return CannotTell(because="the interfaces could not be read", unseen=(facts.interfaces,))
    if any(seen.is_local(facts, each) for each in denied):
        return RuledOut(because=f"{denied[0]} is an address of this machine, and cannot be bound for another reason")
    return Found(
        summary=f"{denied[0]} is not an address of {words.machine(facts)}, so no server can listen on it here.",
        gloss="A server can only listen on addresses that its own machine has.",
        evidence=(*evidence.binds(facts), *_addresses(facts)),
    )


def _stands_for_many(facts: Facts, address: str, kind: no_host.Kind) -> Found:
    """Tell of a broadcast or multicast address, which Linux lets a server bind, although no connection can come."""
    bound = all(each.error is None for each in seen.binds_that_count(facts) if each.address == address)
    start = "a server can start there, but nothing can connect to it" if bound else "no server can listen on it"
    return Found(
        summary=f"{address} is a {kind} address: {start}.",
        gloss=f"A {kind} address stands for many machines, and a TCP connection has two ends: packets that would open "
        "one to it are refused, or discarded.",
        evidence=(*evidence.binds(facts), *evidence.ways(facts, address), *_addresses(facts)),
    )


def _addresses(facts: Facts) -> tuple[Evidence, ...]:
    interfaces = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    return tuple(
        Evidence(text=f"{each.name}\t{', '.join(each.addresses) or 'no address'}", source="interfaces")
        for each in interfaces
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Listen on loopback, or on every address."""
    nobodys = no_host.first(facts)
    denied = nobodys[0] if nobodys is not None else bind_errors(facts, "EADDRNOTAVAIL")[0]
    port = facts.asked.target.port
    loopback, every = ("127.0.0.1", "0.0.0.0") if family(denied) == 4 else ("::1", "::")
    own = [each for each in seen.own_addresses(facts) if family(each) == family(denied) and not is_loopback(each)]
    return (
        Remedy(
            title=f"Listen on {loopback}: for programs of this machine",
            risk=Risk.SAFE,
            cost="safe",
            proof=f"{loopback}:{port}" if family(denied) == 4 else f"[{loopback}]:{port}",
            steps=(RemedyStep(text=f"In the server's settings write {loopback} instead of {denied}"),),
        ),
        Remedy(
            title=f"Listen on {own[0] if own else every}: for the network too",
            risk=Risk.EXPOSES,
            cost="opens the server to your network",
            proof=service.proof(facts),
            steps=(
                RemedyStep(
                    text=f"In the server's settings write {every} (every address)"
                    + (f", or {own[0]}, which this machine has," if own else "")
                    + f" instead of {denied}",
                ),
            ),
        ),
    )


FAULT = Fault(
    code="addr-not-available",
    step=Step.BIND,
    stop=Stop.ADDRESS,  # bind(2) looks at the address before the rights and the port
    title="The address belongs to no interface of this machine",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.BIND,),
)

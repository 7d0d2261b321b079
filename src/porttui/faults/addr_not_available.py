"""The address belongs to no interface of this machine.

A server can bind only an address that this machine has: one of its interfaces' addresses, anything in 127.0.0.0/8,
or a wildcard. For any other one it is told "cannot assign requested address" (EADDRNOTAVAIL).

It comes about when the settings were copied from another machine, when the address was given by DHCP or a VPN and
has changed, when the service starts before the network is up, or when the public address of a cloud machine is
meant, which only the cloud's router has.

How porttui knows: it tried to bind the address and was told EADDRNOTAVAIL, and no interface has the address.

What looks the same and is not: ipv6-disabled (::1 cannot be bound because IPv6 is off), bind-hostname-elsewhere (a
name that leads to another machine's address).

To keep it from coming back, listen on 0.0.0.0 behind a firewall or on 127.0.0.1, or let the service wait for its
address (systemd: FreeBind=, After=network-online.target).
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import bind_errors, not_the_bind
from porttui.model.address import family, is_loopback
from porttui.model.facts import Facts, Unseen
from porttui.model.report import Evidence, Remedy, RemedyStep, Risk, Step
from porttui.model.target import Question
from porttui.reading import evidence, seen, words
from porttui.remedies import service


def check(facts: Facts) -> Outcome:
    """Find it when a bind failed with EADDRNOTAVAIL and no interface has the address."""
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


def _addresses(facts: Facts) -> tuple[Evidence, ...]:
    interfaces = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    return tuple(
        Evidence(text=f"{each.name}\t{', '.join(each.addresses) or 'no address'}", source="interfaces")
        for each in interfaces
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Listen on loopback, or on every address."""
    denied = bind_errors(facts, "EADDRNOTAVAIL")[0]
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
    stop=Stop.ROUTE,
    title="The address belongs to no interface of this machine",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.BIND,),
)

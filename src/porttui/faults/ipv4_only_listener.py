"""The server listens on IPv4 only, and IPv6 was asked.

A server on 127.0.0.1 or 0.0.0.0 is not on ::1. On most systems the name localhost leads to ::1 first and to
127.0.0.1 second. Programs that try one address after the other do not notice; those that take only the first one
(Node before version 20, many database drivers) report "connect ECONNREFUSED ::1:3306" although the database runs.

How porttui knows: the socket table has listeners on the port, all of them IPv4; the target is IPv6; and the kernel
refused the connection itself.

What looks the same and is not: ipv6-only-listener (the other way round), ipv6-disabled (IPv6 is off, and the error
is another one), nothing-listening.

To keep it from coming back, write 127.0.0.1 instead of localhost in the client's settings, or let the server listen
on both families.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_address
from porttui.model.address import family, is_loopback, is_wildcard
from porttui.model.facts import Facts
from porttui.model.report import Remedy, Step
from porttui.reading import evidence, seen, words
from porttui.remedies import address


def check(facts: Facts) -> Outcome:
    """Find it when all listeners are IPv4 and all asked addresses are IPv6."""
    found = not_the_address(facts)
    if not isinstance(found, tuple):
        return found
    if any(family(each) == 4 for each in seen.addresses(facts)):
        return RuledOut(because="the target has an IPv4 address")
    if any(family(socket.address) == 6 for socket in found):
        return RuledOut(because="an IPv6 address listens on the port too")
    loopback = all(is_loopback(each) for each in seen.addresses(facts))
    door = is_loopback(found[0].address) or is_wildcard(found[0].address)
    return Found(
        summary="The server listens on IPv4 only; you asked for IPv6.",
        gloss=f"Both mean {words.machine(facts)} itself, but each is a door of its own." if loopback and door else "",
        evidence=(*evidence.listening(facts, found), *evidence.connects(facts)),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask for the IPv4 address, or let the server listen on IPv6 too."""
    socket = seen.listeners(facts)[0]
    asked = "::" if is_wildcard(socket.address) else seen.addresses(facts)[0]
    return (
        address.ask_for(facts, socket),
        address.listen_on(facts, socket, asked),
        *address.by_ssh(facts, socket),
    )


FAULT = Fault(
    code="ipv4-only-listener",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The server listens on IPv4 only",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
